"""AMASS: motion as joint rotations of the SMPL-H body, in `.npz` files.

A file holds `poses` (T, 156), rotation vectors of 52 joints of which the last 30 are fingers;
`trans` (T, 3), metres, Z up; `mocap_framerate`, frames per second; and `gender`, `betas` and
`dmpls`, the shape of the body. Shape changes no rotation, so one body of an adult stands for all.

References:
    N. Mahmood et al., "AMASS: Archive of Motion Capture as Surface Shapes", 2019, and
    https://github.com/nghorbani/amass. J. Romero et al., "Embodied Hands", 2017 (SMPL-H).
"""

import re
from pathlib import Path, PurePath
from typing import Final
from zipfile import BadZipFile

import numpy as np
from jaxtyping import Float
from scipy.spatial.transform import Rotation

from motion import rotations
from motion.clip import Clip
from motion.errors import MotionFileError
from motion.rigs.retarget import nearest_axis, retarget
from motion.rigs.rig_clip import RigClip

Array = np.ndarray

ENDING = "_poses.npz"
"""Ending of the files that hold motion; `shape.npz` beside them holds none."""

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
NUMBERS = 3 * (len(JOINTS) + FINGERS)

Y_FROM_Z_UP = Rotation.from_euler("x", -90, degrees=True).as_quat()

FARTHEST = 100.0
"""Metres from where it began that nobody is captured: what is farther is in another unit."""

PLAINLY = 0.7
"""Cosine within which a body stands along an axis."""


def is_amass(path: str) -> bool:
    """Tell by its name whether a file holds motion of AMASS."""
    return path.endswith(ENDING)


def labels_of_amass(path: PurePath) -> dict[str, str]:
    """Return the labels that a path tells: SET/SUBJECT/NAME_poses.npz.

    A subject's clips belong on one side of a split. Only the file's name says what was done.
    """
    description = path.name.removesuffix(ENDING)
    words = re.findall(r"[a-z]{2,}", description.lower())
    labels = {"dataset": "amass", "group": "_".join(("amass", *path.parts[-3:-1]))}
    labels |= {"ignored": IGNORED, "description": description}
    return labels | ({"content": " ".join(words)} if words else {})


def read_amass(path: Path, name: str = "", labels: dict[str, str] | None = None) -> Clip:
    """Read a file of AMASS onto the canonical skeleton; fingers, gender and shape are ignored.

    Args:
        path: The file.
        name: Name of the clip; that of the file if empty.
        labels: Labels of the clip.

    Raises:
        MotionFileError: If it is no such file, or its arrays have another shape, unit or axis.
    """
    poses, trans, fps = _arrays(path)
    body = poses[:, : 3 * len(JOINTS)].reshape(len(poses), -1, 3)
    turned = Rotation.from_rotvec(body.reshape(-1, 3)).as_quat().reshape(*body.shape[:2], 4)
    _check_axis(path, turned[:, 0])
    turned[:, 0] = rotations.multiply(Y_FROM_Z_UP, turned[:, 0])
    offsets = np.array([offset for _, _, offset in JOINTS])
    positions = np.tile(offsets, (len(poses), 1, 1))
    positions[:, 0] = rotations.rotate(Y_FROM_Z_UP, trans)
    names = [joint for joint, _, _ in JOINTS]
    parents = tuple(names.index(parent) if parent else -1 for _, parent, _ in JOINTS)
    rig = RigClip(tuple(names), parents, offsets, fps, positions, turned)
    return retarget(rig, name or path.stem, labels)


def _arrays(path: Path) -> tuple[Float[Array, "T 156"], Float[Array, "T 3"], float]:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as content:
            lacking = {"poses", "trans", "mocap_framerate"} - set(content)
            if lacking:
                got = ", ".join(content) or "nothing"
                raise MotionFileError(f"{path}: expected {', '.join(sorted(lacking))}, got {got}")
            poses, trans = (np.asarray(content[key], np.float64) for key in ("poses", "trans"))
            fps = float(content["mocap_framerate"])
    except (OSError, EOFError, ValueError, TypeError, BadZipFile) as error:
        raise MotionFileError(f"{path}: expected an AMASS file (.npz), got {error}") from error
    _check_shapes(path, poses, trans)
    if not 0 < fps < np.inf:
        raise MotionFileError(f"{path}: expected frames per second above 0, got {fps:g}")
    if not np.abs(trans - trans[0]).max() < FARTHEST:
        far = np.abs(trans - trans[0]).max()
        raise MotionFileError(
            f"{path}: expected trans in metres, within {FARTHEST:g} of its start, got {far:g}"
        )
    return poses, trans, fps


def _check_shapes(path: Path, poses: Array, trans: Array) -> None:
    if poses.ndim != 2 or poses.shape[1] != NUMBERS or not len(poses):
        hands = poses.ndim == 2 and poses.shape[1] in (3 * FINGERS, 3 * FINGERS // 2)
        only = ", which are hands without a body" if hands else ""
        raise MotionFileError(
            f"{path}: expected poses of shape (frames, {NUMBERS}), 52 joints of SMPL-H, "
            f"got {poses.shape}{only}"
        )
    if trans.shape != (len(poses), 3):
        raise MotionFileError(
            f"{path}: expected trans of shape {(len(poses), 3)}, got {trans.shape}"
        )


def _check_axis(path: Path, pelvis: Float[Array, "T 4"]) -> None:
    """Refuse motion whose body plainly stands along another axis than Z."""
    up = rotations.rotate(pelvis, np.array([0.0, 1.0, 0.0])).mean(axis=0)
    if up[2] < PLAINLY and abs(up @ nearest_axis(up)) > PLAINLY:
        axis = "xyz"[int(np.abs(up).argmax())]
        raise MotionFileError(f"{path}: expected a body upright along z, got one along {axis}")
