"""The demo performer's dance: a pure function of time, the same for the same seed.

A dance is a row of phrases of eight beats. Each phrase draws a footwork and an arm figure from
shuffled decks. Both are key poses on the beats; curves through the keys, read a little later for
each joint further out (follow-through), layered with slow drifts, make the motion. Feet are placed
first and legs solved to reach them, so that a standing foot stays where it is.
"""

from functools import lru_cache
from itertools import pairwise

import numpy as np
from scipy.spatial.transform import Rotation

from motion import rotations
from motion.clip import Pose
from motion.skeleton import CANONICAL
from server.figures import ARM_FIGURES, FOOTWORKS, STANCE, Footwork

Array = np.ndarray

BEATS_PER_MINUTE = 112.0
PHRASE = 8
"""Beats in a phrase."""

_BALL_AHEAD = 0.07  # of the point where a foot carries, metres
_STEP = 0.62  # beats that a foot is in the air
_BALL = CANONICAL.rest_offsets[CANONICAL.index("leftToes")]  # from ankle to ball of the foot
_BALL_HEIGHT = float(CANONICAL.rest_positions[CANONICAL.index("leftToes"), 1])
_LEGS = CANONICAL.indices("leftUpperLeg", "rightUpperLeg")
_THIGH, _SHIN = (
    float(np.linalg.norm(CANONICAL.rest_offsets[CANONICAL.index(joint)]))
    for joint in ("leftLowerLeg", "leftFoot")
)


def choreography(time: float, seed: int) -> Pose:
    """Return how the demo performer stands at a time.

    Args:
        time: Seconds, not negative.
        seed: Chooses the order of figures and the dancer's habits.

    Returns:
        A pose near the origin, facing +Z save for turns; standing feet rest on the floor.
    """
    beat = PHRASE + time * BEATS_PER_MINUTE / 60.0  # one phrase in, for the curves to look back
    angles = _upper_body(beat, seed)
    turned = Rotation.from_euler("YZX", angles).as_quat()
    feet = [_foot(beat, seed, side) for side in (0, 1)]
    hips = _hips(beat, seed, feet, rotations.to_matrix(turned[0]))
    _reach(turned, hips, feet)
    return Pose(hips, turned)


# --- Phrases -------------------------------------------------------------------------------------


@lru_cache(maxsize=64)
def _phrase(seed: int, number: int) -> tuple[Footwork, Array]:
    """Return the footwork and the arm keys, (8, 2, 4) in radians, of one phrase."""
    feet = _draw(seed, number, len(FOOTWORKS), 0)
    arms = _draw(seed, number, len(ARM_FIGURES), 1)
    rng = np.random.default_rng([seed, number, 2])
    steps, keys = FOOTWORKS[feet], np.radians(ARM_FIGURES[arms])
    if rng.random() < 0.5:
        steps = steps.mirrored()
    if rng.random() < 0.5:
        keys = keys[:, ::-1]
    return steps, keys * rng.uniform(0.9, 1.08)


def _draw(seed: int, number: int, size: int, what: int) -> int:
    """Return a card of an endless row of shuffled decks."""
    deck, card = divmod(number, size)
    return int(np.random.default_rng([seed, deck, what, size]).permutation(size)[card])


def _curve(keys: Array, part: float) -> Array:
    """Return the Catmull-Rom curve between the middle two of four keys; `part` in [0, 1]."""
    before, a, b, after = keys
    start, end = 0.5 * (b - before), 0.5 * (after - a)
    cubic = 2 * a - 2 * b + start + end
    square = -3 * a + 3 * b - 2 * start - end
    result: Array = ((cubic * part + square) * part + start) * part + a
    return result


def _neighbours(beat: float) -> tuple[list[int], float]:
    """Return the four beats around a time and the part of the beat that has passed.

    The part is bent so that motion is quick between beats and settles on them.
    """
    whole = int(np.floor(beat))
    part = beat - whole
    return [whole - 1, whole, whole + 1, whole + 2], part - 0.06 * np.sin(2 * np.pi * part)


def _drift(beat: float, seed: int, what: int) -> float:
    """Return a slow wander in [-1, 1], of three periods that never meet."""
    turns = beat / np.array([5.3, 8.9, 13.7]) + _phases(seed, what)
    return float(np.mean(np.sin(2 * np.pi * turns)))


@lru_cache(maxsize=64)
def _phases(seed: int, what: int) -> Array:
    """Return where the wander of `_drift` begins, (3,) in turns."""
    return np.random.default_rng([seed, what, 3]).random(3)


# --- Feet ----------------------------------------------------------------------------------------


