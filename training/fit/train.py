"""From a corpus and a recipe to checkpoints, through Lightning."""

import math
import signal
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import lightning
import numpy as np
import torch
from lightning.pytorch.callbacks import (
    Callback,
    LearningRateMonitor,
    RichProgressBar,
    WeightAveraging,
)
from lightning.pytorch.loggers import TensorBoardLogger
from lightning.pytorch.utilities.exceptions import MisconfigurationException
from torch import Tensor

from motion.clip import Clip
from motion.errors import BhavaError
from motion.features import Layout
from motion.skeleton import CANONICAL, Skeleton
from training.fit.dataset import StitchedWindows
from training.fit.pools import Pool
from training.fit.recipe import Data, Recipe
from training.fit.windows import Windows
from training.models.kinds import KINDS
from training.models.network import Network
from training.models.window import Window

LAST = "last.ckpt"
FITTED_WINDOWS = 400
AVERAGING_DECAY = 0.995
QUALITY = "quality"
ENERGY_BY_TEXT = "energy_by_text"


def learning_rate_at(step: int, warm_up_steps: int, total: int) -> float:
    """Return the share of the full learning rate: a linear warm-up, then half a cosine to 1 %."""
    if step < warm_up_steps:
        return (step + 1) / warm_up_steps
    progress = (step - warm_up_steps) / max(1, total - warm_up_steps)
    return 0.01 + 0.99 * (1 + math.cos(math.pi * min(1.0, progress))) / 2


def averaged(average: Tensor, weight: Tensor, steps: int) -> Tensor:
    """Return the average of a weight over past steps, which forgets the early ones."""
    del steps
    return torch.lerp(average, weight, 1 - AVERAGING_DECAY)


class Training(lightning.LightningModule):
    """A network of any kind as Lightning trains it."""

    typical_energy: Tensor

    def __init__(self, recipe: dict[str, Any], skeleton: dict[str, Any] | None = None) -> None:
        """Build an untrained network. Checkpoints carry what it is built from.

        Args:
            recipe: A dumped `Recipe`.
            skeleton: What `Skeleton.to_dict` gives; the canonical one if None.
        """
        super().__init__()
        self.save_hyperparameters()
        self.recipe = Recipe.model_validate(recipe)
        labels = len(self.recipe.data.labels)
        layout = Layout(Skeleton.from_dict(skeleton) if skeleton else CANONICAL)
        self.network: Network = KINDS[self.recipe.model.kind](self.recipe.model, labels, layout)
        data = self.recipe.data
        shape = len(data.contents), len(data.emotions)
        self.register_buffer("typical_energy", torch.ones(shape if data.contents else shape[1:]))
        self.quality: dict[str, float] = {}
        self.energy_by_text: dict[str, float] = {}

    def prepare_from(self, pools: list[Pool], windows: StitchedWindows) -> str:
        """Fit codec and normalisation to the data and return what came of it, in words."""
        rng = np.random.default_rng(self.recipe.seed)
        frames = torch.stack([windows.window(rng).frames for _ in range(FITTED_WINDOWS)])
        speeds = [torch.from_numpy(pool.speed).float() for pool in pools]
        of_pool = dict(zip(self.recipe.data.shares, speeds, strict=True))
        self.typical_energy.copy_(usual_energy(of_pool, self.recipe.data))
        return self.network.fit(frames, torch.cat(speeds))

    def training_step(self, batch: Window) -> Tensor:
        """Return the loss of a batch."""
        ready = self.global_step >= self.recipe.optimiser.warm_up_steps
        loss = self.network.loss(batch, self.recipe.disturbance if ready else 0.0)
        self.log("train/loss", loss, prog_bar=True)
        return loss

    def validation_step(self, batch: Window) -> None:
        """Log the loss, and where there is one the likelihood, of held-out clips."""
        self.log("val/loss", self.network.loss(batch, 0.0), prog_bar=True, sync_dist=True)
        nats = self.network.nats_per_frame(batch)
        if nats is not None:
            self.log("val/nats_per_frame", nats, sync_dist=True)

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Keep what the last validation found, and the texts."""
        checkpoint[ENERGY_BY_TEXT] = self.energy_by_text
        nats = self.trainer.callback_metrics.get("val/nats_per_frame")
        checkpoint[QUALITY] = {} if nats is None else {"held_out_nats_per_frame": float(nats)}

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Take up what the last validation found, and the texts."""
        self.energy_by_text = checkpoint.get(ENERGY_BY_TEXT, self.energy_by_text)
        self.quality = checkpoint.get(QUALITY, {})

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


