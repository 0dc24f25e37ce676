"""Who is in a picture, however near to one another: the network's numbers to regions of interest.

References:
    R. Votel, N. Li, "Next-Generation Pose Detection with MoveNet and TensorFlow.js", 2021.
    X. Zhou, D. Wang, P. Krähenbühl, "Objects as Points", arXiv:1904.07850.
"""

import numpy as np
from jaxtyping import Float, UInt8

from server.capture.landmarks import PEOPLE
from server.capture.pose_region import Region

Array = np.ndarray

SIDE = 192
"""Pixels of the longest side of the picture that the network takes."""

_STEP = 32  # pixels of which sides are multiples
_CELL = 4  # pixels between the places that it tells of
_SURE = 0.25  # probability from which somebody counts
_BESIDE = 2  # cells about somebody's middle within which nobody else's lies
_SHOULDERS, _HIPS = [5, 6], [11, 12]  # of its 17 points
_REACH = 1.15  # how much farther somebody reaches than the farthest point, of nose to ankles


def framed(image: UInt8[Array, "H W 3"]) -> tuple[UInt8[Array, "h w 3"], float]:
    """Return a picture as the network takes it, black beyond it, and how much smaller it is."""
    import cv2

    height, width = image.shape[:2]
    scale = SIDE / max(height, width)
    across, down = max(round(width * scale), 1), max(round(height * scale), 1)
    shown = np.zeros((-(-down // _STEP) * _STEP, -(-across // _STEP) * _STEP, 3), np.uint8)
    shown[:down, :across] = cv2.resize(image, (across, down), interpolation=cv2.INTER_AREA)
    return shown, scale


def regions(
    middles: Float[Array, "rows columns"], points: Float[Array, "rows columns 34"], scale: float
) -> list[Region]:
    """Return a region for each person, the surest first, `PEOPLE` at most.

    Args:
        middles: How surely the middle of somebody is in each cell, log-odds.
        points: Where their 17 points lie from there, cells, row and column of each.
        scale: How much smaller the network's picture is.
    """
    people = []
    sure = np.array(middles)
    for _ in range(PEOPLE):
        row, column = divmod(int(np.argmax(sure)), sure.shape[1])
        if sure[row, column] < np.log(_SURE / (1.0 - _SURE)):
            break
        lying = np.array([row, column]) + points[row, column].reshape(-1, 2).astype(float)
        people.append(_region(lying[:, ::-1] * (_CELL / scale)))
        top, left = max(row - _BESIDE, 0), max(column - _BESIDE, 0)
        sure[top : row + _BESIDE + 1, left : column + _BESIDE + 1] = -np.inf
    return people


def _region(points: Float[Array, "17 2"]) -> Region:
    """Return the region of a person whose points are known, pixels."""
    hips, shoulders = points[_HIPS].mean(axis=0), points[_SHOULDERS].mean(axis=0)
    up = shoulders - hips
    reach = _REACH * np.hypot(*(points - hips).T).max()
    return Region.about(hips, hips + up * reach / max(float(np.hypot(*up)), 1e-6))
