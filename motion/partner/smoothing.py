"""Smooths a model's output over two frames to either side, without a phase delay."""

from typing import Final

import numpy as np
from jaxtyping import Float

from motion import features
from motion.compiled import function

Array = np.ndarray

KERNEL: Final = np.array([1.0, 4.0, 6.0, 4.0, 1.0]) / 16.0
"""The binomial filter of five taps: at 30 fps it keeps 0.81 of 3 Hz, 0.56 of 5 Hz and 0.06 of
10 Hz, so that the shaking between tokens goes.

References:
    M. Aubury and W. Luk, "Binomial Filters", 1996.
"""

REACH: Final = len(KERNEL) // 2
"""Frames to either side that a smooth frame depends on."""

_accents, _smooth = function("accents", "nnxddo"), function("smooth", "nndddo")


def smooth(
    windows: Float[Array, "B 5 F"], fps: float, accent: tuple[float, float]
) -> Float[Array, "B F"]:
    """Return the middle frames of windows, each joint the smoother the slower it is.

    What is not of one joint is as smooth as the joints are in the mean.

    Args:
        windows: Features. Rotations in 6D may be averaged where neighbours are near one another,
            and a velocity that is averaged leads to the same place.
        fps: Frames per second.
        accent: As for `accents`.

    References:
        G. Casiez, N. Roussel, D. Vogel, "1 € Filter: A Simple Speed-based Low-pass Filter for Noisy
        Input in Interactive Systems", 2012.
    """
    joints = accents(windows, fps, accent)
    smoothed = np.empty((len(windows), features.WIDTH))
    _smooth(len(windows), windows.shape[1], KERNEL, joints, windows, smoothed)
    return smoothed


def accents(
    windows: Float[Array, "B 5 F"], fps: float, accent: tuple[float, float]
) -> Float[Array, "B J"]:
    """Return how fast the joints are in the middle, from 0 at rest to 1 in an accent.

    They must be before and after it: who leaps from one place to another is fast for a frame only.

    Args:
        windows: Features.
        fps: Frames per second.
        accent: Radians per second of a joint up to which it is at rest, and from which on it is in
            an accent.
    """
    found = np.empty((len(windows), features.JOINTS))
    _accents(len(windows), windows.shape[1], fps, accent, windows, found)
    return found
