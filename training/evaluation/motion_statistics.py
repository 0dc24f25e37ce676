"""Hand-made statistics of motion: what a viewer might say of a body, window by window.

Unlike the inputs of `training.evaluation.classifier`, they are few, named and without time. Lengths
are in metres, speeds in metres per second, angles in degrees; all are seen from the body's own
facing, and left and right are not told apart.
"""

import numpy as np
from jaxtyping import Float
from scipy.ndimage import uniform_filter1d

from motion import kinematics, rotations
from motion.clip import Clip
from motion.skeleton import CANONICAL
from training.evaluation.measures import mended, windows

Array = np.ndarray

SMOOTH_SECONDS = 0.5
"""Length of the box filter under pace and turning: steps are neither."""

SIDES = ("left", "right")

CHANNELS = (
    "lean",
    "side lean",
    "head",
    "head tilt",
    "head against trunk",
    "upper hand",
    "lower hand",
    "hand spread",
    "hand distance",
    "hands forward",
    "elbow",
    "elbow difference",
    "elbow spread",
    "knee, more bent",
    "knee, less bent",
    "step width",
    "stride",
    "hips' height",
    "shoulders up",
    "shoulders forward",
    "pace",
    "turning",
    "joint speed",
    "hand speed",
    "head speed",
    "foot speed",
    "hand acceleration",
    "head acceleration",
    "hips' vertical speed",
)
"""What is measured in every frame, in this order."""

SUMMARIES = ("mean", "spread", "90th percentile")

NAMES = tuple(f"{channel}, {summary}" for summary in SUMMARIES for channel in CHANNELS)
"""Names of the statistics of a window, in their order."""


def window_statistics(clip: Clip) -> Float[Array, "W S"]:
    """Return the statistics of a clip's windows of 4 s, named by `NAMES`.

    Args:
        clip: At least 1 s on the canonical skeleton.
    """
    clip = mended(clip)[0]
    frames = channels(clip)
    return np.stack([_summaries(frames[window]) for window in windows(clip)])


def channels(clip: Clip) -> Float[Array, "T C"]:
    """Return what `CHANNELS` names for every frame of a clip."""
    places = clip.world_positions()
    facing = np.unwrap(kinematics.facing(places))
    back = rotations.about_y(-facing)
    body = rotations.rotate(back[:, None], places - places[:, :1])
    measured = [
        *_trunk_and_head(body),
        *_arms(body),
        *_legs(body),
        places[:, 0, 1],
        *_shoulders(body),
        *_whole_body(clip, facing),
        *_speeds(body, clip.fps),
        np.abs(np.gradient(places[:, 0, 1], 1 / clip.fps)),
    ]
    return np.stack(measured, axis=1)


def _summaries(frames: Float[Array, "T C"]) -> Float[Array, "S"]:
    return np.concatenate([frames.mean(0), frames.std(0), np.percentile(frames, 90, axis=0)])


def _trunk_and_head(body: Array) -> list[Array]:
    trunk = _joint(body, "neck")
    head = _joint(body, "head") - trunk
    lean, nod = _angle(trunk[:, 2], trunk[:, 1]), _angle(head[:, 2], head[:, 1])
    tilts = [_angle(np.abs(part[:, 0]), part[:, 1]) for part in (trunk, head)]
    return [lean, tilts[0], nod, tilts[1], nod - lean]


def _arms(body: Array) -> list[Array]:
    left, right = _both(body, "Hand")
    heights = np.stack([left[:, 1], right[:, 1]])
    elbows = np.stack([_flexion(body, side, "UpperArm", "LowerArm", "Hand") for side in SIDES])
    spreads = [
        np.abs(elbow[:, 0]) - np.abs(shoulder[:, 0])
        for elbow, shoulder in zip(_both(body, "LowerArm"), _both(body, "UpperArm"), strict=True)
    ]
    return [
        heights.max(0),
        heights.min(0),
        (left[:, 0] - right[:, 0]) / 2,
        np.linalg.norm(left - right, axis=-1),
        (left[:, 2] + right[:, 2]) / 2,
        elbows.mean(0),
        np.abs(elbows[0] - elbows[1]),
        np.mean(spreads, axis=0),
    ]


def _legs(body: Array) -> list[Array]:
    knees = np.stack([_flexion(body, side, "UpperLeg", "LowerLeg", "Foot") for side in SIDES])
    left, right = _both(body, "Foot")
    apart = np.abs(left - right)
    return [knees.max(0), knees.min(0), apart[:, 0], apart[:, 2]]


def _shoulders(body: Array) -> list[Array]:
    middle = np.mean(_both(body, "UpperArm"), axis=0) - _joint(body, "chest")
    return [middle[:, 1], middle[:, 2]]


def _whole_body(clip: Clip, facing: Float[Array, "T"]) -> list[Array]:
    """Return pace and turning, in degrees per second."""
    frames = round(SMOOTH_SECONDS * clip.fps)
    way = uniform_filter1d(clip.hips[:, [0, 2]], frames, axis=0, mode="nearest")
    heading = uniform_filter1d(facing, frames, mode="nearest")
    pace = np.linalg.norm(np.gradient(way, 1 / clip.fps, axis=0), axis=-1)
    return [pace, np.degrees(np.abs(np.gradient(heading, 1 / clip.fps)))]


def _speeds(body: Array, fps: float) -> list[Array]:
    velocity = np.gradient(body, 1 / fps, axis=0)
    speed = np.linalg.norm(velocity, axis=-1)
    force = np.linalg.norm(np.gradient(velocity, 1 / fps, axis=0), axis=-1)
    hands, feet = (CANONICAL.indices(f"left{part}", f"right{part}") for part in ("Hand", "Foot"))
    head = CANONICAL.index("head")
    return [
        speed.mean(1),
        speed[:, hands].mean(1),
        speed[:, head],
        speed[:, feet].mean(1),
        force[:, hands].mean(1),
        force[:, head],
    ]


def _joint(body: Array, name: str) -> Float[Array, "T 3"]:
    return body[:, CANONICAL.index(name)]


def _both(body: Array, part: str) -> list[Float[Array, "T 3"]]:
    return [_joint(body, side + part) for side in SIDES]


def _flexion(body: Array, side: str, *parts: str) -> Float[Array, "T"]:
    """Return the flexion of the middle one of three joints; 0 for a straight limb."""
    first, middle, last = (_joint(body, side + part) for part in parts)
    upper, lower = rotations.normalise(middle - first), rotations.normalise(last - middle)
    return np.degrees(np.arccos(np.clip((upper * lower).sum(-1), -1.0, 1.0)))


def _angle(across: Array, up: Array) -> Array:
    return np.degrees(np.arctan2(across, up))
