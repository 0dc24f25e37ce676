"""What all links share: how they fare, where datagrams come from and go to, and who may send."""

import asyncio
import re
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple
from urllib.parse import parse_qsl

from server.links.patch import StageView
from server.networks import Networks
from server.sentence import AddressError, OpenError, Sentence, Unusable, sentence_of
from server.wire.protocol import FrameMessage

THIS_MACHINE = Networks(("127.0.0.0/8", "::1"))
NOBODY = Networks()

MOST_PACKETS = 256
"""Packets that are read between two ticks, so that no sender makes a tick late."""

MOST_AT_ONCE = 32
"""Packets that are read before the event loop turns to something else."""

LONGEST_PACKET = 65_535
"""Bytes; no datagram is longer."""

_TOO_MANY = Sentence.of("packets", most=MOST_PACKETS)

LOOKED_UP_WITHIN = 2.0
"""Seconds after which a name that no name server answers for is given up."""


class Place(NamedTuple):
    """Host and port of a UDP socket."""

    host: str
    port: int

    @staticmethod
    def parse(text: str, host: str = "127.0.0.1") -> "Place":
        """Read `[HOST:]PORT`.

        Raises:
            AddressError: If it is neither.
        """
        before, _, port = text.rpartition(":")
        digits = port.isascii() and port.isdigit() and len(port) < 6
        if not (before.isprintable() and digits and int(port) < 65536):
            raise AddressError("place", got=text[:80])
        return Place(before.strip("[]") or host, int(port))

    @staticmethod
    def target(text: str, port: int) -> "Place":
        """Read `HOST[:PORT]`, with a usual port.

        Raises:
            AddressError: If there is no host.
        """
        bare = ":" not in text or text.endswith("]")
        place = Place(text.strip("[]"), port) if bare else Place.parse(text, "")
        if not place.host:
            raise AddressError("target", got=text[:80])
        return place


def parse_count(name: str, text: str, least: int, most: int) -> int:
    """Read a whole number.

    Raises:
        AddressError: If it is none, or out of range; it names the number.
    """
    if text.isascii() and text.isdigit() and len(text) < 10 and least <= int(text) <= most:
        return int(text)
    raise AddressError("count", name=name, least=least, most=most, got=text[:40])


def parse_options(
    text: str, known: tuple[str, ...], also: re.Pattern[str] | None = None
) -> tuple[str, dict[str, str]]:
    """Read `PLACE[?OPTION=VALUE&…]`; returns the place, and the options by name.

    Args:
        text: What is read.
        known: Names of options.
        also: Pattern of further names; None for none.

    Raises:
        AddressError: If an option is unknown.
    """
    place, _, query = text.partition("?")
    options = dict(parse_qsl(query, keep_blank_values=True))
    for name in options:
        if name not in known and not (also and also.fullmatch(name)):
            raise AddressError("option", known=", ".join(known), got=name[:40])
    return place, options


def parse_may(options: Mapping[str, str], able: Sequence[str]) -> frozenset[str]:
    """Return the names, with commas between, of the option `may`: what a sender is allowed.

    Raises:
        AddressError: If it names anything but what the link is able to.
    """
    named = frozenset(each for each in options.get("may", "").split(",") if each)
    if not named <= set(able):
        raise AddressError("may", able=", ".join(able), got=options["may"][:40])
    return named


@dataclass
class Traffic:
    """How a link fares; counted, never logged for each packet.

    Attributes:
        received: Packets that came.
        sent: Packets that went.
        refused: Messages and packets that were not accepted, or could not be sent.
        newest: The newest that was accepted; None while none was.
        refusal: Why the newest that was not accepted was not; None while all were.
    """

    received: int = 0
    sent: int = 0
    refused: int = 0
    newest: Sentence | None = None
    refusal: Sentence | None = None

    def refuse(self, why: Sentence) -> None:
        """Count what was not accepted."""
        self.refused += 1
        self.refusal = why


class Link:
    """One connection to an instrument; belongs to the event loop. By itself it does nothing.

    Attributes:
        name: Kind and place, such as `osc-in 127.0.0.1:9000`.
        traffic: How it fares.
    """

    def __init__(self, name: str) -> None:
        """Begin without a socket."""
        self.name, self.traffic = name, Traffic()

    async def open(self) -> None:
        """Open its socket; may be called again after `close`.

        Raises:
            OpenError: If it cannot be opened.
        """

    def close(self) -> None:
        """Close its socket; may be called at any time, also twice."""

    def flush(self) -> None:
        """Carry out what came since the tick before.

        Raises:
            OpenError: If its instrument is gone; then it is closed, and opened again later.
        """

    def show(self, stage: StageView, frame: FrameMessage) -> None:
        """Tell it a new frame of a stage."""

    def end_tick(self) -> None:
        """Note that all stages were shown."""

    def sweep(self, share: float) -> None:
        """Send a test instead of a frame: all that moves, from its least to its greatest and back.

        Args:
            share: Share of the sweep that is over, in [0, 1).
        """


def there_and_back(share: float) -> float:
    """Return how far a sweep is from its least value, in [0, 1], at a share of its time."""
    return 1.0 - abs(2.0 * share - 1.0)


