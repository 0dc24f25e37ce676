"""Pictures of poses: a shaded figure of capsules on a floor grid, drawn in NumPy and OpenCV."""

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
from jaxtyping import Float, UInt8

from motion.clip import Clip
from motion.draw.camera import Camera
from motion.draw.capsules import draw_capsules
from motion.draw.drawing import Drawing
from motion.draw.floor import draw_floor
from motion.skeleton import CANONICAL, Skeleton

Array = np.ndarray

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
    import cv2

    drawing = clip if isinstance(clip, Drawing) else Drawing.from_clip(clip)
    with av.open(str(path), "w") as video:
        rate = Fraction(drawing.fps).limit_denominator(1001)
        stream = video.add_stream("libx264", rate, options=ENCODING)
        stream.pix_fmt = "yuv420p"
        stream.width = stream.height = size
        for done, picture in enumerate(render(drawing, size), 1):
            # OpenCV's conversion takes a tenth of the time of that in the encoder.
            planes = cv2.cvtColor(picture, cv2.COLOR_RGB2YUV_I420)
            video.mux(stream.encode(av.VideoFrame.from_ndarray(planes, format="yuv420p")))
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
    return _picture(pose, pose.points[0], target, reach, size)


def _picture(
    drawing: Drawing,
    points: Float[Array, "P 3"],
    target: Float[Array, "3"],
    reach: float,
    size: int,
) -> UInt8[Array, "H W 3"]:
    """Draw the lines whose ends are known."""
    camera = Camera.looking_at(target, reach, size)
    known = np.isfinite(points[drawing.lines]).all((1, 2))
    ends = points[drawing.lines[known]].astype(np.float32)
    radii, colours = drawing.radii[known], drawing.colours[known].astype(np.float32)
    picture = draw_floor(camera, target, reach, ends, radii)
    draw_capsules(picture.reshape(-1, 3), camera, ends, radii.astype(np.float32), colours)
    return picture
