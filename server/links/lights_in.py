"""Lighting desks that drive a stage, by Art-Net or sACN."""

import socket
from abc import ABC, abstractmethod
from collections.abc import Hashable
from dataclasses import dataclass
from typing import get_args

from server.links import art_net, sacn
from server.links.addresses import Guarded
from server.links.desk import Counted, Desk
from server.links.dmx import SLOTS
from server.links.dmx_control import CONTROL_CHANNELS, Surface
from server.links.lights_out import MULTICAST
from server.links.link import (
    NOBODY,
    Endpoint,
    Link,
    Place,
    parse_count,
    parse_may,
    parse_options,
)
from server.links.patch import DEFAULT
from server.links.timecode_run import TimecodeRun
from server.links.universe import Universe
from server.networks import Networks
from server.sentence import Sentence, Unusable

MOST_POLLERS = 16
"""Desks that are answered between two ticks."""


@dataclass(frozen=True)
class LightsPort:
    """Where a desk is listened to, and what it may do.

    Attributes:
        place: Where to listen.
        universe: As the protocol counts them.
        start: First slot, from 1.
        stage: Name of the stage.
        allowed: Networks that may send, beside this machine.
        may: Guarded controls that may be set.
        multicast: Whether to join the address that sACN has for the universe.
        timecode: Whether the timecode of Art-Net runs the cue list.
    """

    place: Place
    universe: int
    start: int = 1
    stage: str = DEFAULT
    allowed: Networks = NOBODY
    may: frozenset[Guarded] = frozenset()
    multicast: bool = False
    timecode: bool = False

    @staticmethod
    def art_net(text: str) -> "LightsPort":
        """Read `HOST[:PORT][?universe=N&start=N&stage=NAME&from=NETWORK,…&may=panic,timecode]`.

        Raises:
            SetupError: If it is not so.
        """
        able = "panic", "timecode"
        return LightsPort._parse(text, able, art_net.PORT, 0, art_net.MOST_UNIVERSES - 1)

    @staticmethod
    def sacn(text: str) -> "LightsPort":
        """Read the same for sACN, which has no timecode.

        The host `multicast` joins the address of the universe.

        Raises:
            SetupError: If it is not so.
        """
        return LightsPort._parse(text, ("panic",), sacn.PORT, 1, sacn.MOST_UNIVERSE)

    @staticmethod
    def _parse(text: str, able: tuple[str, ...], port: int, first: int, last: int) -> "LightsPort":
        where, options = parse_options(text, ("universe", "start", "stage", "from", "may"))
        host, port = Place.target(where, port)
        may = parse_may(options, able)
        return LightsPort(
            Place("0.0.0.0" if host == MULTICAST else host, port),
            parse_count("universe", options.get("universe", str(first)), first, last),
            parse_count("start", options.get("start", "1"), 1, SLOTS - len(CONTROL_CHANNELS) + 1),
            options.get("stage", DEFAULT),
            Networks.parse(options.get("from", "")),
            frozenset(known for known in get_args(Guarded) if known in may),
            host == MULTICAST,
            "timecode" in may,
        )


