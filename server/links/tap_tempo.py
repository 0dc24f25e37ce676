"""A tempo from taps; no clock."""

from typing import NamedTuple

import numpy as np

PAUSE = 3.1
"""Seconds of a pause that begins a new tempo; the slowest tempo has a beat in 3 s."""

WINDOW, FEWEST = 9, 3
"""Taps that count, and as many as there must be."""

SLOWEST, FASTEST = 20.0, 400.0
"""Beats a minute."""


class Tapped(NamedTuple):
    """A beat that was tapped.

    Attributes:
        bpm: Beats a minute.
        at: When one of them was, seconds.
    """

    bpm: float
    at: float


class TapTempo:
    """Lays a straight line through taps by least squares, so that no single one is believed."""

    def __init__(self) -> None:
        """Begin without a tap."""
        self._taps: list[float] = []

    def tap(self, now: float) -> Tapped | None:
        """Take in a tap.

        Args:
            now: Seconds of any clock.

        Returns:
            The beat, on that clock; None before the third tap.
        """
        if self._taps and now - self._taps[-1] > PAUSE:
            self._taps = []
        self._taps = [*self._taps, now][-WINDOW:]
        count = len(self._taps)
        if count < FEWEST or self._taps[-1] <= self._taps[0]:
            return None
        period, first = np.polyfit(np.arange(count), self._taps, 1)
        bpm = min(FASTEST, max(SLOWEST, 60.0 / float(period)))
        return Tapped(bpm, float(first + (count - 1) * period))
