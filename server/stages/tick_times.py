"""How long ticks take."""

from collections import deque

import numpy as np

SECONDS = 10.0
"""For which times are remembered."""


class TickTimes:
    """The newest times of ticks."""

    def __init__(self, fps: float) -> None:
        self._seconds: deque[float] = deque(maxlen=round(SECONDS * fps))

    def count(self, seconds: float) -> None:
        """Note a tick."""
        self._seconds.append(seconds)

    @property
    def p95(self) -> float:
        """95th percentile, seconds; 0 before the first."""
        return float(np.percentile(list(self._seconds), 95)) if self._seconds else 0.0
