"""Strips: some seconds of motion in one picture, from the front and from the side.

Each figure is turned to the camera, or with its left side to it, in every picture: lean and head
show from the side alone, whichever way a dancer turns. What that hides, travel and turns, shows on
a plan of the floor beside the figures.
"""

from dataclasses import replace

import numpy as np
from jaxtyping import Float, UInt8

from motion import kinematics, rotations
from motion.clip import Clip
from motion.draw.camera import CAMERA_DIRECTION
from motion.draw.render import render_pose

Array = np.ndarray

POSES = 8
HEIGHT, WIDTH = 190, 150
"""Pixels of one pose; eight and a plan are 1,580 wide, which readers of pictures take whole."""

TARGET_HEIGHT = 0.92
REACH = 1.1
"""Metres about the target that a picture holds: raised hands and lunges."""

TO_CAMERA = float(np.arctan2(CAMERA_DIRECTION[0], CAMERA_DIRECTION[2]))
"""Heading of a figure that faces the camera, radians about Y."""

FRONT, SIDE = TO_CAMERA, TO_CAMERA - np.pi / 2

PLAN_METRES = 4.0
"""Least width of the floor that a plan shows."""

PLAN_MARGIN = 0.5
PAPER, INK, GRID = (246, 246, 246), (40, 40, 40), (205, 205, 205)


def strip_picture(clip: Clip) -> UInt8[Array, "H W 3"]:
    """Return the picture of a clip: front views above, side views below, a plan at the right.

    Args:
        clip: At least two frames on the canonical skeleton; its name is not shown.
    """
    picked = np.linspace(0, len(clip) - 1, POSES).round().astype(int)
    rows = [_row(clip, picked, heading) for heading in (FRONT, SIDE)]
    return np.concatenate([np.concatenate(rows, axis=0), _plan(clip, picked)], axis=1)


def _row(clip: Clip, picked: Array, heading: float) -> UInt8[Array, "H W 3"]:
    turned = faced(clip, heading)
    target = np.array([0.0, TARGET_HEIGHT, 0.0])
    cells = [
        render_pose(turned.hips[frame], turned.rotations[frame], target, REACH, HEIGHT)
        for frame in picked
    ]
    margin = (HEIGHT - WIDTH) // 2
    return np.concatenate([cell[:, margin : HEIGHT - margin] for cell in cells], axis=1)


def faced(clip: Clip, heading: float) -> Clip:
    """Return a clip on the spot, turned in every frame so that it faces a heading in radians."""
    facing = kinematics.facing(clip.world_positions())
    turned = clip.rotations.copy()
    turned[:, 0] = rotations.multiply(rotations.about_y(heading - facing), turned[:, 0])
    return replace(clip, hips=clip.hips * [0.0, 1.0, 0.0], rotations=turned)


def _plan(clip: Clip, picked: Array) -> UInt8[Array, "H W 3"]:
    """Return the way of the hips from above, the poses' places numbered, with their headings."""
    import cv2

    size = 2 * HEIGHT
    way = clip.hips[:, [0, 2]]
    middle = (way.min(0) + way.max(0)) / 2
    metres = max(PLAN_METRES, float(np.ptp(way, axis=0).max()) + 2 * PLAN_MARGIN)
    plan = np.full((size, size, 3), PAPER, np.uint8)

    def pixels(points: Float[Array, "N 2"]) -> Array:
        return ((points - middle) * size / metres + size / 2).round().astype(np.int32)

    whole_metres = np.arange(np.floor(-metres), metres + 1)
    for at in (whole_metres * size / metres + size / 2).round().astype(int).tolist():
        cv2.line(plan, (at, 0), (at, size), GRID, 1)
        cv2.line(plan, (0, at), (size, at), GRID, 1)
    cv2.polylines(plan, [pixels(way)], False, INK, 1, cv2.LINE_AA)
    facing = kinematics.facing(clip.world_positions())[picked]
    tips = way[picked] + 0.35 * np.stack([np.sin(facing), np.cos(facing)], axis=1)
    pairs = zip(pixels(way[picked]).tolist(), pixels(tips).tolist(), strict=True)
    for number, (start, tip) in enumerate(pairs, 1):
        cv2.arrowedLine(plan, start, tip, INK, 1, cv2.LINE_AA, tipLength=0.35)
        _write(plan, str(number), (start[0] + 3, start[1] - 3))
    seconds = (picked[-1] - picked[0]) / clip.fps
    _write(plan, f"grid 1 m, {seconds:.1f} s in all", (6, size - 8))
    return plan


def _write(picture: UInt8[Array, "H W 3"], text: str, place: tuple[int, int]) -> None:
    import cv2

    cv2.putText(picture, text, place, cv2.FONT_HERSHEY_SIMPLEX, 0.4, INK, 1, cv2.LINE_AA)
