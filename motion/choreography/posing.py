"""Poses bent, enlarged and raised, row by row: what colours a whole dance and a live one alike."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from motion import kinematics, rotations
from motion.leg_reach import LEGS
from motion.skeleton import CANONICAL

Array = np.ndarray

ARM_RANGE = np.radians([-85.0, 80.0])
"""Of the direction from shoulder to hand, above the horizontal."""

GRAVITY_SHARE = 0.8
"""Share of a lean that an arm which hangs does not go along with."""

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

FEET = CANONICAL.indices("leftFoot", "rightFoot")
HEAD = CANONICAL.index("head")

_JOINT = {name: index for index, name in enumerate(CANONICAL.joints)}


def enlarged(
    turned: Float[Array, "*batch 4"],
    middle: Float[Array, "*batch 4"],
    size: float | Float[Array, "*batch 1"],
) -> Float[Array, "*batch 4"]:
    """Return local rotations that lead so much further from others; joints stop at a half turn."""
    away = rotations.multiply(rotations.inverse(middle), turned)
    away = np.where(away[..., 3:] < 0, -away, away)
    half = np.arccos(np.clip(away[..., 3:], -1.0, 1.0))
    wanted = np.minimum(half * size, np.maximum(half, 0.45 * np.pi))
    axis = rotations.normalise(away[..., :3])
    larger = np.concatenate([axis * np.sin(wanted), np.cos(wanted)], axis=-1)
    return rotations.multiply(middle, larger)


def posture_of(
    positions: Float[Array, "T J 3"], head: Float[Array, "T 4"]
) -> tuple[Float[Array, "T"], Float[Array, "T"]]:
    """Return lean of the trunk and pitch of the head of every pose, radians, forward and down.

    Seen from the side of the body: from the hips to the neck, and where the head faces.

    Args:
        positions: World positions of the joints, metres.
        head: World rotation of the head.
    """
    back = rotations.about_y(-kinematics.facing(positions))
    trunk = positions[:, _JOINT["neck"]] - positions[:, 0]
    up = rotations.rotate(back, trunk)
    ahead = rotations.rotate(head, np.array([0.0, 0.0, 1.0]))
    return np.arctan2(up[:, 2], up[:, 1]), -np.arcsin(np.clip(ahead[:, 1], -1.0, 1.0))


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
    heading = kinematics.facing(positions)
    lateral = np.stack([np.cos(heading), 0.0 * heading, -np.sin(heading)], axis=-1)
    lean = np.broadcast_to(lean, heading.shape)
    angle = np.tile(lean[:, None], (1, world.shape[1]))
    for joint, share in TRUNK.items():
        angle[:, _JOINT[joint]] = share * lean
    angle[:, _JOINT["neck"]] = (lean + head) / 2
    angle[:, HEAD] = head
    along = positions[:, ARMS[:, 2]] - positions[:, ARMS[:, 0]]
    up = along[..., 1] / np.maximum(np.linalg.norm(along, axis=-1), 1e-6)
    hangs = np.clip((0.3 - up) / 1.3, 0.0, 1.0)
    angle[:, ARMS] = (lean[:, None] * (1 - GRAVITY_SHARE * hangs))[..., None]
    bent = rotations.multiply(about(lateral[:, None], angle), world)
    legs = LEGS.ravel()
    bent[:, legs] = world[:, legs]
    return bent


def about(
    axis: Float[Array, "*batch 3"], angle: Float[Array, "*batch"]
) -> Float[Array, "*batch 4"]:
    """Return the rotation about a unit axis by an angle, radians."""
    half = angle[..., None] / 2
    return np.concatenate([axis * np.sin(half), np.cos(half)], axis=-1)


@dataclass(frozen=True, eq=False)
class Arms:
    """Where the left and the right arm point.

    Attributes:
        elevation: Angle from the horizontal up to the line from shoulder to hand, radians, (T, 2).
        axis: Axis that raises the arm, a unit vector, (T, 2, 3).
    """

    elevation: Float[Array, "T 2"]
    axis: Float[Array, "T 2 3"]

    @staticmethod
    def from_positions(positions: Float[Array, "T J 3"]) -> "Arms":
        """Return the arms by the world positions of all joints."""
        along = rotations.normalise(positions[:, ARMS[:, 2]] - positions[:, ARMS[:, 0]])
        flat = along * [1.0, 0.0, 1.0]
        axis = rotations.normalise(rotations.cross(flat, np.array([0.0, 1.0, 0.0])))
        return Arms(np.arcsin(np.clip(along[..., 1], -1.0, 1.0)), axis)

    def raised(
        self, world: Float[Array, "T J 4"], angle: float | Float[Array, "T 2"]
    ) -> Float[Array, "T 2 3 4"]:
        """Return the world rotations of `ARMS`, raised: the less, the nearer to hanging.

        Arms that hang have no side to be raised to, and stay.
        """
        freely = np.clip((self.elevation - ARM_RANGE[0]) / np.radians(35.0), 0.0, 1.0)
        wanted = np.clip(self.elevation + angle * freely, *ARM_RANGE)
        turn = about(self.axis, wanted - self.elevation)
        return rotations.multiply(turn[:, :, None], world[:, ARMS])
