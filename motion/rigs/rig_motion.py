"""The part of a rig's motion that matters: world positions and rotations of its role joints."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from motion import rotations
from motion.errors import MotionFileError
from motion.skeleton import CANONICAL

Array = np.ndarray

SIDES = ("left", "right")
LIMBS = tuple((side, part) for side in SIDES for part in ("Arm", "Leg"))

_BONE_ENDS = {
    "UpperArm": "LowerArm",
    "LowerArm": "Hand",
    "UpperLeg": "LowerLeg",
    "LowerLeg": "Foot",
    "Foot": "Toes",
}
BONES = {side + bone: side + end for side in SIDES for bone, end in _BONE_ENDS.items()}
"""Limb joints whose bone ends in a definite joint."""


def rest_bone(role: str) -> Float[Array, "3"]:
    """Return the unit direction of a limb bone in the canonical rest pose."""
    return rotations.normalise(CANONICAL.rest_offsets[CANONICAL.index(BONES[role])])


@dataclass(frozen=True, eq=False)
class RigMotion:
    """Role joints of a rig in its own units.

    Attributes:
        roles: Place of each role along the second axis.
        positions: World positions, (T, R, 3).
        rotations: World rotations, (T, R, 4).
        ends: Place of each end along the second axis; see `rig_ends.find_ends`.
    """

    roles: Mapping[str, int]
    positions: Float[Array, "T R 3"]
    rotations: Float[Array, "T R 4"]
    ends: Mapping[str, int]

    @staticmethod
    def from_roles(
        joint_by_role: Mapping[str, int],
        joint_by_end: Mapping[str, int],
        positions: Float[Array, "T J 3"],
        world: Float[Array, "T J 4"],
    ) -> "RigMotion":
        """Pick the role joints, and those in which bones end, from all joints of a rig."""
        places = {role: place for place, role in enumerate(joint_by_role)}
        ends = {end: len(places) + place for place, end in enumerate(joint_by_end)}
        joints = [*joint_by_role.values(), *joint_by_end.values()]
        return RigMotion(places, positions[:, joints], world[:, joints], ends)

    def __getitem__(self, frames: slice) -> "RigMotion":
        return replace(self, positions=self.positions[frames], rotations=self.rotations[frames])

    def __len__(self) -> int:
        return len(self.positions)

    def world_turned(self, by: Float[Array, "4"]) -> "RigMotion":
        """Return the motion with the whole world turned."""
        positions = rotations.rotate(by, self.positions)
        return replace(self, positions=positions, rotations=rotations.multiply(by, self.rotations))

    def role_positions(self, role: str) -> Float[Array, "T 3"]:
        """Return the positions of a role."""
        return self.positions[:, self.roles[role]]

    def role_rotations(self, role: str) -> Float[Array, "T 4"]:
        """Return the world rotations of a role."""
        return self.rotations[:, self.roles[role]]

    def bone_directions(self, role: str) -> Float[Array, "T 3"]:
        """Return the unit directions of a limb bone."""
        return rotations.normalise(self.role_positions(BONES[role]) - self.role_positions(role))

    def end(self, name: str) -> Float[Array, "T 3"]:
        """Return the positions of an end."""
        return self.positions[:, self.ends[name]]

    def across(self) -> Float[Array, "T 3"]:
        """Return the unit directions from the right to the left leg."""
        return rotations.normalise(
            self.role_positions("leftUpperLeg") - self.role_positions("rightUpperLeg")
        )

    def between_legs(self) -> Float[Array, "T 3"]:
        """Return the points halfway between the upper legs."""
        return (self.role_positions("leftUpperLeg") + self.role_positions("rightUpperLeg")) / 2

    def body_up(self) -> Float[Array, "3"]:
        """Return the mean direction from the feet to the head."""
        feet = (self.role_positions("leftFoot") + self.role_positions("rightFoot")) / 2
        return rotations.normalise((self.role_positions("head") - feet).mean(axis=0))

    def leg_length(self) -> float:
        """Return thigh plus shin in the rig's units, mean of both sides.

        Raises:
            MotionFileError: If it is zero.
        """
        bones = [f"{side}{bone}" for side in SIDES for bone in ("UpperLeg", "LowerLeg")]
        vectors = np.stack(
            [self.role_positions(BONES[bone]) - self.role_positions(bone) for bone in bones]
        )
        length = float(np.linalg.norm(vectors, axis=-1).mean() * 2.0)
        if not length > 0.0:
            raise MotionFileError("expected legs of some length, got knees and feet at the hips")
        return length
