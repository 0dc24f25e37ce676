"""From where landmarks are to how the bones of the canonical skeleton are turned.

Only directions count, so a person of any size fits. What landmarks do not tell, such as how an arm
is turned about itself while it is straight, is carried on from the picture before.
"""

import numpy as np
from jaxtyping import Float

from motion.skeleton import CANONICAL
from server.capture import landmarks as lm
from server.capture.fast_rotations import across, cross, dot, unit

Array = np.ndarray

_UP = np.array([[0.0, 1.0, 0.0]])

# Points between landmarks, appended to them: rows of the two landmarks that each is the middle of.
_MIDDLES = np.array(
    [
        (lm.LEFT_HIP, lm.RIGHT_HIP),
        (lm.LEFT_SHOULDER, lm.RIGHT_SHOULDER),
        (lm.LEFT_EAR, lm.RIGHT_EAR),
        (lm.LEFT_INDEX, lm.LEFT_PINKY),
        (lm.RIGHT_INDEX, lm.RIGHT_PINKY),
    ]
).T
_MID_HIP, _MID_SHOULDER, _MID_EAR, _LEFT_HAND, _RIGHT_HAND = range(lm.COUNT, lm.COUNT + 5)

_DIRECTIONS = np.array(
    [
        # from, to
        (lm.RIGHT_HIP, lm.LEFT_HIP),
        (lm.RIGHT_SHOULDER, lm.LEFT_SHOULDER),
        (_MID_HIP, _MID_SHOULDER),
        (lm.RIGHT_EAR, lm.LEFT_EAR),
        (_MID_EAR, lm.NOSE),
        (lm.LEFT_WRIST, _LEFT_HAND),
        (lm.RIGHT_WRIST, _RIGHT_HAND),
        (lm.LEFT_PINKY, lm.LEFT_INDEX),
        (lm.RIGHT_PINKY, lm.RIGHT_INDEX),
        (lm.LEFT_HEEL, lm.LEFT_TOE),
        (lm.RIGHT_HEEL, lm.RIGHT_TOE),
        # limbs: left arm, right arm, left leg, right leg
        (lm.LEFT_SHOULDER, lm.LEFT_ELBOW),
        (lm.RIGHT_SHOULDER, lm.RIGHT_ELBOW),
        (lm.LEFT_HIP, lm.LEFT_KNEE),
        (lm.RIGHT_HIP, lm.RIGHT_KNEE),
        (lm.LEFT_ELBOW, lm.LEFT_WRIST),
        (lm.RIGHT_ELBOW, lm.RIGHT_WRIST),
        (lm.LEFT_KNEE, lm.LEFT_ANKLE),
        (lm.RIGHT_KNEE, lm.RIGHT_ANKLE),
    ]
).T
_HIP_LINE, _SHOULDER_LINE, _TORSO, _EAR_LINE, _NOSE = range(5)
_HANDS, _PALMS, _FEET = slice(5, 7), slice(7, 9), slice(9, 11)
_UPPER, _LOWER = slice(11, 15), slice(15, 19)
_ARMS, _LEGS = slice(0, 2), slice(2, 4)  # of four limbs

_HAND_TWIST = 0.6  # share of the palm's turn that the forearm takes
_SHRUG = 0.25  # share of an arm's rise above level that the shoulder takes

_REST = np.array(
    [[1, 0, 0], [1, 0, 0], [0, 1, 0], [1, 0, 0], [0, -0.24, 0.97]]
    + [[1, 0, 0], [-1, 0, 0], [0, 0, 1], [0, 0, 1], [0, 0, 1], [0, 0, 1]]
    + [[1, 0, 0], [-1, 0, 0], [0, -1, 0], [0, -1, 0]] * 2,
    dtype=float,
)
"""The directions of the rest pose."""

_SIDE = np.array([[1.0], [-1.0]])
_LEFT_ARM, _RIGHT_ARM = (
    CANONICAL.indices(*(side + part for part in ("Shoulder", "UpperArm", "LowerArm", "Hand")))
    for side in ("left", "right")
)
_LEFT_LEG, _RIGHT_LEG = (
    CANONICAL.indices(*(side + part for part in ("UpperLeg", "LowerLeg", "Foot", "Toes")))
    for side in ("left", "right")
)
_ORDER = np.argsort(
    CANONICAL.indices("hips", "spine", "chest", "neck", "head")
    + [joint for pair in zip(_LEFT_ARM, _RIGHT_ARM, strict=True) for joint in pair]
    + [joint for pair in zip(_LEFT_LEG, _RIGHT_LEG, strict=True) for joint in pair]
)


