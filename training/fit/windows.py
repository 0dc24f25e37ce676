"""From clips and a recipe to the batches that training and validation see."""

from collections import Counter
from collections.abc import Mapping

import lightning
import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader

from motion.clip import Clip
from motion.errors import BhavaError, MotionFileError
from motion.features import Layout
from motion.model.text import encoder
from motion.skeleton import CANONICAL
from training.corpus.choreographed import choreographed_clips
from training.corpus.coloured import coloured_clips
from training.corpus.duets import choreographed_duets, others_of
from training.corpus.texts import mirrored, texts_of
from training.corpus.trimming import action_of, common_actions, moving
from training.fit.dataset import FPS, Pool, StitchedWindows, Window
from training.fit.recipe import Recipe
from training.models.kinds import KINDS
from training.models.normalisation import importance

Numbers = Mapping[str, int]
NONE: Numbers = {}

HELD_OUT_SEED = 0
HELD_OUT_MINUTES = 4.0
"""Of choreographed dance, of another seed than what is learnt from."""


def check_clip(clip: Clip) -> None:
    """Refuse a clip that nothing can be learnt from.

    How short a clip may be is no matter of the context: windows are stitched from many.

    Raises:
        MotionFileError: If poses and skeleton differ, or it has another rate, fewer than two
            frames, or numbers that are not finite.
    """
    frames, joints = len(clip.hips), len(clip.skeleton.joints)
    if clip.rotations.shape != (frames, joints, 4):
        got = f"rotations of shape {clip.rotations.shape}"
        raise MotionFileError(
            f"{clip.name}: expected {frames} frames of {joints} joints, got {got}"
        )
    if clip.fps != FPS:
        raise MotionFileError(f"{clip.name}: expected {FPS:g} frames a second, got {clip.fps:g}")
    if frames < 2:
        raise MotionFileError(f"{clip.name}: expected at least 2 frames, got {frames}")
    bad = ~(np.isfinite(clip.hips).all(-1) & np.isfinite(clip.rotations).all((-2, -1)))
    if bad.any():
        raise MotionFileError(
            f"{clip.name}: expected finite numbers, got others in frame {int(bad.argmax())}"
        )


def sorted_by_pool(clips: list[Clip], recipe: Recipe) -> dict[str, list[Clip]]:
    """Return the clips of each of a recipe's pools, in its order; other clips are left out.

    Raises:
        MotionFileError: If a clip is unfit to learn from, or has another skeleton than the first.
    """
    by_pool: dict[str, list[Clip]] = {pool: [] for pool in recipe.data.shares}
    for clip in clips:
        pool = recipe.data.pool_of(clip)
        if pool is not None:
            check_clip(clip)
            if difference := clips[0].skeleton.difference(clip.skeleton):
                raise MotionFileError(f"{clip.name}: {difference}, unlike {clips[0].name}")
            by_pool[pool].append(clip)
    return by_pool


def texts_in(clips: list[Clip], recipe: Recipe) -> list[str]:
    """Return the texts of all clips of a recipe and of their mirror images, the commonest first."""
    chosen = [clip for clip in clips if recipe.data.pool_of(clip) is not None]
    told = [text for clip in chosen for text in texts_of(clip.labels)]
    return [text for text, _ in Counter(told + [mirrored(text) for text in told]).most_common()]


def pools_of(clips: list[Clip], recipe: Recipe, numbers: Numbers = NONE) -> list[Pool]:
    """Sort clips by the recipe's pools; texts have numbers.

    Raises:
        BhavaError: If a pool has no clip, or a clip is unfit.
    """
    found = sorted_by_pool(clips, recipe)
    empty = [name for name, clips in found.items() if not clips]
    if empty:
        there = [name for name in found if name not in empty]
        raise BhavaError(
            f"expected clips for every share of the recipe, got none for {empty}, only for {there}"
        )
    others = _others(clips, recipe)
    return [Pool.of(members, numbers, others) for members in found.values()]


def _others(clips: list[Clip], recipe: Recipe) -> dict[str, list[Clip]] | None:
    return others_of(clips) if KINDS[recipe.model.kind].HEEDS_OTHER else None


def held_out_pools_of(held_out: list[Clip], recipe: Recipe, numbers: Numbers = NONE) -> list[Pool]:
    """Sort held-out clips by the recipe's pools; those that are no emotions may be empty.

    Raises:
        BhavaError: If an emotion has no held-out clip: nothing could be said of how well it is
            learnt. It takes two recordings, one of them to hold out.
    """
    found = sorted_by_pool(held_out, recipe)
    data = recipe.data
    empty = [
        emotion
        for emotion in data.emotions
        if not any(found[pool] for pool in found if emotion in pool.split())
    ]
    if empty:
        raise BhavaError(
            f"expected at least 2 recordings of every emotion, one of them to hold out, "
            f"got fewer for {empty}"
        )
    layout, others = Layout(held_out[0].skeleton), _others(held_out, recipe)
    return [
        Pool.of(clips, numbers, others) if clips else Pool.empty(layout) for clips in found.values()
    ]


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
    )


def worth_learning(
    clips: list[Clip], held_out: list[Clip], recipe: Recipe
) -> tuple[list[Clip], list[Clip]]:
    """Return clips and held-out clips without rare actions, heads and tails cut, as recipes say."""
    common = common_actions([*clips, *held_out], recipe.data.fewest)
    kept = ([clip for clip in some if action_of(clip) in common] for some in (clips, held_out))
    slowest = recipe.data.slowest
    first, second = ([c[moving(c, slowest)] if slowest else c for c in some] for some in kept)
    return first, second


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
        self.pools = pools_of(clips, recipe, numbers)
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
