"""Servers without a broker that hear one another, moved by a test."""

import asyncio
from itertools import count
from pathlib import Path

from server.broker.messages import Report, Told
from server.broker.relay import Relay
from server.stages.crowd_desk import CrowdDesk, CrowdSettings
from server.stages.cue_desk import CueDesk
from server.stages.origin import BrokerSettings, Origin
from server.stages.scheduler import ServerSettings
from server.stages.standby import Standby
from server.stages.take_over import TakeOver
from tests.server.live_server import LiveServer

STEP = 1 / 30


class Node:
    """A server, all of whose parts a test moves."""

    def __init__(self, name: str, hall: "Hall", most_stages: int = 8) -> None:
        self.hall = hall
        self.server = LiveServer(
            settings=ServerSettings(most_stages=most_stages), takes=hall.folder / name
        )
        self.scheduler = self.server.scheduler
        self.scheduler._clock = hall.clock
        settings = BrokerSettings(("nats://nowhere",))
        self.votes = CrowdDesk(CrowdSettings(), self.scheduler, hall.clock, hall.clock)
        self.cues = CueDesk(hall.folder / name, self.scheduler.services.faults, hall.clock)
        self.origin = Origin(settings, self.scheduler, hall.clock, name=name, cued=self.cues.cued)
        self.origin.listens = True
        tokens = count()
        self.others = Relay(hall.clock, lambda: f"token-{next(tokens)}", keeps_lost=True)
        self.connected = True
        self.standby = Standby(
            self.origin,
            self.others,
            lambda: self.connected,
            self.scheduler,
            hall.clock,
            TakeOver(self.scheduler, hall.clock, self.votes, self.cues),
        )
        self.scheduler.attendants = [self.cues, self.votes, self.standby, self.origin]

    @property
    def shows(self) -> set[str]:
        """Names of the stages that relays are told of."""
        return {hello.stage for hello in self.origin.report().stages}

    def tick(self) -> list[tuple[str, bytes]]:
        now = self.hall.clock()
        for attendant in self.scheduler.attendants:
            attendant.before_tick()
        made = self.scheduler.tick(now, list(self.scheduler.stages.values()))
        self.scheduler._publish(made, now)
        return self.origin.take() if self.connected else []

    def hear(self, other: "Node", subject: str, data: bytes) -> None:
        if subject.endswith("told"):
            self.others.receive_told(other.origin.name, data)
        elif self.others.receive_frames(other.origin.name, data):
            self.others.receive_clock(other.origin.name, self.hall.now, self.hall.now)
            report = Report.decoded(other.origin.report().encoded())
            self.others.receive_report(other.origin.name, report)


class Hall:
    """Servers that hear one another."""

    def __init__(self, folder: Path) -> None:
        self.now, self.folder = 1000.0, folder
        self.nodes: list[Node] = []
        self.told: list[Told] = []

    def clock(self) -> float:
        return self.now

    def node(self, name: str, most_stages: int = 8) -> Node:
        node = Node(name, self, most_stages)
        self.nodes.append(node)
        return node

    async def run(self, seconds: float) -> None:
        for _ in range(round(seconds / STEP)):
            self.now += STEP
            for node, sent in [(node, node.tick()) for node in self.nodes]:
                self.told += [Told.decoded(data) for subject, data in sent if "told" in subject]
                for other in self.nodes:
                    if other is not node and other.connected:
                        for subject, data in sent:
                            other.hear(node, subject, data)
            while coming := [task for node in self.nodes for task in node.standby._coming.values()]:
                await asyncio.wait(coming)
                await asyncio.sleep(0)


async def lose(hall: Hall, first: Node) -> None:
    """Let a server die, the moment that its stages are known to the others."""
    await hall.run(1.0)
    hall.nodes.remove(first)