class BoneFinder:
    """Finds the world rotation of every bone; remembers what a single picture cannot tell."""

    STRAIGHT = 0.2
    """Sine of the bend below which an elbow or knee no longer shows which way it is turned."""

    def __init__(self) -> None:
        self._directions = _REST.copy()
        self._hinges = np.array([[0, -1, 0], [0, 1, 0], [1, 0, 0], [1, 0, 0]], dtype=float)

    def update(self, positions: Float[Array, "33 3"], hips_seen: bool) -> Float[Array, "J 3 3"]:
        """Return world rotations, near proper ones for any finite input.

        Args:
            positions: Y up, the camera towards +Z, metres.
            hips_seen: Whether the hips can be believed; else the trunk stands upright.
        """
        directions = self._find_directions(positions, hips_seen)
        hinges = self._find_hinges(directions)
        x, y = zip(_trunk(directions), _arms(directions, hinges[_ARMS]), strict=True)
        body = _frames(np.concatenate(x), np.concatenate(y))
        return np.concatenate([body, _legs(directions, hinges[_LEGS])])[_ORDER]

    def _find_directions(self, positions: Array, hips_seen: bool) -> Array:
        """Return unit directions; where two landmarks coincide, the direction before."""
        middles = positions[_MIDDLES].sum(axis=0) * 0.5
        points = np.concatenate([positions, middles])
        _bend_knees_forward(points)
        spans = points[_DIRECTIONS[1]] - points[_DIRECTIONS[0]]
        lengths = np.sqrt(dot(spans, spans))
        directions = np.where(lengths > 1e-3, spans / np.maximum(lengths, 1e-9), self._directions)
        if not hips_seen:
            directions[_HIP_LINE] = unit(directions[[_SHOULDER_LINE]] * [1.0, 0.0, 1.0])
            directions[_TORSO] = _UP
        self._directions = directions
        return directions

    def _find_hinges(self, directions: Array) -> Array:
        """Return the axes about which elbows and knees bend, (4, 3).

        A bent limb shows its axis. A straight one keeps the axis it had, drawn towards what is
        natural: elbows as if the arm had swung out of the T-pose, knees in line with the feet.
        """
        upper = directions[_UPPER]
        ahead = cross(directions[[_HIP_LINE]], directions[[_TORSO]])
        knees = cross(directions[_FEET] + ahead, upper[_LEGS])
        natural = np.concatenate([_swung_elbows(directions), knees])
        kept = self.STRAIGHT * (self._hinges + 0.05 * natural)
        self._hinges = across(cross(upper, directions[_LOWER]) + kept, upper)
        return self._hinges


def _frames(x: Array, y: Array) -> Array:
    """Return frames whose first axis is x and whose second is nearest to y; axes are columns."""
    x = unit(x)
    y = across(y, x)
    return np.stack([x, y, cross(x, y)], axis=-1)


def _bend_knees_forward(points: Array) -> None:
    """Move knees that bend backwards, in place, onto the line from hip to ankle.

    Depth is the least sure coordinate: a straight leg is often seen to bend the wrong way.
    """
    hips, knees, ankles = (
        points[[left, left + 1]] for left in (lm.LEFT_HIP, lm.LEFT_KNEE, lm.LEFT_ANKLE)
    )
    feet = points[[lm.LEFT_TOE, lm.RIGHT_TOE]] - points[[lm.LEFT_HEEL, lm.RIGHT_HEEL]]
    line = unit(ankles - hips)
    forward = across(feet, line)
    backward = np.minimum(dot(knees - hips, forward), 0.0)
    points[[lm.LEFT_KNEE, lm.RIGHT_KNEE]] = knees - backward * forward


def _swung_elbows(directions: Array) -> Array:
    """Return the elbows' axes after the shortest swing of the arms out of the T-pose, (2, 3)."""
    arms = directions[_UPPER][_ARMS]
    out, axis = _SIDE * directions[_SHOULDER_LINE], -_SIDE * directions[_TORSO]
    share = dot(arms, axis) / np.maximum(1.0 + dot(arms, out), 0.1)
    swung: Array = axis - share * (arms + out)
    return swung


def _trunk(directions: Array) -> tuple[Array, Array]:
    """Return first and second axes of hips, spine, chest, neck, head, (5, 3) each.

    The spine is half hips, half chest; the neck half chest, half head.
    """
    hips, shoulders, torso = directions[[_HIP_LINE, _SHOULDER_LINE, _TORSO], None]
    ears = directions[[_EAR_LINE]]
    facing = across(directions[[_NOSE]], ears)
    up = 0.97 * cross(facing, ears) - 0.24 * facing  # the nose of a level head is below its ears
    x = np.concatenate([hips, hips + shoulders, shoulders, shoulders + ears, ears])
    return x, np.concatenate([torso, torso, torso, torso + up, up])


def _arms(directions: Array, hinges: Array) -> tuple[Array, Array]:
    """Return first and second axes of shoulders, upper arms, lower arms, hands, (8, 3) each."""
    upper, lower = directions[_UPPER][_ARMS], directions[_LOWER][_ARMS]
    torso = directions[[_TORSO]]
    shrug = np.maximum(dot(upper, torso), 0.0) * _SHRUG
    shoulders = directions[_SHOULDER_LINE] + _SIDE * shrug * torso
    hands = unit(directions[_HANDS] + 0.5 * lower)
    palms = across(cross(directions[_PALMS], _SIDE * hands), hands)
    backs = _HAND_TWIST * palms - _SIDE * hinges
    x = np.concatenate([shoulders, _SIDE * upper, _SIDE * lower, _SIDE * hands])
    return x, np.concatenate([torso, torso, -_SIDE * hinges, backs, palms])


def _legs(directions: Array, hinges: Array) -> Array:
    """Return thighs, shins, feet, toes, (8, 3, 3), left before right."""
    upper, lower, feet = directions[_UPPER][_LEGS], directions[_LOWER][_LEGS], directions[_FEET]
    bones = -np.concatenate([upper, lower])
    x = np.concatenate([hinges, across(hinges, lower)])
    turned = np.stack([x, bones, cross(x, bones)], axis=-1)
    sideways = across(cross(_UP - lower, feet) + 0.3 * hinges, feet)
    soles = np.stack([sideways, cross(feet, sideways), feet], axis=-1)
    return np.concatenate([turned, soles, soles])
