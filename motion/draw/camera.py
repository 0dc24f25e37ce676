"""Where pictures are seen from: a pinhole camera that never turns, and the light beside it."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from jaxtyping import Float, Float32

from motion import rotations

Array = np.ndarray

LIGHT = rotations.normalise(np.array([0.45, 0.80, 0.40])).astype(np.float32)

CAMERA_DIRECTION = np.array([0.42, 0.20, 0.885])
"""From the figure to the camera: before it, a little from its left and above."""

FOCAL_LENGTH = 2.2
"""In half picture heights: a long lens, little distortion."""


@dataclass(frozen=True, eq=False)
class Camera:
    """A camera at a place; pixels have their origin at the upper left."""

    position: Float[Array, "3"]
    axes: Float[Array, "3 3"]
    size: int

    @staticmethod
    def looking_at(target: Float[Array, "3"], reach: float, size: int) -> "Camera":
        """Return the camera that sees all within a distance of a point, metres."""
        axes = _axes()
        position = target + axes[2] * reach * np.hypot(1.0, FOCAL_LENGTH)
        return Camera(position.astype(np.float32), axes, size)

    def project(self, points: Float[Array, "N 3"]) -> tuple[Float[Array, "N 2"], Float[Array, "N"]]:
        """Return pixels, and pixels per metre, of world points."""
        x, y, z = ((points - self.position) @ self.axes.T).T
        scale = FOCAL_LENGTH * self.size / 2 / np.maximum(-z, 0.05)
        return np.stack([self.size / 2 + x * scale, self.size / 2 - y * scale], axis=1), scale


def _axes() -> Float[Array, "3 3"]:
    """Return the camera's right, up and back."""
    back = rotations.normalise(CAMERA_DIRECTION)
    right = rotations.normalise(np.cross([0.0, 1.0, 0.0], back))
    return np.stack([right, np.cross(back, right), back])


@lru_cache(maxsize=4)
def rays(size: int) -> Float32[Array, "H W 3"]:
    """Return unit directions through all pixels of a picture."""
    across = (np.arange(size) + 0.5) / size * 2.0 - 1.0
    x, y = np.meshgrid(across, -across)
    through = np.stack([x, y, np.full_like(x, -FOCAL_LENGTH)], axis=-1)
    return rotations.normalise(through @ _axes()).astype(np.float32)


def pixels(points: Float[Array, "*batch 2"]) -> list[Any]:
    """Return the pixels of points, bounded, for OpenCV."""
    found: list[Any] = np.clip(points, -1e4, 1e4).round().astype(int).tolist()
    return found
