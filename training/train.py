"""From a corpus and a recipe to checkpoints, through Lightning."""

import math
from pathlib import Path
from typing import Any

import lightning
import numpy as np
import torch
from jaxtyping import Float
from lightning.pytorch.callbacks import EMAWeightAveraging, LearningRateMonitor, ModelCheckpoint
from lightning.pytorch.loggers import TensorBoardLogger
from torch import Tensor
from torch.nn import functional
from torch.utils.data import DataLoader

from motion import features
from motion.clip import Clip
from motion.errors import BhavaError
from motion.skeleton import CANONICAL
from training.dataset import FPS, Pool, StitchedWindows, Window
from training.recipe import Recipe
from training.transformer_mdn import Config, TransformerMDN

Array = np.ndarray

LAST = "last.ckpt"
CODEC_WINDOWS = 400
CHECKPOINT_STEPS = 100

RETURN_HALF_LIFE = 0.2
"""Seconds in which motion that strayed from the real one comes half the way back."""


def importance(frames: Float[Array, "T F"]) -> Float[Array, "F"]:
    """Return what one standard deviation of each feature moves the body by, about, in metres.

    A joint's rotation moves all that hangs on it; velocities act over the length of a token.
    """
    reach = np.zeros(len(CANONICAL.joints))
    for joint in range(len(CANONICAL.joints) - 1, 0, -1):
        parent = CANONICAL.parents[joint]
        length = float(np.linalg.norm(CANONICAL.rest_offsets[joint]))
        reach[parent] = max(reach[parent], reach[joint] + length)
    scale = np.empty(features.WIDTH)
    scale[features.PART["root_velocity"]] = 0.15
    scale[features.PART["turn_rate"]] = 0.05
    scale[features.PART["hips_height"]] = 2.0
    scale[features.PART["rotations"]] = np.repeat(np.maximum(reach, 0.05), 6)
    scale[features.PART["contacts"]] = 0.03
    return scale * frames.std(0)


def learning_rate_at(step: int, warm_up_steps: int, total: int) -> float:
    """Return the share of the full learning rate: a linear warm-up, then half a cosine to 1 %."""
    if step < warm_up_steps:
        return (step + 1) / warm_up_steps
    progress = (step - warm_up_steps) / max(1, total - warm_up_steps)
    return 0.01 + 0.99 * (1 + math.cos(math.pi * min(1.0, progress))) / 2


def way_back(strayed: Tensor) -> Tensor:
    """Return how motion that strayed in some tokens comes back in the tokens after them.

    A critically damped spring leads every stray home, from where and as fast as it ended.

    Args:
        strayed: Differences from the real motion in each token, (N, S, K, F).

    Returns:
        Differences in each token and in one more, (N, S + 1, K, F).

    References:
        D. Holden, "Spring-It-On: The Game Developer's Spring-Roll-Call", 2021.
    """
    frames = strayed.shape[2]
    rate = 2 * math.log(2) / (RETURN_HALF_LIFE * FPS)
    place = strayed[:, :, -1:]
    speed = place - strayed[:, :, -2:-1]
    returning = torch.zeros_like(functional.pad(strayed, (0, 0, 0, 0, 0, 1)))
    for lag in range(1, 1 + math.ceil(4 * RETURN_HALF_LIFE * FPS / frames)):
        t = torch.arange(1, frames + 1, device=strayed.device) + frames * (lag - 1)
        t = t.to(strayed.dtype)[:, None]
        tokens = max(0, strayed.shape[1] + 1 - lag)
        decayed = torch.exp(-rate * t) * (place + (speed + rate * place) * t)
        returning[:, lag:] += decayed[:, :tokens]
    return returning


