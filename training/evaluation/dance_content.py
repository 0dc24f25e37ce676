"""Dance content and posture: how a body moves through space and how it carries itself.

Content tells dance from a walk with feeling; viewers read an emotion from posture. Both are means
over the frames of a clip on the canonical skeleton, real or generated.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from motion import kinematics, rotations
from motion.clip import Clip
from motion.features import joint_speed
from motion.skeleton import CANONICAL, LEG_LENGTH
from training.evaluation.measures import mended

Array = np.ndarray

FILTER_SECONDS = 0.5
"""Length of the box filter under the speeds of hips and pelvis: steps and tremor are no travel."""

BOUNCE_SECONDS = 1.0
"""Slower changes of the hips' height are level, not bounce."""

STILL_SPEED = 0.15
"""Metres per second of joints relative to the hips, below which a body holds still."""

STAND_SPEED = 0.2
"""Metres per second of the hips over the floor, below which a body stands."""

HIPS, CHEST, NECK, HEAD = CANONICAL.indices("hips", "chest", "neck", "head")
ARMS = CANONICAL.indices("leftUpperArm", "rightUpperArm")
ELBOWS = CANONICAL.indices("leftLowerArm", "rightLowerArm")
WRISTS = CANONICAL.indices("leftHand", "rightHand")
LEGS = CANONICAL.indices("leftUpperLeg", "rightUpperLeg")


@dataclass(frozen=True, eq=False)
class BodyTrace:
    """A stretch of motion by frame.

    Attributes:
        travel: Speed of the hips over the floor, leg lengths per second, (T,).
        turning: Absolute yaw rate of the line between the upper legs, rad/s, (T,).
        hand: Share of the wrists above their upper-arm joint, (T,).
        height: Height of the hips, leg lengths, (T,).
        bounce: The same about its mean over a second, metres, (T,).
        reach: Distance of the wrists from the chest, leg lengths, (T,).
        lean: Pitch of the line from hips to neck, degrees, forward positive, (T,).
        head: Pitch of the line from neck to head, degrees, forward (bowed) positive, (T,).
        hand_height: Height of the wrists above the hips, metres, (T,).
        hand_spread: Sideways distance of the wrists from the hips, metres, (T,).
        elbow: Flexion of the elbows, degrees, 0 for a straight arm, (T,).
        speed: Mean speed of the joints relative to the hips, metres per second, (T,).
    """

    travel: Float[Array, "T"]
    turning: Float[Array, "T"]
    hand: Float[Array, "T"]
    height: Float[Array, "T"]
    bounce: Float[Array, "T"]
    reach: Float[Array, "T"]
    lean: Float[Array, "T"]
    head: Float[Array, "T"]
    hand_height: Float[Array, "T"]
    hand_spread: Float[Array, "T"]
    elbow: Float[Array, "T"]
    speed: Float[Array, "T"]

    @staticmethod
    def measure(clip: Clip) -> "BodyTrace":
        """Measure a clip of at least 1 s on the canonical skeleton."""
        clip = mended(clip)[0]
        places = clip.world_positions()
        relative = places - places[:, :1]
        facing = rotations.about_y(-kinematics.facing(places))
        seen = rotations.rotate(facing[:, None], relative)
        across = places[:, LEGS[0]] - places[:, LEGS[1]]
        yaw = np.unwrap(np.arctan2(-across[:, 2], across[:, 0]))
        height = places[:, HIPS, 1]
        return BodyTrace(
            travel=_speed(places[:, HIPS][:, [0, 2]], clip.fps) / LEG_LENGTH,
            turning=_speed(yaw[:, None], clip.fps),
            hand=(places[:, WRISTS, 1] > places[:, ARMS, 1]).mean(1),
            height=height / LEG_LENGTH,
            bounce=height - _box_mean(height, BOUNCE_SECONDS, clip.fps),
            reach=_apart(places[:, WRISTS], places[:, [CHEST]]).mean(1) / LEG_LENGTH,
            lean=_pitch(seen[:, NECK]),
            head=_pitch(seen[:, HEAD] - seen[:, NECK]),
            hand_height=seen[:, WRISTS, 1].mean(1),
            hand_spread=np.abs(seen[:, WRISTS, 0]).mean(1),
            elbow=_flexion(places).mean(1),
            speed=joint_speed(clip),
        )


@dataclass(frozen=True)
class DanceContent:
    """What tells dance from a walk with feeling, means over frames.

    Attributes:
        travel: Speed of the hips over the floor, leg lengths per second.
        hand: Share of time that a wrist is above its upper-arm joint, in [0, 1].
        turning: Absolute yaw rate of the pelvis, rad/s.
        height: Standard deviation of the hips' height, leg lengths.
        reach: Distance of the wrists from the chest, leg lengths.
    """

    travel: float
    hand: float
    turning: float
    height: float
    reach: float


