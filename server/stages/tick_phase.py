"""When within a frame's time to tick, so that what performers do is read soon after it is known."""

from collections import deque

import numpy as np

WINDOW = 1.0
"""Seconds of sightings that decide when to tick."""

FEWEST = 12
"""Sightings below which nothing is decided: those of fifteen pictures a second are enough."""

MARGIN = 0.002
"""Seconds between a sighting and the tick that shall read it: a tick's way to its thread, and the
little by which pictures come unevenly."""

GAIN = 0.003
"""Seconds by which sightings must become younger on average for ticks to move at all."""

PACE = 0.01
"""Share of a tick's time by which the schedule moves with each tick: nobody sees a hundredth."""


class TickPhase:
    """Moves the schedule of ticks to where sightings wait for the shortest time.

    A camera and a server of the same rate keep their distance: without this, each sighting of a
    whole evening may just miss a tick, and wait for a frame's time. Sightings of several people, or
    at another rate, count by their mean wait; where no time is better, nothing moves.
    """

    def __init__(self, fps: float) -> None:
        self._period = 1.0 / fps
        self._ready: deque[float] = deque(maxlen=round(4 * WINDOW * fps))
        self._decided = float("-inf")
        self._left = 0.0

    def note(self, ready: float) -> None:
        """Take in when a sighting could first be read, seconds of the server's clock."""
        self._ready.append(ready)

    def move(self, due: float) -> float:
        """Return by how many seconds the schedule moves, after the tick that was due then."""
        if not self._left and due - self._decided >= WINDOW:
            self._left, self._decided = self._wish(due), due
            self._ready.clear()
        most = PACE * self._period
        step = min(max(self._left, -most), most)
        self._left -= step
        return step

    def _wish(self, due: float) -> float:
        """Return by how much later ticks would best come, in half a period at most either way."""
        if len(self._ready) < FEWEST:
            return 0.0
        phases = (np.array(self._ready) - due) % self._period
        moves = np.concatenate([[0.0], phases + MARGIN])
        # What comes within half the margin before a tick counts as missed: the clocks drift apart.
        waits = ((moves[:, None] - phases - MARGIN / 2) % self._period).mean(axis=1)
        best = int(waits.argmin())
        if waits[0] - waits[best] < GAIN:
            return 0.0
        half = self._period / 2
        return float((moves[best] + half) % self._period - half)
