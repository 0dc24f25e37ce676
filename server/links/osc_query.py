"""OSCQuery: the addresses told over HTTP, and announced where other machines may ask."""

import asyncio
import contextlib
import ipaddress
import json
import socket
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import psutil

from server.links.desk import Desk
from server.links.link import (
    NOBODY,
    Link,
    Place,
    check_sender,
    parse_count,
    parse_options,
)
from server.links.osc_tree import ATTRIBUTES, find, host_info, tree
from server.links.patch import Patch
from server.networks import Networks
from server.sentence import OpenError, Sentence, Unusable, sentence_of

if TYPE_CHECKING:
    from zeroconf.asyncio import AsyncZeroconf

REQUEST_LIMIT = 4096
"""Bytes of a request."""

ASKED_WITHIN = 5.0
"""Seconds within which a request must be whole."""

MOST_CONNECTIONS = 16

SERVICES = (("_oscjson._tcp", True), ("_osc._udp", False))
"""Kinds of service that are announced, and whether each is this server rather than the OSC port."""


@dataclass(frozen=True)
class OscQueryPort:
    """Where the addresses are told.

    Attributes:
        place: Where to listen.
        osc: Port that takes the messages.
        allowed: Networks that may ask, beside this machine.
    """

    place: Place
    osc: int = 9000
    allowed: Networks = NOBODY

    @staticmethod
    def parse(text: str) -> "OscQueryPort":
        """Read `[HOST:]PORT[?osc=PORT&from=NETWORK,…]`.

        Raises:
            SetupError: If it is not so.
        """
        place, options = parse_options(text, ("osc", "from"))
        osc = parse_count("osc", options.get("osc", "9000"), 1, 65535)
        return OscQueryPort(Place.parse(place), osc, Networks.parse(options.get("from", "")))


class OscQuery(Link):
    """A small HTTP server that tells the tree of addresses."""

    def __init__(self, port: OscQueryPort, desk: Desk) -> None:
        """Begin without a socket."""
        super().__init__(f"osc-query {port.place.host}:{port.place.port}")
        self._port, self._desk, self._patch = port, desk, Patch()
        self._allowed = port.allowed
        self._server: asyncio.Server | None = None
        self._connections = 0
        self._announcing: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Listen, and announce it unless only this machine may ask."""
        host, port = self._port.place
        try:
            self._server = await asyncio.start_server(self._serve, host, port, limit=REQUEST_LIMIT)
        except (OSError, UnicodeError) as error:
            where = f"{host}:{port}"
            raise OpenError("port", place=where, reason=sentence_of(error)) from error
        here = Place(*self._server.sockets[0].getsockname()[:2])
        self.name = f"osc-query {here.host}:{here.port}"
        if not ipaddress.ip_address(here.host).is_loopback:
            self._announcing = asyncio.create_task(self._announce(here))

    def close(self) -> None:
        """Close the server, and withdraw what was announced."""
        if self._server is not None:
            self._server.close()
        if self._announcing is not None:
            self._announcing.cancel()

    def answer(self, target: str) -> tuple[HTTPStatus, Any]:
        """Return the status and the JSON for a request.

        Args:
            target: Path of an address, with the name of an attribute as its query, if any.
        """
        parts = urlsplit(target)
        if parts.query == "HOST_INFO":
            return HTTPStatus.OK, host_info(self._port.osc)
        node = find(tree(self._desk.stages(), self._patch), unquote(parts.path))
        if node is None:
            return HTTPStatus.NOT_FOUND, None
        if not parts.query:
            return HTTPStatus.OK, node
        if parts.query not in ATTRIBUTES:
            return HTTPStatus.BAD_REQUEST, None
        if parts.query not in node:
            return HTTPStatus.NO_CONTENT, None
        return HTTPStatus.OK, {parts.query: node[parts.query]}

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections += 1
        self.traffic.received += 1
        try:
            async with asyncio.timeout(ASKED_WITHIN):
                writer.write(await self._answer(reader, writer))
                self.traffic.sent += 1
                await writer.drain()
        except Unusable as error:
            self.traffic.refuse(error.sentence)
        except TimeoutError:
            self.traffic.refuse(Sentence.of("request_time"))
        except (OSError, EOFError, ValueError) as error:
            self.traffic.refuse(Sentence.of("connection", reason=str(error)))
        finally:
            self._connections -= 1
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        host = writer.get_extra_info("peername")[0]
        check_sender(host, self._allowed)
        if self._connections > MOST_CONNECTIONS:
            raise Unusable("connections", most=MOST_CONNECTIONS)
        try:
            request = await reader.readuntil(b"\r\n\r\n")
        except asyncio.LimitOverrunError:
            raise Unusable("request_length", most=REQUEST_LIMIT) from None
        method, target, *_ = [*request.split(b"\r\n")[0].decode("latin1").split(" "), "", ""]
        status, content = HTTPStatus.METHOD_NOT_ALLOWED, None
        if method == "GET":
            status, content = self.answer(target)
        if status in (HTTPStatus.OK, HTTPStatus.NO_CONTENT):
            self.traffic.newest = Sentence.of("asked", target=target[:80], sender=host)
        else:
            got = f"{method[:9]} {target[:60]}"
            self.traffic.refuse(Sentence.of("request", got=got))
        body = b"" if content is None else json.dumps(content).encode()
        head = (
            f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        return head.encode() + body

    async def _announce(self, here: Place) -> None:
        """Announce the tree and the OSC port until this is cancelled."""
        try:
            from zeroconf.asyncio import AsyncZeroconf
        except ImportError:
            self.traffic.refuse(Sentence.of("announcing"))
            return
        found = _addresses() if here.host in ("0.0.0.0", "::") else [here.host]
        announcer = AsyncZeroconf(interfaces=found)
        try:
            await self._register(announcer, here, [socket.inet_aton(host) for host in found])
            await asyncio.Event().wait()
        finally:
            with contextlib.suppress(OSError):
                await announcer.async_close()

    async def _register(self, announcer: "AsyncZeroconf", here: Place, hosts: list[bytes]) -> None:
        from zeroconf.asyncio import AsyncServiceInfo

        for kind, is_this in SERVICES:
            port = here.port if is_this else self._port.osc
            info = AsyncServiceInfo(
                f"{kind}.local.",
                f"Bhava {port}.{kind}.local.",
                port=port,
                addresses=hosts,
                server=f"bhava-{here.port}.local.",
            )
            await announcer.async_register_service(info)


def _addresses() -> list[str]:
    """Return the IPv4 addresses under which other machines reach this one."""
    return [
        each.address
        for addresses in psutil.net_if_addrs().values()
        for each in addresses
        if each.family == socket.AF_INET and not ipaddress.ip_address(each.address).is_loopback
    ]
