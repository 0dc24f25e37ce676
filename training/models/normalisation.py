"""Features as networks see them: zero in the mean, and as large as they matter."""

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from motion.features import Layout

Array = np.ndarray

NARROWEST = 0.02
"""Smallest standard deviation of a density, in normalised features: motion capture's own noise.

Without it likelihoods would be without bound, as some features are bound to others.
"""


def importance(frames: Float[Array, "T F"], layout: Layout) -> Float[Array, "F"]:
    """Return what one standard deviation of each feature moves the body by, about, in metres.

    A joint's rotation moves all that hangs on it; velocities act over half a second, as what they
    get wrong adds up; contacts move nothing.
    """
    part, reach = layout.part, layout.skeleton.reach[layout.skeleton.turning]
    scale = np.empty(layout.width)
    scale[part["root_velocity"]] = 0.5
    scale[part["turn_rate"]] = 0.15
    scale[part["hips_height"]] = 2.0
    scale[part["rotations"]] = np.repeat(np.maximum(reach, 0.05), 6)
    scale[part["contacts"]] = 0.003
    return scale * frames.std(0)


class Normalisation(nn.Module):
    """Takes raw features to normalised ones and back; every model carries its own."""

    mean: Tensor
    scale: Tensor

    def __init__(self, layout: Layout) -> None:
        super().__init__()
        self.layout = layout
        self.register_buffer("mean", torch.zeros(layout.width))
        self.register_buffer("scale", torch.ones(layout.width))

    @torch.no_grad()
    def fit_scale(self, frames: Tensor) -> None:
        """Fit to raw features (T, F): large where a standard deviation moves the body far."""
        weight = importance(frames.numpy(), self.layout)
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
