"""What waits to be sent to one client: the newest of each kind, so that it never grows."""

import asyncio
import struct
from functools import lru_cache
from typing import NamedTuple, Protocol

from server.wire.messages import Refused, ServerMessage

_FRAME = "frame"
_BINARY = 0x82
"""First byte of a binary message in one piece (RFC 6455, 5.2)."""


class EncodedMessage(NamedTuple):
    """A control message as it travels, and its kind, of which an outbox keeps the newest."""

    kind: str
    text: str

    @staticmethod
    def of(message: ServerMessage) -> "EncodedMessage":
        """Encode a message."""
        kind = f"refused {message.name}" if isinstance(message, Refused) else message.type
        return EncodedMessage(kind, message.model_dump_json())


@lru_cache(maxsize=8)
def framed(message: bytes) -> bytes:
    """Return a message with its WebSocket header; one copy serves all, as servers mask nothing."""
    size = len(message)
    if size < 126:
        return struct.pack("!BB", _BINARY, size) + message
    if size < 2**16:
        return struct.pack("!BBH", _BINARY, 126, size) + message
    return struct.pack("!BBQ", _BINARY, 127, size) + message


class Link(Protocol):
    """A WebSocket's transport: what of `asyncio.Transport` a frame needs that goes at once."""

    def is_closing(self) -> bool:
        """Tell whether it is closed or about to be."""

    def write(self, data: bytes, /) -> None:
        """Send bytes, or let them wait."""


class Outbox:
    """A queue in which a message replaces an unsent one of its kind.

    Frames, status and controls supersede their predecessors; refusals do by name. A client that
    never reads thus costs a dozen messages of memory and misses what is stale anyway. A frame that
    finds nothing before it does not queue at all.

    Attributes:
        sent_bytes: How many were sent, without headers.
        dropped: How many frames were replaced before they were sent.
    """

    # A thousand of these are looked at thirty times a second: without dictionaries that is faster.
    __slots__ = (
        "_changed",
        "_close_code",
        "_idle",
        "_link",
        "_open",
        "_waiting",
        "dropped",
        "sent_bytes",
    )

    def __init__(self) -> None:
        """Begin empty and without a link: all frames wait to be fetched."""
        self.sent_bytes = self.dropped = 0
        self._link: Link | None = None
        self._open: Link | None = None  # the link while nothing waits, here or in it
        self._waiting: dict[str, str | bytes] = {}
        self._close_code: int | None = None
        self._changed = asyncio.Event()
        self._idle = False

    @property
    def waiting(self) -> int:
        """How many messages wait to be sent."""
        return len(self._waiting)

    def lend(self, link: Link | None) -> None:
        """Write frames to a link at once; None takes it back, as something waits in it."""
        self._link = link
        self._open = link if self._idle else None

    def send(self, message: ServerMessage) -> None:
        """Queue a control message."""
        self.send_text(EncodedMessage.of(message))

    def send_text(self, message: EncodedMessage) -> None:
        """Queue a control message that was encoded once for many clients."""
        self._put(message.kind, message.text)

    def send_frame(self, frame: bytes) -> None:
        """Send an encoded frame at once, or queue it in place of an unsent one."""
        link = self._open
        if link and not link.is_closing():
            link.write(framed(frame))
            self.sent_bytes += len(frame)
        else:
            self.dropped += _FRAME in self._waiting
            self._put(_FRAME, frame)

    def close(self, code: int) -> None:
        """End the connection once everything that waits is sent."""
        self._close_code = self._close_code or code
        self._wake()

    async def next(self) -> str | bytes | int:
        """Wait for what is to be sent next; an integer is the code to close with, and the last.

        What was returned before counts as sent when this is called again.
        """
        while not self._waiting and self._close_code is None:
            self._idle, self._open = True, self._link
            self._changed.clear()
            await self._changed.wait()
        if self._waiting:
            message = self._waiting.pop(next(iter(self._waiting)))
            self.sent_bytes += len(message)
            return message
        assert self._close_code is not None
        return self._close_code

    def _put(self, kind: str, message: str | bytes) -> None:
        if self._close_code is None:
            self._waiting.pop(kind, None)
            self._waiting[kind] = message
            self._wake()

    def _wake(self) -> None:
        self._idle, self._open = False, None
        self._changed.set()
