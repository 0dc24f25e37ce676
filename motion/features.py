"""Poses as the model sees them: feature vectors in the facing frame, and back.

The root (planar position and facing) is apart from the hips: the features hold only its velocity,
so that a motion is the same wherever it happens and whichever way it faces.
"""

from collections.abc import Sequence
from ctypes import c_int
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np
from jaxtyping import Float

from motion import kinematics, rotations
from motion.clip import Clip, Pose
from motion.compiled import function
from motion.skeleton import CANONICAL, Skeleton

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Layout:
    """The feature vector of a skeleton.

    `root_velocity`: x and z in the facing frame of the frame before, m/s. `turn_rate`: rad/s.
    `hips_height`: of the first joint, metres. `rotations`: 6D, the first joint's relative to the
    facing, the others' local; of the joints that turn. `contacts`: 1 where a foot stands on the
    floor, 0 elsewhere. The first three lie alike in every layout.

    Attributes:
        skeleton: The skeleton that is described.
    """

    skeleton: Skeleton

    @cached_property
    def parts(self) -> tuple[tuple[str, int], ...]:
        """Names and widths of the parts of a feature vector, in order."""
        return (
            ("root_velocity", 2),
            ("turn_rate", 1),
            ("hips_height", 1),
            ("rotations", 6 * len(self.skeleton.turning)),
            ("contacts", len(self.skeleton.feet)),
        )

    @cached_property
    def width(self) -> int:
        """Width of a feature vector."""
        return sum(width for _, width in self.parts)

    @cached_property
    def part(self) -> dict[str, slice]:
        """Where each part lies in a feature vector."""
        ends = np.cumsum([width for _, width in self.parts])
        return {
            name: slice(int(end) - width, int(end))
            for (name, width), end in zip(self.parts, ends, strict=True)
        }


CANONICAL_LAYOUT: Final = Layout(CANONICAL)

JOINTS: Final = len(CANONICAL.joints)
WIDTH: Final = CANONICAL_LAYOUT.width
PART: Final = CANONICAL_LAYOUT.part

_describe = function("describe", "nnnnnxidddoo", c_int)


def facing(clip: Clip, positions: Float[Array, "T J 3"]) -> Float[Array, "T"]:
    """Return which way a clip faces, radians about Y; 0 faces +Z, positive turns towards +X.

    The canonical skeleton faces where hips and shoulders do, any other where its first joint is
    turned.

    Args:
        clip: Clip of any skeleton.
        positions: Its world positions, metres.
    """
    if clip.skeleton is CANONICAL:
        return kinematics.facing(positions)
    return rotations.twist_about_y(clip.rotations[:, 0])


FLOOR_PERCENTILE = 5.0
"""Percentile of heights: an end of the tree is this seldom lower than when it stands."""

CLOSE = 0.1
"""Height, as a share of the skeleton's reach, within which the lowest end of a bone may stand."""

RARELY = 0.02
"""Share of its frames in which a foot stands at least."""


def last_root(clip: Clip) -> Float[Array, "3"]:
    """Return the root at a clip's last frame: x and z in metres, facing in radians about Y.

    A facing of 0 is towards +Z; positive turns towards +X.
    """
    return roots(clip[-1:])[0]


def with_last_roots(
    hips: Float[Array, "*batch T 3"], local_rotations: Float[Array, "*batch T J 4"], fps: float
) -> tuple[Float[Array, "*batch T F"], Float[Array, "*batch 3"]]:
    """Return `from_clip` and `last_root` of clips of the canonical skeleton, side by side.

    Args:
        hips: World positions of the hips, metres.
        local_rotations: Unit quaternions.
        fps: Frames per second of all of them.
    """
    positions = kinematics.world_positions(CANONICAL, hips, local_rotations)
    heading = kinematics.facing(positions)
    root = np.stack([hips[..., -1, 0], hips[..., -1, 2], heading[..., -1]], axis=-1)
    return _from_positions(hips, local_rotations, positions, heading, fps, CANONICAL_LAYOUT), root


def root_of(pose: Pose) -> Float[Array, "3"]:
    """Return the root of a pose of the canonical skeleton; see `last_root`."""
    positions = kinematics.world_positions(CANONICAL, pose.hips, pose.rotations)
    return np.array([pose.hips[0], pose.hips[2], kinematics.facing(positions)])


def roots(clip: Clip) -> Float[Array, "T 3"]:
    """Return the root at every frame of a clip; see `last_root`."""
    return _roots(clip, clip.world_positions())


def _roots(clip: Clip, positions: Float[Array, "T J 3"]) -> Float[Array, "T 3"]:
    return np.column_stack([clip.hips[:, [0, 2]], facing(clip, positions)])


def relative_root(
    root: Float[Array, "*batch 3"], other: Float[Array, "*batch 3"]
) -> Float[Array, "*batch 3"]:
    """Return where other roots are, seen from a root: x and z in its facing frame, and facing."""
    away = other - root
    facing = np.angle(np.exp(1j * away[..., 2]))
    sine, cosine = np.sin(root[..., 2]), np.cos(root[..., 2])
    x, z = away[..., 0], away[..., 1]
    return np.stack([cosine * x - sine * z, sine * x + cosine * z, facing], axis=-1)


def from_clip(clip: Clip) -> Float[Array, "T F"]:
    """Return the features of a clip of at least two frames, float32.

    The first frame has no predecessor; it takes the velocities of the second.
    """
    layout = CANONICAL_LAYOUT if clip.skeleton is CANONICAL else Layout(clip.skeleton)
    positions = clip.world_positions()
    heading = facing(clip, positions)
    return _from_positions(clip.hips, clip.rotations, positions, heading, clip.fps, layout)


