"""Pose autoencoders: one frame's joint rotations to a few numbers, and back.

One passes messages along the bones: in every layer a joint reads itself, its parent and its
children, all joints by the same weights. The other is plain: every layer reads everything. Both are
of one size and learn the same poses in the same order, so that they differ by what they know of the
body alone.

Shapes: N batch, J joints, C channels, D latent.

References:
    S. Yan et al., "Spatial Temporal Graph Convolutional Networks", arXiv:1801.07455.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from motion import features, rotations
from motion.clip import Clip
from motion.kinematics import world_positions
from motion.skeleton import CANONICAL
from training.models.normalisation import Normalisation

Array = np.ndarray

BATCH = 256
LEARNING_RATE = 2e-3
NUMBERS = 6
"""Numbers of a joint: its rotation as 6D."""


class BoneConvolution(nn.Module):
    """Every joint reads itself, its parent and its children."""

    to_parent: Tensor
    to_child: Tensor

    def __init__(self, parents: Sequence[int], inputs: int, outputs: int) -> None:
        super().__init__()
        bones = torch.zeros(len(parents), len(parents))
        for joint, parent in enumerate(parents):
            if parent >= 0:
                bones[parent, joint] = 1.0
        self.register_buffer("to_parent", bones / bones.sum(1, keepdim=True).clamp(min=1.0))
        self.register_buffer("to_child", bones.T.contiguous())
        self.own, self.above, self.below = (nn.Linear(inputs, outputs) for _ in range(3))
        self.place = nn.Parameter(0.1 * torch.randn(len(parents), outputs))

    def forward(self, x: Tensor) -> Tensor:
        """Return what joints (N, J, outputs) make of their inputs (N, J, inputs)."""
        passed: Tensor = (
            self.own(x) + self.above(self.to_child @ x) + self.below(self.to_parent @ x)
        )
        return passed + self.place


def along_bones(parents: Sequence[int], channels: int, latent: int) -> nn.Sequential:
    """Return an autoencoder of poses (N, 6 J) that convolves along the bones."""
    joints = len(parents)
    return nn.Sequential(
        nn.Unflatten(-1, (joints, NUMBERS)),
        BoneConvolution(parents, NUMBERS, channels),
        nn.GELU(),
        BoneConvolution(parents, channels, channels),
        nn.GELU(),
        nn.Flatten(-2),
        nn.Linear(joints * channels, latent),
        nn.Linear(latent, joints * channels),
        nn.Unflatten(-1, (joints, channels)),
        nn.GELU(),
        BoneConvolution(parents, channels, channels),
        nn.GELU(),
        BoneConvolution(parents, channels, NUMBERS),
        nn.Flatten(-2),
    )


def plain(joints: int, hidden: int, latent: int) -> nn.Sequential:
    """Return an autoencoder of poses (N, 6 J) whose layers are dense."""
    width = joints * NUMBERS
    return nn.Sequential(
        nn.Linear(width, hidden),
        nn.GELU(),
        nn.Linear(hidden, latent),
        nn.Linear(latent, hidden),
        nn.GELU(),
        nn.Linear(hidden, width),
    )


def size(network: nn.Module) -> int:
    """Return the number of weights."""
    return sum(weight.numel() for weight in network.parameters())


def plain_of_size(joints: int, weights: int, latent: int) -> nn.Sequential:
    """Return the plain autoencoder whose size is nearest to a number of weights."""
    per_hidden = size(plain(joints, 2, latent)) - size(plain(joints, 1, latent))
    hidden = 1 + round((weights - size(plain(joints, 1, latent))) / per_hidden)
    return plain(joints, hidden, latent)


@dataclass(frozen=True)
class PoseError:
    """How far an autoencoder's poses are from real ones that it has not seen.

    Attributes:
        name: Name of the autoencoder.
        weights: Their number.
        millimetres: Mean distance of joints, seen from the hips.
        degrees: Mean angle of local rotations.
    """

    name: str
    weights: int
    millimetres: float
    degrees: float


def compare(
    clips: Sequence[Clip],
    held_out: Sequence[Clip],
    *,
    latent: int = 16,
    channels: int = 24,
    steps: int = 3000,
    seed: int = 0,
) -> list[PoseError]:
    """Train both on the same poses and return their errors on held-out clips.

    Args:
        clips: To learn from.
        held_out: Clips to measure on.
        latent: Numbers for a pose.
        channels: Channels of a joint, along the bones; the plain one is as large in all.
        steps: Training steps, of 256 poses each.
        seed: Random seed of weights and of the order of poses.
    """
    codec = Normalisation(features.CANONICAL_LAYOUT)
    known, unseen = _frames_of(clips), _frames_of(held_out)
    codec.fit_scale(known)
    torch.manual_seed(seed)
    bones = along_bones(CANONICAL.parents, channels, latent)
    networks = {
        "along the bones": bones,
        "plain": plain_of_size(len(CANONICAL.joints), size(bones), latent),
    }
    for network in networks.values():
        _train(network, codec.normalise(known)[:, features.PART["rotations"]], steps, seed)
    return [_error(name, network, codec, unseen) for name, network in networks.items()]


def _frames_of(clips: Sequence[Clip]) -> Tensor:
    return torch.from_numpy(np.concatenate([features.from_clip(clip) for clip in clips]))


def _train(network: nn.Module, poses: Tensor, steps: int, seed: int) -> None:
    """Learn to give poses (T, 6 J) back, with a learning rate that falls to nothing."""
    drawn = torch.Generator().manual_seed(seed)
    optimiser = torch.optim.AdamW(network.parameters(), LEARNING_RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    for _ in range(steps):
        batch = poses[torch.randint(len(poses), (BATCH,), generator=drawn)]
        loss = functional.mse_loss(network(batch), batch)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()


@torch.no_grad()
def _error(name: str, network: nn.Module, codec: Normalisation, frames: Tensor) -> PoseError:
    rebuilt_frames = codec.normalise(frames)
    part = features.PART["rotations"]
    rebuilt_frames[:, part] = network(rebuilt_frames[:, part])
    real, rebuilt = (_turned(part.numpy()) for part in (frames, codec.denormalise(rebuilt_frames)))
    cosine = np.abs((real * rebuilt).sum(-1)).clip(max=1.0)
    at = np.zeros((len(frames), 3))
    away = world_positions(CANONICAL, at, real) - world_positions(CANONICAL, at, rebuilt)
    return PoseError(
        name,
        size(network),
        1e3 * float(np.linalg.norm(away, axis=-1).mean()),
        float(np.degrees(2 * np.arccos(cosine)).mean()),
    )


def _turned(frames: Array) -> Array:
    """Local rotations (T, J, 4) of raw features (T, F)."""
    six = frames[:, features.PART["rotations"]].reshape(len(frames), -1, NUMBERS)
    return rotations.from_6d(six.astype(np.float64))
