"""Dance content and posture: what a body does and how it carries itself, whatever it feels.

Content tells dance from a walk with feeling; posture is what a viewer reads an emotion from. Both
are means over frames of any clip on the canonical skeleton, real or generated.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from motion import kinematics, rotations
from motion.clip import Clip
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
    """A stretch of motion by frame; rates lose the frames that the filter needs.

    Attributes:
        travel: Speed of the hips over the floor, leg lengths per second, (F,).
        turning: Absolute yaw rate of the line between the upper legs, rad/s, (F,).
        hand: Share of the wrists above their upper-arm joint, (T,).
        height: Height of the hips, leg lengths, (T,).
        bounce: The same about its mean over a second, metres, (B,).
        reach: Distance of the wrists from the chest, leg lengths, (T,).
        lean: Pitch of the line from hips to neck, degrees, forward positive, (T,).
        head: Pitch of the line from neck to head, degrees, forward (bowed) positive, (T,).
        hand_height: Height of the wrists above the hips, metres, (T,).
        hand_spread: Sideways distance of the wrists from the hips, metres, (T,).
        elbow: Flexion of the elbows, degrees, 0 for a straight arm, (T,).
        speed: Mean speed of the joints relative to the hips, metres per second, (T - 1,).
    """

    travel: Float[Array, "F"]
    turning: Float[Array, "F"]
    hand: Float[Array, "T"]
    height: Float[Array, "T"]
    bounce: Float[Array, "B"]
    reach: Float[Array, "T"]
    lean: Float[Array, "T"]
    head: Float[Array, "T"]
    hand_height: Float[Array, "T"]
    hand_spread: Float[Array, "T"]
    elbow: Float[Array, "T"]
    speed: Float[Array, "S"]

    @staticmethod
    def of(clip: Clip) -> "BodyTrace":
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
            bounce=_around_mean(height, round(BOUNCE_SECONDS * clip.fps)),
            reach=_apart(places[:, WRISTS], places[:, [CHEST]]).mean(1) / LEG_LENGTH,
            lean=_pitch(seen[:, NECK]),
            head=_pitch(seen[:, HEAD] - seen[:, NECK]),
            hand_height=seen[:, WRISTS, 1].mean(1),
            hand_spread=np.abs(seen[:, WRISTS, 0]).mean(1),
            elbow=_flexion(places).mean(1),
            speed=_apart(relative[1:], relative[:-1]).mean(1) * clip.fps,
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
    return Posture(
        lean=_mean(traces, "lean"),
        head=_mean(traces, "head"),
        pace=float(pace.mean()),
        standing=float(np.mean(pace < STAND_SPEED)),
        hand_height=100 * _mean(traces, "hand_height"),
        hand_spread=100 * _mean(traces, "hand_spread"),
        elbow=_mean(traces, "elbow"),
        bounce=100 * float(_values(traces, "bounce").std()),
        stillness=float(np.mean(_values(traces, "speed") < STILL_SPEED)),
    )


def _values(traces: Sequence[BodyTrace], name: str) -> Float[Array, "T"]:
    return np.concatenate([getattr(trace, name) for trace in traces])


def _mean(traces: Sequence[BodyTrace], name: str) -> float:
    return float(_values(traces, name).mean())


def _box_mean(values: Float[Array, "T *C"], length: int) -> Float[Array, "F *C"]:
    """Box-filter over time, without the frames at both ends that the box does not cover."""
    length = min(length, len(values) - 1)
    summed = np.cumsum(np.concatenate([np.zeros_like(values[:1]), values]), axis=0)
    return (summed[length:] - summed[:-length]) / length


def _around_mean(values: Float[Array, "T"], length: int) -> Float[Array, "F"]:
    mean = _box_mean(values, length)
    first = (len(values) - len(mean)) // 2
    return values[first : first + len(mean)] - mean


def _speed(values: Float[Array, "T C"], fps: float) -> Float[Array, "F"]:
    filtered = _box_mean(values, round(FILTER_SECONDS * fps))
    return np.linalg.norm(np.diff(filtered, axis=0), axis=-1) * fps


def _apart(one: Array, other: Array) -> Array:
    return np.linalg.norm(one - other, axis=-1)


def _pitch(direction: Float[Array, "T 3"]) -> Float[Array, "T"]:
    """Return the forward angle from upright of directions in the facing frame, degrees."""
    return np.degrees(np.arctan2(direction[:, 2], direction[:, 1]))


def _flexion(places: Float[Array, "T J 3"]) -> Float[Array, "T 2"]:
    upper = rotations.normalise(places[:, ELBOWS] - places[:, ARMS])
    lower = rotations.normalise(places[:, WRISTS] - places[:, ELBOWS])
    return np.degrees(np.arccos(np.clip((upper * lower).sum(-1), -1.0, 1.0)))