class LightsIn(Link, ABC):
    """One universe that drives a stage.

    Attributes:
        endpoint: Its socket.
    """

    def __init__(self, name: str, port: LightsPort, desk: Desk) -> None:
        """Begin without a socket.

        Args:
            name: Name of the kind.
            port: Where to listen, and whom to.
            desk: Changes stages.
        """
        super().__init__(f"{name} {port.place.host}:{port.place.port}")
        self.port, self.desk = port, desk
        self.endpoint = Endpoint(self.traffic, self.receive, port.allowed)
        self._kind = name
        self._universe, self._surface = Universe(), Surface(port.may)

    async def open(self) -> None:
        """Listen."""
        group = sacn.multicast_host(self.port.universe) if self.port.multicast else ""
        host, port = await self.endpoint.open(self.port.place, group)
        self.name = f"{self._kind} {host}:{port}"

    def close(self) -> None:
        """Close the socket."""
        self.endpoint.close()

    def flush(self) -> None:
        """Carry out what the desk has moved since it was called before."""
        self.endpoint.begin_tick()
        slots = self._universe.merged(self.desk.clock())
        if slots is None:
            self._surface.lose()
            return
        slots = slots[self.port.start - 1 :]
        for stage in self.desk.stages():
            if stage.name == self.port.stage:
                pending, refusal = self._surface.read(slots, stage)
                self.desk.carry_out({stage.name: pending}, self.traffic)
                if refusal:
                    self.traffic.refuse(refusal)

    @abstractmethod
    def receive(self, data: bytes, place: Place) -> None:
        """Take in a packet.

        Raises:
            Unusable: If it is of no use.
        """

    def hear(
        self, key: Hashable, universe: int, slots: bytes, priority: int, sequence: int, who: str
    ) -> None:
        """Take in values of a universe.

        Raises:
            Unusable: If it is another universe than this link's, or the packet was overtaken.
        """
        if universe != self.port.universe:
            raise Unusable("universe", wanted=self.port.universe, got=universe)
        self._universe.hear(key, slots, self.desk.clock(), priority, sequence)
        self.traffic.newest = Sentence.of(
            "slots_heard",
            slots=len(slots),
            universe=universe,
            sender=who,
            priority=priority,
        )

    def end(self, key: Hashable) -> None:
        """Forget a sender that says that it ends."""
        self._universe.end(key)


class SacnIn(LightsIn):
    """A desk that speaks sACN."""

    def __init__(self, port: LightsPort, desk: Desk) -> None:
        """Begin without a socket."""
        super().__init__("sacn-in", port, desk)

    def receive(self, data: bytes, place: Place) -> None:
        """Take in a packet."""
        message = sacn.decode_packet(data)
        if message is None:
            return
        if message.terminated:
            self.end(message.source)
            return
        who = message.name or place.host
        _, _, priority, sequence, universe, slots, _ = message
        self.hear(message.source, universe, slots, priority, sequence, who)


class ArtNetIn(LightsIn):
    """A desk that speaks Art-Net: until it is answered when it asks who is there, it is silent."""

    def __init__(self, port: LightsPort, desk: Desk) -> None:
        """Begin without a socket."""
        super().__init__("artnet-in", port, desk)
        self._asking: set[Place] = set()
        self._run = TimecodeRun()

    def flush(self) -> None:
        """Answer desks that ask, and carry out what was moved."""
        now = self.desk.clock()
        if (stopped := self._run.stands(now)) is not None:
            self._chase(stopped, 0.0, now)
        for place in self._asking:
            reply = art_net.encode_poll_reply(
                _own_address(place), self.port.universe, f"Bhava {self.port.stage}"
            )
            # Desks hear answers on the one port of the protocol, whatever port they ask from.
            for port in {place.port, art_net.PORT}:
                self.endpoint.send(reply, Place(place.host, port))
        self._asking.clear()
        super().flush()

    def receive(self, data: bytes, place: Place) -> None:
        """Take in a packet."""
        message = art_net.decode_packet(data)
        if isinstance(message, art_net.ArtPoll):
            if len(self._asking) < MOST_POLLERS:
                self._asking.add(place)
            self.traffic.newest = Sentence.of("polled", sender=place.host)
        elif isinstance(message, art_net.ArtTimeCode):
            if not self.port.timecode:
                raise Unusable("permission", control="timecode")
            now = self.desk.clock()
            self._chase(message.position, self._run.hear(message.position, now), now)
            self.traffic.newest = Sentence.of(
                "timecode_heard", position=f"{message.position:.2f}", sender=place.host
            )
        elif message is not None:
            usual, host = sacn.USUAL_PRIORITY, place.host
            self.hear(host, message.universe, message.slots, usual, message.sequence, host)

    def _chase(self, position: float, speed: float, now: float) -> None:
        with Counted(self.traffic):
            self.desk.chase(self.port.stage, position, speed, now)


def _own_address(peer: Place) -> bytes:
    """Return the address of this machine that a peer can reach; sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(peer)
        return socket.inet_aton(probe.getsockname()[0])
