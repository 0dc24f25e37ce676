"""HumanML3D: motion as joint positions, or as vectors of 263 numbers a frame, in `.npy` files.

`new_joints/NAME.npy` holds (T, 22, 3): metres, Y up, at 20 frames a second, in the order of the
SMPL body. `new_joint_vecs/NAME.npy` holds (T, 263): of the root the turn and the way to the next
frame and the height, then positions of the 21 other joints from it (63), rotations (126),
velocities (66) and contacts (4); they are read back to positions. `texts/NAME.txt` tells in words
what is done.

References:
    C. Guo et al., "Generating Diverse and Natural 3D Human Motions from Text", 2022, and
    https://github.com/EricGuo5513/HumanML3D.
"""

import numpy as np
from jaxtyping import Float

from motion import rotations
from motion.errors import MotionFileError
from motion.formats.amass import JOINTS, PLAINLY
from motion.markers.markers import Markers

Array = np.ndarray

FPS = 20.0

NAMES = tuple(name for name, _, _ in JOINTS)
WIDTH = 263

HEIGHTS = (0.5, 2.5)
"""Metres from the lower foot to the head, at the most upright: of a person, a child or a giant."""


def parse_humanml(array: Array, name: str) -> Markers:
    """Read an array of HumanML3D as markers that sit on the joints.

    Args:
        array: Joints (T, 22, 3) or vectors (T, 263).
        name: For the markers.

    Raises:
        MotionFileError: If it is no such array, or has another rank, unit or axis.
    """
    joints, shape = len(NAMES), array.shape
    if array.ndim == 2 and shape[1] == WIDTH and len(array):
        positions = positions_of(array.astype(np.float64))
    elif array.ndim == 3 and shape[1:] == (joints, 3) and len(array):
        positions = array.astype(np.float64)
    else:
        raise MotionFileError(
            f"expected an array of (frames, {joints}, 3) or (frames, {WIDTH}), got {shape}"
        )
    _check_body(positions)
    return Markers(name, FPS, NAMES, positions)


def positions_of(vectors: Float[Array, "T 263"]) -> Float[Array, "T 22 3"]:
    """Return the joints' positions that vectors tell, metres.

    The first number is half the angle of the turn, as the vectors are made of quaternions.
    """
    turn = np.concatenate([[0.0], np.cumsum(vectors[:-1, 0])])
    world_from_root = rotations.about_y(-2.0 * turn)
    step = np.zeros((len(vectors), 3))
    step[1:, [0, 2]] = vectors[:-1, 1:3]
    root = np.cumsum(rotations.rotate(world_from_root, step), axis=0)
    root[:, 1] = vectors[:, 3]
    others = vectors[:, 4 : 4 + 3 * (len(NAMES) - 1)].reshape(len(vectors), -1, 3)
    others = rotations.rotate(world_from_root[:, None], others)
    others[..., [0, 2]] += root[:, None, [0, 2]]
    return np.concatenate([root[:, None], others], axis=1)


def _check_body(positions: Float[Array, "T 22 3"]) -> None:
    """Refuse positions of no person who stands along Y."""
    head = positions[:, NAMES.index("head")]
    feet = positions[:, [NAMES.index("left_foot"), NAMES.index("right_foot")]].mean(axis=1)
    up = np.nanmean(head - feet, axis=0)
    axis = int(np.argmax(np.abs(up)))
    tall = float(np.nanpercentile(np.linalg.norm(head - feet, axis=-1), 90))
    if not HEIGHTS[0] < tall < HEIGHTS[1]:
        low, high = HEIGHTS
        raise MotionFileError(
            f"expected metres, a head {low} to {high} from the feet, got {tall:.3g}"
        )
    if axis != 1 and abs(up[axis]) > PLAINLY * tall:
        got = "xyz"[axis]
        raise MotionFileError(f"expected a body upright along y, got one along {got}")
