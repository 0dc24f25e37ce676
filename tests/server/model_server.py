"""The shipped model on a server whose time the test moves, asked over HTTP without a network."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

from server.app import create_app
from server.interaction.model_registry import ModelRegistry
from server.stages.assemble import make_default_stage, open_scheduler
from server.stages.scheduler import Scheduler, ServerSettings
from server.telemetry.faults import Faults
from tests.server.doubles import ScriptedSource, seen
from tests.server.live_server import Metronome

MODELS = Path(__file__).parents[2] / "models"


@dataclass(frozen=True)
class ModelServer:
    """A server that plays, its source and its time."""

    scheduler: Scheduler
    source: ScriptedSource
    time: Metronome
    client: httpx.AsyncClient

    async def watch(self, frames: int = 1) -> None:
        """Let someone be seen for some frames."""
        for _ in range(frames):
            self.source.waiting = seen(self.time.now)
            await self.time.run()


@asynccontextmanager
async def playing(takes: Path) -> AsyncIterator[ModelServer]:
    """Play until the end of the block; nothing is seen before the first `watch`."""
    time, source = Metronome(), ScriptedSource()
    models = ModelRegistry.from_folder(MODELS, "cpu", Faults())
    scheduler = open_scheduler(MODELS, models, takes, ServerSettings(), time)
    make_default_stage(scheduler, source, "default", 0, "refuse")
    transport = httpx.ASGITransport(create_app(scheduler, time, time.sleep))
    performance = asyncio.create_task(scheduler.run(time.sleep))
    async with httpx.AsyncClient(transport=transport, base_url="http://bhava") as client:
        yield ModelServer(scheduler, source, time, client)
    performance.cancel()
    with suppress(asyncio.CancelledError):
        await performance
