"""Detects a model that has drifted out of what it learnt: its output is no motion any more."""

from typing import Final

import numpy as np
from jaxtyping import Bool, Float

from motion import features
from motion.compiled import function
from motion.partner.batched_state import BatchedState

Array = np.ndarray

PATIENCE = 0.5
"""Seconds of impossible frames after which a partner restarts."""

DISTORTION = 1.0
"""Largest distortion that can be; models that dance well reach half of it for moments."""

LIMITS: Final = {
    "root_velocity": (-8.0, 8.0),
    "turn_rate": (-20.0, 20.0),
    "hips_height": (0.1, 2.0),
}
"""What people do, in the units of the features: a sprint, a pirouette, a roll and a leap."""

_LOWEST, _HIGHEST = np.full((2, features.WIDTH), [[-np.inf], [np.inf]], np.float32)
for _name, (_low, _high) in LIMITS.items():
    _LOWEST[features.PART[_name]], _HIGHEST[features.PART[_name]] = _low, _high

_distortion = function("distortion", "ndo")


class DriftDetector(BatchedState):
    """Watches streams of features side by side."""

    def __init__(self, count: int) -> None:
        self._seconds = np.zeros(count)

    def find_drifted(self, frames: Float[Array, "B F"], dt: float) -> Bool[Array, "B"]:
        """Tell which rows have been impossible for too long; these start again from zero.

        Args:
            frames: Features as the models gave them, finite.
            dt: Seconds since the frame before.
        """
        possible = ((frames >= _LOWEST) & (frames <= _HIGHEST)).all(-1)
        possible &= distortion(frames) <= DISTORTION
        self._seconds = np.where(possible, 0.0, self._seconds + dt)
        lost = self._seconds > PATIENCE
        self._seconds[lost] = 0.0
        return lost


def distortion(frames: Float[Array, "*batch F"]) -> Float[Array, "*batch"]:
    """Return how far 6D rotations are from being any: 0 for those of real motion, unitless.

    The root mean square, over joints, of what is missing from unit length and right angles.
    """
    found = np.empty(frames.shape[:-1])
    _distortion(found.size, frames, found)
    return found
