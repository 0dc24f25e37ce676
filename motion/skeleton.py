"""Skeletons, and the canonical one: the VRM 1.0 humanoid, 21 joints, T-pose rest, Y up, facing +Z.

Every source of the live partner is retargeted onto it and every output starts from it; a model may
be trained on another skeleton. Lengths are in metres. The proportions are those of
an adult of 1.70 m, rounded, after the segment lengths of Drillis and Contini.

References:
    VRM 1.0 humanoid, https://vrm.dev/en/univrm/humanoid/; R. Drillis and R. Contini, "Body segment
    parameters", 1966.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from jaxtyping import Float, Int

SAME_LENGTH = 5e-3
"""Metres within which bones of two recordings, or of two sides, are the same."""


@dataclass(frozen=True, eq=False)
class Skeleton:
    """A tree of joints, parents before children.

    Attributes:
        joints: Joint names.
        parents: Index of each joint's parent; -1 for the first joint.
        rest_offsets: Offset from the parent in rest, metres, (J, 3); for the first joint its
            position above the floor.
        ends: Indices of the joints that never turn: tips of the last bones.
        feet: Joints that stand on the floor, and how high each is then, metres.
    """

    joints: tuple[str, ...]
    parents: tuple[int, ...]
    rest_offsets: Float[np.ndarray, "J 3"]
    ends: tuple[int, ...] = ()
    feet: Mapping[str, float] = field(default_factory=dict)

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
    def parent_indices(self) -> Int[np.ndarray, "J"]:
        """`parents` as an array."""
        return np.array(self.parents, np.int64)

    @cached_property
    def turning(self) -> list[int]:
        """Indices of the joints that turn: all but `ends`."""
        return [joint for joint in range(len(self.joints)) if joint not in self.ends]

    @cached_property
    def standing(self) -> list[int]:
        """Indices of the joints that stand on the floor, see `feet`."""
        return self.indices(*self.feet)

    @cached_property
    def reach(self) -> Float[np.ndarray, "J"]:
        """How far the farthest end below each joint is along the bones, metres."""
        reach = np.zeros(len(self.joints))
        for joint in range(len(self.joints) - 1, 0, -1):
            parent = self.parents[joint]
            length = float(np.linalg.norm(self.rest_offsets[joint]))
            reach[parent] = max(reach[parent], reach[joint] + length)
        return reach

    @cached_property
    def mirror(self) -> list[int]:
        """For each joint the index of its counterpart on the other side (itself in the middle).

        The counterpart is where the joint is in rest if x is flipped, below the parent's. Empty
        where a joint has none, or no joint has another.
        """
        found: list[int] = []
        for joint, parent in enumerate(self.parents):
            opposite = self.rest_offsets[joint] * [-1.0, 1.0, 1.0]
            above = found[parent] if parent >= 0 else -1
            near = [
                other
                for other, owner in enumerate(self.parents)
                if owner == above
                and np.allclose(self.rest_offsets[other], opposite, atol=SAME_LENGTH)
                and (other in self.ends) == (joint in self.ends)
            ]
            if not near:
                return []
            found.append(joint if joint in near else near[0])
        return found if found != list(range(len(found))) else []

    def difference(self, other: "Skeleton") -> str:
        """Tell how another skeleton differs, as "expected X, got Y"; empty if it does not."""
        for what in ("joints", "parents", "ends"):
            expected, got = getattr(self, what), getattr(other, what)
            if expected != got:
                return f"expected {what} {_shown(expected)}, got {_shown(got)}"
        apart = np.abs(self.rest_offsets[1:] - other.rest_offsets[1:]).max(axis=1, initial=0.0)
        if not (apart > SAME_LENGTH).any():
            return ""
        joint = 1 + int(apart.argmax())
        expected, got = (s.rest_offsets[joint].round(4).tolist() for s in (self, other))
        return f"expected rest offset {expected} m of {self.joints[joint]}, got {got}"

    def __reduce__(self) -> tuple[Callable[..., "Skeleton"], tuple[dict[str, Any]]]:
        # So that the canonical one is itself in another process, too.
        return Skeleton.from_dict, (self.to_dict(),)

    def to_dict(self) -> dict[str, Any]:
        """Return the skeleton as plain values; see `from_dict`."""
        return {
            "joints": list(self.joints),
            "parents": list(self.parents),
            "rest_offsets": self.rest_offsets.tolist(),
            "ends": list(self.ends),
            "feet": dict(self.feet),
        }

    @staticmethod
    def from_dict(values: Mapping[str, Any]) -> "Skeleton":
        """Return the skeleton of plain values; the canonical one is `CANONICAL` itself.

        Raises:
            ValueError: If they are no skeleton.
        """
        if values == CANONICAL.to_dict():
            return CANONICAL
        joints, parents = tuple(values["joints"]), tuple(values["parents"])
        offsets = np.array(values["rest_offsets"], np.float64)
        ordered = bool(parents) and parents[0] == -1
        ordered &= all(0 <= parent < joint for joint, parent in enumerate(parents[1:], start=1))
        if not ordered or len(joints) != len(parents) or len(set(joints)) < len(joints):
            raise ValueError("expected joints of different names, parents before children")
        if offsets.shape != (len(joints), 3) or not np.isfinite(offsets).all():
            raise ValueError(f"expected {len(joints)} finite rest offsets, got {offsets.shape}")
        return Skeleton(joints, parents, offsets, tuple(values["ends"]), dict(values["feet"]))


def _shown(values: tuple[object, ...]) -> str:
    """Return a list short enough for a line."""
    shown = ", ".join(str(value) for value in values[:6])
    return f"{shown}, … ({len(values)} in all)" if len(values) > 6 else shown or "none"


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
    skeleton = Skeleton(names, parents, offsets)
    feet = ("leftFoot", "leftToes", "rightFoot", "rightToes")
    heights = skeleton.rest_positions[skeleton.indices(*feet), 1].tolist()
    return replace(skeleton, feet=dict(zip(feet, heights, strict=True)))


CANONICAL = _canonical()

LEG_LENGTH = float(
    np.linalg.norm(
        CANONICAL.rest_offsets[CANONICAL.indices("leftLowerLeg", "leftFoot")], axis=1
    ).sum()
)
"""Thigh plus shin of the canonical skeleton, metres: the unit of the quality measures."""
