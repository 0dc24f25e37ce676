"""A WebSocket that frames are written to, and messages read from, at once: no task wakes."""

import gc
import socket
from asyncio.transports import BaseTransport, Transport
from collections.abc import Callable, MutableMapping
from typing import Any, cast

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame
from websockets.http11 import Request

from server.guard.proxies import reveal_client
from server.networks import Networks
from server.wire.outbox import Link

BUFFER = 16 * 1024
"""Bytes that the kernel may hold for a viewer, those on their way included."""

UNSENT = 2 * 1024
"""Bytes that the kernel may hold which are not even on their way: about 12 frames, after which
newer frames replace those that wait."""

HELD = 1
"""Bytes that may wait in the process before a sender has to: those of no frame. 0 is not taken for
that by links with TLS."""

PIECE = 1024
"""Bytes that are parsed before the application has its turn: at most 170 messages."""

BARE_FRAMES = 100
"""Frames a second that carry no whole message, such as pings: far above what clients send."""

FRAGMENTS = 64
"""Pieces of a message."""

UNREADABLE = (1002, 1007, 1009, 4400)
"""Close codes of clients that do not speak the protocol: with RFC 6455, 7.4.1, and PROTOCOL.md."""

FAREWELL = 1.0
"""Seconds that they have to read why; what else they send is not read."""

NOT_UTF_8 = 1007
"""Close code of text that is none (RFC 6455, 7.4.1)."""

ABNORMAL_CLOSURE = 1006
"""Code for the end of a link whose client did not close it."""

MessageTaker = Callable[[str | bytes], bool]
Lender = Callable[[Link | None], None]
_EXTENSION = "bhava.frames"


def write_at_once(scope: MutableMapping[str, Any], lend: Lender) -> None:
    """Let binary messages be written to the link past the queue while it takes all of them.

    Where another server runs the application, messages take the usual way.

    Args:
        scope: ASGI scope of the WebSocket.
        lend: Is given the link whenever nothing waits in it, and None when something does.
    """
    extension = scope.get("extensions", {}).get(_EXTENSION, {})
    extension.get("lend", lambda _: None)(lend)


def take_at_once(scope: MutableMapping[str, Any], taker: MessageTaker | None) -> None:
    """Let messages be taken where they are parsed, and not queued for a task.

    Where another server runs the application, messages take the usual way.

    Args:
        scope: ASGI scope of the WebSocket.
        taker: Takes a message, or tells that it is to be queued; None queues all.
    """
    extension = scope.get("extensions", {}).get(_EXTENSION, {})
    extension.get("take", lambda _: None)(taker)


