"""Which tick of a take is due while it plays. No clock lives here."""

from motion.errors import TakeError
from server.takes.reader import Take, Tick

HELD = 2.0
"""Seconds for which the last frame of a take is held before the show is over."""


class Playback:
    """Goes through the ticks of a take, at its own pace."""

    _following: Tick | None
    _began: float | None
    _first: float

    def __init__(
        self, take: Take, start: float = 0.0, speed: float = 1.0, loop: bool = False
    ) -> None:
        """Stand at a place in a take.

        Args:
            take: What is played.
            start: Seconds from the take's beginning.
            speed: 1 is that of the show.
            loop: Whether it begins anew after its end, instead of being over.

        Raises:
            TakeError: If there is nothing to play from there on.
        """
        self.take = take
        self._start, self._speed, self._loop = start, speed, loop
        self._rewind()

    def tick_due(self, now: float) -> Tick:
        """Return the tick that is due.

        Args:
            now: Seconds; never decreases. The first call starts the play.
        """
        if self._following is None and self._loop:
            self._rewind()
        if self._began is None:
            self._began = now
        # Half a frame early, since neither of the clocks is exact.
        due = self._first + (now - self._began) * self._speed + 0.5 / self.take.header.fps
        while self._following is not None and self._following.moment.now <= due:
            self._newest, self._following = self._following, next(self._ticks, None)
        return self._newest

    @property
    def newest(self) -> Tick:
        """The tick that was due last; the first one before the play."""
        return self._newest

    def over(self, now: float) -> bool:
        """Tell whether the last frame has been held for as long as it should be."""
        if self._following is not None or self._loop or self._began is None:
            return False
        lasts = (self._newest.moment.now - self._first) / self._speed
        return now - self._began > lasts + HELD

    def _rewind(self) -> None:
        self._ticks = self.take.ticks(self._start)
        newest = next(self._ticks, None)
        if newest is None:
            got = self.take.damage or f"one of {self.take.seconds:.1f} s"
            raise TakeError(
                f"{self.take.path}: expected frames from {self._start:g} s on, got {got}"
            )
        self._newest, self._following = newest, next(self._ticks, None)
        self._first = newest.moment.now
        self._began = None
