"""Energy that swells: a dance breathes over phrases, where a motor keeps its speed."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from jaxtyping import Float

from motion.partner.batched_state import BatchedState

Array = np.ndarray

PERIODS: Final = np.array([11.0, 17.0, 29.0])
"""Seconds, of waves that never meet."""


class Swell(BatchedState):
    """By how much more or less partners side by side are asked for, each in a time of its own."""

    def __init__(self, seeds: Sequence[int], size: float) -> None:
        """Set up partners.

        Args:
            seeds: Random seed of each partner's rises and falls.
            size: Share of the energy by which it swells; 0 for none.
        """
        self._size = size
        drawn = [np.random.default_rng([seed, 5]).random(len(PERIODS)) for seed in seeds]
        # A batch begins without partners, and rows are appended to it all the same.
        self._turns = np.reshape(drawn, (len(seeds), len(PERIODS)))

    @property
    def share(self) -> Float[Array, "B"]:
        """Factor for the energy of each, 1 in the geometric mean."""
        wave = np.sin(2 * np.pi * self._turns).sum(-1) * np.sqrt(2 / len(PERIODS))
        result: Array = np.exp(self._size * wave)
        return result

    def advance(self, dt: float) -> None:
        """Go on by some seconds."""
        self._turns = (self._turns + dt / PERIODS) % 1.0
