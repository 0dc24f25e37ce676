"""The ticks of a take, one after the other: read at once, or ahead in a thread of its own."""

from collections.abc import Iterator
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import Protocol

from server.takes.reader import Tick

AHEAD = 256
"""Ticks that are read before they are due."""


class TickFeed(Protocol):
    """Hands ticks out one after the other.

    Attributes:
        ended: Whether there are no more.
    """

    ended: bool

    def next(self, patience: float = 0.0) -> Tick | None:
        """Return the next tick; None while it is not there after some seconds, or at the end."""

    def close(self) -> None:
        """Read no further."""


class Direct:
    """Reads a tick when it is asked for."""

    def __init__(self, ticks: Iterator[Tick]) -> None:
        """Begin."""
        self.ended = False
        self._ticks = ticks

    def next(self, patience: float = 0.0) -> Tick | None:  # noqa: ARG002 - it is always there
        """Return the next tick; None at the end."""
        tick = next(self._ticks, None)
        self.ended = tick is None
        return tick

    def close(self) -> None:
        """Read no further."""


class ReadAhead:
    """Reads ahead in a thread, so that whoever asks never waits for a disk or a large chunk."""

    def __init__(self, ticks: Iterator[Tick]) -> None:
        """Begin to read."""
        self.ended = False
        self._closed = Event()
        self._read: Queue[Tick | None] = Queue(AHEAD)
        Thread(target=self._run, args=(ticks,), name="replay", daemon=True).start()

    def next(self, patience: float = 0.0) -> Tick | None:
        """Return the next tick; None while it is not there after some seconds, or at the end."""
        if self.ended:
            return None
        try:
            tick = self._read.get(patience > 0, patience or None)
        except Empty:
            return None
        self.ended = tick is None
        return tick

    def close(self) -> None:
        """Read no further."""
        self._closed.set()

    def _run(self, ticks: Iterator[Tick]) -> None:
        try:
            for tick in ticks:
                self._put(tick)
                if self._closed.is_set():
                    return
        finally:
            self._put(None)

    def _put(self, tick: Tick | None) -> None:
        while not self._closed.is_set():
            try:
                self._read.put(tick, timeout=1.0)
            except Full:
                continue
            return