def check_sender(host: str, allowed: Networks) -> None:
    """Let a sender pass: one on this machine or on the allow list.

    Raises:
        Unusable: If it is another.
    """
    if host not in THIS_MACHINE and host not in allowed:
        raise Unusable("sender", got=host)


class Endpoint:
    """A UDP socket that counts what it cannot use; its packets are read in the event loop."""

    def __init__(
        self,
        traffic: Traffic,
        receive: Callable[[bytes, Place], None],
        allowed: Networks = NOBODY,
    ) -> None:
        """Begin without a socket.

        Args:
            traffic: Counts.
            receive: Takes a packet and where it came from; raises Unusable to refuse it.
            allowed: Networks that packets are accepted from, beside this machine.
        """
        self._traffic, self._receive = traffic, receive
        self._allowed = allowed
        self._packets = 0
        self._socket: socket.socket | None = None
        self._listening = False

    async def open(self, place: Place, group: str = "") -> Place:
        """Listen; returns where, with the port that a port of 0 became.

        Args:
            place: Where to listen.
            group: Address of a multicast group to join; empty for none.

        Raises:
            OpenError: If the port is taken or the address is not this machine's.
        """

        def listen(opened: socket.socket, address: Any) -> None:
            opened.bind(address)
            if group:
                member = socket.inet_aton(group) + socket.inet_aton("0.0.0.0")
                opened.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)

        self._socket = await _made(place, listen, "port")
        self._listen()
        return Place(*self._socket.getsockname()[:2])

    async def aim(self, place: Place) -> None:
        """Open a socket that sends to one place for its whole life, and says if nobody is there.

        Raises:
            OpenError: If there is no such host, or no way to it.
        """
        self._socket = await _made(place, socket.socket.connect, "host")
        self._listen()

    def send(self, data: bytes, place: Place | None = None) -> None:
        """Send a packet; one that cannot go is counted.

        Args:
            data: The packet.
            place: Where to; None for where the socket is aimed at.
        """
        if self._socket is None:
            return
        try:
            if place is None:
                self._socket.send(data)
            else:
                self._socket.sendto(data, place)
            self._traffic.sent += 1
        except OSError as error:  # also the answer to the packet before
            self._refuse(error)

    def begin_tick(self) -> None:
        """Read packets again, up to `MOST_PACKETS`; those that were too many are thrown away."""
        if self._socket is not None and not self._listening:
            for _ in range(MOST_PACKETS):
                if self._next() is None:
                    break
                self._traffic.refuse(_TOO_MANY)
            self._listen()
        self._packets = 0

    def close(self) -> None:
        """Close the socket."""
        if self._socket is not None:
            self._rest()
            self._socket.close()
            self._socket = None

    def take(self, data: bytes, place: Place) -> None:
        """Hand a packet on, or count why not."""
        try:
            check_sender(place.host, self._allowed)
            self._receive(data, place)
        except Unusable as error:
            self._traffic.refuse(error.sentence)

    def _listen(self) -> None:
        assert self._socket is not None
        asyncio.get_running_loop().add_reader(self._socket, self._read)
        self._listening = True

    def _rest(self) -> None:
        """Let further packets wait in the system, where they cost the show nothing."""
        if self._listening and self._socket is not None:
            asyncio.get_running_loop().remove_reader(self._socket)
            self._listening = False

    def _read(self) -> None:
        """Read what has come; the rest has its turn after whatever else the loop has to do."""
        for _ in range(MOST_AT_ONCE):
            if self._packets == MOST_PACKETS:
                self._rest()
                return
            if (packet := self._next()) is None:
                return
            self._packets += 1
            self.take(*packet)

    def _next(self) -> tuple[bytes, Place] | None:
        """Return the oldest packet that waits; None if none does."""
        assert self._socket is not None
        try:
            data, address = self._socket.recvfrom(LONGEST_PACKET)
        except BlockingIOError:
            return None
        except OSError as error:  # nobody took a packet that was sent
            self._refuse(error)
            return None
        self._traffic.received += 1
        return data, Place(*address[:2])

    def _refuse(self, error: OSError) -> None:
        self._traffic.refuse(Sentence.of("receiver", reason=sentence_of(error)))


async def _made(
    place: Place, begin: Callable[[socket.socket, Any], None], wanted: Literal["port", "host"]
) -> socket.socket:
    """Return a socket that was bound or connected by `begin`.

    Raises:
        OpenError: With what was wanted.
    """
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(LOOKED_UP_WITHIN):
            found = await loop.getaddrinfo(*place, type=socket.SOCK_DGRAM)
        # Receivers on this machine often listen to IPv4 alone, whatever else `localhost` means.
        family, kind, _, _, address = min(found, key=lambda each: each[0] != socket.AF_INET)
        opened = socket.socket(family, kind)
        try:
            opened.setblocking(False)
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            begin(opened, address)
        except OSError:
            opened.close()
            raise
    except (OSError, UnicodeError) as error:  # a name that no name server could have
        where = f"{place.host}:{place.port}"
        raise OpenError(wanted, place=where, reason=sentence_of(error)) from error
    return opened


def ignore(_: bytes, __: Place) -> None:
    """Take no notice of a packet, where receivers do not answer."""
