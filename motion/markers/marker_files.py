"""Files of optical markers: C3D, and the published choreography arrays."""

from typing import Final

import numpy as np
from jaxtyping import Float

from motion.errors import MotionFileError
from motion.markers.c3d import parse_c3d
from motion.markers.markers import Markers
from motion.markers.subjects import subjects_of

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


def parse_marker_c3d(data: bytes, name: str) -> list[Markers]:
    """Read the markers of each person in a C3D file, in its unit and axes.

    Raises:
        MotionFileError: If it is no C3D file, or nobody wears markers whose names tell the body.
    """
    points = parse_c3d(data)
    return subjects_of(
        Markers(name, points.fps, points.labels, points.positions, notes=points.notes)
    )


def parse_choreography(points: Array, name: str) -> Markers:
    """Read a choreography array: (55, frames, 3) at 35 fps, Z down.

    Two points that are means of others and 500 frames at each end are left out; Z is turned up.

    Raises:
        MotionFileError: If it is no such array.

    References:
        M. Pettee et al., "Beyond Imitation", arXiv:1907.05297, and the data published with it.
    """
    return Markers(name, CHOREOGRAPHY_FPS, CHOREOGRAPHY_MARKERS, _of_choreography(points))


def _of_choreography(points: Array) -> Float[Array, "T 53 3"]:
    count = len(CHOREOGRAPHY_MARKERS) + len(MEANS)
    shape = points.shape
    if points.ndim != 3 or shape[0] != count or shape[2] != 3:
        raise MotionFileError(f"expected an array of ({count}, frames, 3), got {shape}")
    if shape[1] < 2 * TRIMMED + 2:
        raise MotionFileError(
            f"expected more than {2 * TRIMMED + 1} frames, of which {TRIMMED} at each end "
            f"are left out, got {shape[1]}"
        )
    if not np.issubdtype(points.dtype, np.floating):
        raise MotionFileError(f"expected floating-point numbers, got {points.dtype}")
    kept = np.delete(np.asarray(points, np.float64), MEANS, axis=0).swapaxes(0, 1)
    return kept[TRIMMED:-TRIMMED] * np.array([1.0, 1.0, -1.0])
