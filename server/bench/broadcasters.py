"""Servers that send the same frames to many viewers: Bhava's own way, and its peers.

Each runs in a process of its own, at 30 frames a second, on one core.
"""

import asyncio
import base64
import hashlib
import secrets
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal, cast

import numpy as np
import psutil
import uvloop
from fastapi import FastAPI, WebSocket, WebSocketDisconnect

from motion.clip import Pose
from server.access.tls import find_certificate
from server.listen import Server, bind, configured
from server.stages.pacer import ticks
from server.stages.scheduler import FRAME_RATE
from server.wire.audience import Audience
from server.wire.connection import Connection
from server.wire.messages import Played
from server.wire.outbox import Outbox, framed
from server.wire.protocol import PARTNER, Figure, FrameMessage, encode_frame
from server.wire.session import Join, StageEvent

Broadcaster = Literal[
    "bhava", "bhava, TLS", "bare protocol", "task per viewer", "JSON in turn", "HTTP polling"
]
TLS: Literal["bhava, TLS"] = "bhava, TLS"
"""Bhava's own way over https."""

Publish = Callable[[FrameMessage], Awaitable[None]]


def broadcast(kind: Broadcaster, figures: int, core: int, port: Pipe) -> None:
    """Serve until the process is ended.

    Args:
        kind: Which of the servers.
        figures: Dancers in each frame.
        core: Where to run.
        port: Is told on which port.
    """
    psutil.Process().cpu_affinity([core])
    listener = bind("127.0.0.1", 0)
    port.send(listener.getsockname()[1])
    if kind == "bare protocol":
        uvloop.run(_bare(listener, figures))
        return
    app = FastAPI()
    publish = _APPS[kind](app)
    app.router.lifespan_context = _performance(publish, figures)
    with TemporaryDirectory() as folder:
        certificate, _ = find_certificate(kind == TLS, None, None, Path(folder))
        Server(configured(app, certificate), lambda: None, lambda: None).run([listener])


def _performance(publish: Publish, figures: int) -> Callable[[FastAPI], Any]:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        task = asyncio.create_task(_perform(publish, figures))
        try:
            yield
        finally:
            task.cancel()

    return lifespan


async def _perform(publish: Publish, figures: int) -> None:
    async for sequence in due_numbers():
        await publish(standing(sequence, figures))


async def due_numbers() -> AsyncIterator[int]:
    """Yield the number of each frame when it is due."""
    sequence = 0
    async for _ in ticks(FRAME_RATE, time.monotonic, asyncio.sleep):
        yield sequence
        sequence += 1


def standing(sequence: int, figures: int) -> FrameMessage:
    """Return a frame of now."""
    figure = Figure(PARTNER, 0, Pose.standing(), np.ones(4, bool))
    emotion = np.full(8, 0.125)
    return FrameMessage(sequence, time.monotonic(), None, emotion, (figure,) * figures)


# --- Bhava ----------------------------------------------------------------------------------


class _Floor:
    """A stage without a dance."""

    def __init__(self) -> None:
        self.audience = Audience("closed", secrets.token_hex)

    def receive(self, client: Outbox, event: StageEvent, now: float) -> None:
        match event:
            case Join(hello=hello):
                self.audience.join(client, hello, now)
            case Played(sequence=sequence):
                self.audience.played(client, sequence)

    def leave(self, client: Outbox, lost: bool) -> None:
        self.audience.leave(client, lost)


def _bhava(app: FastAPI) -> Publish:
    floor = _Floor()

    @app.websocket("/ws")
    async def stream(websocket: WebSocket) -> None:
        await Connection(websocket, lambda _: floor, time.monotonic).run()

    async def publish(frame: FrameMessage) -> None:
        floor.audience.send_frame(encode_frame(frame), frame.sequence)

    return publish


# --- peers ----------------------------------------------------------------------------------


class _BareProtocol(asyncio.Protocol):
    """The least that a WebSocket can cost: a handshake, then bytes written to a transport."""

    def __init__(self, viewers: set[asyncio.Transport]) -> None:
        self._viewers = viewers
        self._request = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        if self._transport in self._viewers:
            return  # an acknowledgement
        self._request += data
        if b"\r\n\r\n" not in self._request:
            return
        lines = dict(line.split(": ", 1) for line in self._request.decode().split("\r\n")[1:-2])
        key = lines["Sec-WebSocket-Key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        accept = base64.b64encode(hashlib.sha1(key.encode()).digest()).decode()
        self._transport.write(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Accept: {accept}\r\n\r\n".encode()
        )
        self._viewers.add(self._transport)

    def connection_lost(self, _: Exception | None) -> None:
        self._viewers.discard(self._transport)


async def _bare(listener: socket.socket, figures: int) -> None:
    viewers: set[asyncio.Transport] = set()
    loop = asyncio.get_running_loop()
    await loop.create_server(lambda: _BareProtocol(viewers), sock=listener)

    async def publish(frame: FrameMessage) -> None:
        message = framed(encode_frame(frame))
        for viewer in viewers:
            viewer.write(message)

    await _perform(publish, figures)


def _task_per_viewer(app: FastAPI) -> Publish:
    newest: list[bytes] = [b""]
    waiting: set[asyncio.Event] = set()

    @app.websocket("/ws")
    async def stream(websocket: WebSocket) -> None:
        await websocket.accept()
        changed = asyncio.Event()
        waiting.add(changed)
        try:
            while True:
                await changed.wait()
                changed.clear()
                await websocket.send_bytes(newest[0])
        except WebSocketDisconnect:
            waiting.discard(changed)

    async def publish(frame: FrameMessage) -> None:
        newest[0] = encode_frame(frame)
        for changed in waiting:
            changed.set()

    return publish


def _json_in_turn(app: FastAPI) -> Publish:
    viewers: list[WebSocket] = []

    @app.websocket("/ws")
    async def stream(websocket: WebSocket) -> None:
        await websocket.accept()
        viewers.append(websocket)
        try:
            while True:
                await websocket.receive()
        except (WebSocketDisconnect, RuntimeError):
            viewers.remove(websocket)

    async def publish(frame: FrameMessage) -> None:
        for viewer in list(viewers):
            await viewer.send_json(_as_json(frame))

    return publish


def _http_polling(app: FastAPI) -> Publish:
    newest: list[dict[str, Any]] = [{}]

    @app.get("/frame")
    async def poll() -> dict[str, Any]:
        return newest[0]

    async def publish(frame: FrameMessage) -> None:
        newest[0] = _as_json(frame)

    return publish


def _as_json(frame: FrameMessage) -> dict[str, Any]:
    return {
        "time": frame.time,
        "sequence": frame.sequence,
        "emotion": frame.emotion.tolist(),
        "figures": [
            {
                "hips": figure.pose.hips.tolist(),
                "rotations": figure.pose.rotations.tolist(),
                "contacts": figure.contacts.tolist(),
            }
            for figure in frame.figures
        ],
    }


_APPS: dict[Broadcaster, Callable[[FastAPI], Publish]] = {
    "bhava": _bhava,
    TLS: _bhava,
    "task per viewer": _task_per_viewer,
    "JSON in turn": _json_in_turn,
    "HTTP polling": _http_polling,
}
