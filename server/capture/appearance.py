"""How somebody looks in a picture: the colours that they wear. OpenCV is imported when needed.

References:
    D. Comaniciu, V. Ramesh, P. Meer, "Kernel-Based Object Tracking", IEEE TPAMI 25(5), 2003.
"""

import numpy as np
from jaxtyping import Num, UInt8

from server.capture.landmarks import COLOURS, TRUNK, Landmarks

Array = np.ndarray

_SATURATIONS = 4
_HUES = COLOURS // _SATURATIONS


def colours(image: UInt8[Array, "H W 3"], person: Landmarks) -> UInt8[Array, "64"] | None:
    """Return what share of somebody's trunk has each colour, its brightness left aside.

    Args:
        image: The picture, blue first.
        person: Where they are in it.

    Returns:
        Shares in steps of 1/255; None where the trunk does not show.
    """
    import cv2

    height, width = image.shape[:2]
    trunk = person.image[TRUNK] * height + [width / 2, height / 2]
    trunk = np.clip(np.nan_to_num(trunk), 0, [width, height]).astype(int)
    (left, top), (right, bottom) = trunk.min(axis=0), trunk.max(axis=0)
    if right - left < 2 or bottom - top < 2:
        return None
    shown = cv2.cvtColor(image[top:bottom, left:right], cv2.COLOR_BGR2HSV)
    counts = cv2.calcHist([shown], [0, 1], None, [_HUES, _SATURATIONS], [0, 180, 0, 256])
    return np.rint(255 * counts.ravel() / counts.sum()).astype(np.uint8)


def unlike(one: Num[Array, "64"], other: Num[Array, "64"]) -> float:
    """Return how far two looks are apart, 0 to 1 (Hellinger's distance); any shares do."""
    total = max(float(one.sum()) * float(other.sum()), 1e-9)
    common = np.sqrt(one.astype(float) * other).sum() / np.sqrt(total)
    return float(np.sqrt(max(1.0 - common, 0.0)))
