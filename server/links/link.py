"""What all links share: how they fare, where datagrams come from and go to, and who may send."""

import asyncio
import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, Protocol
from urllib.parse import parse_qsl

from motion.errors import SetupError
from server.links.patch import StageView
from server.wire.protocol import FrameMessage

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
LOOPBACK: tuple[Network, ...] = (
    ipaddress.ip_network("127.0.0.0/8"),
    ipaddress.ip_network("::1/128"),
)

REMEMBERED_HOSTS = 256
"""Senders of which it is remembered whether they are on the allow list."""


class Place(NamedTuple):
    """Host and port of a UDP socket."""

    host: str
    port: int

    @staticmethod
    def parse(text: str, host: str = "127.0.0.1") -> "Place":
        """Read `[HOST:]PORT`.

        Raises:
            SetupError: If it is neither.
        """
        before, _, port = text.rpartition(":")
        if not (port.isascii() and port.isdigit() and int(port) < 65536):
            raise SetupError(f"expected [HOST:]PORT, got {text!r}")
        return Place(before.strip("[]") or host, int(port))


def parse_options(text: str, known: tuple[str, ...]) -> tuple[str, dict[str, str]]:
    """Read `PLACE[?OPTION=VALUE&…]`; returns the place, and the options by name.

    Raises:
        SetupError: If an option is unknown.
    """
    place, _, query = text.partition("?")
    options = dict(parse_qsl(query, keep_blank_values=True))
    for name in options:
        if name not in known:
            raise SetupError(f"expected one of the options {', '.join(known)}, got {name!r}")
    return place, options


def parse_network(text: str) -> Network:
    """Read an address such as `10.0.0.7`, or a network such as `10.0.0.0/24`.

    Raises:
        SetupError: If it is neither.
    """
    try:
        return ipaddress.ip_network(text)
    except ValueError as error:
        raise SetupError(f"expected an address or a network, got {text!r}: {error}") from None


@dataclass
class Traffic:
    """How a link fares; counted, never logged for each packet.

    Attributes:
        received: Packets that came.
        sent: Packets that went.
        refused: Messages and packets that were not accepted, or could not be sent.
        newest: The newest that was accepted, in words.
        refusal: The newest that was not, and why; empty while none was.
    """

    received: int = 0
    sent: int = 0
    refused: int = 0
    newest: str = ""
    refusal: str = ""

    def refuse(self, why: str) -> None:
        """Count what was not accepted."""
        self.refused += 1
        self.refusal = why


class Link(Protocol):
    """One connection to an instrument; belongs to the event loop.

    Attributes:
        name: Kind and place, such as `osc-in 127.0.0.1:9000`.
        traffic: How it fares.
    """

    name: str
    traffic: Traffic

    async def open(self) -> None:
        """Open its socket.

        Raises:
            OSError: If it cannot be opened.
        """

    def flush(self) -> None:
        """Carry out what came since the tick before."""

    def show(self, stage: StageView, frame: FrameMessage) -> None:
        """Tell it a new frame of a stage."""

    def forget_asked(self) -> None:
        """Note that all stages were shown."""

    def close(self) -> None:
        """Close its socket; may be called at any time, also twice."""


class Endpoint(asyncio.DatagramProtocol):
    """A UDP socket that counts what it cannot use."""

    def __init__(
        self,
        traffic: Traffic,
        receive: Callable[[bytes, Place], None],
        allowed: tuple[Network, ...],
    ) -> None:
        """Begin without a socket.

        Args:
            traffic: Counts.
            receive: Takes a packet and where it came from; raises ValueError to refuse it.
            allowed: Networks that packets are accepted from, beside this machine.
        """
        self._traffic, self._receive = traffic, receive
        self._allowed = (*LOOPBACK, *allowed)
        self._allows = lru_cache(REMEMBERED_HOSTS)(self._is_allowed)
        self._transport: asyncio.DatagramTransport | None = None

    async def open(self, place: Place) -> Place:
        """Listen; returns where, with the port that a port of 0 became.

        Raises:
            OSError: If the port is taken or the address is not this machine's.
        """
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(
            lambda: self, (place.host, place.port)
        )
        return Place(*self._transport.get_extra_info("sockname")[:2])

    def send(self, data: bytes, place: Place) -> None:
        """Send a packet; one that cannot go is counted."""
        if self._transport is None or self._transport.is_closing():
            return
        self._traffic.sent += 1
        self._transport.sendto(data, place)

    def close(self) -> None:
        """Close the socket."""
        if self._transport is not None:
            self._transport.close()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Hand a packet on, or count why not."""
        self._traffic.received += 1
        place = Place(*addr[:2])
        try:
            if not self._allows(place.host):
                raise ValueError(f"expected a sender on the allow list, got {place.host}")
            self._receive(data, place)
        except ValueError as error:
            self._traffic.refuse(str(error))

    def error_received(self, exc: Exception) -> None:
        """Count a packet that nobody took."""
        self._traffic.refuse(f"expected a receiver, got: {exc}")

    def _is_allowed(self, host: str) -> bool:
        return any(ipaddress.ip_address(host) in network for network in self._allowed)
