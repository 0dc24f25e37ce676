"""A motion as a file has it: on its own skeleton, in its own units and axes."""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from motion import rotations
from motion.clip import Clip
from motion.errors import MotionFileError
from motion.skeleton import Skeleton

Array = np.ndarray

CENTIMETRES = 10.0
"""A skeleton that reaches farther than this from its first joint is not in metres but in cm."""

STRETCH = 0.02
"""How far a bone may stretch, as a share of the skeleton's reach: solvers round, bones do not."""


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
    """

    joints: tuple[str, ...]
    parents: tuple[int, ...]
    offsets: Float[Array, "J 3"]
    fps: float
    positions: Float[Array, "T J 3"]
    rotations: Float[Array, "T J 4"]
    ends: tuple[int, ...] = ()

    def world(self) -> tuple[Float[Array, "T J 3"], Float[Array, "T J 4"]]:
        """Return world positions and world rotations of all joints in all frames."""
        positions, world = self.positions.copy(), self.rotations.copy()
        for joint, parent in enumerate(self.parents):
            if parent < 0:
                continue
            turned = rotations.rotate(world[:, parent], self.positions[:, joint])
            positions[:, joint] = positions[:, parent] + turned
            world[:, joint] = rotations.multiply(world[:, parent], self.rotations[:, joint])
        return positions, world

    def at_rest(self) -> "RigClip":
        """Return the pose with all channels at zero, as one frame."""
        still = np.tile(rotations.IDENTITY, (1, len(self.joints), 1))
        return replace(self, positions=self.offsets[None], rotations=still)


def on_own_skeleton(
    recording: RigClip, name: str = "", labels: dict[str, str] | None = None
) -> Clip:
    """Return a motion on the skeleton that it has, in metres, where and as it is.

    Joints that lead to the first one that moves are left out; their turns are in its own. A
    skeleton that reaches farther than 10 is taken to be in centimetres.

    Args:
        recording: Motion of any rig: Y up, floor at height 0.
        name: Name of the clip.
        labels: Labels of the clip.

    Raises:
        MotionFileError: If it has several roots or bones that stretch.
    """
    if recording.parents.count(-1) != 1:
        raise MotionFileError(f"expected one root joint, got {recording.parents.count(-1)}")
    recording = _from_first_moving(recording)
    bones = np.median(recording.positions, axis=0)
    bones[0] = 0.0
    reach = float(Skeleton(recording.joints, recording.parents, bones).reach[0])
    _require_rigid(recording, bones, reach)
    unit = 0.01 if reach > CENTIMETRES else 1.0
    skeleton = Skeleton(recording.joints, recording.parents, unit * bones, recording.ends)
    skeleton.rest_offsets[0, 1] = -skeleton.rest_positions[:, 1].min()
    skeleton = replace(skeleton)  # what is cached above is of the place before
    hips = unit * recording.positions[:, 0]
    return Clip(name, recording.fps, hips, recording.rotations, labels or {}, skeleton)


def _from_first_moving(recording: RigClip) -> RigClip:
    """Return a recording whose root is the last of the leading joints that moves by itself."""
    first = 0
    for joint in range(len(recording.joints)):
        below = [child for child, parent in enumerate(recording.parents) if parent == joint]
        if len(below) != 1 or below[0] in recording.ends:
            break
        if np.ptp(recording.positions[:, below[0]], axis=0).max() > 1e-3 * _size(recording):
            first = below[0]
    if not first:
        return recording
    kept = [joint for joint in range(len(recording.joints)) if joint >= first]
    positions, world = recording.world()
    moved, turned = recording.positions[:, kept].copy(), recording.rotations[:, kept].copy()
    moved[:, 0], turned[:, 0] = positions[:, first], world[:, first]
    return RigClip(
        recording.joints[first:],
        tuple(max(parent - first, -1) for parent in recording.parents[first:]),
        recording.offsets[first:],
        recording.fps,
        moved,
        turned,
        tuple(end - first for end in recording.ends),
    )


def _size(recording: RigClip) -> float:
    return float(np.linalg.norm(recording.offsets[1:], axis=-1).sum())


def _require_rigid(recording: RigClip, bones: Float[Array, "J 3"], reach: float) -> None:
    """Refuse bones that stretch: a clip holds turns of joints, and the path of the first."""
    apart = np.linalg.norm(recording.positions[:, 1:] - bones[1:], axis=-1).max(axis=0, initial=0)
    if len(apart) and apart.max() > STRETCH * reach:
        joint = 1 + int(apart.argmax())
        raise MotionFileError(
            f"expected bones that keep their length within {STRETCH:.0%} of the skeleton's reach, "
            f"got {recording.joints[joint]} moving by {apart.max() / reach:.0%} of it"
        )
