"""A motion autoencoder: a window of some hundred frames to 256 numbers, and back.

The encoder is linear and fitted: a frame's features onto their main directions, a window's onto
slow to fast cosines, and what this gives onto its principal components. So latents stay as they are
while what moves among them is learnt in the same run. The decoder is the way back, corrected by a
small network that begins at nothing. The window's frames need not count alike: what is about to be
shown may count most, so that is where the few numbers go. Speed counts beside place.

Shapes: N batch, W frames of a window, F features, P pose coordinates, R rhythms, D latent.
"""

import math

import torch
from pydantic import Field
from torch import Tensor, nn

from motion.features import Layout
from training.models.network import Strict
from training.models.normalisation import Normalisation

WIDE, FAINT = 15.0, 0.1
"""Frames around those to be shown in which half of what counts lies, and what the others count."""

SPEED = 0.1
"""How much faster rhythms count more, of the slowest one, by their number."""

CONTACT_SPREAD = 0.5
"""Standard deviation of normalised contacts: they move nothing, but by them feet are held."""


class MotionSizes(Strict):
    """Sizes of a motion autoencoder."""

    window: int = Field(default=200, ge=4)
    poses: int = Field(default=48, ge=1)
    rhythms: int = Field(default=48, ge=2)
    latent: int = Field(default=256, ge=1)
    hidden: int = Field(default=256, ge=8)

    def fitting(self, width: int) -> "MotionSizes":
        """Return sizes that are no larger than frames of `width` features need."""
        poses = min(self.poses, width)
        latent = min(self.latent, self.rhythms * poses)
        return self.model_copy(update={"poses": poses, "latent": latent})


class MotionAutoencoder(Normalisation):
    """Takes windows of pose coordinates to a latent of unit variance, and back."""

    pose_basis: Tensor
    rhythms: Tensor
    pose_spread: Tensor
    share: Tensor
    weight: Tensor
    usual: Tensor
    basis: Tensor
    spread: Tensor

    def __init__(self, layout: Layout, sizes: MotionSizes, shown: int | None) -> None:
        """Set up an autoencoder.

        Args:
            layout: Layout of the features.
            sizes: Sizes of all parts, at most.
            shown: The frame of a window that is about to be shown, and counts most; None where
                all count alike.
        """
        super().__init__(layout)
        self.sizes = sizes = sizes.fitting(layout.width)
        numbers = sizes.rhythms * sizes.poses
        self.register_buffer("pose_basis", torch.zeros(layout.width, sizes.poses))
        self.register_buffer("pose_spread", torch.ones(sizes.poses))
        self.register_buffer("rhythms", cosines(sizes.window, sizes.rhythms))
        self.register_buffer("share", _shares(sizes.window, shown).unsqueeze(-1))
        weight = (1 + (SPEED * torch.arange(sizes.rhythms)) ** 2).sqrt()
        self.register_buffer("weight", weight.unsqueeze(-1))
        self.register_buffer("usual", torch.zeros(numbers))
        self.register_buffer("basis", torch.zeros(sizes.latent, numbers))
        self.register_buffer("spread", torch.ones(sizes.latent))
        self.correction = _correction(sizes.latent, sizes.hidden, numbers)

    def to_poses(self, frames: Tensor) -> Tensor:
        """Raw features (..., F) to pose coordinates (..., P)."""
        return self.normalise(frames) @ self.pose_basis

    def from_poses(self, poses: Tensor) -> Tensor:
        """Pose coordinates (..., P) to raw features (..., F)."""
        return self.denormalise(poses @ self.pose_basis.transpose(0, 1))

    def encode(self, poses: Tensor) -> Tensor:
        """Latent (N, D) of windows (N, W, P)."""
        return (self._spectrum(poses) - self.usual) @ self.basis.transpose(0, 1) / self.spread

    def decode(self, latent: Tensor) -> Tensor:
        """Windows (N, W, P) of latents (N, D)."""
        numbers = self.usual + (latent * self.spread) @ self.basis + self.correction(latent)
        spectrum = numbers.unflatten(-1, (self.sizes.rhythms, -1)) / self.weight
        return self.rhythms.transpose(0, 1) @ spectrum / self.share

    def loss(self, poses: Tensor, latent: Tensor) -> Tensor:
        """Return how far windows are from what their latents say, in place and speed, as counts."""
        wrong = (self.decode(latent) - poses) * self.share
        return wrong.square().mean() + (wrong.diff(dim=1) / SPEED).square().mean()

    def _spectrum(self, poses: Tensor) -> Tensor:
        """Windows (N, W, P) to weighted numbers (N, R * P)."""
        return (self.rhythms @ (poses * self.share) * self.weight).flatten(-2)

    @torch.no_grad()
    def fit(self, windows: Tensor) -> float:
        """Fit the linear part to raw features.

        Args:
            windows: Stretches of at least a window's length, (N, T, F).

        Returns:
            Share of the weighted variance of windows that it keeps.
        """
        self.fit_scale(windows.flatten(0, 1))
        contacts = self.layout.part["contacts"]
        self.scale[contacts] = windows.flatten(0, 1).std(0)[contacts].clamp(min=1e-3)
        self.scale[contacts] /= CONTACT_SPREAD
        flat = self.normalise(windows).flatten(0, 1)
        self.pose_basis.copy_(torch.linalg.eigh(flat.T @ flat)[1].flip(1)[:, : self.sizes.poses])
        self.pose_spread.copy_(self.to_poses(windows).flatten(0, 1).std(0).clamp(min=0.05))
        poses = self.to_poses(windows).unfold(1, self.sizes.window, max(1, self.sizes.window // 10))
        numbers = self._spectrum(poses.flatten(0, 1).transpose(1, 2))
        self.usual.copy_(numbers.mean(0))
        _, spread, axes = torch.pca_lowrank(numbers, self.sizes.latent, niter=4)
        self.basis.copy_(axes.T)
        self.spread.copy_((spread / math.sqrt(len(numbers))).clamp(min=1e-4))
        return float(spread.square().sum() / (numbers - self.usual).square().sum())


def cosines(frames: int, count: int) -> Tensor:
    """Return orthonormal cosines over frames (T,), slowest first, (count, T)."""
    at = (torch.arange(frames) + 0.5) * math.pi / frames
    waves = torch.cos(torch.arange(count).unsqueeze(-1) * at)
    return waves / waves.norm(dim=1, keepdim=True)


def _shares(frames: int, shown: int | None) -> Tensor:
    """Return how much each frame (T,) counts: 1 in the mean of squares."""
    if shown is None:
        return torch.ones(frames)
    away = (torch.arange(frames) - shown - WIDE / 2) / WIDE
    share = FAINT + (1 - FAINT) * torch.exp(-0.5 * away**2)
    return share / share.square().mean().sqrt()


def _correction(inputs: int, hidden: int, outputs: int) -> nn.Sequential:
    """A network that says nothing until it has learnt."""
    last = nn.Linear(hidden, outputs)
    nn.init.zeros_(last.weight)
    nn.init.zeros_(last.bias)
    return nn.Sequential(nn.Linear(inputs, hidden), nn.GELU(), last)
