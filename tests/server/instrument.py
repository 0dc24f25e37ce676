"""Another program of this machine that sends and receives datagrams."""

import asyncio
import socket
from typing import Any

from server.links.link import Place
from server.links.osc import decode_packet
from tests.server.live_server import LiveServer, soon

ANY = Place("127.0.0.1", 0)


class Instrument:
    """A socket of another program on this machine."""

    def __init__(self) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(ANY)
        self.socket.setblocking(False)

    @property
    def place(self) -> Place:
        return Place(*self.socket.getsockname())

    def send(self, data: bytes, port: int) -> None:
        self.socket.sendto(data, ("127.0.0.1", port))

    async def values(self) -> dict[str, tuple[Any, ...]]:
        """Return the arguments by address of the next packet."""
        data = await soon(asyncio.get_running_loop().sock_recv(self.socket, 4096))
        return {message.address: message.arguments for message in decode_packet(data)}


async def state(live_server: LiveServer) -> dict[str, Any]:
    """Return how the only link of a server fares."""
    (link,) = (await live_server.get("/api/links")).json()
    return dict(link)
