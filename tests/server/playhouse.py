"""A house with the shipped model whose time the test moves, asked over HTTP without a network."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

from server.app import create_app
from server.stages.assemble import make_default_stage, open_house
from server.stages.scheduler import House, Rules
from tests.server.doubles import ScriptedSource, seen
from tests.server.theatre import Metronome

MODELS = Path(__file__).parents[2] / "models"


@dataclass(frozen=True)
class Playhouse:
    """A house that plays, its source and its time."""

    house: House
    source: ScriptedSource
    time: Metronome
    client: httpx.AsyncClient

    async def watch(self, frames: int = 1) -> None:
        """Let someone be seen for some frames."""
        for _ in range(frames):
            self.source.waiting = seen(self.time.now)
            await self.time.run()


@asynccontextmanager
async def playing(takes: Path) -> AsyncIterator[Playhouse]:
    """Play until the end of the block; nothing is seen before the first `watch`."""
    time, source = Metronome(), ScriptedSource()
    house = open_house(MODELS, "cpu", takes, Rules(), time)
    make_default_stage(house, source, "default", 0, "refuse")
    transport = httpx.ASGITransport(create_app(house, time, time.sleep))
    performance = asyncio.create_task(house.run(time.sleep))
    async with httpx.AsyncClient(transport=transport, base_url="http://house") as client:
        yield Playhouse(house, source, time, client)
    performance.cancel()
    with suppress(asyncio.CancelledError):
        await performance
