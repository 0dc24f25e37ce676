"""From where landmarks are to how the bones of the canonical skeleton are turned.

Only directions count, so a person of any size fits. What landmarks do not tell, such as how an arm
is turned about itself while it is straight, is carried on from the picture before.
"""

import numpy as np
from jaxtyping import Float

from motion.compiled import function
from motion.skeleton import CANONICAL
from server.capture import landmarks as lm

Array = np.ndarray

# Points between landmarks, appended to them: rows of the two landmarks that each is the middle of.
_MIDDLES = np.array(
    [
        (lm.LEFT_HIP, lm.RIGHT_HIP),
        (lm.LEFT_SHOULDER, lm.RIGHT_SHOULDER),
        (lm.LEFT_EAR, lm.RIGHT_EAR),
        (lm.LEFT_INDEX, lm.LEFT_PINKY),
        (lm.RIGHT_INDEX, lm.RIGHT_PINKY),
    ]
)
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
)

_STRAIGHT = 0.2  # sine of the bend below which elbow or knee does not show which way it is turned
_NATURAL = 0.05  # share of what is natural, drawn in picture by picture while it does not
_HAND_TWIST = 0.6  # share of the palm's turn that the forearm takes
_SHRUG = 0.25  # share of an arm's rise above level that the shoulder takes
_HABITS = np.array([_STRAIGHT, _NATURAL, _HAND_TWIST, _SHRUG])

_REST = np.array(
    [[1, 0, 0], [1, 0, 0], [0, 1, 0], [1, 0, 0], [0, -0.24, 0.97]]
    + [[1, 0, 0], [-1, 0, 0], [0, 0, 1], [0, 0, 1], [0, 0, 1], [0, 0, 1]]
    + [[1, 0, 0], [-1, 0, 0], [0, -1, 0], [0, -1, 0]] * 2,
    dtype=float,
)
"""The directions of the rest pose."""

_SIDES = "left", "right"
_TRUNK = CANONICAL.indices("hips", "spine", "chest", "neck", "head")
_ARMS, _LEGS = (
    [CANONICAL.indices(*(side + part for part in parts)) for side in _SIDES]
    for parts in (
        ("Shoulder", "UpperArm", "LowerArm", "Hand"),
        ("UpperLeg", "LowerLeg", "Foot", "Toes"),
    )
)
_SEEN_LEGS = [
    (lm.LEFT_HIP, lm.LEFT_KNEE, lm.LEFT_ANKLE, lm.LEFT_HEEL, lm.LEFT_TOE),
    (lm.RIGHT_HIP, lm.RIGHT_KNEE, lm.RIGHT_ANKLE, lm.RIGHT_HEEL, lm.RIGHT_TOE),
]
_RIG = np.concatenate(
    [np.ravel(part) for part in (_MIDDLES, _DIRECTIONS, _SEEN_LEGS, _TRUNK, _ARMS, _LEGS)]
)

_find_bones = function("find_bones", "idndooo")


class BoneFinder:
    """Finds the world rotation of every bone; remembers what a single picture cannot tell."""

    def __init__(self) -> None:
        self._directions = _REST.copy()
        self._hinges = np.array([[0, -1, 0], [0, 1, 0], [1, 0, 0], [1, 0, 0]], dtype=float)

    def update(self, positions: Float[Array, "33 3"], hips_seen: bool) -> Float[Array, "J 3 3"]:
        """Return world rotations, near proper ones for any finite input.

        Args:
            positions: Y up, the camera towards +Z, metres.
            hips_seen: Whether the hips can be believed; else the trunk stands upright.
        """
        world = np.empty((len(CANONICAL.joints), 3, 3))
        remembered = self._directions, self._hinges
        _find_bones(_RIG, _HABITS, hips_seen, positions, *remembered, world)
        return world
