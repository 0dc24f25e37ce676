"""How long ticks take, and what a further stage would cost."""

from collections import deque

import numpy as np

SECONDS = 10.0
"""For which times are remembered."""

BARE = 4
"""Stages, each with a performer, whose work a tick costs however few there are."""


class TickTimes:
    """The newest times of ticks."""

    def __init__(self, fps: float) -> None:
        self._seconds: deque[float] = deque(maxlen=round(SECONDS * fps))
        self._shares: deque[float] = deque(maxlen=self._seconds.maxlen)

    def count(self, seconds: float, stages: int) -> None:
        """Note a tick of some stages."""
        self._seconds.append(seconds)
        self._shares.append(seconds / (BARE + stages))

    def expected(self, stages: int) -> float:
        """Return the 95th percentile that a tick of so many stages would have, seconds.

        Each tick counts by the stages that it had: those that were made since have no part in it.
        """
        share = float(np.percentile(list(self._shares), 95)) if self._shares else 0.0
        return share * (BARE + stages)

    @property
    def p95(self) -> float:
        """95th percentile, seconds; 0 before the first."""
        return float(np.percentile(list(self._seconds), 95)) if self._seconds else 0.0