def usual_energy(speeds: Mapping[str, Tensor], data: Data) -> Tensor:
    """Return the usual energy of each emotion (E,), or of each content and emotion (C, E), m/s.

    Of a content that was never danced in an emotion it is the content's own, times what the emotion
    makes of other contents.

    Args:
        speeds: Mean joint speeds of the frames of every pool by its name, m/s.
        data: Data of the recipe.
    """
    mean = {pool: float(speed.mean()) for pool, speed in speeds.items() if len(speed)}
    if not data.contents:
        return torch.tensor([mean[emotion] for emotion in data.emotions])
    found = [[mean.get(f"{e} {content}", 0.0) for e in data.emotions] for content in data.contents]
    usual = torch.tensor(found)
    known = usual > 0
    alone = torch.tensor([[mean.get(content, 0.0)] for content in data.contents])
    own = usual.sum(1, keepdim=True) / known.sum(1, keepdim=True).clamp(min=1)
    own = torch.where(own > 0, own, alone)
    share = (usual / own).sum(0) / known.sum(0).clamp(min=1)
    return torch.where(known, usual, own * share)


class ProgressBar(RichProgressBar):
    """Counts steps; there are no epochs, as windows have no end."""

    def _get_train_description(self, current_epoch: int) -> str:
        del current_epoch
        return "Training"


