"""The canonical skeleton: the VRM 1.0 humanoid, 21 joints, T-pose rest, Y up, facing +Z, metres.

Every source is retargeted onto it and every output starts from it. The proportions are those of
an adult of 1.70 m, rounded, after the segment lengths of Drillis and Contini.

References:
    VRM 1.0 humanoid, https://vrm.dev/en/univrm/humanoid/; R. Drillis and R. Contini, "Body segment
    parameters", 1966.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float


@dataclass(frozen=True, eq=False)
class Skeleton:
    """A tree of joints, parents before children.

    Attributes:
        joints: Joint names.
        parents: Index of each joint's parent; -1 for the first joint.
        rest_offsets: Offset from the parent in rest, metres, (J, 3); for the first joint its
            position above the floor.
    """

    joints: tuple[str, ...]
    parents: tuple[int, ...]
    rest_offsets: Float[np.ndarray, "J 3"]

    def index(self, joint: str) -> int:
        """Return the index of a joint by its name."""
        return self.joints.index(joint)

    def indices(self, *joints: str) -> list[int]:
        """Return the indices of several joints by their names."""
        return [self.index(joint) for joint in joints]

    @cached_property
    def rest_positions(self) -> Float[np.ndarray, "J 3"]:
        """World positions of the joints in rest, metres, (J, 3)."""
        positions = self.rest_offsets.copy()
        for joint, parent in enumerate(self.parents[1:], start=1):
            positions[joint] += positions[parent]
        return positions

    @cached_property
    def generations(self) -> list[tuple[list[int], list[int], Float[np.ndarray, "N 3 1"]]]:
        """Joints, their parents and their rest offsets, by how far they are from the first."""
        depth = [0]
        for parent in self.parents[1:]:
            depth.append(depth[parent] + 1)
        found = []
        for level in range(1, max(depth, default=0) + 1):
            joints = [joint for joint, at in enumerate(depth) if at == level]
            parents = [self.parents[joint] for joint in joints]
            found.append((joints, parents, self.rest_offsets[joints][..., None]))
        return found

    @cached_property
    def mirror(self) -> list[int]:
        """For each joint the index of its counterpart on the other side (itself in the middle)."""
        swap = {"left": "right", "right": "left"}
        sides = [next((s for s in swap if j.startswith(s)), "") for j in self.joints]
        return [
            self.index(swap[side] + joint.removeprefix(side)) if side else self.index(joint)
            for joint, side in zip(self.joints, sides, strict=True)
        ]


def _canonical() -> Skeleton:
    middle = [
        ("hips", "", (0.0, 0.95, 0.0)),
        ("spine", "hips", (0.0, 0.10, 0.0)),
        ("chest", "spine", (0.0, 0.13, 0.0)),
        ("neck", "chest", (0.0, 0.25, 0.0)),
        ("head", "neck", (0.0, 0.10, 0.0)),
    ]
    side = [
        ("Shoulder", "chest", (0.04, 0.19, 0.0)),
        ("UpperArm", "Shoulder", (0.13, 0.0, 0.0)),
        ("LowerArm", "UpperArm", (0.28, 0.0, 0.0)),
        ("Hand", "LowerArm", (0.25, 0.0, 0.0)),
        ("UpperLeg", "hips", (0.09, -0.05, 0.0)),
        ("LowerLeg", "UpperLeg", (0.0, -0.41, 0.0)),
        ("Foot", "LowerLeg", (0.0, -0.41, 0.0)),
        ("Toes", "Foot", (0.0, -0.06, 0.13)),
    ]
    bones = list(middle)
    for name, sign in (("left", 1.0), ("right", -1.0)):
        for joint, parent, (x, y, z) in side:
            owner = parent if parent in ("chest", "hips") else name + parent
            bones.append((name + joint, owner, (sign * x, y, z)))
    names = tuple(joint for joint, _, _ in bones)
    parents = tuple(names.index(parent) if parent else -1 for _, parent, _ in bones)
    offsets = np.array([offset for _, _, offset in bones], dtype=np.float64)
    return Skeleton(names, parents, offsets)


CANONICAL = _canonical()

LEG_LENGTH = float(
    np.linalg.norm(
        CANONICAL.rest_offsets[CANONICAL.indices("leftLowerLeg", "leftFoot")], axis=1
    ).sum()
)
"""Thigh plus shin of the canonical skeleton, metres: the unit of the quality measures."""
