"""An origin and a relay with a wire of the test's own between them, and clocks that lie apart."""

from itertools import count

from server.broker.messages import Report
from server.broker.relay import Relay
from server.stages.origin import BrokerSettings, Origin
from server.stages.scheduler import DEFAULT
from server.wire.messages import Hello
from server.wire.outbox import EncodedMessage, Outbox
from server.wire.protocol import FrameMessage, decode_frame
from server.wire.session import Join
from tests.server.live_server import LiveServer

AHEAD = 500.0
"""Seconds by which the origin's clock is ahead of the relay's."""

JOINTS = 21


class Viewer(Outbox):
    """A viewer of a relay who keeps all that was sent."""

    def __init__(self, relay: Relay, now: float, stage: str = DEFAULT) -> None:
        self.frames: list[FrameMessage] = []
        self.told: list[str] = []
        super().__init__()
        self.stage = relay.stage(stage)
        self.stage.receive(self, Join(Hello(version=2, role="viewer", stage=stage)), now)

    def send_frame(self, frame: bytes) -> None:
        self.frames.append(decode_frame(frame, JOINTS))

    def send_text(self, message: EncodedMessage) -> None:
        self.told.append(message.text)


class Wire:
    """Carries messages from origins to a relay, unless it is cut."""

    def __init__(self, server: LiveServer) -> None:
        self.server, self.cut = server, False
        tokens = count()
        self.relay = Relay(self.clock, lambda: f"relayed-{next(tokens)}")
        self.asked: list[str] = []
        self.origins: dict[str, Origin] = {}
        self.origin("first")

    def clock(self) -> float:
        """The relay's clock."""
        return self.server.time.now - AHEAD

    def origin(self, name: str) -> Origin:
        """Add an origin of that name to the server's stages."""
        settings = BrokerSettings(("nats://nowhere",), "http://origin")
        origin = Origin(settings, self.server.scheduler, self.server.time, name=name)
        self.origins[name] = origin
        return origin

    async def run(self, frames: int = 1) -> None:
        """Let frames happen, and tell the relay."""
        for _ in range(frames):
            await self.server.watch(1)
            self.tick()

    def tick(self) -> None:
        """Send what the newest frames of all stages bring."""
        for origin in self.origins.values():
            origin.before_tick()
            origin.after_tick(list(self.server.scheduler.stages.values()))
            self.deliver(origin)

    def deliver(self, origin: Origin) -> None:
        """Carry all that an origin has to send; the relay may then ask."""
        for subject, data in origin.take():
            if self.cut:
                continue
            if subject.endswith("told"):
                self.relay.receive_told(origin.name, data)
            elif self.relay.receive_frames(origin.name, data):
                self.ask(origin)

    def ask(self, origin: Origin) -> None:
        self.asked.append(origin.name)
        self.relay.receive_clock(origin.name, self.clock(), self.server.time.now)
        report = Report.decoded(origin.report().encoded())
        self.relay.receive_report(origin.name, report)
