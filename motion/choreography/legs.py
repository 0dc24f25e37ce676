"""Feet that stand where they are put, and legs that reach them."""

from itertools import pairwise

import numpy as np
from jaxtyping import Float

from motion import kinematics, rotations
from motion.choreography.passage import FootTrack
from motion.choreography.track import minimum_jerk
from motion.skeleton import CANONICAL

Array = np.ndarray

HEEL_RISE = 0.42
"""Pitch of a foot that stands without weight, radians."""

PUSH_OFF = 0.6
"""Pitch of a foot that leaves the floor, radians."""

POINTED = 0.5
"""Plantar flexion of a foot that is kept in the air, radians."""

_BALL = CANONICAL.rest_offsets[CANONICAL.index("leftToes")]  # from ankle to ball of the foot
_BALL_HEIGHT = float(CANONICAL.rest_positions[CANONICAL.index("leftToes"), 1])
_HIP_JOINTS = CANONICAL.indices("leftUpperLeg", "rightUpperLeg")
_THIGH, _SHIN = (
    float(np.linalg.norm(CANONICAL.rest_offsets[CANONICAL.index(joint)]))
    for joint in ("leftLowerLeg", "leftFoot")
)


def foot(
    track: FootTrack, side: int, beats: Float[Array, "T"], weight: Float[Array, "T"]
) -> tuple[Float[Array, "T 3"], Float[Array, "T 3 3"], Float[Array, "T"], Float[Array, "T"]]:
    """Return the ankle, the foot's world rotation, its height and the toes' bend.

    Args:
        track: Track of the foot.
        side: 0 left, 1 right.
        beats: When.
        weight: In [-1 right, 1 left].

    Returns:
        Position of the ankle in metres, rotation matrix, height of the ball above the floor in
        metres, and the pitch of the toes relative to the foot in radians.
    """
    last = np.maximum(np.searchsorted(track.beats, beats, side="right") - 1, 0)
    following = np.minimum(last + 1, len(track.beats) - 1)
    part = 1 - (track.beats[following] - beats) / track.swings[following]
    part = np.where(following > last, part, -1.0)  # below 0 before the foot leaves the floor
    eased = minimum_jerk(part)
    here, there = track.places[last], track.places[following]
    x, z, yaw, up = (here + eased[:, None] * (there - here)).T
    height = up + track.lifts[following] * np.sin(np.pi * eased)
    lean = -weight if side == 0 else weight
    pitch = HEEL_RISE * minimum_jerk((lean - 0.25) / 0.75)
    firmly = np.minimum(1.0, 10 * track.lifts[following])
    push = minimum_jerk(1 + 2 * part) * minimum_jerk(1 - part) * firmly
    pitch = pitch + (PUSH_OFF - pitch) * push
    turned = rotations.to_matrix(rotations.from_euler("YX", np.stack([yaw, pitch], axis=-1)))
    ball = np.stack([x, _BALL_HEIGHT + height, z], axis=-1)
    ankle = ball - turned @ (_BALL * [-1 if side else 1, 1, 1])
    return ankle, turned, height, -pitch * minimum_jerk(1 - height / 0.06)


def highest_hips(
    hips: Float[Array, "T 3"], body: Float[Array, "T 3 3"], ankles: list[Float[Array, "T 3"]]
) -> Float[Array, "T"]:
    """Return the hips' height, no higher than both legs reach; corners are rounded."""
    heights = [hips[:, 1]]
    for side, ankle in enumerate(ankles):
        joint = body @ CANONICAL.rest_offsets[_HIP_JOINTS[side]]
        away = np.hypot(*(ankle - hips - joint)[:, [0, 2]].T)
        reach = np.sqrt(np.maximum((0.985 * (_THIGH + _SHIN)) ** 2 - away**2, 0.1))
        heights.append(ankle[:, 1] + reach - joint[:, 1])
    return _soft_minimum(np.array(heights), 120.0)  # rounds over a centimetre


def _soft_minimum(values: Float[Array, "N T"], sharpness: float) -> Float[Array, "T"]:
    low = values.min(axis=0)
    result: Array = low - np.log(np.exp(-sharpness * (values - low)).sum(axis=0)) / sharpness
    return result


def leg(
    side: int,
    hips: Float[Array, "T 3"],
    body: Float[Array, "T 3 3"],
    ankle: Float[Array, "T 3"],
    planted: Float[Array, "T 3 3"],
    height: Float[Array, "T"],
) -> Float[Array, "T 3 4"]:
    """Return local rotations of thigh, shin and foot that bring the ankle to its place.

    Args:
        side: 0 left, 1 right.
        hips: Position.
        body: Their world rotation.
        ankle: Where to.
        planted: World rotation of the foot as it stands.
        height: Height of the foot above the floor: what is kept in the air points its toes.
    """
    joint = hips + body @ CANONICAL.rest_offsets[_HIP_JOINTS[side]]
    thigh, shin = _two_bones(ankle - joint, body[:, :, 0] + 1.5 * planted[:, :, 0])
    pointed = shin @ rotations.to_matrix(rotations.from_euler("X", np.array([POINTED])))
    air = minimum_jerk((height - 0.06) / 0.2)
    standing, flying = rotations.from_matrix(planted), rotations.from_matrix(pointed)
    sole = rotations.to_matrix(rotations.slerp(standing, flying, air))
    chain = pairwise([body, thigh, shin, sole])
    local = [np.swapaxes(parent, -1, -2) @ child for parent, child in chain]
    return rotations.from_matrix(np.stack(local, axis=1))


def _two_bones(
    to_ankle: Float[Array, "T 3"], left: Float[Array, "T 3"]
) -> tuple[Float[Array, "T 3 3"], Float[Array, "T 3 3"]]:
    """Return world rotations of thigh and shin, by the law of cosines.

    The knee bends about the axis to the left, wherever the leg points.
    """
    far = np.linalg.norm(to_ankle, axis=-1)
    straight = np.full_like(far, 0.999 * (_THIGH + _SHIN))
    away = np.maximum(_soft_minimum(np.stack([far, straight]), 800.0), 0.2)
    down = rotations.normalise(to_ankle)
    frame = rotations.frame(-down, np.cross(down, left))  # up the leg, to the knee, right
    hip = kinematics.angle_between(_THIGH, away, _SHIN)
    knee = np.pi - kinematics.angle_between(_THIGH, _SHIN, away)
    return _leg_bone(frame, hip), _leg_bone(frame, hip - knee)


def _leg_bone(frame: Float[Array, "T 3 3"], angle: Float[Array, "T"]) -> Float[Array, "T 3 3"]:
    """Return the rotation of a leg bone that swings forward by an angle in the leg's plane."""
    up, front = frame[..., 0], frame[..., 1]
    cos, sin = np.cos(angle)[:, None], np.sin(angle)[:, None]
    y, z = cos * up - sin * front, sin * up + cos * front
    return np.stack([np.cross(y, z), y, z], axis=-1)
