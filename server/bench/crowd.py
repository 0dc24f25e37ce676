"""Many viewers in one thread, who note when each frame reaches them."""

import json
import select
import socket
import ssl
import struct
import time
from collections.abc import Callable
from typing import Self

import numpy as np
from jaxtyping import Float

Array = np.ndarray

READ = 1 << 16
PLAYED_EVERY = 30
"""Frames between two acknowledgements, as the page sends them."""

_TIME = struct.Struct("<Id")
_TIMESTAMPS, _STAMP = 35, struct.Struct("qq")
"""`SO_TIMESTAMPNS` of Linux, and the `timespec` of real time that comes with it."""
_UPGRADE = (
    b"GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
_POLL = b"GET /frame HTTP/1.1\r\nHost: localhost\r\n\r\n"
_TEXT, _BINARY, _PING, _PONG = 0x81, 0x82, 0x89, 0x8A


class Viewer:
    """One client of a WebSocket: bytes in, times of frames out.

    Attributes:
        link: Its socket.
    """

    def __init__(
        self,
        port: int,
        acknowledges: bool,
        receive_buffer: int | None = None,
        stamped: bool = False,
        tls: bool = False,
    ) -> None:
        """Connect and say hello.

        Args:
            port: Port of the server on this machine.
            acknowledges: Whether it says hello and what it has shown.
            receive_buffer: Bytes that the kernel holds for it; None leaves that to the kernel.
            stamped: Whether bytes count as arrived when the kernel has them, not when they are read
                (Linux).
            tls: Whether it speaks https; it trusts any certificate.
        """
        self.link = socket.socket()
        self._stamped = stamped
        self._arrived = 0.0
        if stamped:
            self.link.setsockopt(socket.SOL_SOCKET, _TIMESTAMPS, 1)
        if receive_buffer:
            self.link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.link.connect(("127.0.0.1", port))
        # Pages count frames from when they were opened: no two acknowledge the same ones.
        self._phase = self.link.getsockname()[1] % PLAYED_EVERY
        if tls:
            self.link = _trusting().wrap_socket(self.link)
        self.link.sendall(_UPGRADE)
        self._pending = b""
        while b"\r\n\r\n" not in self._pending:
            self._pending += self.link.recv(READ)
        self._pending = self._pending.split(b"\r\n\r\n", 1)[1]
        self._acknowledges = acknowledges
        self.say({"type": "hello", "version": 2, "role": "viewer"})
        self.link.setblocking(False)

    def say(self, message: dict[str, object]) -> None:
        """Send a control message, where this viewer does."""
        if self._acknowledges:
            self._send(_TEXT, json.dumps(message).encode())

    def _send(self, kind: int, payload: bytes) -> None:
        # Under a mask of zeros, which changes nothing.
        self.link.send(struct.pack("!BBI", kind, 0x80 | len(payload), 0) + payload)

    def read(self, most: int = READ) -> list[float]:
        """Take what has arrived; return when its frames were made, seconds."""
        data = self._pending + self._received(most)
        made, at = [], 0
        while (span := _span(data, at)) is not None:
            start, end = span
            if data[at] == _BINARY:
                made.append(self._frame(data, start))
            elif data[at] == _TEXT and b'"time":' in data[start:end]:
                made.append(_time_of_json(data[start:end]))
            elif data[at] == _PING:
                self._send(_PONG, data[start:end])
            at = end
        self._pending = data[at:]
        return made

    def arrived(self) -> float:
        """Return when what was read last had arrived, monotonic seconds."""
        return self._arrived

    def _received(self, most: int) -> bytes:
        if not self._stamped:
            data = _decrypted(self.link, most)
            self._arrived = time.monotonic()
            return data
        data, stamps, _, _ = self.link.recvmsg(most, socket.CMSG_SPACE(_STAMP.size))
        data = _some(data)  # the end of a link has no stamp
        [(_, _, stamp)] = stamps
        seconds, nanoseconds = _STAMP.unpack(stamp)
        self._arrived = seconds + nanoseconds / 1e9 - time.time() + time.monotonic()
        return data

    def _frame(self, data: bytes, start: int) -> float:
        sequence, made = _TIME.unpack_from(data, start + 4)
        if sequence % PLAYED_EVERY == self._phase:
            self.say({"type": "played", "sequence": sequence})
        return float(made)


def _trusting() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _decrypted(link: socket.socket, most: int) -> bytes:
    """Return what has come; of an encrypted link all of it, since no more news of it may come."""
    data = b""
    try:
        data = _received(link, most)
        while isinstance(link, ssl.SSLSocket):
            data += _received(link, most)
    except ssl.SSLWantReadError:
        pass
    return data


def _received(link: socket.socket, most: int) -> bytes:
    return _some(link.recv(most))


def _some(data: bytes) -> bytes:
    if not data:
        raise ConnectionResetError("expected frames, got the end of the link")
    return data


def _span(data: bytes, at: int) -> tuple[int, int] | None:
    """Return where the payload of a WebSocket message lies, None while it is not complete."""
    have = len(data) - at
    if have < 4:
        return None
    size, start = data[at + 1], at + 2
    if size == 126:
        size, start = int.from_bytes(data[at + 2 : at + 4], "big"), at + 4
    return (start, start + size) if start + size <= len(data) else None


class Poller:
    """One client that asks for JSON again and again.

    Attributes:
        link: Its socket.
    """

    def __init__(self, port: int) -> None:
        self.link = socket.create_connection(("127.0.0.1", port))
        self.link.setblocking(False)
        self._pending = b""
        self.link.send(_POLL)

    def read(self) -> list[float]:
        """Take what has arrived and ask anew; return when its frames were made, seconds."""
        self._pending += _received(self.link, READ)
        head, _, body = self._pending.partition(b"\r\n\r\n")
        length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
        if not length or len(body) < int(length):
            return []
        self._pending = b""
        self.link.send(_POLL)
        return [_time_of_json(body)]

    def arrived(self) -> float:
        """Return when what was read last had arrived, monotonic seconds."""
        return time.monotonic()


def _time_of_json(text: bytes) -> float:
    return float(text.partition(b'"time":')[2].partition(b",")[0])


class Crowd:
    """Clients that are read as soon as something arrives.

    Attributes:
        lost: How many were cut off.
    """

    def __init__(self, clients: list[Viewer] | list[Poller]) -> None:
        self.lost = 0
        self._by_link = {client.link.fileno(): client for client in clients}
        self._ready = select.epoll()
        for number in self._by_link:
            self._ready.register(number, select.EPOLLIN)

    def watch(
        self, seconds: float, between: Callable[[], None] = lambda: None
    ) -> Float[Array, "N 3"]:
        """Read for a while.

        Args:
            seconds: How long.
            between: Called again and again, every 10 ms at least.

        Returns:
            When each frame was made, how old it was when it arrived, both in seconds, and the
            number of the client.
        """
        seen: list[tuple[float, float, int]] = []
        end = time.monotonic() + seconds
        while (now := time.monotonic()) < end:
            for number, _ in self._ready.poll(min(0.01, end - now)):
                made = self._read(number)
                arrived = self._by_link[number].arrived()
                seen.extend((time_made, arrived - time_made, number) for time_made in made)
            between()
        return np.array(seen).reshape(-1, 3)

    def _read(self, number: int) -> list[float]:
        try:
            return self._by_link[number].read()
        except ConnectionError:
            self.lost += 1
            self._ready.unregister(number)
            return []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._ready.close()
        for client in self._by_link.values():
            client.link.close()


class SlowReader:
    """A viewer behind a narrow link."""

    def __init__(self, port: int, bytes_per_second: float) -> None:
        self._viewer = Viewer(port, acknowledges=True, receive_buffer=2048)
        self._rate = bytes_per_second
        self._read_until = time.monotonic()
        self.ages: list[float] = []

    def read(self) -> None:
        """Take as much as the link has let through since the last call."""
        now = time.monotonic()
        allowed = int((now - self._read_until) * self._rate)
        if allowed < 64:
            return
        self._read_until = now
        try:
            self.ages.extend(now - made for made in self._viewer.read(allowed))
        except BlockingIOError:
            return

    def close(self) -> None:
        """Leave."""
        self._viewer.link.close()
