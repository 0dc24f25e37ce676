"""Which tick of a take is due while it plays. No clock lives here."""

from collections.abc import Callable, Iterator

from motion.errors import TakeError
from server.takes.read_ahead import Direct, TickFeed
from server.takes.reader import Take, Tick

HELD = 2.0
"""Seconds for which the last frame of a take is held before the show is over."""

FIRST = 20.0
"""Seconds within which the first moment of a take must have been read."""

STEPS = 64
"""Moments that may be passed over at once, whatever their times say."""


class Playback:
    """Goes through the ticks of a take, at its own pace."""

    _newest: Tick
    _next: Tick | None
    _began: float | None
    _first: float
    _again: bool

    def __init__(
        self,
        take: Take,
        start: float = 0.0,
        speed: float = 1.0,
        loop: bool = False,
        feed: Callable[[Iterator[Tick]], TickFeed] = Direct,
    ) -> None:
        """Stand at a place in a take.

        Args:
            take: What is played.
            start: Seconds from the take's beginning.
            speed: 1 is that of the show.
            loop: Whether it begins anew after its end, instead of being over.
            feed: How its ticks are read.

        Raises:
            TakeError: If there is nothing to play from there on.
        """
        self.take = take
        self._start, self._speed, self._loop, self._feed = start, speed, loop, feed
        self._ticks = feed(take.ticks(start))
        newest = self._ticks.next(FIRST)
        if newest is None:
            got = take.damage or f"one of {take.seconds:.1f} s"
            raise TakeError(f"{take.path}: expected frames from {start:g} s on, got {got}")
        self._begin(newest)

    def tick_due(self, now: float) -> Tick:
        """Return the tick that is due.

        Args:
            now: Seconds; never decreases. The first call starts the play.
        """
        if self._ended and self._loop:
            self._ticks = self._feed(self.take.ticks(self._start))
            self._again = True
        if self._again and (first := self._ticks.next()) is not None:
            self._begin(first)
        if self._began is None:
            self._began = now
        # Half a frame early, since neither of the clocks is exact.
        due = self._first + (now - self._began) * self._speed + 0.5 / self.take.header.fps
        for _ in range(STEPS):
            following = self._following()
            if following is None or following.moment.now > due:
                break
            self._newest, self._next = following, None
        self._following()
        return self._newest

    @property
    def newest(self) -> Tick:
        """The tick that was due last; the first one before the play."""
        return self._newest

    def over(self, now: float) -> bool:
        """Tell whether the last frame has been held for as long as it should be."""
        if not self._ended or self._loop or self._began is None:
            return False
        lasts = (self._newest.moment.now - self._first) / self._speed
        return now - self._began > lasts + HELD

    def close(self) -> None:
        """Read no further."""
        self._ticks.close()

    @property
    def _ended(self) -> bool:
        return self._next is None and self._ticks.ended

    def _begin(self, first: Tick) -> None:
        self._newest, self._first = first, first.moment.now
        self._next = self._began = None
        self._again = False

    def _following(self) -> Tick | None:
        """Return the tick after the newest; None at the end, or while it is not read yet."""
        if self._next is None and not self._again:
            self._next = self._ticks.next()
        return self._next
