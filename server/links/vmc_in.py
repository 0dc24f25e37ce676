"""A performer whom another program follows and tells by the Virtual Motion Capture protocol."""

import ipaddress
import socket
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from server.capture.landmarks import Sighting, SourceState
from server.links.link import NOBODY, Place, Traffic, check_sender, parse_options
from server.links.osc import OscError, decode_packet
from server.links.vmc_decoder import VmcDecoder
from server.networks import Networks
from server.sentence import AddressError, LostSourceError, Sentence, Unusable, sentence_of

SILENCE = 0.5
"""Seconds without a pose after which the performer is absent."""

MOST_READ = 2048
"""Packets that are taken off the socket at once; all but the newest are thrown away unread."""

MOST_PACKETS = 128
"""Packets that are kept of them: two frames of a sender with a packet for each bone."""

MOST_MESSAGES = 512
"""Messages that are read of these, so that no sender makes a tick late: two frames of a sender that
tells fingers and face."""

LONGEST = 65535
"""Bytes of a packet."""


@dataclass(frozen=True)
class VmcPort:
    """Where VMC comes in.

    Attributes:
        place: Where to listen.
        allowed: Networks that may send, beside this machine.
    """

    place: Place
    allowed: Networks = NOBODY

    @staticmethod
    def parse(text: str) -> "VmcPort":
        """Read `[HOST:]PORT[?from=NETWORK,…]`.

        Raises:
            SetupError: If it is not so.
        """
        where, options = parse_options(text, ("from",))
        place = Place.parse(where)
        try:
            ipaddress.ip_address(place.host)
        except ValueError:
            raise AddressError("own_address", got=place.host[:80]) from None
        return VmcPort(place, Networks.parse(options.get("from", "")))


class VmcSource:
    """One port that poses come in by; belongs to the thread that reads `latest`.

    Packets wait in the socket until then, so a sender costs nothing in between, however fast it is.

    Attributes:
        name: As everybody may see it.
        traffic: How it fares.
    """

    def __init__(self, port: VmcPort, clock: Callable[[], float]) -> None:
        """Begin without a socket.

        Args:
            port: Where to listen, and to whom.
            clock: Monotonic time in seconds.
        """
        self.name = f"vmc:{port.place.port}"
        self.traffic = Traffic()
        self._port, self._clock = port, clock
        self._allowed = port.allowed
        self._decoder = VmcDecoder()
        self._socket: socket.socket | None = None
        self._heard: float | None = None
        self._told_absent = True

    @property
    def state(self) -> SourceState:
        """Starting until the first pose, lost when poses stop."""
        if self._heard is None:
            return "starting"
        return "lost" if self._clock() - self._heard > SILENCE else "delivering"

    @property
    def detail(self) -> Sentence | None:
        """Why it is lost, and the newest refusal."""
        if self.state == "delivering":
            return None
        place = f"{self._port.place.host}:{self._port.place.port}"
        if (refusal := self.traffic.refusal) is not None:
            return Sentence.of("refused_poses", place=place, reason=refusal)
        return Sentence.of("no_poses", place=place)

    def start(self) -> None:
        """Listen.

        Raises:
            SourceError: If the port is taken or the address is not this machine's.
        """
        host, port = self._port.place
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        try:
            self._socket.bind((host, port))
        except OSError as error:
            self.close()
            where = f"{host}:{port}"
            raise LostSourceError("port", place=where, reason=sentence_of(error)) from error

    @property
    def place(self) -> Place:
        """Where it listens, with the port that a port of 0 became."""
        assert self._socket is not None
        return Place(*self._socket.getsockname()[:2])

    def latest(self) -> Sighting | None:
        """Return the newest pose since the previous call, nobody once when poses stop, or None."""
        now = self._clock()
        self._read(now)
        taken = self._decoder.take(now)
        if taken is not None:
            time, pose = taken
            self._heard, self._told_absent = now, False
            return Sighting(time, (), (pose,))
        if self.state == "lost" and not self._told_absent:
            self._told_absent = True
            return Sighting.nobody(now)
        return None

    def close(self) -> None:
        """Close the socket; may be called at any time, also twice."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _read(self, now: float) -> None:
        left = MOST_MESSAGES
        for packet in self._waiting():
            try:
                messages = decode_packet(packet)
            except OscError as error:
                self.traffic.refuse(error.sentence)
                continue
            for message in messages[:left]:
                try:
                    self._decoder.receive(message, now)
                except OscError as error:
                    self.traffic.refuse(error.sentence)
            left -= len(messages)
            if left < 0:
                self.traffic.refuse(Sentence.of("messages", most=MOST_MESSAGES))
                return

    def _waiting(self) -> deque[bytes]:
        """Return the newest packets that wait, of permitted senders."""
        packets: deque[bytes] = deque(maxlen=MOST_PACKETS)
        listening = self._socket
        for _ in range(MOST_READ):
            if listening is None:
                break
            try:
                data, (host, *_) = listening.recvfrom(LONGEST)
            except OSError:  # none waits, or it was closed
                break
            self.traffic.received += 1
            try:
                check_sender(host, self._allowed)
                packets.append(data)
            except Unusable as error:
                self.traffic.refuse(error.sentence)
        return packets
