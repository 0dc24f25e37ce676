"""A motion as a file has it: on its own skeleton, in its own units and axes."""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from motion import rotations

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class RigClip:
    """A motion on its own skeleton, in its own units and axes.

    Attributes:
        joints: Joint names, end sites included, parents before children.
        parents: Index of each joint's parent; -1 for the root.
        offsets: Offset from the parent with all channels at zero, (J, 3).
        fps: Frames per second.
        positions: Positions relative to the parent, (T, J, 3).
        rotations: Local unit quaternions, (T, J, 4).
        ends: Indices of the joints that have no channels and no children.
        rests: Local rotations of poses in which the rig may rest, likeliest first, (K, J, 4); all
            channels at zero if None.
        name: Its name in a file that holds several; empty where it is alone.
        notes: What of the file was not read, as sentences.
        together: Whether it is of one of several bodies that move in a common space.
    """

    joints: tuple[str, ...]
    parents: tuple[int, ...]
    offsets: Float[Array, "J 3"]
    fps: float
    positions: Float[Array, "T J 3"]
    rotations: Float[Array, "T J 4"]
    ends: tuple[int, ...] = ()
    rests: Float[Array, "K J 4"] | None = None
    name: str = ""
    notes: tuple[str, ...] = ()
    together: bool = False

    def world(self) -> tuple[Float[Array, "T J 3"], Float[Array, "T J 4"]]:
        """Return world positions and world rotations of all joints in all frames."""
        positions, world = self.positions.copy("K"), self.rotations.copy("K")
        for joint, parent in enumerate(self.parents):
            if parent < 0:
                continue
            turned = rotations.rotate(world[:, parent], self.positions[:, joint])
            positions[:, joint] = positions[:, parent] + turned
            world[:, joint] = rotations.multiply(world[:, parent], self.rotations[:, joint])
        return positions, world

    def at_rest(self) -> "RigClip":
        """Return the poses in which the rig may rest as frames, likeliest first."""
        zero = np.tile(rotations.IDENTITY, (1, len(self.joints), 1))
        rests = zero if self.rests is None else self.rests
        positions = np.tile(self.offsets, (len(rests), 1, 1))
        return replace(self, positions=positions, rotations=rests, rests=None)
