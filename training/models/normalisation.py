"""Features as networks see them: zero in the mean, and as large as they matter."""

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from motion import features
from motion.skeleton import CANONICAL

Array = np.ndarray

NARROWEST = 0.02
"""Smallest standard deviation of a density, in normalised features: motion capture's own noise.

Without it likelihoods would be without bound, as some features are bound to others.
"""


def importance(frames: Float[Array, "T F"]) -> Float[Array, "F"]:
    """Return what one standard deviation of each feature moves the body by, about, in metres.

    A joint's rotation moves all that hangs on it; velocities act over half a second, as what they
    get wrong adds up; contacts move nothing.
    """
    reach = np.zeros(len(CANONICAL.joints))
    for joint in range(len(CANONICAL.joints) - 1, 0, -1):
        parent = CANONICAL.parents[joint]
        length = float(np.linalg.norm(CANONICAL.rest_offsets[joint]))
        reach[parent] = max(reach[parent], reach[joint] + length)
    scale = np.empty(features.WIDTH)
    scale[features.PART["root_velocity"]] = 0.5
    scale[features.PART["turn_rate"]] = 0.15
    scale[features.PART["hips_height"]] = 2.0
    scale[features.PART["rotations"]] = np.repeat(np.maximum(reach, 0.05), 6)
    scale[features.PART["contacts"]] = 0.003
    return scale * frames.std(0)


class Normalisation(nn.Module):
    """Takes raw features to normalised ones and back; every model carries its own."""

    mean: Tensor
    scale: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(features.WIDTH))
        self.register_buffer("scale", torch.ones(features.WIDTH))

    @torch.no_grad()
    def fit_scale(self, frames: Tensor) -> None:
        """Fit to raw features (T, F): large where a standard deviation moves the body far."""
        weight = importance(frames.numpy())
        weight /= np.sqrt(np.mean(weight**2))
        flat = frames.double()
        self.mean.copy_(flat.mean(0))
        self.scale.copy_(flat.std(0).clamp(min=1e-3) / torch.from_numpy(weight).clamp(min=1e-3))

    def normalise(self, frames: Tensor) -> Tensor:
        """Raw to normalised features (..., F)."""
        return (frames - self.mean) / self.scale

    def denormalise(self, frames: Tensor) -> Tensor:
        """Normalised to raw features (..., F)."""
        return frames * self.scale + self.mean
