"""Wakes partners that almost stand still: first by more energy, then by a restart."""

from typing import Final

import numpy as np
from jaxtyping import Bool, Float

from motion.partner.batched_state import BatchedState

Array = np.ndarray

HALF_LIFE: Final = 1.0
"""Seconds over which the measured speed forgets."""

ASLEEP: Final = 0.15
"""Share of the target speed below which a partner almost stands still. A frozen window of two
seconds is one below 0.1."""

AWAKE: Final = 0.4
"""Share from which it dances again."""

BOOST: Final = 2.0
"""Factor of its energy until then."""

PATIENCE: Final = 3.0
"""Seconds after which the boost has not helped: longer than any pause in acted sadness."""


class Watchdog(BatchedState):
    """Watches the speeds of partners side by side.

    Attributes:
        boost: Factor of the energy that the model is given, (B,).
        boost_count: How often each was boosted, (B,).
    """

    def __init__(self, count: int) -> None:
        self.boost = np.ones(count)
        self.boost_count = np.zeros(count, int)
        self._share = np.ones(count)
        self._asleep = np.zeros(count)  # seconds

    def find_stuck(
        self, speed: Float[Array, "B"], target: Float[Array, "B"], dt: float
    ) -> Bool[Array, "B"]:
        """Update the boost from what the partners did; return those that must restart.

        Args:
            speed: Mean speed of the joints relative to the hips in this frame, m/s.
            target: Mean speed that they should have, m/s.
            dt: Seconds since the frame before.
        """
        keep = 0.5 ** (dt / HALF_LIFE)
        self._share = keep * self._share + (1 - keep) * speed / target
        fell = (self._share < ASLEEP) & (self.boost == 1.0)
        self.boost_count = self.boost_count + fell
        self.boost = np.where(fell, BOOST, np.where(self._share > AWAKE, 1.0, self.boost))
        self._asleep = np.where(self.boost > 1.0, self._asleep + dt, 0.0)
        stuck = self._asleep > PATIENCE
        self._asleep = np.where(stuck, 0.0, self._asleep)
        return stuck
