"""Whose turn it is in a duet: together, an echo of the performer, or the partner's own dance.

And how far apart the two are: who dances the same dances close.
"""

from typing import Literal

Turn = Literal["together", "echo", "own"]

ROUND = 6.0
"""Seconds after which turns begin again: three bars at 120 beats a minute."""

LONGEST_ECHO = 3.0
"""Seconds of an echo at most; the partner's own dance has what the other turns leave."""


class DuetTurns:
    """Takes turns from when a duet begins; holds no clock."""

    def __init__(self) -> None:
        self._began: float | None = None

    def end(self) -> None:
        """Let the next duet begin with its first turn."""
        self._began = None

    def turn(self, influence: float, now: float) -> Turn:
        """Return whose turn it is.

        Args:
            influence: Share of the time in which both dance the same, in [0, 1].
            now: Seconds; never decreases.
        """
        self._began = now if self._began is None else self._began
        at, together = (now - self._began) % ROUND, ROUND * influence
        if at < together or influence >= 1.0:
            return "together"
        return "echo" if at >= ROUND - min(LONGEST_ECHO, ROUND - together) else "own"


def duet_distance(influence: float) -> tuple[float, float]:
    """Return from where the partner gives way, and from where it comes nearer, metres.

    Args:
        influence: Share of the time in which both dance the same, in [0, 1].
    """
    return 1.5 - 0.3 * influence, 2.4 - 0.9 * influence
