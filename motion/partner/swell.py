"""Energy that swells: a dance breathes over phrases and within them; a motor keeps its speed."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from jaxtyping import Float

from motion.model.contract import Contract
from motion.partner.batched_state import BatchedState

Array = np.ndarray

PERIODS: Final = (11.0, 17.0, 29.0)
"""Seconds, of waves that never meet, over a dance."""

QUICK_PERIODS: Final = (4.3, 7.1, 12.7)
"""The same within phrases: the energy of dancers in one second tells little of that 3 s later."""


class Swell(BatchedState):
    """By how much more or less partners side by side are asked for, each in a time of its own."""

    def __init__(
        self,
        seeds: Sequence[int],
        sizes: Sequence[float],
        periods: tuple[float, ...] = PERIODS,
        stream: int = 5,
    ) -> None:
        """Set up partners.

        Args:
            seeds: Random seed of each partner's rises and falls.
            sizes: Standard deviation of the energy's logarithm by content, the usual one first; of
                a model that tells no contents apart only one.
            periods: Seconds, of the waves that add up.
            stream: Tells swells of the same seed apart.
        """
        self._sizes, self._periods = tuple(sizes), periods
        drawn = [np.random.default_rng([seed, stream]).random(len(periods)) for seed in seeds]
        # A batch begins without partners, and rows are appended to it all the same.
        self._turns = np.reshape(drawn, (len(seeds), len(periods)))

    def share(self, content: Float[Array, "B C"]) -> Float[Array, "B"]:
        """Return a factor for the energy of each, 1 in the geometric mean.

        Args:
            content: What each dances, as `motion.content.check_content` returns it.
        """
        usual, *others = self._sizes
        size = usual + (content[:, 1:] * (np.array(others) - usual)).sum(-1)
        wave = np.sin(2 * np.pi * self._turns).sum(-1) * np.sqrt(2 / len(self._periods))
        result: Array = np.exp(size * wave)
        return result

    def advance(self, dt: float) -> None:
        """Go on by some seconds."""
        self._turns = (self._turns + dt / np.array(self._periods)) % 1.0


def over_a_dance(seeds: Sequence[int], contract: Contract) -> Swell:
    """Return the slow swell of partners of a model, which the governor follows."""
    alike = [contract.swell] * max(1, len(contract.contents))
    return Swell(seeds, [slow for slow, _ in contract.swell_by_content] or alike)


def within_phrases(seeds: Sequence[int], contract: Contract) -> Swell:
    """Return the quick one, of which the governor knows nothing."""
    none = [0.0] * max(1, len(contract.contents))
    sizes = [quick for _, quick in contract.swell_by_content] or none
    return Swell(seeds, sizes, QUICK_PERIODS, 6)
