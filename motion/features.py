"""Poses as the model sees them: feature vectors in the facing frame, and back.

The root (planar position and facing) is apart from the hips: the features hold only its velocity,
so that a motion is the same wherever it happens and whichever way it faces.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from jaxtyping import Float

from motion import kinematics, rotations
from motion.clip import Clip
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
        skeleton: Whose.
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
        """Of a feature vector."""
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
LAYOUT: Final = CANONICAL_LAYOUT.parts
WIDTH: Final = CANONICAL_LAYOUT.width
PART: Final = CANONICAL_LAYOUT.part


def facing(clip: Clip, positions: Float[Array, "T J 3"]) -> Float[Array, "T"]:
    """Return which way a clip faces, radians about Y; 0 faces +Z, positive turns towards +X.

    The canonical skeleton faces where hips and shoulders do, any other where its first joint is
    turned.

    Args:
        clip: Of any skeleton.
        positions: Its world positions, metres.
    """
    if clip.skeleton is CANONICAL:
        return kinematics.facing(positions)
    return rotations.twist_about_y(clip.rotations[:, 0])


def last_root(clip: Clip) -> Float[Array, "3"]:
    """Return the root at a clip's last frame: x and z in metres, facing in radians about Y.

    A facing of 0 is towards +Z; positive turns towards +X.
    """
    last = clip[-1:]
    heading = facing(last, last.world_positions())
    return np.array([clip.hips[-1, 0], clip.hips[-1, 2], heading[0]])


def from_clip(clip: Clip) -> Float[Array, "T F"]:
    """Return the features of a clip of at least two frames, float32.

    The first frame has no predecessor; it takes the velocities of the second.
    """
    layout, positions = Layout(clip.skeleton), clip.world_positions()
    part, turning = layout.part, clip.skeleton.turning
    heading = np.unwrap(facing(clip, positions))
    step = np.diff(clip.hips, axis=0) * clip.fps
    velocity = rotations.rotate(rotations.about_y(-heading[:-1]), step)
    turned = clip.rotations[:, turning]
    turned[:, 0] = rotations.multiply(rotations.about_y(-heading), turned[:, 0])

    features = np.empty((len(clip), layout.width), np.float32)
    features[1:, part["root_velocity"]] = velocity[:, [0, 2]]
    features[1:, part["turn_rate"]] = np.diff(heading)[:, None] * clip.fps
    features[0] = features[1]
    features[:, part["hips_height"]] = clip.hips[:, 1:2]
    features[:, part["rotations"]] = rotations.to_6d(turned).reshape(len(clip), -1)
    features[:, part["contacts"]] = kinematics.contacts(positions, clip.fps, clip.skeleton)
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
        root: Of the same frames.
        layout: Of the features.
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


def joint_speed(clip: Clip) -> Float[Array, "T"]:
    """Return the mean speed of the joints relative to the hips in each frame, m/s.

    The first frame takes the value of the second. This is what `energy` means.
    """
    relative = clip.world_positions() - clip.hips[:, None]
    speed = np.linalg.norm(np.diff(relative, axis=0), axis=-1).mean(axis=-1) * clip.fps
    return np.concatenate([speed[:1], speed])
