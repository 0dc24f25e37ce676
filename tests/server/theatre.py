"""A real server in the test's own event loop, whose time the test moves frame by frame."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx
import uvicorn
from websockets.asyncio.client import ClientConnection, connect

from motion.skeleton import CANONICAL
from server.app import create_app
from server.dance import Dance
from server.faults import Faults
from server.listen import Server, bind, configured
from server.performer import Performer
from server.protocol import FrameMessage, decode_frame
from server.sources import BrowserSource
from server.stage import Stage
from tests.server.doubles import CONTRACT, ScriptedSource, SwayingPartner, seen

T = TypeVar("T")

PATIENCE = 10.0
"""Seconds after which a test gives up waiting for what should come at once."""


async def soon(what: Awaitable[T]) -> T:
    """Wait for what should come at once."""
    async with asyncio.timeout(PATIENCE):
        return await what


class Metronome:
    """A clock whose time passes when the test says so."""

    def __init__(self) -> None:
        self.now = 1000.0
        self._asleep = asyncio.Event()
        self._woken = asyncio.Event()

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        until = self.now + seconds
        while self.now < until - 1e-9:
            self._woken.clear()
            self._asleep.set()
            await self._woken.wait()

    async def run(self, frames: int = 1) -> None:
        """Let some frames happen, one after the other; returns when the last is published."""
        for _ in range(frames):
            await soon(self._asleep.wait())
            self._asleep.clear()
            self.now += 1 / CONTRACT.fps
            self._woken.set()
            await soon(self._asleep.wait())


class Theatre:
    """A running server and its parts."""

    def __init__(self, accepts_performers: bool = True) -> None:
        self.time = Metronome()
        self.source = ScriptedSource()
        self.partner = SwayingPartner()
        self.clock: Callable[[], float] = self.time
        self.sleep: Callable[[float], Awaitable[None]] = self.time.sleep
        faults = Faults()
        performer = Performer(self.source, BrowserSource(lambda: self.clock()), faults)
        dance = Dance(CONTRACT, lambda _: self.partner, performer, faults, seed=0)
        self.stage = Stage(CONTRACT, dance, faults, accepts_performers)
        self.server: uvicorn.Server
        self.port: int

    @asynccontextmanager
    async def open(self, **settings: Any) -> AsyncIterator["Theatre"]:
        """Serve until the end of the block."""
        app = create_app(self.stage, self.clock, self.sleep, **settings)
        listener = bind("127.0.0.1", 0)
        self.port = listener.getsockname()[1]
        listening = asyncio.Event()
        self.server = Server(configured(app), self.stage, listening.set)
        serving = asyncio.create_task(self.server.serve([listener]))
        await soon(listening.wait())
        try:
            yield self
        finally:
            self.server.should_exit = True
            await soon(serving)

    async def watch(self, frames: int) -> None:
        """Let someone be seen by the source for some frames."""
        for _ in range(frames):
            self.source.waiting = seen(self.time.now)
            await self.time.run()

    async def get(self, path: str) -> httpx.Response:
        async with httpx.AsyncClient() as client:
            return await client.get(f"http://127.0.0.1:{self.port}{path}")

    @asynccontextmanager
    async def link(self, sock: socket.socket | None = None) -> AsyncIterator["Client"]:
        """Connect without a word."""
        address = f"ws://127.0.0.1:{self.port}/ws"
        async with connect(address, sock=sock, compression=None, max_queue=None) as websocket:
            yield Client(websocket)

    @asynccontextmanager
    async def join(
        self, role: str = "viewer", sock: socket.socket | None = None
    ) -> AsyncIterator["Client"]:
        """Connect and be let in; the hello is in `client.hello`."""
        async with self.link(sock) as client:
            await client.say(type="hello", version=1, role=role)
            client.hello = await client.message("hello")
            yield client


class Client:
    """One WebSocket, read by kind."""

    def __init__(self, websocket: ClientConnection) -> None:
        self.websocket = websocket
        self.hello: dict[str, Any] = {}

    async def say(self, **message: Any) -> None:
        await self.websocket.send(json.dumps(message))

    async def message(self, kind: str) -> dict[str, Any]:
        """The next control message of a kind; what comes before it is dropped."""
        while True:
            received = await soon(self.websocket.recv())
            if isinstance(received, str):
                message: dict[str, Any] = json.loads(received)
                if message["type"] == kind:
                    return message

    async def frame(self) -> FrameMessage:
        """The next frame; what comes before it is dropped."""
        while True:
            received = await soon(self.websocket.recv())
            if isinstance(received, bytes):
                return decode_frame(received, len(CANONICAL.joints))

    async def refused(self) -> str:
        return str((await self.message("refused"))["name"])

    async def closed(self) -> int | None:
        await soon(self.websocket.wait_closed())
        return self.websocket.close_code


def write_pages(folder: Path) -> None:
    """Something that looks like the built pages."""
    (folder / "assets").mkdir()
    (folder / "index.html").write_text("<title>Bhava</title>")
    (folder / "assets/main-1a2b.js").write_text("let dance")
    (folder / "pose.wasm").write_bytes(b"\0asm")
