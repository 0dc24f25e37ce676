"""Pictures of poses: a shaded figure of capsules on a floor grid, drawn in NumPy and OpenCV.

Every capsule is ray-cast inside its own rectangle of the picture against one depth buffer.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

import numpy as np
from jaxtyping import Float, Float32, Int, UInt8
from scipy.ndimage import gaussian_filter1d

from motion import rotations
from motion.clip import Clip
from motion.draw.drawing import Drawing
from motion.skeleton import CANONICAL, Skeleton

Array = np.ndarray

BACKGROUND = np.array([0.11, 0.12, 0.15], np.float32)
FLOOR = np.array([0.20, 0.215, 0.25], np.float32)
LIGHT = rotations.normalise(np.array([0.45, 0.80, 0.40])).astype(np.float32)

CAMERA_DIRECTION = np.array([0.42, 0.20, 0.885])
"""From the figure to the camera: before it, a little from its left and above."""

FOCAL_LENGTH = 2.2
"""In half picture heights: a long lens, little distortion."""

FOLLOW_SECONDS = 0.8
"""Standard deviation of the smoothing of the camera's path."""

ENCODING = {"crf": "17", "preset": "veryfast"}
"""Of x264: in a third of its usual preset's time, hardly worse to look at."""


def render(drawing: Drawing, size: int = 640) -> Iterator[UInt8[Array, "H W 3"]]:
    """Yield one square RGB picture per frame; the camera follows what moves.

    Args:
        drawing: What to draw.
        size: Width and height in pixels.
    """
    target = _camera_path(drawing)
    reach = _reach(drawing.points, target)
    for frame, points in enumerate(drawing.points):
        yield _picture(drawing, points, target[frame], reach, size)


def write_video(
    clip: Clip | Drawing,
    path: Path,
    size: int = 640,
    drawn: Callable[[int], None] = lambda _: None,
) -> None:
    """Write pictures of all frames as an H.264 video at the clip's rate.

    Args:
        clip: At least one frame.
        path: Ends in the suffix of a container for H.264, such as .mp4.
        size: Width and height in pixels, even.
        drawn: Told how many frames are done, after each.
    """
    import av

    drawing = clip if isinstance(clip, Drawing) else Drawing.from_clip(clip)
    with av.open(str(path), "w") as video:
        rate = Fraction(drawing.fps).limit_denominator(1001)
        stream = video.add_stream("libx264", rate, options=ENCODING)
        stream.pix_fmt = "yuv420p"
        stream.width = stream.height = size
        for done, picture in enumerate(render(drawing, size), 1):
            video.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
            drawn(done)
        video.mux(stream.encode())


def contact_sheet(clips: Sequence[Clip], frames: int = 8, size: int = 200) -> UInt8[Array, "H W 3"]:
    """Return one picture: a row per clip, with poses evenly spread over its time.

    Args:
        clips: One row each, named.
        frames: Pictures per row.
        size: Width and height of each picture in pixels.
    """
    rows = []
    for clip in clips:
        picked = np.linspace(0, len(clip) - 1, frames).round().astype(int)
        target = clip.hips * [1.0, 0.0, 1.0] + [0.0, 0.8, 0.0]
        reach = _reach(clip.world_positions(), target)
        cells = [
            render_pose(clip.hips[f], clip.rotations[f], target[f], reach, size, clip.skeleton)
            for f in picked
        ]
        rows.append(_titled(np.concatenate(cells, axis=1), clip.name))
    return np.concatenate(rows, axis=0)


def _titled(picture: UInt8[Array, "H W 3"], title: str) -> UInt8[Array, "H W 3"]:
    import cv2

    written: UInt8[Array, "H W 3"] = cv2.putText(
        picture.copy(),
        title,
        (6, 14),
        cv2.FONT_HERSHEY_SIMPLEX,
        0.42,
        (235, 235, 235),
        1,
        cv2.LINE_AA,
    )
    return written


def _camera_path(drawing: Drawing) -> Float[Array, "T 3"]:
    """Return where the camera looks: the points' mean place on the floor, smoothed, at 0.8 m."""
    path = np.nanmean(drawing.points, axis=1) * [1.0, 0.0, 1.0] + [0.0, 0.8, 0.0]
    return gaussian_filter1d(path, FOLLOW_SECONDS * drawing.fps, axis=0, mode="nearest")


