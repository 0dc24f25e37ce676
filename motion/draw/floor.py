"""The floor of a picture: a grid of half metres that fades, and the figure's shadow on it."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Float, UInt8, UInt16

from motion.draw.camera import FOCAL_LENGTH, LIGHT, Camera, pixels, rays

Array = np.ndarray

BACKGROUND = np.array([0.11, 0.12, 0.15])
FLOOR = np.array([0.20, 0.215, 0.25])

LIT = 170.0
"""Level that stands for the floor between lines in the shades of a picture."""

LINE = 0.45 * LIT
"""What a line of the grid adds to that."""

PER_HALF_METRE = 2**16
"""Places are whole numbers that pass over from one line of the grid to the next."""


@dataclass(frozen=True, eq=False)
class _Floor:
    """What a camera sees of the floor wherever it goes, from the first row below the horizon.

    Attributes:
        x, z: Where the floor is under each pixel, from the target, without whole half metres.
        sharpness: 256ths of a pixel per half metre there, bounded.
        background: The picture without the floor.
        colour: The floor's part in the picture where it is lit, in levels of 1 / `SCALE`.
    """

    x: UInt16[Array, "R W"]
    z: UInt16[Array, "R W"]
    sharpness: UInt16[Array, "R W"]
    background: UInt8[Array, "H W 3"]
    colour: UInt8[Array, "R W 3"]


SCALE = 255 / (255 * FLOOR.max())
"""Stretches the floor's colours over all levels, so that little is lost by rounding them."""


@lru_cache(maxsize=4)
def _floor(size: int, reach: float, height: float) -> _Floor:
    """Return what is seen of the floor by a camera whose target is at a height, metres."""
    eye = Camera.looking_at(np.array([0.0, height, 0.0]), reach, size).position
    down = rays(size).astype(float)
    down = down[down[:, 0, 1] < 0]  # the horizon lies level, for the camera does not roll
    distance = -eye[1] / down[..., 1]
    x, z = eye[0] + down[..., 0] * distance, eye[2] + down[..., 2] * distance
    fade = np.exp((x**2 + z**2) / -9.0)[..., None]
    width = np.maximum(distance / (FOCAL_LENGTH * size / 2), 0.004)
    background = np.tile(255 * BACKGROUND, (size, size, 1))
    background[size - len(down) :] *= 1 - fade
    # Half a level less, as levels are cut off and not rounded elsewhere.
    return _Floor(
        _without_half_metres(x),
        _without_half_metres(z),
        (128 / width).round().astype(np.uint16),
        (background - 0.5).round().astype(np.uint8),
        (255 * SCALE * FLOOR * fade).round().astype(np.uint8),
    )


def _without_half_metres(x: Float[Array, "*batch"]) -> UInt16[Array, "*batch"]:
    return ((2 * x % 1) * PER_HALF_METRE).astype(np.int64).astype(np.uint16)


def draw_floor(
    camera: Camera,
    target: Float[Array, "3"],
    reach: float,
    ends: Float[Array, "L 2 3"],
    radii: Float[Array, "L 2"],
) -> UInt8[Array, "H W 3"]:
    """Return a picture of the floor.

    Args:
        camera: Who sees it.
        target: World point in the middle of the picture, metres.
        reach: What the camera was made for, metres.
        ends: Ends of the lines that cast shadows, metres.
        radii: Radii at these ends, metres.
    """
    import cv2

    floor = _floor(camera.size, reach, float(target[1]))
    shades = _grid(floor, target)
    horizon = camera.size - len(shades)
    _darken(shades, horizon, camera, ends, radii)
    picture = floor.background.copy()
    lit = cv2.multiply(cv2.merge([shades] * 3), floor.colour, scale=1 / (LIT * SCALE))
    cv2.add(picture[horizon:], lit, dst=picture[horizon:])
    return picture


def _grid(floor: _Floor, target: Float[Array, "3"]) -> UInt8[Array, "R W"]:
    """Return shades of the floor without shadows: `LIT`, and more on lines of the grid."""
    import cv2

    off = np.minimum(
        *(
            np.abs((places + _without_half_metres(start)).view(np.int16)).view(np.uint16)
            for places, start in ((floor.x, target[0]), (floor.z, target[2]))
        )
    )
    # By the distance from the nearest line in pixels; as from 1.5 of them there is no line.
    fall = cv2.multiply(off, floor.sharpness, scale=LINE / 256 / PER_HALF_METRE, dtype=cv2.CV_8U)
    return np.clip(cv2.subtract(LIT + 1.5 * LINE, fall), round(LIT), round(LIT + LINE))


def _darken(
    shades: UInt8[Array, "R W"],
    horizon: int,
    camera: Camera,
    ends: Float[Array, "L 2 3"],
    radii: Float[Array, "L 2"],
) -> None:
    """Take from shades of the floor the light that the figure keeps from it."""
    import cv2

    if not len(ends):
        return
    onto_floor = ends - LIGHT * (ends[..., 1:2] / LIGHT[1])
    places, scale = camera.project(onto_floor.reshape(-1, 3))
    places -= [0, horizon]
    widths = 1.5 * radii.max(axis=1) * scale[::2]
    softness = max(0.5, camera.size / 160)
    # Only where the shadow falls: blurring the whole picture takes longer than all else here.
    margin = widths.max() + 4.0 * softness + 2.0
    low = np.clip(places.min(axis=0) - margin, 0, shades.shape[::-1]).astype(int)
    high = np.clip(places.max(axis=0) + margin, 0, shades.shape[::-1]).astype(int)
    if (high <= low).any():
        return
    mask = np.zeros(tuple(high - low)[::-1], np.uint8)
    lines = pixels(places.reshape(-1, 2, 2) - low)
    for (start, end), width in zip(lines, widths, strict=True):
        cv2.line(mask, start, end, 255, max(1, round(float(width))))
    # In 32 bits from the start: OpenCV's own blur of bytes takes four times as long.
    bell = cv2.getGaussianKernel(round(6.0 * softness) | 1, softness).astype(np.float32)
    shadow = cv2.sepFilter2D(mask, cv2.CV_32F, bell, bell * np.float32(-0.6 / 255.0), delta=1.0)
    under = shades[low[1] : high[1], low[0] : high[0]]
    cv2.multiply(under, shadow, dst=under, dtype=cv2.CV_8U)
