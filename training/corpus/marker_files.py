"""Files of optical markers: C3D, and the published choreography arrays."""

import re
from pathlib import Path
from typing import Final

import numpy as np
from jaxtyping import Float

from motion.errors import MotionFileError
from training.corpus.markers import Markers

Array = np.ndarray

CHOREOGRAPHY_MARKERS: Final = (
    "ARIEL",
    "C7",
    "CLAV",
    "LANK",
    "LBHD",
    "LBSH",
    "LBWT",
    "LELB",
    "LFHD",
    "LFRM",
    "LFSH",
    "LFWT",
    "LHEL",
    "LIEL",
    "LIHAND",
    "LIWR",
    "LKNE",
    "LKNI",
    "LMT1",
    "LMT5",
    "LOHAND",
    "LOWR",
    "LSHN",
    "LTHI",
    "LTOE",
    "LUPA",
    "MBWT",
    "MFWT",
    "RANK",
    "RBHD",
    "RBSH",
    "RBWT",
    "RELB",
    "RFHD",
    "RFRM",
    "RFSH",
    "RFWT",
    "RHEL",
    "RIEL",
    "RIHAND",
    "RIWR",
    "RKNE",
    "RKNI",
    "RMT1",
    "RMT5",
    "ROHAND",
    "ROWR",
    "RSHN",
    "RTHI",
    "RTOE",
    "RUPA",
    "STRN",
    "T10",
)
"""The markers of the choreography arrays, without the two points that are means of others."""

CHOREOGRAPHY_LINES: Final = tuple(
    tuple(line.split("-"))
    for line in [
        "LHEL-LTOE",
        "LMT1-LMT5",
        "LHEL-LMT1",
        "LHEL-LMT5",
        "LTOE-LMT1",
        "LTOE-LMT5",
        "LKNE-LHEL",
        "LFWT-LTHI",
        "LBWT-LTHI",
        "LKNE-LTHI",
        "RHEL-RTOE",
        "RMT1-RMT5",
        "RHEL-RMT1",
        "RHEL-RMT5",
        "RTOE-RMT1",
        "RTOE-RMT5",
        "RKNE-RHEL",
        "RFWT-RTHI",
        "RBWT-RTHI",
        "RKNE-RTHI",
        "LFWT-RBWT",
        "RFWT-LBWT",
        "LFWT-RFWT",
        "LBWT-RBWT",
        "LFWT-LBWT",
        "RFWT-RBWT",
        "CLAV-LFSH",
        "CLAV-RFSH",
        "STRN-LFSH",
        "STRN-RFSH",
        "T10-LFSH",
        "T10-RFSH",
        "C7-LBSH",
        "C7-RBSH",
        "LFSH-LBSH",
        "RFSH-RBSH",
        "LFSH-RBSH",
        "RFSH-LBSH",
        "LFSH-LUPA",
        "RFSH-RUPA",
        "LBSH-LUPA",
        "RBSH-RUPA",
        "LUPA-LELB",
        "RUPA-RELB",
        "LELB-LOWR",
        "RELB-ROWR",
        "LIWR-LIHAND",
        "RIWR-RIHAND",
        "LOWR-LOHAND",
        "ROWR-ROHAND",
        "LIWR-LOWR",
        "RIWR-ROWR",
        "LIHAND-LOHAND",
        "RIHAND-ROHAND",
        "LFHD-LBHD",
        "LBHD-RBHD",
        "RBHD-RFHD",
        "RFHD-LFHD",
        "LFHD-ARIEL",
        "LBHD-ARIEL",
        "RBHD-ARIEL",
        "RFHD-ARIEL",
    ]
)
"""Pairs of markers between which a line looks like a body."""

MEANS: Final = (26, 53)
"""Points of a choreography array that are means of others."""

TRIMMED: Final = 500
"""Frames at either end of a choreography array in which the dancer mostly stands."""

CHOREOGRAPHY_FPS: Final = 35.0


def read_c3d(path: Path, name: str = "") -> Markers:
    """Read a C3D file.

    Args:
        path: The file.
        name: For the markers; that of the file if empty.

    Returns:
        Markers in the file's unit and axes; NaN where one was not seen.

    Raises:
        MotionFileError: If it is no C3D file or holds no points.
    """
    import ezc3d

    if path.read_bytes()[1:2] != b"\x50":
        raise MotionFileError(f"{path}: expected C3D, whose second byte is 0x50, got another file")
    try:
        content = ezc3d.c3d(str(path))
        labels = tuple(content["parameters"]["POINT"]["LABELS"]["value"])
        fps = float(content["parameters"]["POINT"]["RATE"]["value"][0])
        points = content["data"]["points"][:3].transpose(2, 1, 0)
    except (OSError, RuntimeError, KeyError, IndexError, ValueError) as error:
        raise MotionFileError(f"{path}: expected C3D with points, got: {error}") from error
    if not (len(points) > 1 and labels and fps > 0):
        raise MotionFileError(
            f"{path}: expected points over time, got {len(labels)} in {len(points)} frames"
        )
    # C3D writes a point that was not seen as the origin, where nobody's marker ever is.
    points = np.where(np.any(points != 0.0, axis=-1, keepdims=True), points, np.nan)
    return Markers(name or path.stem, fps, labels, points[:, : len(labels)])


def read_choreography(path: Path, name: str = "") -> Markers:
    """Read a choreography array: (55, frames, 3) at 35 fps, Z down, as `.npy`.

    Two points that are means of others and 500 frames at each end are left out; Z is turned up.

    Raises:
        MotionFileError: If it is no such array.

    References:
        M. Pettee et al., "Beyond Imitation", arXiv:1907.05297, and the data published with it.
    """
    try:
        points = np.load(path, allow_pickle=False)
    except (OSError, ValueError) as error:
        raise MotionFileError(f"{path}: expected a NumPy array, got: {error}") from error
    return Markers(
        name or path.stem, CHOREOGRAPHY_FPS, CHOREOGRAPHY_MARKERS, _of_choreography(points, path)
    )


def is_choreography(name: str) -> bool:
    """Tell whether a file has the name of a choreography array."""
    return re.fullmatch(r"mariel_.+\.npy", name) is not None


def _of_choreography(points: Array, path: Path) -> Float[Array, "T 53 3"]:
    count = len(CHOREOGRAPHY_MARKERS) + len(MEANS)
    shape = points.shape
    if points.ndim != 3 or shape[0] != count or shape[2] != 3:
        raise MotionFileError(f"{path}: expected an array of ({count}, frames, 3), got {shape}")
    if shape[1] < 2 * TRIMMED + 2:
        raise MotionFileError(
            f"{path}: expected more than {2 * TRIMMED + 1} frames, of which {TRIMMED} at each end "
            f"are left out, got {shape[1]}"
        )
    if not np.issubdtype(points.dtype, np.floating):
        raise MotionFileError(f"{path}: expected floating-point numbers, got {points.dtype}")
    kept = np.delete(np.asarray(points, np.float64), MEANS, axis=0).swapaxes(0, 1)
    return kept[TRIMMED:-TRIMMED] * np.array([1.0, 1.0, -1.0])
