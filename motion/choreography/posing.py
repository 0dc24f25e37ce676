"""Poses bent, enlarged and raised, row by row: what colours a whole dance and a live one alike."""

import numpy as np
from jaxtyping import Float

from motion import kinematics
from motion.compiled import function
from motion.leg_reach import LEGS
from motion.skeleton import CANONICAL

Array = np.ndarray

WIDEST = 0.45 * np.pi
"""Half of the turn at which a joint that is enlarged stops."""

ARM_RANGE = np.radians([-85.0, 80.0])
"""Of the direction from shoulder to hand, above the horizontal."""

ARM_FREE = ARM_RANGE[0] + np.radians(35.0)
"""Elevation from which on an arm is raised as far as it is asked to; one that hangs stays."""

GRAVITY_SHARE = 0.8
"""Share of a lean that an arm which hangs does not go along with."""

HANGING = (0.3, -1.0)
"""How far up an arm points, of its length, where it does not hang at all, and where it does."""

TRUNK = {"hips": 0.25, "spine": 0.6, "chest": 1.0}
"""Share of the lean by joint; what hangs on the chest goes along."""

ARMS = np.array(
    [
        CANONICAL.indices(*(f"{side}{part}" for part in ("UpperArm", "LowerArm", "Hand")))
        for side in ("left", "right")
    ]
)
"""Joints of the left and the right arm, from the shoulder down."""

UPPER = [
    joint
    for joint, name in enumerate(CANONICAL.joints)
    if joint and not any(part in name for part in ("Leg", "Foot", "Toes"))
]
"""Joints of trunk, head and arms."""

HEAD = CANONICAL.index("head")
FEET = CANONICAL.indices("leftFoot", "rightFoot")

_NECK, _COLLARS = CANONICAL.index("neck"), CANONICAL.indices("leftShoulder", "rightShoulder")

BODY = np.concatenate(
    [
        *kinematics.ACROSS,
        [_NECK, HEAD],
        _COLLARS,
        ARMS.ravel(),
        LEGS.ravel(),
        UPPER,
        CANONICAL.parent_indices,
    ]
)
"""What the compiled functions know of the joints."""


def _shares() -> Float[Array, "J 2"]:
    """Return the shares of the bends of trunk and head that each joint takes."""
    shares = np.tile([1.0, 0.0], (len(CANONICAL.joints), 1))
    for joint, share in TRUNK.items():
        shares[CANONICAL.index(joint)] = share, 0.0
    shares[_NECK], shares[HEAD], shares[LEGS.ravel()] = 0.5, (0.0, 1.0), 0.0
    return shares


BENDING = np.array([*_shares().ravel(), GRAVITY_SHARE, *HANGING, *ARM_RANGE, ARM_FREE, WIDEST])
"""What they know of the constants above."""

_enlarge, _postures = function("enlarge", "nxxddo"), function("postures", "niddo")
_elevations, _raise_arms = function("elevations", "nido"), function("raise_arms", "nidddo")
_bow = function("bow", "nidddo")


def enlarged(
    turned: Float[Array, "*batch 4"],
    middle: Float[Array, "*batch 4"],
    size: float,
) -> Float[Array, "*batch 4"]:
    """Return local rotations that lead so much further from others; joints stop at a half turn."""
    larger = np.empty(turned.shape)
    _enlarge(turned.size // 4, WIDEST, size, turned, middle, larger)
    return larger


def posture_of(
    positions: Float[Array, "T J 3"], head: Float[Array, "T 4"]
) -> tuple[Float[Array, "T"], Float[Array, "T"]]:
    """Return lean of the trunk and pitch of the head of every pose, radians, forward and down.

    Seen from the side of the body: from the hips to the neck, and where the head faces.

    Args:
        positions: World positions of the joints, metres.
        head: World rotation of the head.
    """
    found = np.empty((len(positions), 2))
    _postures(len(positions), BODY, positions, head, found)
    return found[:, 0], found[:, 1]


def bowed(
    positions: Float[Array, "T J 3"],
    world: Float[Array, "T J 4"],
    lean: float | Float[Array, "T"],
    head: float | Float[Array, "T"],
) -> Float[Array, "T J 4"]:
    """Return world rotations with trunk and head bent forward; arms that hang keep hanging.

    Args:
        positions: World positions of the joints, metres.
        world: World rotations of the joints.
        lean: Lean of the trunk, radians.
        head: Pitch of the head in the world, radians.
    """
    bent, by = np.array(world, np.float64, order="C"), np.empty((len(world), 2))
    by[:, 0], by[:, 1] = lean, head
    _bow(len(bent), BODY, BENDING, positions, by, bent)
    return bent


def elevation_of(positions: Float[Array, "T J 3"]) -> Float[Array, "T 2"]:
    """Return the angles from the horizontal up to the lines from shoulders to hands, radians.

    Args:
        positions: World positions of the joints, metres.
    """
    found = np.empty((len(positions), 2))
    _elevations(len(positions), BODY, positions, found)
    return found


def raised(
    positions: Float[Array, "T J 3"],
    world: Float[Array, "T J 4"],
    angle: float | Float[Array, "T 2"],
) -> Float[Array, "T J 4"]:
    """Return world rotations with the arms raised: the less, the nearer to hanging.

    Arms that hang have no side to be raised to, and stay.

    Args:
        positions: World positions of the joints, metres.
        world: World rotations of the joints.
        angle: By which the arms are raised, or the left and the right one, radians.
    """
    lifted, by = np.array(world, np.float64, order="C"), np.empty((len(world), 2))
    by[:] = angle
    _raise_arms(len(lifted), BODY, BENDING, positions, by, lifted)
    return lifted
