"""The other dancer, as a model that heeds one sees it: from the own facing frame."""

from typing import Final

import numpy as np
from jaxtyping import Float

from motion import features

Array = np.ndarray

WIDTH: Final = features.WIDTH + 5
"""Of a frame: the other's features; where it is, x and z in metres, and the sine and cosine of its
facing, all from the own root; and 1, or zeros throughout where nobody is there."""

PLACE: Final = slice(features.WIDTH, WIDTH - 1)
PRESENT: Final = WIDTH - 1


def seen(
    frames: Float[Array, "T F"], root: Float[Array, "*T 3"], own_root: Float[Array, "*T 3"]
) -> Float[Array, "T W"]:
    """Return what is seen of the other dancer, float32.

    Args:
        frames: The other's features.
        root: Where the other is; one root stands for all frames.
        own_root: Where the own figure is at the same time.
    """
    away = np.broadcast_to(features.relative_root(own_root, root), (len(frames), 3))
    facing = np.column_stack([np.sin(away[:, 2]), np.cos(away[:, 2])])
    return np.column_stack([frames, away[:, :2], facing, np.ones(len(frames))]).astype(np.float32)
