"""Poses as the model sees them: feature vectors in the facing frame, and back.

The root (planar position and facing) is apart from the hips: the features hold only its velocity,
so that a motion is the same wherever it happens and whichever way it faces.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from jaxtyping import Float

from motion import kinematics, rotations
from motion.clip import Clip, Pose
from motion.skeleton import CANONICAL

Array = np.ndarray

JOINTS = len(CANONICAL.joints)

LAYOUT: Final = (
    ("root_velocity", 2),
    ("turn_rate", 1),
    ("hips_height", 1),
    ("rotations", 6 * JOINTS),
    ("contacts", len(kinematics.CONTACT_JOINTS)),
)
"""Names and widths of the parts of a feature vector, in order.

`root_velocity`: x and z in the facing frame of the frame before, m/s. `turn_rate`: rad/s.
`hips_height`: metres. `rotations`: 6D, the hips' relative to the facing, the others' local.
`contacts`: 1 where a contact joint stands on the floor, 0 elsewhere.
"""

WIDTH: Final = sum(width for _, width in LAYOUT)


def _slices() -> dict[str, slice]:
    ends = np.cumsum([width for _, width in LAYOUT])
    return {
        name: slice(int(end) - width, int(end))
        for (name, width), end in zip(LAYOUT, ends, strict=True)
    }


PART: Final = _slices()
"""Where each part of `LAYOUT` lies in a feature vector."""


@dataclass(frozen=True)
class Root:
    """Where a figure is on the floor and which way it faces.

    Attributes:
        x: Metres.
        z: Metres.
        facing: Radians about Y; 0 faces +Z, positive turns towards +X.
    """

    x: float = 0.0
    z: float = 0.0
    facing: float = 0.0


def last_root(clip: Clip) -> Root:
    """Return the root at a clip's last frame."""
    facing = kinematics.facing(clip[-1:].world_positions())
    return Root(float(clip.hips[-1, 0]), float(clip.hips[-1, 2]), float(facing[0]))


def from_clip(clip: Clip) -> Float[Array, "T F"]:
    """Return the features of a clip of at least two frames, float32.

    The first frame has no predecessor; it takes the velocities of the second.
    """
    positions = clip.world_positions()
    facing = np.unwrap(kinematics.facing(positions))
    step = np.diff(clip.hips, axis=0) * clip.fps
    velocity = rotations.rotate(rotations.about_y(-facing[:-1]), step)
    turned = clip.rotations.copy()
    turned[:, 0] = rotations.multiply(rotations.about_y(-facing), turned[:, 0])

    features = np.empty((len(clip), WIDTH), np.float32)
    features[1:, PART["root_velocity"]] = velocity[:, [0, 2]]
    features[1:, PART["turn_rate"]] = np.diff(facing)[:, None] * clip.fps
    features[0] = features[1]
    features[:, PART["hips_height"]] = clip.hips[:, 1:2]
    features[:, PART["rotations"]] = rotations.to_6d(turned).reshape(len(clip), -1)
    features[:, PART["contacts"]] = kinematics.contacts(positions, clip.fps)
    return features


def to_poses(features: Float[Array, "T F"], fps: float, root: Root) -> tuple[list[Pose], Root]:
    """Return the poses of features that go on from a root, and the root after them.

    Args:
        features: In physical units; rotations need not be orthogonal.
        fps: Frames per second.
        root: Of the frame before the first.
    """
    turns = features[:, PART["turn_rate"]][:, 0] / fps
    facing = root.facing + np.cumsum(turns)
    velocity = np.zeros((len(features), 3))
    velocity[:, [0, 2]] = features[:, PART["root_velocity"]]
    step = rotations.rotate(rotations.about_y(facing - turns), velocity) / fps
    hips = np.cumsum(step, axis=0) + np.array([root.x, 0.0, root.z])
    hips[:, 1] = features[:, PART["hips_height"]][:, 0]
    local = rotations.from_6d(features[:, PART["rotations"]].reshape(len(features), JOINTS, 6))
    local[:, 0] = rotations.multiply(rotations.about_y(facing), local[:, 0])
    poses = [Pose(h, r) for h, r in zip(hips, local, strict=True)]
    after = Root(float(hips[-1, 0]), float(hips[-1, 2]), float(facing[-1]))
    return poses, after


def joint_speed(clip: Clip) -> Float[Array, "T"]:
    """Return the mean speed of the joints relative to the hips in each frame, m/s.

    The first frame takes the value of the second. This is what `energy` means.
    """
    relative = clip.world_positions() - clip.hips[:, None]
    speed = np.linalg.norm(np.diff(relative, axis=0), axis=-1).mean(axis=-1) * clip.fps
    return np.concatenate([speed[:1], speed])
