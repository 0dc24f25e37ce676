"""The energy governor: holds how lively partners are at the energy that they are given."""

import numpy as np
from jaxtyping import Float

from motion.partner.batched_state import BatchedState

Array = np.ndarray

HALF_LIFE = 2.0
"""Seconds over which the measured energy forgets; a phrase of dance is a few of these."""

PROPORTION = 0.5
"""E-folds by which a momentary difference as large as the target is corrected."""

GAIN = 0.2
"""E-folds per second by which a lasting one is: slowly, for a model answers over a phrase."""

CORRECTION_RANGE = (0.35, 4.0)
"""Limits of the correction, as factors: a model never learnt from energies beyond these."""


class EnergyGovernor(BatchedState):
    """Asks the model for more where it gives too little, and for less where too much.

    A model that falls short of the energy it is given sags further with every minute; this closes
    the loop over what the partners really did. A proportional and an integral part add up in the
    logarithm; the integral stays in range, so that it is never wound up.
    """

    def __init__(self, count: int) -> None:
        self._lasting = np.zeros(count)
        self._short = np.zeros(count)
        self._measured = np.full(count, np.nan)

    def measure(self, speed: Float[Array, "B"], target: Float[Array, "B"], dt: float) -> None:
        """Update the error from what the partners did.

        Args:
            speed: Mean speed of the joints relative to the hips in this frame, m/s.
            target: Mean speed that they should have, m/s.
            dt: Seconds since the frame before.
        """
        # Dance speeds up and slows down within a phrase, so the error is that of a slow mean.
        keep = 0.5 ** (dt / HALF_LIFE)
        measured = np.where(np.isnan(self._measured), target, self._measured)
        self._measured = keep * measured + (1 - keep) * speed
        self._short = 1.0 - self._measured / target
        changed = self._lasting + GAIN * dt * np.clip(self._short, -1.0, 1.0)
        # In the logarithm a factor up and its inverse down are equal steps, and energy stays
        # positive. Clipped here, the integral leaves its limit as soon as the error turns round.
        self._lasting = np.clip(changed, *np.log(CORRECTION_RANGE))

    def corrected_energy(self, target: Float[Array, "B"]) -> Float[Array, "B"]:
        """Return the energy to give the model so that partners reach their target, m/s."""
        correction = self._lasting + PROPORTION * np.clip(self._short, -1.0, 1.0)
        return target * np.exp(np.clip(correction, *np.log(CORRECTION_RANGE)))