def _reach(points: Float[Array, "T P 3"], target: Float[Array, "T 3"]) -> float:
    """Return the radius about the target that holds all points in nearly all frames, metres."""
    distances = np.nanmax(np.linalg.norm(points - target[:, None], axis=-1), axis=1)
    return float(max(0.95, np.percentile(distances, 98.0) + 0.15))


@dataclass(frozen=True, eq=False)
class _Camera:
    """A pinhole camera; pixels have their origin at the upper left."""

    position: Float[Array, "3"]
    axes: Float[Array, "3 3"]
    size: int

    @staticmethod
    def looking_at(target: Float[Array, "3"], reach: float, size: int) -> "_Camera":
        axes = _camera_axes()
        position = target + axes[2] * reach * np.hypot(1.0, FOCAL_LENGTH)
        return _Camera(position.astype(np.float32), axes, size)

    def project(self, points: Float[Array, "N 3"]) -> tuple[Float[Array, "N 2"], Float[Array, "N"]]:
        """Return pixels, and pixels per metre, of world points."""
        x, y, z = ((points - self.position) @ self.axes.T).T
        scale = FOCAL_LENGTH * self.size / 2 / np.maximum(-z, 0.05)
        return np.stack([self.size / 2 + x * scale, self.size / 2 - y * scale], axis=1), scale

    def rays(self) -> Float32[Array, "H W 3"]:
        """Return unit directions through all pixels."""
        return _rays(self.size)


def _camera_axes() -> Float[Array, "3 3"]:
    """Return the camera's right, up and back; it never turns."""
    back = rotations.normalise(CAMERA_DIRECTION)
    right = rotations.normalise(np.cross([0.0, 1.0, 0.0], back))
    return np.stack([right, np.cross(back, right), back])


@lru_cache(maxsize=4)
def _rays(size: int) -> Float32[Array, "H W 3"]:
    across = (np.arange(size) + 0.5) / size * 2.0 - 1.0
    x, y = np.meshgrid(across, -across)
    through = np.stack([x, y, np.full_like(x, -FOCAL_LENGTH)], axis=-1)
    return rotations.normalise(through @ _camera_axes()).astype(np.float32)


def render_pose(
    hips: Float[Array, "3"],
    local_rotations: Float[Array, "J 4"],
    target: Float[Array, "3"],
    reach: float,
    size: int,
    skeleton: Skeleton = CANONICAL,
) -> UInt8[Array, "H W 3"]:
    """Return one square RGB picture of a pose.

    Args:
        hips: World position of the hips, metres.
        local_rotations: Local unit quaternions.
        target: World point in the middle of the picture, metres.
        reach: What lies within this distance of the target is in the picture, metres.
        size: Width and height in pixels.
        skeleton: The skeleton of the pose.
    """
    pose = Drawing.from_clip(Clip("", 1.0, hips[None], local_rotations[None], skeleton=skeleton))
    return _picture(pose, pose.points[0], target, reach, size)


def _picture(
    drawing: Drawing,
    points: Float[Array, "P 3"],
    target: Float[Array, "3"],
    reach: float,
    size: int,
) -> UInt8[Array, "H W 3"]:
    """Draw the lines whose ends are known."""
    import cv2

    camera = _Camera.looking_at(target, reach, size)
    known = np.isfinite(points[drawing.lines]).all((1, 2))
    ends = points[drawing.lines[known]].astype(np.float32)
    radii, colours = drawing.radii[known], drawing.colours[known].astype(np.float32)
    picture = _draw_floor(camera, target, reach, ends, radii)
    depth = np.full(size * size, np.inf, np.float32)
    for line in zip(ends[:, 0], ends[:, 1], radii, colours, strict=True):
        _draw_capsule(picture.reshape(-1, 3), depth, camera, *line)
    # Saturates, and rounds what truncating would have left: one pass over the picture, not three.
    levels: UInt8[Array, "H W 3"] = cv2.convertScaleAbs(picture, alpha=255.0, beta=-0.5)
    return levels


