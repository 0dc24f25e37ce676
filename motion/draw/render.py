"""Pictures of poses: a shaded figure of capsules on a floor grid, drawn by the compiled loops."""

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
from jaxtyping import Float, UInt8

from motion.clip import Clip
from motion.compiled import function
from motion.draw.camera import view_of
from motion.draw.capsules import draw_capsules
from motion.draw.drawing import Drawing
from motion.draw.floor import draw_floor
from motion.skeleton import CANONICAL, Skeleton

Array = np.ndarray

_to_yuv420 = function("to_yuv420", "noo")

FOLLOW_SECONDS = 0.8
"""Standard deviation of the smoothing of the camera's path."""

ENCODING = {
    "crf": "17",
    "preset": "superfast",
    "x264-params": "mbtree=1:rc-lookahead=5:bframes=1:b-adapt=0:scenecut=0",
}
"""Of x264: in a fifth of its usual preset's time, hardly worse to look at.

That preset does not look ahead to learn which blocks later pictures repeat. Here it has to, since
files would otherwise be twice as large. It need not look for cuts, nor for the best number of
pictures that are predicted from both sides: one is taken.
"""


def render(drawing: Drawing, size: int = 640) -> Iterator[UInt8[Array, "H W 3"]]:
    """Yield one square RGB picture per frame; the camera follows what moves.

    Args:
        drawing: What to draw.
        size: Width and height in pixels.
    """
    for picture in _pictures(drawing, size):
        yield _interleaved(picture)


def _pictures(drawing: Drawing, size: int) -> Iterator[UInt8[Array, "3 H W"]]:
    target = _camera_path(drawing)
    reach = _reach(drawing.points, target)
    for points, middle in zip(drawing.points, target, strict=True):
        yield _picture(drawing, points, middle, reach, size)


def _interleaved(picture: UInt8[Array, "3 H W"]) -> UInt8[Array, "H W 3"]:
    return picture.transpose(1, 2, 0)


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
        for done, picture in enumerate(_pictures(drawing, size), 1):
            planes = to_yuv420(picture)
            video.mux(stream.encode(av.VideoFrame.from_ndarray(planes, format="yuv420p")))
            drawn(done)
        video.mux(stream.encode())


def to_yuv420(picture: UInt8[Array, "3 H W"]) -> UInt8[Array, "R W"]:
    """Return a picture as encoders take it: its luma, and chroma of half the width and height.

    By ITU-R BT.601: luma in 16 to 235, rows of the blue and then of the red chroma below it, two
    in one, each in 16 to 240.

    Args:
        picture: Planes of red, green and blue in 0 to 255, square, of even size.
    """
    size = picture.shape[1]
    planes = np.empty((size * 3 // 2, size), np.uint8)
    _to_yuv420(size, picture, planes)
    return planes


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
    deviation = FOLLOW_SECONDS * drawing.fps
    radius = round(4 * deviation)
    bell = np.exp(-0.5 * (np.arange(-radius, radius + 1) / deviation) ** 2)
    padded = np.pad(path, ((radius, radius), (0, 0)), mode="edge")
    smooth = [np.convolve(one, bell / bell.sum(), mode="valid") for one in padded.T]
    return np.stack(smooth, axis=1)


def _reach(points: Float[Array, "T P 3"], target: Float[Array, "T 3"]) -> float:
    """Return the radius about the target that holds all points in nearly all frames, metres."""
    distances = np.nanmax(np.linalg.norm(points - target[:, None], axis=-1), axis=1)
    return float(max(0.95, np.percentile(distances, 98.0) + 0.15))


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
    return _interleaved(_picture(pose, pose.points[0], target, reach, size))


def _picture(
    drawing: Drawing,
    points: Float[Array, "P 3"],
    target: Float[Array, "3"],
    reach: float,
    size: int,
) -> UInt8[Array, "3 H W"]:
    """Draw the lines whose ends are known."""
    ends = points[drawing.lines].reshape(-1, 6)
    capsules = np.concatenate([ends, drawing.radii, 255 * drawing.colours], axis=1)
    capsules = capsules[np.isfinite(ends).all(1)]
    view = view_of(target, reach, size)
    picture = draw_floor(size, view, target, capsules)
    draw_capsules(picture, view, capsules)
    return picture
