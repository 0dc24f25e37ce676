"""Listen on a port and serve the application: what uvicorn does, and how it ends."""

import asyncio
import signal
import socket
import struct
from asyncio.transports import BaseTransport, Transport
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from functools import lru_cache, partial
from typing import Any, cast

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

from motion.errors import SetupError

BUFFER = 16 * 1024
"""Bytes that the kernel may hold for a viewer, those on their way included."""

UNSENT = 2 * 1024
"""Bytes that the kernel may hold which are not even on their way: about 12 frames, after which
newer frames replace those that wait."""

HELD = 1024
"""Bytes that may wait in the process before a sender has to. A frame below it is written together
with those of the other viewers, in one go of the event loop, which costs the least."""

MESSAGE_LIMIT = 64 * 1024
"""Bytes above which a message is not even read. Between the protocol's limit and this one it is
refused by name."""

SIGNALS = (signal.SIGINT, signal.SIGTERM)
FAREWELL = 0.5
"""Seconds to tell the viewers that the show is over."""


def bind(host: str, port: int) -> socket.socket:
    """Return a listening socket; port 0 takes a free one.

    Raises:
        SetupError: If the port is taken or the address is not this machine's.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=1024)
    except OSError as error:
        raise SetupError(f"expected to listen on {host}:{port}, got: {error.strerror}") from error


def address(listener: socket.socket) -> str:
    """Return where a browser on this machine finds a listening socket."""
    host, port = listener.getsockname()[:2]
    if host in ("0.0.0.0", "::"):
        host = "localhost"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def serve(
    app: FastAPI,
    farewell: Callable[[], None],
    listener: socket.socket,
    listening: Callable[[], None],
    over: Callable[[], bool] = lambda: False,
) -> None:
    """Serve until the process is told to end (SIGINT, SIGTERM), within 2 seconds of it.

    Args:
        app: The application.
        farewell: Called when it ends, to tell the viewers.
        listener: Bound socket.
        listening: Called once requests are answered.
        over: Tells whether it shall end by itself.
    """
    Server(configured(app), farewell, listening, over).run([listener])


def configured(app: FastAPI) -> uvicorn.Config:
    """Return how uvicorn is to serve the application."""
    return uvicorn.Config(
        app,
        ws=_WebSocket,
        ws_max_size=MESSAGE_LIMIT,
        ws_per_message_deflate=False,
        log_config=None,  # as `logs.configure` says
        timeout_graceful_shutdown=1,
    )


class Server(uvicorn.Server):
    """A server that says when it listens, and tells its viewers when it ends."""

    def __init__(
        self,
        config: uvicorn.Config,
        farewell: Callable[[], None],
        listening: Callable[[], None],
        over: Callable[[], bool] = lambda: False,
    ) -> None:
        super().__init__(config)
        self._farewell = farewell
        self._listening = listening
        self._over = over

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """End in order on a signal; uvicorn would repeat it before the source is closed."""
        before = {number: signal.signal(number, self.handle_exit) for number in SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so."""
        await super().startup(sockets)
        self._listening()

    async def on_tick(self, counter: int) -> bool:
        """Tell whether to end, ten times a second."""
        return await super().on_tick(counter) or self._over()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close every session in order, then cut what is left."""
        self._farewell()
        if self.server_state.tasks:
            await asyncio.wait(self.server_state.tasks, timeout=FAREWELL)
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        await super().shutdown(sockets)


FrameWriter = Callable[[bytes], bool]
_EXTENSION = "bhava.frames"


def frame_writer(scope: MutableMapping[str, Any]) -> FrameWriter:
    """Return what sends a binary message over a WebSocket at once, unless its link is busy.

    It tells whether it did, and is not to be called once the WebSocket was closed. Where another
    server runs the application it never does, and messages take the usual way.

    Args:
        scope: ASGI scope of the WebSocket.
    """
    extension = scope.get("extensions", {}).get(_EXTENSION, {})
    return cast(FrameWriter, extension.get("write", lambda _: False))


class _WebSocket(WebSocketsSansIOProtocol):
    """A WebSocket that holds back little, and is cut when its client takes nothing."""

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(transport)
        cast(Transport, transport).set_write_buffer_limits(high=HELD)
        link: socket.socket = transport.get_extra_info("socket")
        link.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER)
        if hasattr(socket, "TCP_NOTSENT_LOWAT"):  # Linux and macOS
            link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT)

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if not self.close_sent:
            writer = partial(_write_at_once, self.transport)
            self.scope["extensions"][_EXTENSION] = {"write": writer}

    async def run_asgi(self) -> None:
        await super().run_asgi()
        if not self.writable.is_set():
            self.transport.abort()  # closing would wait for the client for ever


def _write_at_once(transport: Transport, message: bytes) -> bool:
    # Nothing but the transport is looked at: with a thousand of them, that is what this costs.
    if transport.get_write_buffer_size() or transport.is_closing():
        return False
    transport.write(framed(message))
    return True


@lru_cache(maxsize=8)
def framed(message: bytes) -> bytes:
    """Return a message with its WebSocket header; one copy serves all, as servers mask nothing."""
    size = len(message)
    if size < 126:
        return struct.pack("!BB", _BINARY, size) + message
    if size < 2**16:
        return struct.pack("!BBH", _BINARY, 126, size) + message
    return struct.pack("!BBQ", _BINARY, 127, size) + message


_BINARY = 0x82
"""First byte of a binary message in one piece (RFC 6455, 5.2)."""