class Checkpoints(Callback):
    """Saves the last checkpoint after every validation, at the end, and when training is stopped.

    So the metrics in a checkpoint are those of its own weights.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._saved_step = -1

    def _save(self, trainer: lightning.Trainer) -> None:
        if not trainer.sanity_checking and trainer.global_step not in (0, self._saved_step):
            trainer.save_checkpoint(self.path)
            self._saved_step = trainer.global_step

    def on_validation_end(self, trainer: lightning.Trainer, *_: Any) -> None:
        """Save."""
        self._save(trainer)

    def on_train_end(self, trainer: lightning.Trainer, *_: Any) -> None:
        """Save the steps since the last validation."""
        self._save(trainer)

    def on_exception(self, trainer: lightning.Trainer, *_: Any) -> None:
        """Save, so that `--resume` goes on from here."""
        self._save(trainer)


def trainer_of(recipe: Recipe, folder: Path) -> lightning.Trainer:
    """Return the trainer that a recipe asks for, which logs and saves to a folder.

    Raises:
        BhavaError: If Lightning refuses the recipe's settings.
    """
    settings = {"enable_model_summary": False, **recipe.trainer}
    if "max_steps" in settings:  # gives the progress bar its end; windows themselves have none
        settings.setdefault("limit_train_batches", settings["max_steps"])
    callbacks = [
        WeightAveraging(avg_fn=averaged),
        LearningRateMonitor(),
        Checkpoints(folder / LAST),
    ]
    if settings.get("enable_progress_bar", True):
        callbacks.append(ProgressBar())
    try:
        return lightning.Trainer(
            **settings,
            logger=TensorBoardLogger(folder, name="", version=""),
            callbacks=callbacks,
            enable_checkpointing=False,
        )
    except (TypeError, ValueError, MisconfigurationException) as error:
        raise BhavaError(f"trainer: expected settings of lightning.Trainer, got {error}") from error


def train(
    recipe: Recipe,
    clips: list[Clip],
    held_out: list[Clip],
    folder: Path,
    *,
    resume: bool,
    begin: Path | None = None,
) -> Path:
    """Train to the recipe's end and return the last checkpoint.

    The same recipe, clips and versions give the same weights on one device. Training that is
    resumed goes on at its step and learning rate with windows of its own.

    Args:
        recipe: What to make.
        clips: To learn from.
        held_out: To validate on.
        folder: For checkpoints and the TensorBoard log.
        resume: Go on from the folder's last checkpoint where there is one.
        begin: A checkpoint whose weights to begin with, normalisation and codec too; weights that
            it lacks begin as ever.

    Raises:
        BhavaError: If clips, recipe, folder or checkpoint do not fit.
        KeyboardInterrupt: If stopped by the user; the last checkpoint is saved.
    """
    last = _checkpoint_in(folder, recipe, resume=resume)
    lightning.seed_everything(recipe.seed, verbose=False)
    windows = Windows(recipe, clips, held_out)
    if windows.unvalidated:
        print(f"nothing held out, and so not validated: {', '.join(windows.unvalidated)}")
    module = Training(recipe.model_dump(), windows.layout.skeleton.to_dict())
    print(module.prepare_from(windows.pools, windows.to_fit()))
    if begin:
        print(begin_with(module, begin))
    module.network.learn_origins(windows.origin_weights())
    if recipe.text_encoder:
        module.energy_by_text = windows.energy_by_text()
        module.network.learn_texts(windows.text_tokens())
    parameters = sum(weight.numel() for weight in module.parameters())
    print(f"{recipe.model.kind}: {parameters / 1e6:.1f} million parameters")
    trainer = trainer_of(recipe, folder)
    begun = last if last.exists() else None
    handler = signal.getsignal(signal.SIGINT)
    try:
        trainer.fit(module, datamodule=windows, ckpt_path=begun, weights_only=False)
    except SystemExit as stopped:  # as Lightning leaves when it is interrupted, deaf to SIGINT
        signal.signal(signal.SIGINT, handler)
        raise KeyboardInterrupt from stopped
    return last


def begin_with(module: Training, path: Path) -> str:
    """Give a training the weights of a checkpoint, and return what it lacks, in words.

    Raises:
        BhavaError: If it is no checkpoint, or its weights are of another shape.
    """
    begun = load_checkpoint(path).network.state_dict()
    try:
        lacking = module.network.load_state_dict(begun, strict=False)
    except RuntimeError as error:
        told = str(error).splitlines()[-1].strip()
        raise BhavaError(f"{path}: expected weights of the recipe's shapes, got {told}") from error
    if lacking.unexpected_keys:
        got = ", ".join(lacking.unexpected_keys)
        raise BhavaError(f"{path}: expected weights of the recipe's network, got {got}")
    return f"begins with {path}" + "".join(f", but for {key}" for key in lacking.missing_keys)


def _checkpoint_in(folder: Path, recipe: Recipe, *, resume: bool) -> Path:
    """Return where the last checkpoint is or will be, after checking that it can be."""
    last = folder / LAST
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise BhavaError(f"{folder}: expected a folder to write to, got {error}") from error
    if last.exists():
        if not resume:
            raise BhavaError(
                f"{folder}: expected no training yet, got {LAST}: --resume continues it, "
                "--out takes another folder"
            )
        _check_same(last, recipe, load_checkpoint(last).recipe)
    return last


def _check_same(path: Path, recipe: Recipe, begun: Recipe) -> None:
    """Refuse to go on with other data or another network; the rest may change."""
    for section in ("data", "model"):
        expected, got = (getattr(each, section).model_dump() for each in (recipe, begun))
        for key in expected.keys() | got.keys():
            if expected.get(key) != got.get(key):
                raise BhavaError(
                    f"{path}: {section}.{key}: expected {expected.get(key)}, as the recipe says, "
                    f"got {got.get(key)}"
                )


def load_checkpoint(path: Path) -> Training:
    """Read a checkpoint, averaged weights and all.

    Raises:
        BhavaError: If it is absent, damaged or of another shape.
    """
    try:
        checkpoint = torch.load(path, map_location="cpu", weights_only=False)
        module = Training(**checkpoint["hyper_parameters"])
        module.load_state_dict(checkpoint["state_dict"])
    except Exception as error:  # torch raises half a dozen kinds here
        first_line = (str(error) or repr(error)).splitlines()[0]
        raise BhavaError(
            f"{path}: expected a checkpoint of bhava train, got {first_line}"
        ) from error
    module.on_load_checkpoint(checkpoint)
    return module
