"""From clips and a recipe to the batches that training and validation see."""

import lightning
import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader

from motion.clip import Clip
from motion.errors import BhavaError
from motion.model.text import encoder
from motion.skeleton import CANONICAL
from training.corpus.choreographed import choreographed_clips
from training.corpus.coloured import coloured_clips
from training.corpus.duets import choreographed_duets
from training.fit.dataset import StitchedWindows
from training.fit.origins import origin_weights, origins_in
from training.fit.pools import Pool, held_out_pools_of, pools_of, texts_in, worth_learning
from training.fit.recipe import Recipe
from training.models.normalisation import importance
from training.models.window import Window

HELD_OUT_SEED = 0
HELD_OUT_MINUTES = 4.0
"""Minutes of held-out choreographed dance, of another seed than what is learnt from."""


def windows_of(pools: list[Pool], recipe: Recipe, seed: int, rank: int = 0) -> StitchedWindows:
    """Return the endless windows of a recipe; empty pools are never drawn."""
    data = recipe.data
    drawn = np.array(list(data.shares.values())) * [len(pool.frames) > 0 for pool in pools]
    everything = np.concatenate([pool.frames for pool in pools])
    weight = importance(everything, pools[0].layout)
    return StitchedWindows(
        pools,
        np.array([[label in name.split() for label in data.labels] for name in data.shares]),
        drawn / drawn.sum(),
        emotions=len(data.emotions),
        contents=len(data.contents),
        tokens=data.tokens + 1,
        frames_per_token=recipe.model.frames_per_token,
        seed=seed,
        rank=rank,
        feature_scale=np.maximum(everything.std(0), 1e-6) / np.maximum(weight, 1e-6),
        dropout=data.dropout,
        beside=data.beside,
    )


class Windows(lightning.LightningDataModule):
    """Batches for Lightning: others in every process, and others again after a resumption.

    Attributes:
        texts: Those that are learnt from, the commonest first; none for kinds without text.
    """

    def __init__(self, recipe: Recipe, clips: list[Clip], held_out: list[Clip]) -> None:
        super().__init__()
        self.recipe = recipe
        clips, held_out = worth_learning(clips, held_out, recipe)
        minutes = recipe.data.choreographed_minutes
        if minutes:
            if clips and clips[0].skeleton is not CANONICAL:
                raise BhavaError(
                    f"data.choreographed_minutes: expected 0, as the choreographer dances on the "
                    f"canonical skeleton alone, got {minutes:g}"
                )
            clips = clips + choreographed_clips(minutes, recipe.seed)
            held_out = held_out + choreographed_clips(HELD_OUT_MINUTES, recipe.seed + 1)
        if recipe.data.coloured:
            clips = clips + coloured_clips(clips, recipe.data, recipe.seed)
            held_out = held_out + coloured_clips(held_out, recipe.data, recipe.seed + 1)
        minutes = recipe.data.duet_minutes
        if minutes:
            clips = clips + choreographed_duets(minutes, recipe.seed)
            held_out = held_out + choreographed_duets(HELD_OUT_MINUTES, recipe.seed + 1)
        self.texts = texts_in(clips, recipe) if recipe.text_encoder else []
        others = texts_in(held_out, recipe) if recipe.text_encoder else []
        if recipe.text_encoder and not self.texts:
            raise BhavaError(f"expected clips with texts for {recipe.model.kind}, got none")
        self._numbered = ["", *dict.fromkeys(self.texts + others)]
        numbers = {text: number for number, text in enumerate(self._numbered) if text}
        self.pools = pools_of(clips, recipe, numbers, origins_in(clips, recipe))
        self.layout = self.pools[0].layout
        self.held_out = held_out_pools_of(held_out, recipe, numbers)

    @property
    def unvalidated(self) -> list[str]:
        """Pools without held-out clips."""
        named = zip(self.recipe.data.shares, self.held_out, strict=True)
        return [name for name, pool in named if not len(pool.frames)]

    def energy_by_text(self) -> dict[str, float]:
        """Return the mean joint speed of what each text stands for, m/s, to four digits."""
        numbers = np.concatenate([pool.texts for pool in self.pools])
        speed = np.concatenate([pool.speed for pool in self.pools])
        of_text = [speed[(numbers == n + 1).any(1)] for n in range(len(self.texts))]
        pairs = zip(self.texts, of_text, strict=True)
        return {text: round(float(each.mean()), 4) for text, each in pairs if len(each)}

    def text_tokens(self) -> Tensor:
        """Return the tokens of every text by its number, (texts, tokens, W)."""
        encode = encoder(self.recipe.text_encoder).encode
        return torch.from_numpy(np.stack([encode(text) for text in self._numbered]))

    def origin_weights(self) -> Tensor:
        """Return how often a dance of each label begins with each origin, (L, 1 + O)."""
        data = self.recipe.data
        named = dict(zip(data.shares, self.pools, strict=True))
        weights = origin_weights(named, data.labels, self.recipe.origins)
        return torch.from_numpy(weights.astype(np.float32))

    def to_fit(self) -> StitchedWindows:
        """Return windows to fit normalisation and codec to."""
        return windows_of(self.pools, self.recipe, self.recipe.seed)

    def train_dataloader(self) -> DataLoader[Window]:
        """Return batches of training windows."""
        assert self.trainer is not None
        seed, rank = self.recipe.seed + self.trainer.global_step, self.trainer.global_rank
        windows = windows_of(self.pools, self.recipe, seed, rank)
        size = self.recipe.optimiser.batch_size
        return DataLoader(windows, size, num_workers=1, persistent_workers=True)

    def val_dataloader(self) -> DataLoader[Window]:
        """Return batches of held-out windows, the same at every validation."""
        assert self.trainer is not None
        rank = self.trainer.global_rank
        windows = windows_of(self.held_out, self.recipe, HELD_OUT_SEED, rank)
        return DataLoader(windows, self.recipe.optimiser.batch_size, num_workers=0)
