"""A real server in the test's own event loop, whose time the test moves frame by frame."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import httpx
import uvicorn
from fastapi import FastAPI
from websockets.asyncio.client import ClientConnection, connect

from motion.errors import ModelContractError
from motion.skeleton import CANONICAL
from server.access.certificates import Certificate
from server.app import create_app
from server.interaction.dance import Opening
from server.interaction.model_registry import ModelRegistry
from server.interaction.partner_pool import PartnerPool
from server.listen import Server, bind, configured
from server.stages.assemble import first_controls, make_default_stage
from server.stages.scheduler import DEFAULT, Scheduler, ServerSettings
from server.stages.services import Services
from server.stages.stage import Stage
from server.takes.writer import TakeWriter
from server.telemetry.faults import Faults
from server.wire.protocol import FrameMessage, decode_frame
from server.wire.seat import SeatPolicy
from tests.server.doubles import CONTRACT, ScriptedSource, SwayingEngine, seen
from tests.server.takes import HEADER

T = TypeVar("T")

SETTINGS = ServerSettings()

TIMEOUT = 10.0
"""Seconds after which a test gives up waiting for what should come at once."""


async def soon(what: Awaitable[T]) -> T:
    """Wait for what should come at once."""
    async with asyncio.timeout(TIMEOUT):
        return await what


class Metronome:
    """A clock whose time passes when the test says so."""

    def __init__(self) -> None:
        self.now = self._until = 1000.0
        self._asleep = asyncio.Event()
        self._woken = asyncio.Event()

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self._until = self.now + seconds
        while self.now < self._until - 1e-9:
            self._woken.clear()
            self._asleep.set()
            await self._woken.wait()

    async def run(self, frames: int = 1) -> None:
        """Let some frames happen, one after the other; returns when the last is published."""
        for _ in range(frames):
            await soon(self._asleep.wait())
            self._asleep.clear()
            self.now = max(self.now + 1 / CONTRACT.fps, self._until)  # ticks move by a little
            self._woken.set()
            await soon(self._asleep.wait())


def scheduler_of(
    load: Callable[[str], Any],
    names: tuple[str, ...],
    clock: Callable[[], float],
    settings: ServerSettings = SETTINGS,
    takes: Path = Path("takes"),
) -> Scheduler:
    """A scheduler without stages, of models that are loaded by name."""
    faults = Faults()
    registry = ModelRegistry(load, names, faults)

    def open_take(stage: str, opening: Opening) -> TakeWriter:
        return TakeWriter(takes / f"{stage}.take", HEADER, opening.history)

    services = Services(PartnerPool(registry.engine, faults), registry, faults, open_take)
    tokens = count()
    return Scheduler(services, settings, clock, lambda: f"token-{next(tokens)}")


@asynccontextmanager
async def serving(
    app: FastAPI, farewell: Callable[[], None], certificate: Certificate | None = None
) -> AsyncIterator["Served"]:
    """Serve an application until the end of the block."""
    listener = bind("127.0.0.1", 0)
    listening = asyncio.Event()
    server = Server(configured(app, certificate=certificate), farewell, listening.set)
    task = asyncio.create_task(server.serve([listener]))
    await soon(listening.wait())
    served = Served()
    served.server, served.port = server, listener.getsockname()[1]
    try:
        yield served
    finally:
        server.should_exit = True
        await soon(task)


class Served:
    """An application on a port of this machine."""

    server: uvicorn.Server
    port: int

    async def get(self, path: str) -> httpx.Response:
        return await self.request("GET", path)

    async def request(self, method: str, path: str, **request: Any) -> httpx.Response:
        """PartnerInputs over HTTP."""
        async with httpx.AsyncClient() as client:
            address = f"http://127.0.0.1:{self.port}{path}"
            return await client.request(method, address, **request)

    @asynccontextmanager
    async def link(self, sock: socket.socket | None = None) -> AsyncIterator["Client"]:
        """Connect without a word."""
        address = f"ws://127.0.0.1:{self.port}/ws"
        async with connect(address, sock=sock, compression=None, max_queue=None) as websocket:
            yield Client(websocket)

    @asynccontextmanager
    async def join(
        self, role: str = "viewer", sock: socket.socket | None = None, **wishes: Any
    ) -> AsyncIterator["Client"]:
        """Connect and be let in; the hello is in `client.hello`."""
        async with self.link(sock) as client:
            await client.say(type="hello", version=2, role=role, **wishes)
            client.hello = await client.message("hello")
            yield client


class LiveServer(Served):
    """A running server and its parts; its models are `sway`, and `other` of other emotions."""

    def __init__(
        self,
        seat: SeatPolicy = "refuse",
        settings: ServerSettings = SETTINGS,
        takes: Path = Path("takes"),
    ) -> None:
        self.time = Metronome()
        self.source = ScriptedSource()
        self.engine = SwayingEngine()
        self.clock: Callable[[], float] = self.time
        self.sleep: Callable[[float], Awaitable[None]] = self.time.sleep
        self.scheduler = scheduler_of(
            self.load, ("other", "sway", "torn"), lambda: self.clock(), settings, takes
        )
        make_default_stage(self.scheduler, self.source, "sway", 0, seat)

    def load(self, name: str) -> Any:
        """Return the engine of a model; that of `torn` cannot be read."""
        if name == "torn":
            raise ModelContractError("torn: expected an ONNX graph, got half of one")
        emotions = ("calm", "happy", "wild")
        other = CONTRACT.model_copy(update={"name": "other", "emotions": emotions})
        return self.engine if name == "sway" else SwayingEngine(other)

    @property
    def stage(self) -> Stage:
        """The stage that is always there."""
        return self.scheduler.stage(DEFAULT)

    @property
    def faults(self) -> dict[str, int]:
        """How often each kind of error happened."""
        return dict(self.scheduler.services.faults.counts)

    def make(self, name: str) -> ScriptedSource:
        """Add a stage and return its source."""
        source = ScriptedSource()
        controls = first_controls(self.scheduler, "sway", 1)
        self.scheduler.make(name, source, controls, "refuse")
        return source

    @asynccontextmanager
    async def open(
        self, certificate: Certificate | None = None, **settings: Any
    ) -> AsyncIterator["LiveServer"]:
        """Serve until the end of the block."""
        app = create_app(self.scheduler, lambda: self.clock(), lambda s: self.sleep(s), **settings)
        async with serving(app, self.scheduler.close, certificate) as served:
            self.server, self.port = served.server, served.port
            yield self

    async def watch(self, frames: int) -> None:
        """Let someone be seen by the source for some frames."""
        for _ in range(frames):
            self.source.waiting = seen(self.time.now)
            await self.time.run()

    async def shown(self, viewer: "Client") -> FrameMessage:
        """Let a frame happen and read it as it comes: a link holds only so many."""
        await self.time.run()
        return await viewer.frame()


class Client:
    """One WebSocket, read by kind."""

    def __init__(self, websocket: ClientConnection) -> None:
        self.websocket = websocket
        self.hello: dict[str, Any] = {}

    async def say(self, **message: Any) -> None:
        await self.websocket.send(json.dumps(message))

    async def receive(self) -> dict[str, Any] | FrameMessage:
        """Whatever comes next."""
        received = await soon(self.websocket.recv())
        if isinstance(received, bytes):
            return decode_frame(received, len(CANONICAL.joints))
        message: dict[str, Any] = json.loads(received)
        return message

    async def message(self, kind: str) -> dict[str, Any]:
        """The next control message of a kind; what comes before it is dropped."""
        while True:
            received = await self.receive()
            if not isinstance(received, FrameMessage) and received["type"] == kind:
                return received

    async def frame(self) -> FrameMessage:
        """The next frame; what comes before it is dropped."""
        while True:
            received = await self.receive()
            if isinstance(received, FrameMessage):
                return received

    async def answered(self) -> None:
        """Wait until the server has taken in all that was sent to it."""
        await self.say(type="ping", client_time=0.0)
        await self.message("pong")

    async def refused(self) -> str:
        return str((await self.message("refused"))["name"])

    async def closed(self) -> int | None:
        await soon(self.websocket.wait_closed())
        return self.websocket.close_code


def write_pages(folder: Path) -> None:
    """Something that looks like the built pages."""
    (folder / "assets").mkdir()
    (folder / "index.html").write_text("<title>Bhava</title>")
    (folder / "console.html").write_text("<title>Bhava console</title>")
    (folder / "assets/main-1a2b.js").write_text("let dance")
    (folder / "pose.wasm").write_bytes(b"\0asm")


def narrow(port: int) -> socket.socket:
    """A link that takes little before it is full."""
    link = socket.socket()
    link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    link.connect(("127.0.0.1", port))
    link.setblocking(False)
    return link
