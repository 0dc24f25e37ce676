"""A server among others: tells its stages to relays, and hears those of other servers."""

import asyncio
import secrets
from collections.abc import Callable
from typing import Any

from server.broker.relay import Relay
from server.broker.uplink import Uplink
from server.stages.origin import BrokerSettings, Origin
from server.stages.scheduler import Scheduler
from server.stages.standby import Standby
from server.stages.take_over import TakeOver


async def run_node(
    settings: BrokerSettings, scheduler: Scheduler, clock: Callable[[], float], app: Any
) -> None:
    """Tell stages and hear others, for ever.

    Args:
        settings: Where the others are found.
        scheduler: Steps the stages.
        clock: Monotonic time in seconds.
        app: Answers the audience's requests, by ASGI.
    """
    origin = Origin(settings, scheduler, clock, app)
    origin.listens = True
    others = Relay(clock, secrets.token_hex, keeps_lost=settings.takes_over)
    faults = scheduler.services.faults
    uplink = Uplink(others, settings.servers, origin.name, faults, clock, but=origin.name)
    take_over = TakeOver(scheduler, clock) if settings.takes_over else None
    standby = Standby(origin, others, lambda: uplink.broker.connected, scheduler, clock, take_over)
    scheduler.elsewhere = others.address_of
    scheduler.attendants += [standby, origin]
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(uplink.run())
        tasks.create_task(origin.run())
