"""The floor of a picture: a grid of half metres that fades, and the figure's shadow on it."""

import numpy as np
from jaxtyping import Float, UInt8

from motion.compiled import function
from motion.draw.camera import LIGHT

Array = np.ndarray

BACKGROUND = 255 * np.array([0.11, 0.12, 0.15])
FLOOR = 255 * np.array([0.20, 0.215, 0.25])

FADE = 3.0
"""Metres from the target at which e^-1 of the floor is left."""

FARTHEST = 12.0
"""Metres from the target beyond which there is nothing of it."""

LINE = 0.45
"""What a line of the grid adds to the floor's light."""

THINNEST = 0.004
"""Metres: lines do not get thinner than this by coming near."""

DARKNESS = 0.6
"""What a shadow takes from the floor's light."""

_FLOOR = np.array([*BACKGROUND, *FLOOR, FADE, FARTHEST, LINE, THINNEST, DARKNESS])

_draw_floor = function("draw_floor", "nddddndndoo")


def draw_floor(
    size: int, view: Float[Array, "13"], target: Float[Array, "3"], capsules: Float[Array, "L 11"]
) -> UInt8[Array, "3 H W"]:
    """Return a picture of the floor: planes of red, green and blue in 0 to 255.

    Args:
        size: Width and height in pixels.
        view: From `camera.view_of`.
        target: World point in the middle of the picture, metres.
        capsules: What casts shadows, as `draw_capsules` takes it.
    """
    softness = max(0.5, size / 160)
    reach = round(3.0 * softness)
    bell = np.exp(-0.5 * (np.arange(-reach, reach + 1) / softness) ** 2)
    room = np.empty((size + 2 * reach, size), np.float32)
    picture = np.empty((3, size, size), np.uint8)
    shadow = LIGHT, len(capsules), capsules, reach, bell / bell.sum()
    _draw_floor(size, view, _FLOOR, target, *shadow, room, picture)
    return picture
