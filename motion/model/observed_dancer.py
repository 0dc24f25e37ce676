"""Another dancer, as a model sees it that responds to one: from its own facing frame."""

from typing import Final

import numpy as np
from jaxtyping import Float

from motion import features

Array = np.ndarray

WIDTH: Final = features.WIDTH + 5
"""Width of a frame: the other's features; its place, x and z in metres, and the sine and cosine of
its facing, all from the own root; and 1, or zeros throughout where nobody is there."""

PLACE: Final = slice(features.WIDTH, WIDTH - 1)
PRESENT: Final = WIDTH - 1


def observe(
    frames: Float[Array, "T F"], root: Float[Array, "*T 3"], own_root: Float[Array, "*T 3"]
) -> Float[Array, "T W"]:
    """Return the other dancer as it is seen from the own root, float32.

    Args:
        frames: The other's features.
        root: Roots of the other; one root stands for all frames.
        own_root: Roots of the own figure at the same times.
    """
    away = np.broadcast_to(features.relative_root(own_root, root), (len(frames), 3))
    facing = np.column_stack([np.sin(away[:, 2]), np.cos(away[:, 2])])
    return np.column_stack([frames, away[:, :2], facing, np.ones(len(frames))]).astype(np.float32)
