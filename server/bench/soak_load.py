"""A crowd that never rests: who watches, performs and operates comes and goes.

One event loop plays all of them; a generator of random numbers decides who does what when.
"""

import asyncio
import json
import random
import struct
import time
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from itertools import count
from typing import Any, get_args
from urllib.error import HTTPError

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from server.capture.demo import PICTURES_PER_SECOND, DemoSource
from server.capture.landmarks import Sighting
from server.wire.messages import Mode
from server.wire.protocol import LandmarksMessage, encode_landmarks

ACKNOWLEDGE = 8
"""Frames after which a viewer says what it has shown."""

_SEQUENCE = struct.Struct("<4xI")


@dataclass(frozen=True)
class Crowd:
    """Everybody who comes and goes.

    Attributes:
        address: Host and port of the server.
        stages: Names of those that last.
        viewers: How many there are at a time.
        performers: Stages before which somebody dances.
        chance: Decides.
    """

    address: str
    stages: tuple[str, ...]
    viewers: int
    performers: tuple[str, ...]
    chance: random.Random

    async def come_and_go(self) -> None:
        """Keep coming until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for _ in range(self.viewers):
                tasks.create_task(self._return(self._watch))
            for stage in self.performers:
                tasks.create_task(self._return(self._perform, stage))
            tasks.create_task(self._operate())

    async def _return(self, visit: Any, *arguments: str) -> None:
        while True:
            with suppress(ConnectionClosed, OSError, TimeoutError):
                async with asyncio.timeout(self.chance.uniform(5, 60)):
                    await visit(*arguments)
            await asyncio.sleep(self.chance.uniform(0, 3))

    async def _watch(self) -> None:
        async with self._link("viewer", self.chance.choice(self.stages)) as link:
            for number in count(1):
                frame = await link.recv()
                if isinstance(frame, bytes) and number % ACKNOWLEDGE == 0:
                    [sequence] = _SEQUENCE.unpack_from(frame)
                    await link.send(json.dumps({"type": "played", "sequence": sequence}))

    async def _perform(self, stage: str) -> None:
        async with self._link("performer", stage) as link:
            reading = asyncio.create_task(_read(link))
            try:
                for number, sighting in enumerate(dance(self.chance.uniform(0, 60))):
                    seen = replace(sighting, time=time.monotonic())
                    await link.send(encode_landmarks(LandmarksMessage(number, seen)))
                    await asyncio.sleep(1 / PICTURES_PER_SECOND)
            finally:
                reading.cancel()

    @asynccontextmanager
    async def _link(self, role: str, stage: str) -> AsyncIterator[ClientConnection]:
        """Connect and say hello; one of three who leave does so without a word."""
        async with connect(f"ws://{self.address}/ws", compression=None) as link:
            hello = {"type": "hello", "version": 2, "role": role, "stage": stage}
            await link.send(json.dumps(hello))
            try:
                yield link
            finally:
                if self.chance.random() < 1 / 3:
                    link.transport.abort()

    async def _operate(self) -> None:
        extra = False
        for number in count():
            stage = self.chance.choice(self.stages)
            await self.change(stage, self._whim())
            if number % 10 == 0:
                await self.change(stage, {"recording": self.chance.random() < 0.5})
            if number % 20 == 0:
                extra = await self.make(f"extra-{number}", "browser", number)
            if number % 20 == 10 and extra:
                await self.request("DELETE", f"/api/stages/extra-{number - 10}")
            await asyncio.sleep(1.0)

    def _whim(self) -> dict[str, Any]:
        emotions = ("neutral", "happy", "sad", "angry", "proud", "afraid", "tired", "excited")
        first, second = self.chance.sample(emotions, 2)
        share = self.chance.random()
        return {
            "emotion": {first: share, second: 1 - share},
            "energy": self.chance.uniform(0.7, 1.5),
            "mode": self.chance.choice(get_args(Mode)),
            "fade": self.chance.choice([0, 2]),
        }

    async def make(self, stage: str, source: str, seed: int) -> bool:
        """Make a stage; tell whether the server had room for it."""
        try:
            await self.request(
                "POST", "/api/stages", {"name": stage, "source": source, "seed": seed}
            )
        except HTTPError as error:
            if error.code != 503:
                raise
            return False
        return True

    async def change(self, stage: str, wish: dict[str, Any]) -> None:
        """Change controls of a stage."""
        await self.request("PATCH", f"/api/stages/{stage}/controls", wish)

    async def request(self, method: str, path: str, content: object = None) -> str:
        """Return what the server answers over HTTP."""
        return await asyncio.to_thread(_ask, f"http://{self.address}{path}", method, content)


async def _read(link: ClientConnection) -> None:
    with suppress(ConnectionClosed):
        async for _ in link:
            pass


def dance(start: float) -> Iterator[Sighting]:
    """Yield what a camera sees of the demo performer, a picture at a time, for ever."""
    times = count(round(start * PICTURES_PER_SECOND))
    source = DemoSource(lambda: next(times) / PICTURES_PER_SECOND)
    source.start()
    while True:
        if sighting := source.latest():
            yield sighting


def _ask(url: str, method: str, content: object) -> str:
    data = None if content is None else json.dumps(content).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"}, method=method)
    with urllib.request.urlopen(request, timeout=20) as answer:
        return str(answer.read().decode())
