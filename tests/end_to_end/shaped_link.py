"""A bad network before a server: frames arrive unevenly, and some not at all."""

import asyncio
import random
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass

BINARY = 2


@dataclass(frozen=True)
class Shape:
    """What a link does to the frames of a server, in their order.

    Attributes:
        latency: Seconds that every message takes.
        jitter: The most that is added to it, seconds.
        loss: Share of the binary messages that never arrive.
    """

    latency: float
    jitter: float
    loss: float


@contextmanager
def run_shaped_link(port: int, shape: Shape) -> Iterator[str]:
    """Puts a link before the server at a port of this machine; yields the address of its end."""
    link = _Link(port, shape)
    thread = threading.Thread(target=lambda: asyncio.run(link.run()))
    thread.start()
    try:
        yield f"http://127.0.0.1:{link.port.result(timeout=60)}"
    finally:
        link.stop()
        thread.join()


class _Link:
    def __init__(self, port: int, shape: Shape) -> None:
        self.port: Future[int] = Future()
        self._server = port
        self._shape = shape
        self._chance = random.Random(1)

    async def run(self) -> None:
        """Carries connections until it is stopped."""
        self._loop, self._stopped = asyncio.get_running_loop(), asyncio.Event()
        listening = await asyncio.start_server(self._serve, "127.0.0.1")
        self.port.set_result(listening.sockets[0].getsockname()[1])
        await self._stopped.wait()
        listening.close()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stopped.set)

    async def _serve(self, client: asyncio.StreamReader, answers: asyncio.StreamWriter) -> None:
        """Carries one connection of a browser."""
        server, requests = await asyncio.open_connection("127.0.0.1", self._server)
        try:
            head = await client.readuntil(b"\r\n\r\n")
            requests.write(_plain(head))
            is_socket = head.startswith(b"GET /ws")
            back = self._carry_messages if is_socket else _carry
            await asyncio.gather(_carry(client, requests), back(server, answers))
        except (OSError, asyncio.IncompleteReadError):
            pass  # Browsers leave as they please.
        finally:
            answers.close()
            requests.close()

    async def _carry_messages(
        self, server: asyncio.StreamReader, client: asyncio.StreamWriter
    ) -> None:
        client.write(await server.readuntil(b"\r\n\r\n"))
        loop = asyncio.get_running_loop()
        due = 0.0
        while True:
            kind, message = await _read_message(server)
            if kind == BINARY and self._chance.random() < self._shape.loss:
                continue
            late = self._shape.latency + self._chance.random() * self._shape.jitter
            due = max(due, loop.time() + late)
            loop.call_at(due, client.write, message)


def _plain(head: bytes) -> bytes:
    """Asks for one answer per connection, and for messages that are not compressed."""
    kept = [
        line
        for line in head.split(b"\r\n")
        if not line.lower().startswith((b"sec-websocket-extensions", b"connection: keep"))
    ]
    return kept[0] + b"\r\n" + b"\r\n".join(kept[1:-2] + _ending(head))


def _ending(head: bytes) -> list[bytes]:
    upgrades = b"upgrade: websocket" in head.lower()
    return [b"", b""] if upgrades else [b"Connection: close", b"", b""]


async def _carry(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    while data := await source.read(65536):
        target.write(data)
        await target.drain()
    target.close()


async def _read_message(server: asyncio.StreamReader) -> tuple[int, bytes]:
    """Reads one WebSocket frame of a server: its opcode and all its bytes (RFC 6455, 5.2)."""
    head = await server.readexactly(2)
    size = head[1] & 0x7F
    longer = {126: 2, 127: 8}.get(size, 0)
    length = await server.readexactly(longer)
    body = await server.readexactly(int.from_bytes(length, "big") if longer else size)
    return head[0] & 0x0F, head + length + body
