"""When a partner takes its dancer up: once they settled, then now and again while they dance."""

from collections.abc import Callable

SETTLE = 2.0
"""Seconds for which a performer must have been there before they are taken up."""

TAKE_UP_EVERY = 16.0
"""Seconds after which a performer who still dances is taken up again."""

SHORTEST_CONTEXT = 1.0
"""Seconds of the performer's motion that say something about it."""

LOOK_AGAIN = 0.25
"""Seconds after which one who stood still is looked at again."""

AWAY = 1.0
"""Seconds after which a performer who is not seen has left."""


class TakeUps:
    """Decides when the partner takes the performer up."""

    def __init__(self) -> None:
        self._came = self._seen = self._next = float("-inf")
        self._wanted = False

    def request(self) -> None:
        """Make the next one due as soon as the performer has settled."""
        self._wanted = True

    def due(self, moving: Callable[[], bool], now: float) -> bool:
        """Tell whether the partner takes the performer up now; asked only while they are seen.

        Args:
            moving: Tells whether they dance, asked only if it matters: one who stands still is
                left in peace, unless it was requested, for the partner would come to stand as well.
            now: Seconds; never decreases.
        """
        if now - self._seen > AWAY:
            self._came, self._next = now, now + SETTLE
        self._seen = now
        if now < (self._came + SETTLE if self._wanted else self._next):
            return False
        if not (self._wanted or moving()):
            self._next = now + LOOK_AGAIN
            return False
        self._wanted, self._next = False, now + TAKE_UP_EVERY
        return True
