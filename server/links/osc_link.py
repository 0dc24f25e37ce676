"""OSC in, and the controls sent back to whoever sent lately and to fixed places."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import get_args

from motion.errors import CueError, SetupError
from server.links.addresses import Guarded
from server.links.link import Endpoint, Network, Place, Traffic, parse_network, parse_options
from server.links.osc import OscError, decode_packet, encode_bundle
from server.links.patch import ROOT, Action, Patch, Pending, StageView, encode_state
from server.wire.messages import Set
from server.wire.protocol import FrameMessage, Refusal

REMEMBERED = 60.0
"""Seconds for which a sender is told the controls after its newest message."""

MOST_SENDERS = 16

TELL_EVERY = 0.1
"""Seconds between two times that a moved control is told."""

MOST_PACKETS = 256
"""Packets that are read between two ticks; further ones are only counted, so that no sender makes a
tick late."""

BUNDLE_LIMIT = 1200
"""Bytes of the messages of a bundle: above, a network may cut it in pieces."""


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
    allowed: tuple[Network, ...] = ()
    reply_port: int | None = None
    may: frozenset[Guarded] = frozenset()

    @staticmethod
    def parse(text: str) -> "OscPort":
        """Read `[HOST:]PORT[?from=NETWORK,…&reply=PORT&may=CONTROL,…]`.

        Raises:
            SetupError: If it is not so.
        """
        place, options = parse_options(text, ("from", "reply", "may"))
        networks = [each for each in options.get("from", "").split(",") if each]
        reply = Place.parse(options["reply"]).port if "reply" in options else None
        names = [each for each in options.get("may", "").split(",") if each]
        may = frozenset(known for known in get_args(Guarded) if known in names)
        if len(may) < len(set(names)):
            raise SetupError(f"expected may to name {', '.join(get_args(Guarded))}, got {names}")
        return OscPort(Place.parse(place), tuple(map(parse_network, networks)), reply, may)


class Desk:
    """What the link does to stages; made by who owns them."""

    def __init__(
        self,
        stages: Callable[[], list[StageView]],
        set_controls: Callable[[str, Set], None],
        act: Callable[[str, Action], None],
    ) -> None:
        """Take three functions.

        Args:
            stages: Returns all stages.
            set_controls: Changes controls of a stage by name; may raise Refusal.
            act: Does something on a stage by name; may raise Refusal or CueError.
        """
        self.stages, self.set_controls, self.act = stages, set_controls, act


class OscLink:
    """One UDP port that takes OSC and tells the controls back.

    Attributes:
        name: Kind and place.
        traffic: How it fares.
        endpoint: Its socket.
    """

    def __init__(
        self,
        port: OscPort,
        patch: Patch,
        desk: Desk,
        clock: Callable[[], float],
        targets: tuple[Place, ...] = (),
    ) -> None:
        """Begin without a socket.

        Args:
            port: Where to listen, and whom to.
            patch: Reads messages.
            desk: Changes stages.
            clock: Monotonic time in seconds.
            targets: Are always told the controls.
        """
        self.traffic = Traffic()
        self._at(port.place)
        self._port, self._patch, self._desk, self._clock = port, patch, desk, clock
        self._targets = targets
        self.endpoint = Endpoint(self.traffic, self._receive, port.allowed)
        self._pending: dict[str, Pending] = {}
        self._stages: list[StageView] | None = None  # seen once for all packets of a tick
        self._packets = 0
        self._senders: dict[Place, float] = {}
        self._asked: set[Place] = set()
        self._told: dict[str, dict[str, float | str | bool]] = {}
        self._told_at: dict[str, float] = {}

    async def open(self) -> None:
        """Listen."""
        self._at(await self.endpoint.open(self._port.place))

    def close(self) -> None:
        """Close the socket."""
        self.endpoint.close()

    def flush(self) -> None:
        """Carry out what came since it was called before: the newest value of each control."""
        pending, self._pending, self._packets, self._stages = self._pending, {}, 0, None
        for name, note in pending.items():
            for wish in note.wishes():
                self._try(partial(self._desk.set_controls, name, wish))
            for action in note.actions:
                if action != "refresh":
                    self._try(partial(self._desk.act, name, action))

    def show(self, stage: StageView, frame: FrameMessage) -> None:
        """Tell what has moved, at most ten times a second, and all to who asked for it."""
        state: dict[str, float | str | bool] | None = None
        if self._asked:
            state = self._patch.state(stage)
            for place in self._asked:
                self._send(state, place)
        if frame.time - self._told_at.get(stage.name, float("-inf")) < TELL_EVERY:
            return
        places = self._places(frame.time)
        if not places:
            return
        self._told_at[stage.name] = frame.time
        state = state or self._patch.state(stage)
        told = self._told.get(stage.name, {})
        moved = {name: value for name, value in state.items() if told.get(name) != value}
        self._told[stage.name] = state
        for place in places:
            self._send(moved, place)

    def forget_asked(self) -> None:
        """Forget who asked for all values, once every stage has told them."""
        self._asked.clear()

    def _at(self, place: Place) -> None:
        self.name = f"osc-in {place.host}:{place.port}"

    def _places(self, now: float) -> set[Place]:
        self._senders = {
            place: heard for place, heard in self._senders.items() if now - heard < REMEMBERED
        }
        return {*self._senders, *self._targets}

    def _send(self, state: dict[str, float | str | bool], place: Place) -> None:
        waiting: list[bytes] = []
        for message in encode_state(state):
            if sum(map(len, waiting)) + len(message) > BUNDLE_LIMIT:
                self.endpoint.send(encode_bundle(waiting), place)
                waiting = []
            waiting.append(message)
        if waiting:
            self.endpoint.send(encode_bundle(waiting), place)

    def _receive(self, data: bytes, place: Place) -> None:
        self._packets += 1
        if self._packets > MOST_PACKETS:
            raise ValueError(f"expected up to {MOST_PACKETS} packets for each frame, got more")
        if self._stages is None:
            self._stages = self._desk.stages()
        now, stages = self._clock(), self._stages
        reply = self._port.reply_port
        sender = place if reply is None else Place(place.host, reply)
        for message in decode_packet(data):
            try:
                self._patch.receive(message, stages, self._pending, now)
            except OscError as error:
                self.traffic.refuse(str(error))
                continue
            self.traffic.newest = f"{message.address} {message.arguments}"[:120]
            if sender in self._senders or len(self._senders) < MOST_SENDERS:
                self._senders[sender] = now
            if message.address.startswith(f"/{ROOT}/") and message.address.endswith("/refresh"):
                self._asked.add(sender)

    def _try(self, change: Callable[[], None]) -> None:
        try:
            change()
        except (Refusal, CueError) as error:
            detail = error.detail if isinstance(error, Refusal) else str(error)
            self.traffic.refuse(detail)
