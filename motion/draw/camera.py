"""Where pictures are seen from: a pinhole camera that never turns, and the light beside it."""

import numpy as np
from jaxtyping import Float

from motion import rotations

Array = np.ndarray

LIGHT = rotations.normalise(np.array([0.45, 0.80, 0.40]))

CAMERA_DIRECTION = np.array([0.42, 0.20, 0.885])
"""From the figure to the camera: before it, a little from its left and above."""

FOCAL_LENGTH = 2.2
"""In half picture heights: a long lens, little distortion."""


def _axes() -> Float[Array, "3 3"]:
    """Return the camera's right, up and back."""
    back = rotations.normalise(CAMERA_DIRECTION)
    right = rotations.normalise(np.cross([0.0, 1.0, 0.0], back))
    return np.stack([right, np.cross(back, right), back])


_AXES = _axes()


def view_of(target: Float[Array, "3"], reach: float, size: int) -> Float[Array, "13"]:
    """Return the camera that sees all within a distance of a point, metres, as C takes it.

    Its position, its right, up and back, and its focal length in pixels.
    """
    position = target + _AXES[2] * reach * np.hypot(1.0, FOCAL_LENGTH)
    return np.concatenate([position, _AXES.ravel(), [FOCAL_LENGTH * size / 2]])