@dataclass(frozen=True)
class Posture:
    """How a body carries itself, means over frames.

    Attributes:
        lean: Pitch of the trunk, degrees, forward positive.
        head: Pitch of neck to head, degrees, bowed positive.
        standing_lean: The lean while the hips stand; nan for a body that never does.
        standing_head: The head while the hips stand; nan for a body that never does.
        pace: Speed of the hips over the floor, metres per second.
        standing: Share of time that the hips are slower than 0.2 m/s.
        hand_height: Height of the wrists above the hips, centimetres.
        hand_spread: Sideways distance of the wrists from the hips, centimetres.
        elbow: Flexion of the elbows, degrees.
        bounce: Standard deviation of the hips' height about its mean over a second, centimetres.
        stillness: Share of time that the joints move slower than 0.15 m/s relative to the hips.
    """

    lean: float
    head: float
    standing_lean: float
    standing_head: float
    pace: float
    standing: float
    hand_height: float
    hand_spread: float
    elbow: float
    bounce: float
    stillness: float


def dance_content(traces: Sequence[BodyTrace]) -> DanceContent:
    """Return the dance content of all frames of one performance, in one trace or more."""
    return DanceContent(
        travel=_mean(traces, "travel"),
        hand=_mean(traces, "hand"),
        turning=_mean(traces, "turning"),
        height=float(_values(traces, "height").std()),
        reach=_mean(traces, "reach"),
    )


def posture(traces: Sequence[BodyTrace]) -> Posture:
    """Return the posture of all frames of one performance, in one trace or more."""
    pace = _values(traces, "travel") * LEG_LENGTH
    standing = pace < STAND_SPEED
    return Posture(
        lean=_mean(traces, "lean"),
        head=_mean(traces, "head"),
        standing_lean=_mean(traces, "lean", standing),
        standing_head=_mean(traces, "head", standing),
        pace=float(pace.mean()),
        standing=float(standing.mean()),
        hand_height=100 * _mean(traces, "hand_height"),
        hand_spread=100 * _mean(traces, "hand_spread"),
        elbow=_mean(traces, "elbow"),
        bounce=100 * float(np.sqrt(np.square(_values(traces, "bounce")).mean())),
        stillness=float(np.mean(_values(traces, "speed") < STILL_SPEED)),
    )


def _values(traces: Sequence[BodyTrace], name: str) -> Float[Array, "T"]:
    return np.concatenate([getattr(trace, name) for trace in traces])


def _mean(
    traces: Sequence[BodyTrace], name: str, where: Bool[Array, "T"] | slice = slice(None)
) -> float:
    values = _values(traces, name)[where]
    return float(values.mean()) if len(values) else float("nan")


def _box_mean(values: Float[Array, "T *C"], seconds: float, fps: float) -> Float[Array, "T *C"]:
    """Box-filter over time; at both ends over the frames that there are."""
    half = round(seconds * fps) // 2
    summed = np.cumsum(np.concatenate([np.zeros_like(values[:1]), values]), axis=0)
    frames = np.arange(len(values))
    first, stop = np.maximum(frames - half, 0), np.minimum(frames + half + 1, len(values))
    count = (stop - first).reshape(-1, *[1] * (values.ndim - 1))
    return (summed[stop] - summed[first]) / count


def _speed(values: Float[Array, "T C"], fps: float) -> Float[Array, "T"]:
    """Return the speed of filtered values; where the box is not whole, the next whole one's."""
    filtered, half = _box_mean(values, FILTER_SECONDS, fps), round(FILTER_SECONDS * fps) // 2
    speed = np.linalg.norm(np.diff(filtered, axis=0), axis=-1) * fps
    whole = speed[half : len(speed) - half]
    return np.pad(whole, (half, len(values) - half - len(whole)), mode="edge")


def _apart(one: Array, other: Array) -> Array:
    return np.linalg.norm(one - other, axis=-1)


def _pitch(direction: Float[Array, "T 3"]) -> Float[Array, "T"]:
    """Return the forward angle from upright of directions in the facing frame, degrees."""
    return np.degrees(np.arctan2(direction[:, 2], direction[:, 1]))


def _flexion(places: Float[Array, "T J 3"]) -> Float[Array, "T 2"]:
    upper = rotations.normalise(places[:, ELBOWS] - places[:, ARMS])
    lower = rotations.normalise(places[:, WRISTS] - places[:, ELBOWS])
    return np.degrees(np.arccos(np.clip((upper * lower).sum(-1), -1.0, 1.0)))
