"""The floor of a picture: a grid of half metres that fades, and the figure's shadow on it."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Float, Float32

from motion.draw.camera import FOCAL_LENGTH, LIGHT, Camera, pixels, rays

Array = np.ndarray

BACKGROUND = np.array([0.11, 0.12, 0.15], np.float32)
FLOOR = np.array([0.20, 0.215, 0.25], np.float32)

STRIP = 16
"""Rows that are drawn together: what lies between is then small enough for the processor's cache,
and a picture of 640 pixels takes half as long."""


@dataclass(frozen=True, eq=False)
class _Floor:
    """What a camera sees of the floor wherever it goes, from the first row below the horizon.

    Attributes:
        x, z: Where the floor is under each pixel, half metres from the target.
        sharpness: Pixels per half metre there, bounded.
        fade: How much of the floor is seen.
        background: What is seen of the background.
    """

    x: Float32[Array, "R W"]
    z: Float32[Array, "R W"]
    sharpness: Float32[Array, "R W"]
    fade: Float32[Array, "R W"]
    background: Float32[Array, "R W 3"]


@lru_cache(maxsize=4)
def _floor(size: int, reach: float, height: float) -> _Floor:
    """Return what is seen of the floor by a camera whose target is at a height, metres."""
    eye = Camera.looking_at(np.array([0.0, height, 0.0]), reach, size).position
    down = rays(size)
    down = down[down[:, 0, 1] < 0]  # the horizon lies level, for the camera does not roll
    distance = -eye[1] / down[..., 1]
    x, z = eye[0] + down[..., 0] * distance, eye[2] + down[..., 2] * distance
    fade = np.exp((x**2 + z**2) / np.float32(-9.0))
    width = distance / np.float32(FOCAL_LENGTH * size / 2)
    sharpness = 1 / np.maximum(width, np.float32(0.004))
    return _Floor(2 * x, 2 * z, sharpness / 2, fade, BACKGROUND * (1 - fade[..., None]))


def draw_floor(
    camera: Camera,
    target: Float[Array, "3"],
    reach: float,
    ends: Float[Array, "L 2 3"],
    radii: Float[Array, "L 2"],
) -> Float32[Array, "H W 3"]:
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
    picture = np.empty((camera.size, camera.size, 3), np.float32)
    horizon = camera.size - len(floor.x)
    picture[:horizon] = BACKGROUND
    below, shadow = picture[horizon:], _shadow(camera, ends, radii)[horizon:]
    x, z = np.float32(2 * target[0]), np.float32(2 * target[2])
    for first in range(0, len(below), STRIP):
        rows = slice(first, first + STRIP)
        off = np.minimum(_off_line(floor.x[rows] + x), _off_line(floor.z[rows] + z))
        lines = np.clip(np.float32(1.5) - off * floor.sharpness[rows], 0, 1)
        shown = (1 + np.float32(0.45) * lines) * (1 - np.float32(0.6) * shadow[rows])
        shown *= floor.fade[rows]
        np.add(cv2.merge([shown * part for part in FLOOR]), floor.background[rows], out=below[rows])
    return picture


def _off_line(x: Float32[Array, "R W"]) -> Float32[Array, "R W"]:
    """Return how far from the nearest line of the grid places are, half metres."""
    off: Array = np.abs(x - np.rint(x))
    return off


def _shadow(
    camera: Camera, ends: Float[Array, "L 2 3"], radii: Float[Array, "L 2"]
) -> Float32[Array, "H W"]:
    """Return how much of the light the figure keeps from each pixel of the floor."""
    import cv2

    mask = np.zeros((camera.size, camera.size), np.uint8)
    onto_floor = ends - LIGHT * (ends[..., 1:2] / LIGHT[1])
    places, scale = camera.project(onto_floor.reshape(-1, 3))
    widths = 1.5 * radii.max(axis=1) * scale[::2]
    for (start, end), width in zip(pixels(places.reshape(-1, 2, 2)), widths, strict=True):
        cv2.line(mask, start, end, 255, max(1, round(float(width))), cv2.LINE_AA)
    softness = max(0.5, camera.size / 160)
    shadow = np.zeros_like(mask, np.float32)
    # Only where the shadow falls: blurring the whole picture takes longer than all else here.
    if len(places):
        margin = widths.max() + 4.0 * softness + 2.0
        low = np.clip(places.min(axis=0) - margin, 0, camera.size).astype(int)
        high = np.clip(places.max(axis=0) + margin, 0, camera.size).astype(int)
        if (high > low).all():
            falls = slice(low[1], high[1]), slice(low[0], high[0])
            # In 32 bits from the start: OpenCV's own blur of bytes takes four times as long.
            bell = cv2.getGaussianKernel(round(6.0 * softness) | 1, softness).astype(np.float32)
            shadow[falls] = cv2.sepFilter2D(mask[falls], cv2.CV_32F, bell, bell / np.float32(255.0))
    return shadow