@lru_cache(maxsize=256)
def _key_stance(beat: int, seed: int) -> Array:
    """Return where the body is on a beat: x, z, yaw, weight in [-1 right, 1 left], dip."""
    footwork, _ = _phrase(seed, beat // PHRASE)
    at = beat % PHRASE
    feet = [_placed(footwork, at, side) for side in (0, 1)]
    weight = footwork.weight(at)
    share = 0.5 + 0.38 * weight
    x, z, yaw = share * feet[0] + (1 - share) * feet[1]
    x, z = np.array([x, z]) - _BALL_AHEAD * np.array([np.sin(yaw), np.cos(yaw)])
    return np.array([x, z, (feet[0][2] + feet[1][2]) / 2, weight, footwork.dips[at]])


def _stance(beat: float, seed: int) -> Array:
    """Return where the body is at any time; as `_key_stance`."""
    around, part = _neighbours(beat)
    keys = np.array([_key_stance(key, seed) for key in around])
    keys[:, 2] = np.unwrap(keys[:, 2])
    return _curve(keys, part)


def _placed(footwork: Footwork, beat: float, side: int) -> Array:
    """Return x, z, yaw of the ball of a foot after its last step up to a beat of the phrase."""
    place = STANCE[side]
    for step in footwork.steps:
        if step.side == side and step.beat <= beat:
            place = np.array([step.x, step.z, step.yaw])
    return place


def _foot(beat: float, seed: int, side: int) -> tuple[Array, Array]:
    """Return the ankle's position and the foot's world rotation matrix."""
    number, at = divmod(beat, PHRASE)
    footwork, _ = _phrase(seed, int(number))
    x, z, yaw = _placed(footwork, at, side)
    height = _BALL_HEIGHT
    lean = _stance(beat, seed)[3] * (1 if side else -1)  # > 0 when the other foot carries
    pitch = 0.42 * _smooth((lean - 0.25) / 0.75)
    step = next((s for s in footwork.steps if s.side == side and 0 < s.beat - at < 2 * _STEP), None)
    if step is not None:
        part = 1 - (step.beat - at) / _STEP  # below 0 before the foot leaves the floor
        push = _smooth(1 + 2 * part) * _smooth(1 - part) * min(1.0, 10 * step.lift)
        pitch += (0.6 - pitch) * push
        eased = _smooth(part)
        x, z, yaw = np.array([x, z, yaw]) * (1 - eased) + eased * np.array(
            [step.x, step.z, step.yaw]
        )
        height += step.lift * np.sin(np.pi * eased)
    turned = Rotation.from_euler("YX", [yaw, pitch]).as_matrix()
    return np.array([x, height, z]) - turned @ (_BALL * [-1 if side else 1, 1, 1]), turned


def _smooth(part: float) -> float:
    """Ease from 0 to 1 with neither speed nor acceleration at the ends."""
    part = min(max(part, 0.0), 1.0)
    return part**3 * (part * (6 * part - 15) + 10)


# --- Body ----------------------------------------------------------------------------------------


def _hips(beat: float, seed: int, feet: list[tuple[Array, Array]], turned: Array) -> Array:
    """Return the hips' position: over the feet, bouncing, as high as both legs reach at most."""
    x, z, _, _, dip = _stance(beat + 0.06, seed)
    bounce = 0.016 * np.cos(2 * np.pi * (beat - 0.03)) + 0.006 * _drift(beat, seed, 0)
    hips = np.array([x, CANONICAL.rest_offsets[0, 1] - 0.045 - dip - bounce, z])
    limits = []
    for side, (ankle, _) in enumerate(feet):
        joint = turned @ CANONICAL.rest_offsets[_LEGS[side]]
        away = np.hypot(*(ankle - hips - joint)[[0, 2]])
        reach = np.sqrt(max((0.985 * (_THIGH + _SHIN)) ** 2 - away**2, 0.1))
        limits.append(ankle[1] + reach - joint[1])
    hips[1] = _soft_minimum([hips[1], *limits])
    return hips


def _soft_minimum(values: list[float]) -> float:
    """Return a smooth lower bound of values in metres that rounds corners over a centimetre."""
    sharp = 80.0
    low = min(values)
    return float(low - np.log(np.sum(np.exp(-sharp * (np.array(values) - low)))) / sharp)


def _upper_body(beat: float, seed: int) -> Array:
    """Return Euler angles, (J, 3) as yaw, roll, pitch, of all joints but the legs.

    The weight drives the pelvis; spine, chest and head answer it later and the other way.
    """
    index = CANONICAL.index
    angles = np.zeros((len(CANONICAL.joints), 3))
    now, late, later = (_stance(beat - lag, seed) for lag in (0.0, 0.22, 0.4))
    ahead = _stance(beat + 0.35, seed)
    pulse = np.cos(2 * np.pi * (beat - np.array([0.05, 0.15, 0.3])))
    twist = 0.16 * now[3] + 0.10 * _drift(beat, seed, 1)
    angles[index("hips")] = [now[2] + twist, 0.13 * now[3], 0.05 + 0.5 * now[4]]
    angles[index("spine")] = [-0.6 * twist, -0.12 * late[3], 0.02 + 0.03 * pulse[0] - 0.2 * now[4]]
    angles[index("chest")] = [
        -0.16 * late[3] + 0.08 * _drift(beat, seed, 2),
        -0.10 * later[3] + 0.05 * _drift(beat, seed, 3),
        0.02 + 0.04 * pulse[1],
    ]
    coming = (ahead[2] - now[2] + np.pi) % (2 * np.pi) - np.pi
    look = 0.5 * coming - 0.2 * twist
    angles[index("neck")] = [0.4 * look, 0.06 * later[3], 0.05 * pulse[2]]
    angles[index("head")] = [
        0.6 * look + 0.15 * _drift(beat, seed, 4),
        0.08 * later[3] + 0.05 * _drift(beat, seed, 5),
        0.06 * pulse[2] - 0.15 * now[4],
    ]
    for side, name in enumerate(("left", "right")):
        angles[CANONICAL.indices(*(name + part for part in _ARM))] = _arm(beat, seed, side)
    return angles


_ARM = ("Shoulder", "UpperArm", "LowerArm", "Hand")


@lru_cache(maxsize=256)
def _key_arms(beat: int, seed: int) -> Array:
    """Return the arm key on a beat, (2, 4): raise, forward, twist, bend in radians."""
    return np.asarray(_phrase(seed, beat // PHRASE)[1][beat % PHRASE])


def _arms(beat: float, seed: int) -> Array:
    """Return both arms at any time; as `_key_arms`."""
    around, part = _neighbours(beat)
    return _curve(np.array([_key_arms(key, seed) for key in around]), part)


def _arm(beat: float, seed: int, side: int) -> Array:
    """Return yaw, roll, pitch of the four joints of an arm, for the left mirrored to the right."""
    upper, lower, hand = (_arms(beat - lag, seed)[side] for lag in (0.05, 0.17, 0.34))
    drift = [_drift(beat, seed, 10 + 4 * side + i) for i in range(4)]
    lift, forward, twist, _ = upper + 0.10 * np.array(drift)
    bend = max(lower[3] + 0.12 * drift[3], 0.06)
    shrug = 0.25 * max(lift, 0.0) + 0.05 * drift[0]
    flop_raise, flop_forward = 0.8 * (hand - lower)[:2]
    arm = np.array(
        [
            [-0.1 * forward, shrug, 0.0],
            [-0.9 * forward, lift - shrug, twist],
            [-bend, 0.0, 0.25 * lower[2]],
            [-flop_forward - 0.1, flop_raise + 0.08 * drift[1], 0.0],
        ]
    )
    return arm * [-1, -1, 1] if side else arm


# --- Legs ----------------------------------------------------------------------------------------


def _reach(turned: Array, hips: Array, feet: list[tuple[Array, Array]]) -> None:
    """Turn the legs, in place, so that the ankles come to where the feet stand."""
    body = rotations.to_matrix(turned[0])
    for side, (ankle, foot) in enumerate(feet):
        joint = hips + body @ CANONICAL.rest_offsets[_LEGS[side]]
        thigh, shin = _two_bones(ankle - joint, body[:, 2] + 1.5 * foot[:, 2])
        chain = [body, thigh, shin, foot]
        local = [parent.T @ child for parent, child in pairwise(chain)]
        turned[_LEGS[side] : _LEGS[side] + 3] = rotations.from_matrix(np.array(local))


def _two_bones(to_ankle: Array, forward: Array) -> tuple[Array, Array]:
    """Return world rotations of thigh and shin whose knee points forward, by the law of cosines."""
    away = np.clip(np.linalg.norm(to_ankle), 0.2, 0.999 * (_THIGH + _SHIN))
    down = rotations.normalise(to_ankle)
    frame = rotations.frame(-down, forward)  # up the leg, to the front, to the right
    hip = np.arccos((_THIGH**2 + away**2 - _SHIN**2) / (2 * _THIGH * away))
    knee = np.pi - np.arccos((_THIGH**2 + _SHIN**2 - away**2) / (2 * _THIGH * _SHIN))
    return _leg_bone(frame, hip), _leg_bone(frame, hip - knee)


def _leg_bone(frame: Array, angle: float) -> Array:
    """Return the rotation of a leg bone that swings forward by an angle in the leg's plane."""
    up, front, _ = frame.T
    y = np.cos(angle) * up - np.sin(angle) * front
    z = np.sin(angle) * up + np.cos(angle) * front
    return np.stack([np.cross(y, z), y, z], axis=-1)
