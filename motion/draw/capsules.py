"""Capsules ray-cast into a picture: round lines between two points, a radius at either.

A depth buffer tells what is seen of them; that is lit, and its edges are laid over what is behind.
"""

import numpy as np
from jaxtyping import Float, UInt8

from motion.compiled import function
from motion.draw.camera import LIGHT

Array = np.ndarray

_ROWS, _ROWS_OF_EACH = 2, 4

_draw_capsules = function("draw_capsules", "nddndoo")


def draw_capsules(
    picture: UInt8[Array, "3 H W"], view: Float[Array, "13"], capsules: Float[Array, "L 11"]
) -> None:
    """Draw capsules into a picture.

    Args:
        picture: Planes of red, green and blue in 0 to 255; changed.
        view: From `camera.view_of`.
        capsules: World positions of both ends, metres, the radii there, and red, green and blue in
            0 to 255.
    """
    # The farthest first, so that the edges of near ones are blended with what lies behind.
    away = np.linalg.norm(capsules[:, :3] + capsules[:, 3:6] - 2 * view[:3], axis=1)
    ordered, size = capsules[np.argsort(-away)], picture.shape[1]
    room = np.empty((_ROWS + _ROWS_OF_EACH * len(capsules), size), np.float32)
    _draw_capsules(size, view, LIGHT, len(capsules), ordered, room, picture)
