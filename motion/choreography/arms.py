"""Arms: from where the hand is to be, to rotations."""

import numpy as np
from jaxtyping import Float

from motion import kinematics, rotations
from motion.skeleton import CANONICAL

Array = np.ndarray

_UPPER, _LOWER = (
    float(np.linalg.norm(CANONICAL.rest_offsets[CANONICAL.index(joint)]))
    for joint in ("leftLowerArm", "leftHand")
)
REACH = (0.36, 0.992)
"""Nearest and farthest hand, as a share of the arm's length: an elbow bends by 145 degrees."""

LOWEST = np.radians(-80.0)
FORWARD = (np.radians(-40.0), np.radians(150.0))

_SHRUG = 0.22
"""Share of an arm's height that the collar bone takes, once above the horizontal."""


def soft_clip(
    value: Float[Array, "T"], low: float, high: float | Float[Array, "T"]
) -> Float[Array, "T"]:
    """Return a value kept in a range, bent over a tenth of the range at both ends."""
    middle, half = (low + high) / 2, (high - low) / 2
    share = (value - middle) / half
    beyond = np.maximum(np.abs(share) - 0.8, 0.0)
    result: Array = middle + half * np.sign(share) * (
        np.minimum(np.abs(share), 0.8) + 0.2 * np.tanh(beyond / 0.2)
    )
    return result


def arm(
    side: int,
    key: Float[Array, "T 4"],
    ceiling: Float[Array, "T"],
    shrug: Float[Array, "T"],
    trunk_pitch: Float[Array, "T"],
    hand: Float[Array, "T 2"],
) -> Float[Array, "T 4 4"]:
    """Return local rotations of shoulder, upper arm, lower arm and hand.

    Args:
        side: 0 left, 1 right.
        key: Radians forward, up and of the elbow, and reach as a share.
        ceiling: How high it may go, radians.
        shrug: How much the shoulder is raised by posture, radians.
        trunk_pitch: How far the chest is bent forward, radians: low arms hang all the same.
        hand: The hand's lag behind the arm, down and across, radians.
    """
    forward, up = soft_clip(key[:, 0], *FORWARD), soft_clip(key[:, 1], LOWEST, ceiling)
    away = soft_clip(key[:, 3], *REACH) * (_UPPER + _LOWER)
    inner = kinematics.angle_between(_UPPER, away, _LOWER)
    bend = np.pi - kinematics.angle_between(_UPPER, _LOWER, away)
    raised = shrug + _SHRUG * np.logaddexp(0.0, 6 * up) / 6
    zero = np.zeros_like(up)
    shoulder = rotations.from_euler("YZ", np.stack([-0.1 * forward, raised], axis=-1))
    hanging = np.clip((0.3 - up) / 1.4, 0.0, 1.0)
    plumb = -0.8 * hanging * trunk_pitch
    aim = rotations.from_euler("XYZXY", np.stack([plumb, -forward, up, key[:, 2], inner], axis=-1))
    upper = rotations.multiply(rotations.inverse(shoulder), aim)
    lower = rotations.from_euler("YX", np.stack([-bend, 0.15 * key[:, 2]], axis=-1))
    wrist = rotations.from_euler("YZ", np.stack([-0.1 - hand[:, 1] + zero, hand[:, 0]], axis=-1))
    local = np.stack([shoulder, upper, lower, wrist], axis=1)
    return rotations.normalise(local * [1, -1, -1, 1]) if side else local
