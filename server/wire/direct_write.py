"""A WebSocket that a frame is written to at once: no task wakes, and one framed copy serves all."""

import socket
import struct
from asyncio.transports import BaseTransport, Transport
from collections.abc import Callable, MutableMapping
from functools import lru_cache, partial
from typing import Any, cast

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

BUFFER = 16 * 1024
"""Bytes that the kernel may hold for a viewer, those on their way included."""

UNSENT = 2 * 1024
"""Bytes that the kernel may hold which are not even on their way: about 12 frames, after which
newer frames replace those that wait."""

HELD = 1024
"""Bytes that may wait in the process before a sender has to. A frame below it is written together
with those of the other viewers, in one go of the event loop, which costs the least."""

FrameWriter = Callable[[bytes], bool]
_EXTENSION = "bhava.frames"
_BINARY = 0x82
"""First byte of a binary message in one piece (RFC 6455, 5.2)."""


def frame_writer(scope: MutableMapping[str, Any]) -> FrameWriter:
    """Return what sends a binary message over a WebSocket at once, unless its link is busy.

    It tells whether it did, and is not to be called once the WebSocket was closed. Where another
    server runs the application it never does, and messages take the usual way.

    Args:
        scope: ASGI scope of the WebSocket.
    """
    extension = scope.get("extensions", {}).get(_EXTENSION, {})
    return cast(FrameWriter, extension.get("write", lambda _: False))


class DirectWebSocket(WebSocketsSansIOProtocol):
    """A WebSocket that holds back little, and is cut when its client takes nothing."""

    def connection_made(self, transport: BaseTransport) -> None:
        """Bound what the process and the kernel hold back, so that stale frames are replaced."""
        super().connection_made(transport)
        cast(Transport, transport).set_write_buffer_limits(high=HELD)
        link: socket.socket = transport.get_extra_info("socket")
        link.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER)
        if hasattr(socket, "TCP_NOTSENT_LOWAT"):  # Linux and macOS
            link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT)

    def handle_connect(self, event: Request) -> None:
        """Put the writer into the scope of the application."""
        super().handle_connect(event)
        if not self.close_sent:
            writer = partial(_write_at_once, self.transport)
            self.scope["extensions"][_EXTENSION] = {"write": writer}

    async def run_asgi(self) -> None:
        """Run the application; cut the link when it ends while the client takes nothing."""
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