def _from_positions(
    hips: Float[Array, "*batch T 3"],
    local_rotations: Float[Array, "*batch T J 4"],
    positions: Float[Array, "*batch T J 3"],
    heading: Float[Array, "*batch T"],
    fps: float,
    layout: Layout,
) -> Float[Array, "*batch T F"]:
    skeleton, frames = layout.skeleton, hips.shape[-2]
    if frames < 2:
        raise ValueError(f"expected two frames or more, got {frames}")
    features = np.empty((*hips.shape[:-1], layout.width), np.float32)
    turning, stands = np.array(skeleton.turning), kinematics.contacts(positions, fps, skeleton)
    shape = len(skeleton.joints), len(turning), len(skeleton.feet)
    motion = hips, local_rotations, heading, stands
    if _describe(heading.size // frames, frames, *shape, fps, turning, *motion, features):
        raise ValueError(rotations.ZERO_LENGTH)
    return features


def next_root(
    root: Float[Array, "*batch 3"], features: Float[Array, "*batch F"], fps: float
) -> Float[Array, "*batch 3"]:
    """Return the roots of frames, given those of the frames before; see `last_root`."""
    velocity = features[..., PART["root_velocity"]] / fps
    x, z = velocity[..., 0], velocity[..., 1]
    sine, cosine = np.sin(root[..., 2]), np.cos(root[..., 2])
    turn = features[..., PART["turn_rate"]][..., 0] / fps
    return root + np.stack([cosine * x + sine * z, cosine * z - sine * x, turn], axis=-1)


def previous_root(
    root: Float[Array, "*batch 3"], features: Float[Array, "*batch F"], fps: float
) -> Float[Array, "*batch 3"]:
    """Return the roots of the frames before, given those of frames: the reverse of `next_root`."""
    turned = root.copy()
    turned[..., 2] -= features[..., PART["turn_rate"]][..., 0] / fps
    back = features.copy()
    back[..., PART["root_velocity"]] *= -1.0
    back[..., PART["turn_rate"]] = 0.0
    return next_root(turned, back, fps)


def to_poses(
    features: Float[Array, "*batch F"],
    root: Float[Array, "*batch 3"],
    layout: Layout = CANONICAL_LAYOUT,
) -> tuple[Float[Array, "*batch 3"], Float[Array, "*batch J 4"]]:
    """Return the hips' positions and the local rotations of frames.

    Args:
        features: In physical units; rotations need not be orthogonal.
        root: Roots of the same frames.
        layout: Layout of the features.
    """
    height = features[..., layout.part["hips_height"]][..., 0]
    hips = np.stack([root[..., 0], height, root[..., 1]], axis=-1)
    turned = features[..., layout.part["rotations"]]
    local = rotations.from_6d(turned.reshape(*features.shape[:-1], -1, 6))
    if layout.skeleton.ends:
        turning, joints = local, len(layout.skeleton.joints)
        local = np.tile(rotations.IDENTITY, (*features.shape[:-1], joints, 1))
        local[..., layout.skeleton.turning, :] = turning
    local[..., 0, :] = rotations.multiply(rotations.about_y(root[..., 2]), local[..., 0, :])
    return hips, local


def to_clip(
    features: Float[Array, "T F"],
    fps: float,
    layout: Layout = CANONICAL_LAYOUT,
    root: Float[Array, "3"] | None = None,
    name: str = "",
) -> Clip:
    """Return the clip of features: the inverse of `from_clip`.

    Args:
        features: In physical units.
        fps: Frames per second.
        layout: Layout of the features.
        root: Root of the frame before the first; at the origin, facing +Z, if None.
        name: Name of the clip.
    """
    roots = [np.zeros(3) if root is None else root]
    for frame in features.astype(np.float64):
        roots.append(next_root(roots[-1], frame, fps))
    hips, turned = to_poses(features.astype(np.float64), np.array(roots[1:]), layout)
    return Clip(name, fps, hips, turned, skeleton=layout.skeleton)


def joint_speed(clip: Clip) -> Float[Array, "T"]:
    """Return the mean speed of the joints relative to the hips in each frame, m/s.

    The first frame takes the value of the second. This is what `energy` means.
    """
    relative = clip.world_positions() - clip.hips[:, None]
    speed = rotations.length(np.diff(relative, axis=0)).mean(axis=-1) * clip.fps
    return np.concatenate([speed[:1], speed])


def feet_of(clips: Sequence[Clip]) -> dict[str, float]:
    """Return the joints that stand on the floor in clips of one skeleton, and how high they are.

    They are ends of the tree that come near to the floor at height 0 and are slow there.

    Returns:
        Metres above the floor by joint, as `Skeleton.feet` has it.
    """
    skeleton = clips[0].skeleton
    ends = [joint for joint in range(len(skeleton.joints)) if joint not in skeleton.parents]
    places = [clip.world_positions() for clip in clips]
    heights = np.percentile(np.concatenate(places)[:, ends, 1], FLOOR_PERCENTILE, axis=0)
    lowest = dict(zip((skeleton.joints[end] for end in ends), heights.tolist(), strict=True))
    near = {name: y for name, y in lowest.items() if abs(y) < CLOSE * skeleton.reach[0]}
    standing = replace(skeleton, feet=near)
    stood = [
        kinematics.contacts(positions, clip.fps, standing)
        for positions, clip in zip(places, clips, strict=True)
    ]
    shares = np.concatenate(stood).mean(axis=0)
    return {name: near[name] for name, share in zip(near, shares, strict=True) if share > RARELY}
