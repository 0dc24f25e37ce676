"""AMASS: motion as joint rotations of the SMPL bodies, in `.npz` files.

A file holds `poses` (T, 156), rotation vectors of the 52 joints of SMPL-H of which the last 30 are
fingers, or (T, 165) of the 55 of SMPL-X, or (T, 72) of the 24 of SMPL; `trans` (T, 3), metres, Z
up; frames per second as `mocap_framerate` or, since 2021, `mocap_frame_rate`; and `gender`, `betas`
and `dmpls`, the shape of the body. Shape changes no rotation, so one adult's body stands for all.

References:
    N. Mahmood et al., "AMASS: Archive of Motion Capture as Surface Shapes", 2019, and
    https://github.com/nghorbani/amass. J. Romero et al., "Embodied Hands", 2017 (SMPL-H).
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
from jaxtyping import Float
from scipy.spatial.transform import Rotation

from motion import rotations
from motion.errors import MotionFileError
from motion.rigs.retarget import nearest_axis
from motion.rigs.rig_clip import RigClip

Array = np.ndarray

IGNORED = "gender, betas"
"""What is not read, as every clip's label `ignored` says."""

JOINTS: Final = (
    ("pelvis", "", (0.0, 0.95, 0.0)),
    ("left_hip", "pelvis", (0.06, -0.09, 0.0)),
    ("right_hip", "pelvis", (-0.06, -0.09, 0.0)),
    ("spine1", "pelvis", (0.0, 0.11, 0.0)),
    ("left_knee", "left_hip", (0.04, -0.38, 0.0)),
    ("right_knee", "right_hip", (-0.04, -0.38, 0.0)),
    ("spine2", "spine1", (0.0, 0.13, 0.0)),
    ("left_ankle", "left_knee", (-0.01, -0.40, -0.04)),
    ("right_ankle", "right_knee", (0.01, -0.40, -0.04)),
    ("spine3", "spine2", (0.0, 0.06, 0.02)),
    ("left_foot", "left_ankle", (0.03, -0.06, 0.12)),
    ("right_foot", "right_ankle", (-0.03, -0.06, 0.12)),
    ("neck", "spine3", (0.0, 0.21, -0.04)),
    ("left_collar", "spine3", (0.08, 0.12, -0.03)),
    ("right_collar", "spine3", (-0.08, 0.12, -0.03)),
    ("head", "neck", (0.0, 0.09, 0.04)),
    ("left_shoulder", "left_collar", (0.10, 0.03, -0.01)),
    ("right_shoulder", "right_collar", (-0.10, 0.03, -0.01)),
    ("left_elbow", "left_shoulder", (0.26, -0.01, -0.03)),
    ("right_elbow", "right_shoulder", (-0.26, -0.01, -0.03)),
    ("left_wrist", "left_elbow", (0.25, 0.01, 0.0)),
    ("right_wrist", "right_elbow", (-0.25, 0.01, 0.0)),
)
"""The body's joints in the order of the file, their parents, and where they are in rest from there:
metres, Y up, facing +Z, about as long as an adult's."""

FINGERS = 30

WIDTHS: Final = {66: "SMPL-H without hands", 72: "SMPL", 156: "SMPL-H", 165: "SMPL-X"}
"""Body by the numbers of a pose; all have the first 22 joints alike."""

PARTS: Final = ("root_orient", "pose_body")
"""Names of the numbers of the pelvis and of the other joints, where `poses` lacks."""

RATES: Final = ("mocap_framerate", "mocap_frame_rate")
"""Names of the frames per second, of files until 2021 and since."""

Y_FROM_Z_UP = Rotation.from_euler("x", -90, degrees=True).as_quat()

FARTHEST = 100.0
"""Metres from where it began that nobody is captured: what is farther is in another unit."""

PLAINLY = 0.7
"""Cosine within which a body stands along an axis."""


def parse_amass(content: Mapping[str, Array]) -> RigClip:
    """Read the arrays of an AMASS file; fingers, face, gender and shape are ignored.

    Args:
        content: Arrays by name, as NumPy reads them from the file.

    Returns:
        The motion on a body of an adult, metres, Y up.

    Raises:
        MotionFileError: If arrays are missing, or have another shape, unit or axis.
    """
    poses, trans, fps = _arrays(content)
    body = poses[:, : 3 * len(JOINTS)].reshape(len(poses), -1, 3)
    turned = Rotation.from_rotvec(body.reshape(-1, 3)).as_quat().reshape(*body.shape[:2], 4)
    _check_axis(turned[:, 0])
    turned[:, 0] = rotations.multiply(Y_FROM_Z_UP, turned[:, 0])
    offsets = np.array([offset for _, _, offset in JOINTS])
    positions = np.tile(offsets, (len(poses), 1, 1))
    positions[:, 0] = rotations.rotate(Y_FROM_Z_UP, trans)
    names = [joint for joint, _, _ in JOINTS]
    parents = tuple(names.index(parent) if parent else -1 for _, parent, _ in JOINTS)
    return RigClip(tuple(names), parents, offsets, fps, positions, turned)


def _arrays(
    content: Mapping[str, Array],
) -> tuple[Float[Array, "T N"], Float[Array, "T 3"], float]:
    rate = next((key for key in RATES if key in content), RATES[0])
    if "poses" not in content and set(PARTS) <= set(content):
        whole = np.concatenate([np.asarray(content[part]) for part in PARTS], axis=1)
        content = {**content, "poses": whole}
    if lacking := {"poses", "trans", rate} - set(content):
        got = ", ".join(content) or "nothing"
        raise MotionFileError(f"expected {', '.join(sorted(lacking))}, got {got}")
    try:
        poses, trans = (np.asarray(content[key], np.float64) for key in ("poses", "trans"))
        fps = float(content[rate])
    except (ValueError, TypeError) as error:
        raise MotionFileError(f"expected numbers in an AMASS file, got {error}") from error
    _check_shapes(poses, trans)
    if not 0 < fps < np.inf:
        raise MotionFileError(f"expected frames per second above 0, got {fps:g}")
    if not np.abs(trans - trans[0]).max() < FARTHEST:
        far = np.abs(trans - trans[0]).max()
        raise MotionFileError(
            f"expected trans in metres, within {FARTHEST:g} of its start, got {far:g}"
        )
    return poses, trans, fps


def _check_shapes(poses: Array, trans: Array) -> None:
    if poses.ndim != 2 or poses.shape[1] not in WIDTHS or not len(poses):
        hands = poses.ndim == 2 and poses.shape[1] in (3 * FINGERS, 3 * FINGERS // 2)
        only = ", which are hands without a body" if hands else ""
        raise MotionFileError(
            f"expected poses of shape (frames, {' or '.join(map(str, WIDTHS))}), got "
            f"{poses.shape}{only}"
        )
    if trans.shape != (len(poses), 3):
        raise MotionFileError(f"expected trans of shape {(len(poses), 3)}, got {trans.shape}")


def _check_axis(pelvis: Float[Array, "T 4"]) -> None:
    """Refuse motion whose body plainly stands along another axis than Z."""
    up = rotations.rotate(pelvis, np.array([0.0, 1.0, 0.0])).mean(axis=0)
    if up[2] < PLAINLY and abs(up @ nearest_axis(up)) > PLAINLY:
        axis = "xyz"[int(np.argmax(np.abs(up)))]
        raise MotionFileError(f"expected a body upright along z, got one along {axis}")
