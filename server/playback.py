"""Plays a take to viewers, at its own pace, on a stage like any other."""

import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from motion.contract import Contract
from motion.engine import Engine
from motion.errors import TakeError
from motion.partner import Frame
from server.audience import Audience
from server.eyes import Eyes
from server.faults import Faults
from server.house import DEFAULT, House, Rules
from server.landmarks import Sighting, SourceState
from server.messages import Controls
from server.model_shelf import ModelShelf
from server.moment import Moment
from server.outbox import Outbox
from server.protocol import FrameMessage, Refusal, decode_frame, encode_frame
from server.session import StageEvent
from server.messages import Set, TakeUp
from server.sources import BrowserSource
from server.stage import Services, Stage
from server.take_reader import Take, Tick
from server.take_writer import TakeWriter
from server.troupe import Ask, Place, Troupe


class Playback:
    """Tells which tick of a take is due. No clock lives here."""

    def __init__(self, take: Take, start: float = 0.0, speed: float = 1.0, loop: bool = False):
        """Stand at a place in a take.

        Args:
            take: At least one tick from there on.
            start: Seconds from the take's beginning.
            speed: 1 is that of the show.
            loop: Whether it begins anew at its end, instead of staying there.

        Raises:
            TakeError: If there is nothing to play.
        """
        self._take, self._start, self._speed, self._loop = take, start, speed, loop
        self._rewind()
        self._since: float | None = None

    def at(self, now: float) -> Tick:
        """Return the tick that is due.

        Args:
            now: Seconds; never decreases. The first call starts the play.
        """
        self._since = now if self._since is None else self._since
        # Half a frame early, since neither clock is exact.
        place = (now - self._since) * self._speed + 0.5 / self._take.header.fps
        while self._next is not None and self._place(self._next) <= place:
            self._newest, self._next = self._next, next(self._ticks, None)
        if self._next is None and self._loop and place >= self._place(self._newest) + ...:
            pass
        return self._newest