class Training(lightning.LightningModule):
    """The network with its loss: likelihood of real tokens, also after tokens of its own."""

    typical_energy: Tensor

    def __init__(self, recipe: dict[str, Any]) -> None:
        """Build an untrained network; `recipe` is a dumped `Recipe`, so checkpoints carry it."""
        super().__init__()
        self.save_hyperparameters()
        self.recipe = Recipe.model_validate(recipe)
        self.network = TransformerMDN(
            Config(
                labels=len(self.recipe.data.labels),
                features=features.WIDTH,
                **self.recipe.model.model_dump(),
            )
        )
        self.register_buffer("typical_energy", torch.ones(len(self.recipe.data.labels)))

    def prepare_from(self, pools: list[Pool], windows: StitchedWindows) -> str:
        """Fit codec and normalisation to the data and return what the codec keeps, in words."""
        span = self.recipe.model.frames_per_token
        rng = np.random.default_rng(self.recipe.seed)
        frames = [windows.window(rng).frames[: -(2 + span)] for _ in range(CODEC_WINDOWS)]
        stretches = torch.cat([f.unfold(0, 2 + span, 5).transpose(1, 2) for f in frames])
        weight = importance(stretches.flatten(0, 1).numpy())
        weight /= np.sqrt(np.mean(weight**2))
        kept = self.network.codec.fit(stretches, torch.from_numpy(weight).float())
        speeds = [torch.from_numpy(pool.speed).float() for pool in pools]
        self.typical_energy.copy_(torch.stack([speed.mean() for speed in speeds]))
        level = torch.cat(speeds).clamp(min=1e-2).log()
        self.network.log_energy_mean.copy_(level.mean())
        self.network.log_energy_scale.copy_(level.std())
        return f"codec: {self.recipe.model.latent} numbers keep {kept:.1%} of a token's variance"

    def loss(self, batch: Window, own_share: float) -> Tensor:
        """Return the mean negative log likelihood per latent dimension, nats.

        With a probability of `own_share` an input token is the network's own sample of it. What
        follows then leads back to the real motion as softly as a body does, and so the network
        learns to mend its errors without haste.
        """
        network = self.network
        frames, emotion, energy = batch
        real = network.codec.normalise(frames)
        tokens = real[:, 2:].unflatten(1, (-1, self.recipe.model.frames_per_token))
        conditions = emotion[:, 1:], energy[:, 1:]
        inputs, targets = tokens[:, :-1], tokens[:, 1:]
        if own_share:
            strayed = self._strayed(inputs, *conditions)
            chosen = torch.rand(inputs.shape[:2], device=inputs.device) < own_share
            strayed = strayed * chosen[..., None, None]
            returning = way_back(strayed)
            inputs = inputs + strayed + returning[:, :-1]
            targets = targets + returning[:, 1:]
        with torch.autocast(inputs.device.type, enabled=False):
            latent = network.codec.encode(inputs[:, :, -2:].float(), targets.float())
        likelihood = network(inputs, *conditions).log_likelihood(latent)
        return -likelihood.mean() / self.recipe.model.latent

    @torch.no_grad()
    def _strayed(self, inputs: Tensor, emotion: Tensor, energy: Tensor) -> Tensor:
        """Return how far the network's own samples are from the real tokens; 0 for the first."""
        mixture = self.network(inputs, emotion, energy)
        one = torch.ones_like(energy)
        normal = torch.randn_like(mixture.means[..., 0, :])
        latent = mixture.sample(one, torch.rand_like(one), normal)
        with torch.autocast(inputs.device.type, enabled=False):
            own = self.network.codec.decode(inputs[:, :-1, -2:].float(), latent[:, :-1].float())
        return functional.pad(own - inputs[:, 1:], (0, 0, 0, 0, 1, 0))

    def training_step(self, batch: Window) -> Tensor:
        """Return the loss of a batch."""
        ready = self.global_step >= self.recipe.optimiser.warm_up_steps
        loss = self.loss(batch, self.recipe.optimiser.own_sample_share if ready else 0.0)
        self.log("train/nll", loss, prog_bar=True)
        return loss

    def validation_step(self, batch: Window) -> None:
        """Log the likelihood of held-out clips."""
        self.log("val/nll", self.loss(batch, 0.0), prog_bar=True, sync_dist=True)

    def configure_optimizers(self) -> Any:
        """Return AdamW with a linear warm-up and a cosine decay."""
        settings = self.recipe.optimiser
        optimiser = torch.optim.AdamW(
            self.network.parameters(), settings.learning_rate, weight_decay=settings.weight_decay
        )
        total = int(self.trainer.estimated_stepping_batches)
        schedule = torch.optim.lr_scheduler.LambdaLR(
            optimiser, lambda step: learning_rate_at(step, settings.warm_up_steps, total)
        )
        return [optimiser], [{"scheduler": schedule, "interval": "step"}]


def pools_of(clips: list[Clip], recipe: Recipe) -> list[Pool]:
    """Sort clips by the recipe's labels, one pool each.

    Raises:
        BhavaError: If a label has no clip.
    """
    by_label: dict[str, list[Clip]] = {label: [] for label in recipe.data.labels}
    for clip in clips:
        label = recipe.data.label_of(clip)
        if label is not None:
            by_label[label].append(clip)
    empty = [label for label, found in by_label.items() if not found]
    if empty:
        raise BhavaError(f"expected clips for every label of the recipe, got none for {empty}")
    return [Pool.of(found) for found in by_label.values()]


def windows_of(pools: list[Pool], recipe: Recipe, seed: int) -> StitchedWindows:
    """Return the endless windows of a recipe."""
    shares = np.array(list(recipe.data.shares.values()))
    everything = np.concatenate([pool.frames for pool in pools])
    return StitchedWindows(
        pools,
        shares / shares.sum(),
        tokens=recipe.data.tokens + 1,
        frames_per_token=recipe.model.frames_per_token,
        seed=seed,
        feature_scale=everything.std(0) / np.maximum(importance(everything), 1e-6),
    )


def train(
    recipe: Recipe, clips: list[Clip], held_out: list[Clip], folder: Path, *, resume: bool
) -> Path:
    """Train to the recipe's end and return the last checkpoint.

    Args:
        recipe: What to make.
        clips: To learn from.
        held_out: To validate on.
        folder: For checkpoints and the TensorBoard log.
        resume: Go on from the folder's last checkpoint where there is one.
    """
    lightning.seed_everything(recipe.seed, verbose=False)
    pools, pools_held_out = pools_of(clips, recipe), pools_of(held_out, recipe)
    last = folder / LAST
    begun = torch.load(last, weights_only=False)["global_step"] if resume and last.exists() else 0
    windows = windows_of(pools, recipe, recipe.seed + begun)
    module = Training(recipe.model_dump())
    print(module.prepare_from(pools, windows))
    size = recipe.optimiser.batch_size
    checkpoints = ModelCheckpoint(
        folder,
        save_last=True,
        save_top_k=0,
        every_n_train_steps=CHECKPOINT_STEPS,
        save_on_train_epoch_end=True,
        enable_version_counter=False,
    )
    trainer = lightning.Trainer(
        **recipe.trainer,
        logger=TensorBoardLogger(folder, name="", version=""),
        callbacks=[checkpoints, LearningRateMonitor(), EMAWeightAveraging(decay=0.995)],
    )
    trainer.fit(
        module,
        DataLoader(windows, size, num_workers=1, persistent_workers=True),
        DataLoader(windows_of(pools_held_out, recipe, 0), size, num_workers=0),
        ckpt_path=last if begun else None,
        weights_only=False,
    )
    return last
