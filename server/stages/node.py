"""A server among others: tells its stages to relays, and hears those of other servers."""

import asyncio
import secrets
from collections.abc import Callable, Iterable
from typing import Any

from server.broker.messages import Report
from server.broker.relay import Relay
from server.broker.uplink import Uplink
from server.sentence import Sentence
from server.stages.crowd_desk import CrowdDesk
from server.stages.cue_desk import CueDesk
from server.stages.origin import BrokerSettings, Origin
from server.stages.scheduler import Scheduler
from server.stages.standby import Standby
from server.stages.take_over import TakeOver


class Node:
    """A server among others; belongs to the event loop."""

    def __init__(
        self,
        settings: BrokerSettings,
        scheduler: Scheduler,
        clock: Callable[[], float],
        app: Any,
        votes: CrowdDesk,
        cues: CueDesk | None,
    ) -> None:
        """Begin without a connection.

        Args:
            settings: Where the others are found.
            scheduler: Steps the stages.
            clock: Monotonic time in seconds.
            app: Answers the audience's requests, by ASGI.
            votes: Holds the votes.
            cues: Holds the cue lists; None if there are none.
        """
        cued = (lambda _: None) if cues is None else cues.cued
        self._origin = Origin(settings, scheduler, clock, app, cued=cued)
        self._origin.listens = True
        others = Relay(clock, secrets.token_hex, keeps_lost=settings.takes_over)
        faults, name = scheduler.services.faults, self._origin.name
        self._uplink = Uplink(others, settings.servers, name, faults, clock, but=name)
        connected = lambda: self._uplink.broker.connected  # noqa: E731
        take_over = TakeOver(scheduler, clock, votes, cues) if settings.takes_over else None
        standby = Standby(self._origin, others, connected, scheduler, clock, take_over)
        scheduler.attendants += [standby, self._origin]
        scheduler.elsewhere = others.address_of

    async def run(self) -> None:
        """Tell stages and hear others, for ever."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._uplink.run())
            tasks.create_task(self._origin.run())

    async def room(self) -> Sentence:
        """Return which other servers have room for a further stage."""
        return room_in(await self._uplink.reports())


def room_in(reports: Iterable[Report]) -> Sentence:
    """Return which servers have room for a further stage, of their reports."""
    free = [report.address or "another server" for report in reports if not report.full]
    return Sentence.of("room_at", places=", ".join(free)) if free else Sentence.of("no_room")
