"""Poses as the model sees them: feature vectors in the facing frame, and back.

The root (planar position and facing) is apart from the hips: the features hold only its velocity,
so that a motion is the same wherever it happens and whichever way it faces.
"""

from typing import Final

import numpy as np
from jaxtyping import Float

from motion import kinematics, rotations
from motion.clip import Clip
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


def last_root(clip: Clip) -> Float[Array, "3"]:
    """Return the root at a clip's last frame: x and z in metres, facing in radians about Y.

    A facing of 0 is towards +Z; positive turns towards +X.
    """
    return roots(clip[-1:])[0]


def roots(clip: Clip) -> Float[Array, "T 3"]:
    """Return the root at every frame of a clip; see `last_root`."""
    facing = kinematics.facing(clip.world_positions())
    return np.column_stack([clip.hips[:, [0, 2]], facing])


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
    features: Float[Array, "*batch F"], root: Float[Array, "*batch 3"]
) -> tuple[Float[Array, "*batch 3"], Float[Array, "*batch J 4"]]:
    """Return the hips' positions and the local rotations of frames.

    Args:
        features: In physical units; rotations need not be orthogonal.
        root: Of the same frames.
    """
    height = features[..., PART["hips_height"]][..., 0]
    hips = np.stack([root[..., 0], height, root[..., 1]], axis=-1)
    local = rotations.from_6d(
        features[..., PART["rotations"]].reshape(*features.shape[:-1], JOINTS, 6)
    )
    local[..., 0, :] = rotations.multiply(rotations.about_y(root[..., 2]), local[..., 0, :])
    return hips, local


def joint_speed(clip: Clip) -> Float[Array, "T"]:
    """Return the mean speed of the joints relative to the hips in each frame, m/s.

    The first frame takes the value of the second. This is what `energy` means.
    """
    relative = clip.world_positions() - clip.hips[:, None]
    speed = np.linalg.norm(np.diff(relative, axis=0), axis=-1).mean(axis=-1) * clip.fps
    return np.concatenate([speed[:1], speed])
