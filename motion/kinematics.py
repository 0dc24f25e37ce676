"""From local to world and back, and what can be read off world positions: facing and contacts."""

import math
from ctypes import c_int

import numpy as np
from jaxtyping import Bool, Float

from motion import rotations
from motion.compiled import function
from motion.skeleton import CANONICAL, LEG_LENGTH, Skeleton

Array = np.ndarray

_place_joints = function("place_joints", "nnidddoo", c_int)
_facing, _contacts = function("facing", "nnido"), function("contacts", "nnnnxxiddo")

LOW = 0.06 * LEG_LENGTH
"""Metres above its height in rest within which a joint of the foot may stand."""

SLOW = 0.6 * LEG_LENGTH
"""Metres per second below which it may stand."""

CONTACT_JOINTS = tuple(CANONICAL.feet)

ACROSS = np.array(
    [CANONICAL.indices(f"left{part}", f"right{part}") for part in ("UpperLeg", "UpperArm")]
)
"""Left and right joint of the hips and of the shoulders: lines across the body."""


def world_from_local(
    skeleton: Skeleton, hips: Float[Array, "*batch 3"], local_rotations: Float[Array, "*batch J 4"]
) -> tuple[Float[Array, "*batch J 3"], Float[Array, "*batch J 4"]]:
    """Forward kinematics.

    Args:
        skeleton: The skeleton whose offsets to use.
        hips: World position of the first joint, metres.
        local_rotations: Unit quaternions relative to the parent.

    Returns:
        World positions in metres and world rotations of all joints.
    """
    positions, matrices = world_matrices(skeleton, hips, local_rotations)
    return positions, rotations.from_matrix(matrices)


def world_matrices(
    skeleton: Skeleton, hips: Float[Array, "*batch 3"], local_rotations: Float[Array, "*batch J 4"]
) -> tuple[Float[Array, "*batch J 3"], Float[Array, "*batch J 3 3"]]:
    """Return world positions and rotations, these as matrices; see `world_from_local`."""
    positions = np.empty((*local_rotations.shape[:-1], 3))
    matrices = np.empty((*local_rotations.shape[:-1], 3, 3))
    joints = len(skeleton.joints)
    tree = skeleton.parent_indices, skeleton.rest_offsets
    shown = np.broadcast_to(hips, (*local_rotations.shape[:-2], 3))
    count = shown.size // 3
    if _place_joints(count, joints, *tree, shown, local_rotations, positions, matrices):
        raise ValueError(rotations.ZERO_LENGTH)
    return positions, matrices


def world_positions(
    skeleton: Skeleton, hips: Float[Array, "*batch 3"], local_rotations: Float[Array, "*batch J 4"]
) -> Float[Array, "*batch J 3"]:
    """Return the world positions of all joints alone, metres; see `world_from_local`."""
    return world_matrices(skeleton, hips, local_rotations)[0]


def local_from_world(
    skeleton: Skeleton, world_rotations: Float[Array, "*batch J 4"]
) -> Float[Array, "*batch J 4"]:
    """Return local rotations from world rotations."""
    parents = list(skeleton.parents[1:])
    local = world_rotations.copy()
    local[..., 1:, :] = rotations.multiply(
        rotations.inverse(world_rotations[..., parents, :]), world_rotations[..., 1:, :]
    )
    return local


def angle_between(
    a: float | Float[Array, "*batch"],
    b: float | Float[Array, "*batch"],
    opposite: float | Float[Array, "*batch"],
) -> Float[Array, "*batch"]:
    """Return the angle of a triangle between two sides, radians, by the law of cosines.

    Args:
        a: Length of one side, metres.
        b: Length of the other.
        opposite: Length of the third; out of reach, the angle is 0 or a half turn.
    """
    return np.arccos(np.clip((a**2 + b**2 - opposite**2) / (2 * a * b), -1.0, 1.0))


def facing(world_positions: Float[Array, "*batch J 3"]) -> Float[Array, "*batch"]:
    """Return the heading of the body in radians about Y; 0 faces +Z, positive turns towards +X.

    The mean of the hips' and the shoulders' left-to-right axes, on the floor, turned by a quarter.

    Args:
        world_positions: Joints of the canonical skeleton, metres.
    """
    found = np.empty(world_positions.shape[:-2])
    _facing(found.size, world_positions.shape[-2], ACROSS, world_positions, found)
    return found


def contacts(
    world_positions: Float[Array, "*batch T J 3"], fps: float, skeleton: Skeleton = CANONICAL
) -> Bool[Array, "*batch T C"]:
    """Tell which of a skeleton's feet stand on the floor in each frame.

    A joint stands when it is low and slow.

    Args:
        world_positions: Joints of the skeleton, metres, floor at height 0.
        fps: Frames per second.
        skeleton: The skeleton whose `feet` are meant.
    """
    size = 1.0 if skeleton is CANONICAL else float(skeleton.reach[0]) / LEG_LENGTH
    low = np.array(list(skeleton.feet.values())) + LOW * size
    *batch, frames, joints, _ = world_positions.shape
    stands = np.empty((*batch, frames, len(low)), bool)
    shape = math.prod(batch), frames, joints, len(low)
    feet = np.array(skeleton.standing, np.int64)
    _contacts(*shape, 1.0 / fps, SLOW * size, feet, low, world_positions, stands)
    return stands