@dataclass(frozen=True, eq=False)
class _Floor:
    """What a camera sees of the floor wherever it goes, from the first row below the horizon.

    Attributes:
        x, z: Where the floor is under each pixel, metres from the target.
        sharpness: Pixels per metre there, bounded.
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
    camera = _Camera.looking_at(np.array([0.0, height, 0.0]), reach, size)
    rays, eye = camera.rays(), camera.position
    rays = rays[rays[:, 0, 1] < 0]  # the horizon lies level, for the camera does not roll
    distance = -eye[1] / rays[..., 1]
    x, z = eye[0] + rays[..., 0] * distance, eye[2] + rays[..., 2] * distance
    fade = np.exp((x**2 + z**2) / np.float32(-9.0))
    pixel = distance / np.float32(FOCAL_LENGTH * size / 2)
    sharpness = 1 / np.maximum(pixel, np.float32(0.004))
    return _Floor(x, z, sharpness, fade, BACKGROUND * (1 - fade[..., None]))


def _draw_floor(
    camera: _Camera,
    target: Float[Array, "3"],
    reach: float,
    ends: Float[Array, "L 2 3"],
    radii: Float[Array, "L 2"],
) -> Float32[Array, "H W 3"]:
    """Return a picture of the floor: a grid of half metres that fades, and the figure's shadow."""
    import cv2

    floor = _floor(camera.size, reach, float(target[1]))
    x, z = floor.x + np.float32(target[0]), floor.z + np.float32(target[2])
    lines = np.maximum(_line(x, floor.sharpness), _line(z, floor.sharpness))
    shadow = _shadow(camera, ends, radii)[camera.size - len(x) :]
    brightness = (1 + np.float32(0.45) * lines) * (1 - np.float32(0.6) * shadow)
    picture = np.empty((camera.size, camera.size, 3), np.float32)
    picture[: -len(x)] = BACKGROUND
    shown = brightness * floor.fade
    np.add(cv2.merge([shown * part for part in FLOOR]), floor.background, out=picture[-len(x) :])
    return picture


def _line(x: Float32[Array, "R W"], sharpness: Float32[Array, "R W"]) -> Float32[Array, "R W"]:
    """Return 1 on lines half a metre apart, softly 0 beside them."""
    off = np.abs(x - np.rint(x * 2) / 2)
    return np.clip(np.float32(1.5) - off * sharpness, 0, 1)


def _shadow(
    camera: _Camera, ends: Float[Array, "L 2 3"], radii: Float[Array, "L 2"]
) -> Float[Array, "H W"]:
    """Return how much of the light the figure keeps from each pixel of the floor."""
    import cv2

    mask = np.zeros((camera.size, camera.size), np.uint8)
    onto_floor = ends - LIGHT * (ends[..., 1:2] / LIGHT[1])
    pixels, scale = camera.project(onto_floor.reshape(-1, 3))
    widths = 1.5 * radii.max(axis=1) * scale[::2]
    for (a, b), width in zip(pixels.reshape(-1, 2, 2), widths, strict=True):
        cv2.line(mask, _pixel(a), _pixel(b), 255, max(1, round(float(width))), cv2.LINE_AA)
    softness = max(0.5, camera.size / 160)
    shadow = np.zeros_like(mask, np.float32)
    # Only where the shadow falls: blurring the whole picture takes longer than all else here.
    if len(pixels):
        margin = widths.max() + 4.0 * softness + 2.0
        low = np.clip(pixels.min(axis=0) - margin, 0, camera.size).astype(int)
        high = np.clip(pixels.max(axis=0) + margin, 0, camera.size).astype(int)
        if (high > low).all():
            falls = slice(low[1], high[1]), slice(low[0], high[0])
            blurred = cv2.GaussianBlur(mask[falls], (0, 0), softness)
            shadow[falls] = blurred / np.float32(255.0)
    return shadow


def _pixel(point: Float[Array, "2"]) -> tuple[int, int]:
    x, y = np.clip(point, -1e4, 1e4).round().astype(int)
    return int(x), int(y)


