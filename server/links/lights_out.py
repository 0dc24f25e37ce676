"""The show told to lamps, by Art-Net or sACN, from one socket each for its whole life."""

import uuid
from abc import ABC, abstractmethod
from dataclasses import dataclass, replace

from server.links import art_net, sacn
from server.links.desk import Desk
from server.links.dmx import SHOW_SLOTS, SLOTS, Observer, at_start, encode_moment
from server.links.link import (
    Endpoint,
    Link,
    Place,
    ignore,
    parse_count,
    parse_options,
    there_and_back,
)
from server.links.patch import DEFAULT, StageView
from server.sentence import Sentence
from server.wire.protocol import FrameMessage

MULTICAST = "multicast"
"""Written in place of a host, for the address that sACN has for each universe."""


@dataclass(frozen=True)
class LightsTarget:
    """Where a stage is told to lamps.

    Attributes:
        place: Where it is sent to.
        universe: As the protocol counts them.
        start: First slot, from 1.
        stage: Name of the stage.
        figure: Number of the partner that lamps follow, from 1.
        priority: Priority of sACN, 0 to 200.
    """

    place: Place
    universe: int
    start: int = 1
    stage: str = DEFAULT
    figure: int = 1
    priority: int = sacn.USUAL_PRIORITY

    @staticmethod
    def art_net(text: str) -> "LightsTarget":
        """Read `HOST[:PORT][?universe=N&start=N&stage=NAME&figure=N]`.

        Raises:
            SetupError: If it is not so.
        """
        known = ("universe", "start", "stage", "figure")
        return LightsTarget._parse(text, known, art_net.PORT, 0, art_net.MOST_UNIVERSES - 1)

    @staticmethod
    def sacn(text: str) -> "LightsTarget":
        """Read `HOST[:PORT][?universe=N&start=N&stage=NAME&figure=N&priority=N]`.

        The host `multicast` is the address of the universe.

        Raises:
            SetupError: If it is not so.
        """
        known = ("universe", "start", "stage", "figure", "priority")
        target = LightsTarget._parse(text, known, sacn.PORT, 1, sacn.MOST_UNIVERSE)
        if target.place.host != MULTICAST:
            return target
        host = sacn.multicast_host(target.universe)
        return replace(target, place=Place(host, target.place.port))

    @staticmethod
    def _parse(
        text: str, known: tuple[str, ...], port: int, first: int, last: int
    ) -> "LightsTarget":
        where, options = parse_options(text, known)

        def count(name: str, usual: int, least: int, most: int) -> int:
            return parse_count(name, options.get(name, str(usual)), least, most)

        return LightsTarget(
            Place.target(where, port),
            count("universe", first, first, last),
            count("start", 1, 1, SLOTS - SHOW_SLOTS + 1),
            options.get("stage", DEFAULT),
            count("figure", 1, 1, 256),
            count("priority", sacn.USUAL_PRIORITY, 0, sacn.MOST_PRIORITY),
        )


class LightsOut(Link, ABC):
    """Tells lamps one stage, with every tick of the server."""

    def __init__(self, name: str, target: LightsTarget) -> None:
        """Begin in the dark, without a socket."""
        super().__init__(f"{name} {target.place.host}:{target.place.port}")
        self.target = target
        self.endpoint = Endpoint(self.traffic, ignore)
        self._observer = Observer(target.figure)
        self._slots = bytes(SHOW_SLOTS)
        self._sequence = 0

    async def open(self) -> None:
        """Open a socket to send from."""
        await self.endpoint.aim(self.target.place)

    def close(self) -> None:
        """Close the socket; lamps keep what they were told last, as they do without a sender."""
        self.endpoint.close()

    def show(self, stage: StageView, frame: FrameMessage) -> None:
        """Take in a frame."""
        if stage.name == self.target.stage:
            dark = stage.controls.panic == "dark"
            self._slots = encode_moment(self._observer.read(stage, frame), dark)

    def end_tick(self) -> None:
        """Send the newest values, also where nothing has moved or the stage has ended."""
        self.send(at_start(self._slots, self.target.start))
        values = " ".join(map(str, self._slots[:4]))
        self.traffic.newest = Sentence.of("lamps_told", stage=self.target.stage, values=values)

    def sweep(self, share: float) -> None:
        """Send all channels from 0 to full and back."""
        value = round(255 * there_and_back(share))
        self.send(at_start(bytes([value]) * SHOW_SLOTS, self.target.start))
        self.traffic.newest = Sentence.of("lamps_swept", value=value)

    def send(self, slots: bytes) -> None:
        """Send the values of a whole universe."""
        self._sequence = self._sequence % 255 + 1
        self.endpoint.send(self.encode(slots, self._sequence))

    @abstractmethod
    def encode(self, slots: bytes, sequence: int) -> bytes:
        """Return a packet of the protocol."""


class ArtNetOut(LightsOut):
    """Tells lamps one stage by Art-Net."""

    def __init__(self, target: LightsTarget, _: Desk) -> None:
        """Begin without a socket."""
        super().__init__("artnet-out", target)

    def encode(self, slots: bytes, sequence: int) -> bytes:
        """Return an ArtDmx packet."""
        return art_net.encode_dmx(art_net.ArtDmx(self.target.universe, sequence, slots))


class SacnOut(LightsOut):
    """Tells lamps one stage by sACN."""

    def __init__(self, target: LightsTarget, _: Desk) -> None:
        """Begin without a socket, under an identity of its own."""
        super().__init__("sacn-out", target)
        self._source = uuid.uuid4().bytes

    def close(self) -> None:
        """Say that this sender ends, three times as the standard wants it; close the socket."""
        for _ in range(3):
            self.send(b"")
        super().close()

    def encode(self, slots: bytes, sequence: int) -> bytes:
        """Return a data packet; one without slots says that the sender ends."""
        target = self.target
        return sacn.encode_data(
            sacn.SacnData(
                self._source,
                f"Bhava {target.stage}",
                target.priority,
                sequence,
                target.universe,
                slots,
                terminated=not slots,
            )
        )
