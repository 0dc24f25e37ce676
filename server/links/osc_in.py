"""OSC in, with the controls sent back to whoever sent lately."""

from dataclasses import dataclass
from typing import get_args

from server.links.addresses import Guarded
from server.links.desk import Desk
from server.links.link import NOBODY, Endpoint, Link, Place, parse_may, parse_options
from server.links.osc import OscError, Value, decode_packet
from server.links.patch import ROOT, Patch, Pending, StageView, Teller
from server.networks import Networks
from server.sentence import Sentence
from server.wire.protocol import FrameMessage

REMEMBERED = 60.0
"""Seconds for which a sender is told the controls after its newest message."""

MOST_SENDERS = 16


@dataclass(frozen=True)
class OscPort:
    """Where OSC comes in, and what it may do.

    Attributes:
        place: Where to listen.
        allowed: Networks that may send, beside this machine.
        reply_port: Port of senders where they hear the controls; None is the one they send from.
        may: Guarded controls that may be set.
    """

    place: Place
    allowed: Networks = NOBODY
    reply_port: int | None = None
    may: frozenset[Guarded] = frozenset()

    @staticmethod
    def parse(text: str) -> "OscPort":
        """Read `[HOST:]PORT[?from=NETWORK,…&reply=PORT&may=CONTROL,…]`.

        Raises:
            SetupError: If it is not so.
        """
        place, options = parse_options(text, ("from", "reply", "may"))
        reply = Place.parse(options["reply"]).port if "reply" in options else None
        named = parse_may(options, get_args(Guarded))
        may = frozenset(known for known in get_args(Guarded) if known in named)
        return OscPort(Place.parse(place), Networks.parse(options.get("from", "")), reply, may)


class OscIn(Link):
    """One UDP port that takes OSC and tells the controls back.

    Attributes:
        endpoint: Its socket.
    """

    def __init__(self, port: OscPort, desk: Desk) -> None:
        """Begin without a socket.

        Args:
            port: Where to listen, and whom to.
            desk: Changes stages.
        """
        super().__init__(f"osc-in {port.place.host}:{port.place.port}")
        self._port, self._patch, self._desk = port, Patch(port.may), desk
        self._teller = Teller(self._patch)
        self.endpoint = Endpoint(self.traffic, self._receive, port.allowed)
        self._pending: dict[str, Pending] = {}
        self._stages: list[StageView] | None = None  # seen once for all packets of a tick
        self._senders: dict[Place, float] = {}
        self._asked: set[Place] = set()

    async def open(self) -> None:
        """Listen."""
        host, port = await self.endpoint.open(self._port.place)
        self.name = f"osc-in {host}:{port}"

    def close(self) -> None:
        """Close the socket."""
        self.endpoint.close()

    def flush(self) -> None:
        """Carry out what came since it was called before: the newest value of each control."""
        pending, self._pending, self._stages = self._pending, {}, None
        self.endpoint.begin_tick()
        now = self._desk.clock()
        self._senders = {
            place: heard for place, heard in self._senders.items() if now - heard < REMEMBERED
        }
        self._desk.carry_out(pending, self.traffic)

    def show(self, stage: StageView, frame: FrameMessage) -> None:
        """Tell what has moved, and all to who asked for it."""
        for place in self._asked:
            self._send(self._teller.everything(stage), place)
        moved = self._teller.moved(stage, frame.time) if self._senders else []
        for place in self._senders:
            self._send(moved, place)

    def end_tick(self) -> None:
        """Forget who asked for all values, once every stage has told them."""
        self._asked.clear()

    def _send(self, packets: list[bytes], place: Place) -> None:
        for packet in packets:
            self.endpoint.send(packet, place)

    def _receive(self, data: bytes, place: Place) -> None:
        if self._stages is None:
            self._stages = self._desk.stages()
        now, stages = self._desk.clock(), self._stages
        reply = self._port.reply_port
        sender = place if reply is None else Place(place.host, reply)
        for message in decode_packet(data):
            try:
                self._patch.receive(message, stages, self._pending, now)
            except OscError as error:
                self.traffic.refuse(error.sentence)
                continue
            words = " ".join((message.address, *map(_word, message.arguments)))
            self.traffic.newest = Sentence.of("osc_message", message=words[:120])
            if sender in self._senders or len(self._senders) < MOST_SENDERS:
                self._senders[sender] = now
            if message.address.startswith(f"/{ROOT}/") and message.address.endswith("/refresh"):
                self._asked.add(sender)


def _word(value: Value) -> str:
    """Return an argument as people write it: OSC's floats of 32 bits have seven digits."""
    return f"{value:.7g}" if isinstance(value, float) else str(value)