def _draw_capsule(
    picture: Float32[Array, "P 3"],
    depth: Float32[Array, "P"],
    camera: _Camera,
    start: Float32[Array, "3"],
    end: Float32[Array, "3"],
    radii: Float[Array, "2"],
    colour: Float32[Array, "3"],
) -> None:
    """Ray-cast one capsule into picture and depth buffer.

    The ray's point nearest to the axis tells the place along it, and so the radius; the surface
    lies before that point by what Pythagoras leaves.
    """
    pixels = _pixels_about(camera, start, end, radii.max())
    rays = camera.rays().reshape(-1, 3).take(pixels, 0)
    axis, from_start = end - start, camera.position - start
    along, across = np.stack([axis, from_start]) @ rays.T
    squared, offset = max(float(axis @ axis), 1e-12), from_start @ axis
    part = (offset - along * across) / np.maximum(np.float32(squared) - along**2, np.float32(1e-9))
    part = np.clip(part, 0, 1)
    reached = part * along - across
    # Of the vector from the camera to the axis; the ray has unit length.
    length = from_start @ from_start + part * (part * np.float32(squared) - 2 * offset)
    away = length - reached**2
    radius = np.float32(radii[0]) + part * np.float32(radii[1] - radii[0])
    before = np.sqrt(np.maximum(radius**2 - away, 0))
    coverage = (radius - np.sqrt(np.maximum(away, 0))) / reached
    coverage = coverage * np.float32(FOCAL_LENGTH * camera.size / 2) + np.float32(0.5)
    distance = reached - before
    seen = np.flatnonzero((coverage > 0) & (distance < depth[pixels]))
    pixels, rays = pixels[seen], rays.take(seen, 0)
    coverage, distance = np.minimum(coverage[seen], 1), distance[seen]
    normal = distance[:, None] * rays + from_start - part[seen, None] * axis
    normal /= np.maximum(_length(normal), np.float32(1e-9))[:, None]
    lit = _lit(colour, normal, rays, _glossy(camera.size).take(pixels, 0))
    behind = picture.take(pixels, 0)
    picture[pixels] = behind + coverage[:, None] * (lit - behind)
    solid = coverage > 0.5
    depth[pixels[solid]] = distance[solid]


def _length(vectors: Float32[Array, "P 3"]) -> Float32[Array, "P"]:
    return np.sqrt(np.einsum("pi,pi->p", vectors, vectors))


@lru_cache(maxsize=4)
def _glossy(size: int) -> Float32[Array, "P 3"]:
    """Return for all pixels the normal of a surface that mirrors the light into the camera."""
    return rotations.normalise(LIGHT - _rays(size)).astype(np.float32).reshape(-1, 3)


def _pixels_about(
    camera: _Camera, start: Float[Array, "3"], end: Float[Array, "3"], radius: float
) -> Int[Array, "P"]:
    """Return the numbers of all pixels that a capsule may cover, row by row."""
    import cv2

    points, scale = camera.project(np.stack([start, end]))
    margin = 1.2 * radius * scale.max() + 2.0
    low = np.maximum(points.min(axis=0) - margin, 0).astype(int)
    high = np.minimum(points.max(axis=0) + margin, camera.size).astype(int)
    if (high <= low).any():
        return np.empty(0, int)
    near = np.zeros(high[::-1] - low[::-1], np.uint8)
    a, b = (_pixel(point - low) for point in points)
    cv2.line(near, a, b, 1, 2 * math.ceil(margin))  # with round ends
    rows, columns = np.nonzero(near)
    return (rows + low[1]) * camera.size + columns + low[0]


def _lit(
    colour: Float32[Array, "3"],
    normal: Float32[Array, "P 3"],
    rays: Float32[Array, "P 3"],
    glossy: Float32[Array, "P 3"],
) -> Float32[Array, "P 3"]:
    """Return the colour of a surface: sky light, key light, a soft highlight and a dark rim."""
    sky = np.float32(0.42) + np.float32(0.18) * normal[:, 1]
    key = np.float32(0.62) * np.maximum(normal @ LIGHT, 0)
    mirrored = np.maximum(np.einsum("pi,pi->p", normal, glossy), 0)
    # To the power of 24; NumPy's own power takes a hundred times as long.
    gloss = np.float32(0.16) * np.square(np.square(np.square(mirrored * mirrored * mirrored)))
    rim = np.clip(np.float32(-2.2) * np.einsum("pi,pi->p", normal, rays), 0, 1)
    shade = (sky + key) * (np.float32(0.7) + np.float32(0.3) * rim)
    return colour * shade[:, None] + gloss[:, None]