class DirectWebSocket(WebSocketsSansIOProtocol):
    """A WebSocket that holds back little, and is cut when its client takes nothing or floods it.

    Attributes:
        on_refused: Called once when what comes is refused.
        on_lost: Called when the connection is lost.
    """

    def __init__(self, proxies: Networks, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._proxies = proxies
        self.on_refused: Callable[[], None] = lambda: None
        self.on_lost: Callable[[], None] = lambda: None
        self._unread = b""
        self._handing_over = self._refused = False
        self._bare, self._bare_since = 0, self.loop.time()
        self._lend: Lender = lambda _: None

    _taker: MessageTaker | None = None

    def connection_made(self, transport: BaseTransport) -> None:
        """Bound what the process and the kernel hold back, so that stale frames are replaced."""
        super().connection_made(transport)
        for each in (cast(Transport, transport), *_below_tls(transport)):
            each.set_write_buffer_limits(high=HELD)
        link: socket.socket = transport.get_extra_info("socket")
        link.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER)
        if hasattr(socket, "TCP_NOTSENT_LOWAT"):  # Linux and macOS
            link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell that the connection is lost: uvicorn tells it as a close without a code, 1005."""
        if self.handshake_complete and self.conn.close_rcvd is None:
            self.queue.put_nowait({"type": "websocket.disconnect", "code": ABNORMAL_CLOSURE})
        super().connection_lost(exc)
        self._unread = b""
        self.on_lost()

    def pause_writing(self) -> None:
        """Take the link back: something waits in it."""
        super().pause_writing()
        self._lend(None)

    def resume_writing(self) -> None:
        """Lend the link again."""
        super().resume_writing()
        self._lend(self.transport)

    def data_received(self, data: bytes) -> None:
        """Parse what came up to the next message; the rest waits until that was taken."""
        self._unread += data
        self._parse()

    async def receive(self) -> Any:
        """Return the next message, and parse on."""
        message = await super().receive()
        # The application has this message only on return: what comes behind must not overtake it.
        self._handing_over = True
        self._parse()
        self._handing_over = False
        return message

    def _parse(self) -> None:
        while self._unread and not (self.read_paused or self.transport.is_closing()):
            piece, self._unread = self._unread[:PIECE], self._unread[PIECE:]
            super().data_received(piece)

    def handle_ping(self) -> None:
        """Answer a ping, unless there are too many."""
        self._count_bare()
        super().handle_ping()

    def handle_pong(self, event: Frame) -> None:
        """Take in a pong, unless there are too many."""
        self._count_bare()
        super().handle_pong(event)

    def handle_cont(self, event: Frame) -> None:
        """Take in a further piece of a message, unless there are too many."""
        self._count_bare()
        if len(self.frames) >= FRAGMENTS:
            self._cut()
        super().handle_cont(event)

    def handle_parser_exception(self) -> None:
        """Hang up on what is no WebSocket; before the handshake there is nothing to close."""
        self._count_refusal()
        if self.conn.close_sent is None:
            self.close_sent = self.disconnected = True
            self.transport.abort()
        else:
            super().handle_parser_exception()

    def _count_bare(self) -> None:
        now = self.loop.time()
        if now - self._bare_since >= 1.0:
            self._bare, self._bare_since = 0, now
        self._bare += 1
        if self._bare > BARE_FRAMES:
            self._cut()

    def _cut(self) -> None:
        self._count_refusal()
        self.transport.abort()

    def _count_refusal(self) -> None:
        if not self._refused:
            self._refused = True
            self.on_refused()

    def handle_connect(self, event: Request) -> None:
        """Put the link and the client into the scope of the application."""
        super().handle_connect(event)
        if not self.close_sent:
            reveal_client(self.scope, self._proxies)
            ours: dict[object, object] = {"take": self._take_by, "lend": self._lend_to}
            self.scope["extensions"][_EXTENSION] = ours

    def send_receive_event_to_app(self) -> None:
        """Hand a message to who takes it at once; queue it otherwise, behind those that wait."""
        try:
            taken = self._taken()
        except UnicodeDecodeError:
            self.conn.send_close(NOT_UTF_8)
            self.handle_parser_exception()
            return
        if taken:
            self.frames = []
        else:
            super().send_receive_event_to_app()

    def _take_by(self, taker: MessageTaker | None) -> None:
        self._taker = taker

    def _lend_to(self, lend: Lender) -> None:
        self._lend = lend
        lend(self.transport if self.writable.is_set() else None)

    def _taken(self) -> bool:
        if self.close_sent:
            return False
        data = b"".join(self.frames)
        message = data.decode() if self.curr_msg_data_type == "text" else data
        waits = self._handing_over or not self.queue.empty()
        return not waits and self._taker is not None and self._taker(message)

    async def send(self, message: Any) -> None:
        """Send a message; who is told not to speak the protocol is not read any further."""
        refused = message["type"] == "websocket.close" and (
            message.get("code") in UNREADABLE or not self.handshake_complete
        )
        if refused:
            self._count_refusal()
            self.close_timeout = FAREWELL
        await super().send(message)
        if refused and not self.transport.is_closing():
            self.transport.pause_reading()

    async def run_asgi(self) -> None:
        """Run the application; cut the link when it ends while the client takes nothing."""
        await super().run_asgi()
        if not self.writable.is_set():
            self.transport.abort()  # closing would wait for the client for ever


def _below_tls(transport: BaseTransport) -> list[Transport]:
    """Return the transport that carries what TLS encrypts; none where nothing is encrypted.

    It holds 64 KiB by itself, several seconds of frames for a slow viewer, and uvloop has no other
    way to it: its TLS protocol refers to it and does not give it out.
    """
    tls = transport.get_extra_info("uvloop.sslproto")
    referred = gc.get_referents(tls) if tls else []
    named = "set_write_buffer_limits"
    return [each for each in referred if hasattr(each, named) and each is not transport]
