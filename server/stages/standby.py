"""Keeps stages apart that two servers have, and takes over those of a server that vanished.

The frames of a stage are its claim: nobody keeps a list, and no claim outlives its server.
"""

import asyncio
import logging
import math
from collections.abc import Callable, Sequence

from motion.errors import BhavaError, HouseFullError
from server.broker.relay import SILENT, Relay
from server.broker.relayed_stage import RelayedStage
from server.sentence import Sentence, sentence_of
from server.stages.origin import Origin
from server.stages.scheduler import DEFAULT, Scheduler
from server.stages.stage import Stage
from server.stages.take_over import TakeOver

_log = logging.getLogger("bhava")

LOOK_EVERY = 0.1
"""Seconds between two looks."""

LISTEN = 0.2
"""Seconds for which a server that has just connected hears others before it claims a stage."""

DEAD = 2.0
"""Seconds without frames of a stage after which another server takes it over."""

ROUND = 1.0
"""Seconds in which each server has its turn to take a stage over. In the first round those do who
have room by the time of their ticks, in each later one any whose number of stages is not full: a
tick tells the load of a moment, and a stage that stutters is better than one that is nowhere."""


class Standby:
    """What a server knows of other servers' stages; belongs to the event loop.

    Attributes:
        others: The stages of all other servers.
    """

    def __init__(
        self,
        origin: Origin,
        others: Relay,
        connected: Callable[[], bool],
        scheduler: Scheduler,
        clock: Callable[[], float],
        take_over: TakeOver | None,
    ) -> None:
        """Begin without having heard of any.

        Args:
            origin: Tells this server's stages.
            others: Hears those of all others.
            connected: Tells whether the NATS server is there.
            scheduler: Steps this server's stages.
            clock: Monotonic time in seconds.
            take_over: Brings stages of servers that vanish up here; None leaves them.
        """
        self.others = others
        self._origin, self._connected, self._scheduler = origin, connected, scheduler
        self._clock, self._take_over = clock, take_over
        self._connected_since: float | None = None
        self._looked = float("-inf")
        self._turns: dict[str, int] = {}
        self._inherited: set[str] = set()
        self._coming: dict[str, asyncio.Task[None]] = {}

    def before_tick(self) -> None:
        """See whether another server shows a stage of this one, or one has vanished."""
        now = self._clock()
        if now - self._looked < LOOK_EVERY:
            return
        self._looked = now
        if not self._connected():
            self._connected_since = None  # all others fall silent then, and none of them is gone
            return
        self._connected_since = now if self._connected_since is None else self._connected_since
        listened = now - self._connected_since >= LISTEN and self.others.has_met_all
        self._origin.listens = not listened
        for name in self._origin.withheld.keys() - self.others.stages.keys():
            del self._origin.withheld[name]
        for name, stage in list(self.others.stages.items()):
            silence = now - max(stage.heard, self._connected_since)
            if name in self._coming:
                continue
            if now - stage.heard < SILENT:
                self._turns.pop(name, None)
                self._keep_apart(name, stage)
            elif (turns := self._turns_by(name, silence)) > 0:
                self._inherit(name, stage, turns)
        for name, why in self._origin.withheld.items():
            if name in self._scheduler.stages:
                self._scheduler.stages[name].control.refused = why

    def after_tick(self, _: Sequence[Stage]) -> None:
        """Do nothing."""

    def _keep_apart(self, name: str, other: RelayedStage) -> None:
        """Withhold a stage of this server that another shows; of two that began at once, one."""
        if name not in self._scheduler.stages or name in self._origin.withheld:
            return
        if self._origin.has_told(name) and self._origin.name < other.origin:
            return  # the other hears this server, and withholds its own
        place = self.others.address_of(name) or other.origin
        why = Sentence.of("shown_elsewhere", name=name, place=place)
        self._origin.withheld[name] = why
        self._scheduler.services.faults.count(f"stage {name}", BhavaError(str(why)))
        self._give_up(name)

    def _give_up(self, name: str) -> None:
        """End a stage that this server made in a take-over, and another shows."""
        if name in self._inherited:
            self._inherited.discard(name)
            self._scheduler.end(name)

    def _turns_by(self, name: str, silence: float) -> int:
        """Return how many turns this server has had to take over a stage, so many seconds silent.

        All servers go by the same order, each stage by another: stages spread over servers.
        """
        servers = sorted([self._origin.name, *self.others.living()])
        first = sum(name.encode()) % len(servers)
        place = (servers.index(self._origin.name) - first) % len(servers)
        return math.floor((silence - DEAD) / ROUND - place / len(servers)) + 1

    def _inherit(self, name: str, stage: RelayedStage, turns: int) -> None:
        """Take a stage over, unless this server shows one of that name, or may do so from now."""
        shows = name in self._scheduler.stages and name not in self._origin.withheld
        if shows or self._take_over is None:
            self.others.stages.pop(name)
        elif turns > self._turns.get(name, 0):
            self._turns[name] = turns
            # Nobody sees it before it is as it was.
            self._origin.withheld[name] = Sentence.of("taking_over", name=name)
            taking = self._bring_up(self._take_over, name, stage, measured=turns == 1)
            task = self._coming[name] = asyncio.create_task(taking)
            task.add_done_callback(lambda _: self._coming.pop(name))

    async def _bring_up(
        self, take_over: TakeOver, name: str, stage: RelayedStage, measured: bool
    ) -> None:
        if name not in self._scheduler.stages:
            self._inherited.add(name)
        with self._scheduler.services.faults.survived("take-over"):
            try:
                ours = await take_over.bring_up(name, stage, measured)
            except HouseFullError as error:
                self._origin.withheld.pop(name)
                self._inherited.discard(name)
                self._tell_waiting(name, sentence_of(error))
                raise
            if self._clock() - stage.heard < SILENT:
                self._give_up(name)  # another was quicker
                return
            if not measured:
                ours.control.refused = Sentence.of("no_time", name=name)
            self.others.stages.pop(name, None)
            self._origin.withheld.pop(name, None)
            _log.warning("stage taken over", extra={"stage": name, "of": stage.origin})

    def _tell_waiting(self, name: str, why: Sentence) -> None:
        """Tell operators that there is no room for a stage that another server has lost."""
        waits = Sentence.of("waits_for_room", name=name, reason=why)
        self._scheduler.stage(DEFAULT).control.refused = waits
        _log.warning("stage waits for room", extra={"stage": name, "detail": str(why)})
