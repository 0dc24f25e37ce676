"""Two servers without a broker: one shows a stage that both have, and takes over the other's."""

import asyncio
import re
from itertools import count

import numpy as np
import pytest

from motion.clip import Clip, Pose
from server.broker.messages import Report, Told
from server.broker.relay import FORGOTTEN, SILENT, Relay
from server.stages.origin import BrokerSettings, Origin
from server.stages.scheduler import ServerSettings
from server.stages.stage import Stage
from server.stages.standby import DEAD, LISTEN, ROUND, Standby
from server.stages.take_over import TakeOver
from server.wire.messages import Set
from tests.server.live_server import LiveServer

STEP = 1 / 30


class Node:
    """A server, all of whose parts a test moves."""

    def __init__(self, name: str, hall: "Hall", most_stages: int = 8) -> None:
        self.hall = hall
        self.server = LiveServer(settings=ServerSettings(most_stages=most_stages))
        self.scheduler = self.server.scheduler
        self.scheduler._clock = hall.clock
        settings = BrokerSettings(("nats://nowhere",))
        self.origin = Origin(settings, self.scheduler, hall.clock, name=name)
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
            TakeOver(self.scheduler, hall.clock),
        )
        self.scheduler.attendants = [self.standby, self.origin]

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

    def __init__(self) -> None:
        self.now = 1000.0
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


@pytest.fixture
async def hall() -> Hall:
    return Hall()


async def test_the_first_keeps_a_stage_and_the_second_is_refused_by_name(hall: Hall) -> None:
    first = hall.node("z")
    await hall.run(LISTEN + 0.3)
    second = hall.node("a")
    await hall.run(1.0)
    assert (first.shows, second.shows) == ({"default"}, set())
    refused = "expected a name that no other server shows, got default, as z does"
    assert second.server.stage.refused == refused
    assert second.server.faults == {"stage default: BhavaError": 1}
    assert first.server.faults == {}


async def test_of_two_that_begin_at_once_one_keeps_the_stage(hall: Hall) -> None:
    nodes = [hall.node("b"), hall.node("a")]
    await hall.run(LISTEN + 1.0)
    assert [node.shows for node in nodes] == [set(), {"default"}]
    told = [(each.stage, each.message.type) for each in hall.told]
    assert told.count(("default", "hello")) == 2
    assert ("default", "refused") not in told


async def test_a_dead_server_s_stages_come_up_elsewhere_as_they_were(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    resumed: list[tuple[str, Clip]] = []
    monkeypatch.setattr(Stage, "resume", lambda stage, clip: resumed.append((stage.name, clip)))
    first = hall.node("a")
    first.server.make("hall")
    await hall.run(LISTEN + 0.3)
    second = hall.node("b")
    wish = Set(energy=1.6, emotion={"happy": 0.5}, mode="solo")
    first.scheduler.stage("hall").set(wish, hall.now)
    await hall.run(3.0)
    last = first.scheduler.stage("hall").newest.figures[0].pose
    hall.nodes.remove(first)
    await hall.run(DEAD + 0.3)
    assert second.shows == {"default", "hall"}
    ours = second.scheduler.stage("hall")
    assert (ours.controls.energy, ours.controls.emotion) == (1.6, {"happy": 0.5})
    assert ours.controls.mode == "solo"
    [history] = [clip for name, clip in resumed if name == "hall"]
    assert len(history) > 80
    np.testing.assert_allclose(history.pose(-1).hips, last.hips, atol=0.001)
    assert second.server.faults == {"stage default: BhavaError": 1}


async def test_a_server_that_comes_back_does_not_take_its_stages_back(hall: Hall) -> None:
    first = hall.node("a")
    await hall.run(LISTEN + 0.3)
    second = hall.node("b")
    await hall.run(1.0)
    hall.nodes.remove(first)
    await hall.run(DEAD + ROUND)
    again = hall.node("0")
    await hall.run(1.0)
    assert (second.shows, again.shows) == ({"default"}, set())


async def test_a_server_without_room_leaves_a_stage_to_the_next(hall: Hall) -> None:
    first = hall.node("a")
    first.server.make("hall")
    await hall.run(LISTEN + 0.3)
    full, free = hall.node("b", most_stages=1), hall.node("c")
    await hall.run(1.0)
    hall.nodes.remove(first)
    await hall.run(DEAD + ROUND + 0.3)
    assert "hall" in free.shows
    assert "hall" not in full.scheduler.stages


async def lose(hall: Hall, first: Node) -> None:
    """Let a server die, the moment that its stages are known to the others."""
    await hall.run(1.0)
    hall.nodes.remove(first)


async def test_stages_that_lived_come_up_within_five_seconds_on_a_server_that_is_busy(
    hall: Hall,
) -> None:
    first = hall.node("a")
    first.server.make("hall")
    first.server.make("cellar")
    await hall.run(LISTEN + 0.3)
    busy = hall.node("b")
    busy.scheduler.times.expected = lambda _: 1.0
    await lose(hall, first)
    await hall.run(DEAD + ROUND - 0.2)
    assert busy.shows == {"default"}
    waits = busy.server.stage.refused
    assert re.match("stage (hall|cellar) of a lost server waits for room: expected a tick", waits)
    await hall.run(0.4)
    assert busy.shows == {"default", "hall", "cellar"}
    got = "expected a server with time for hall, got none: it is shown here all the same"
    assert busy.scheduler.stage("hall").refused == got
    assert "hall" not in busy.others.stages


async def test_a_busy_server_leaves_a_stage_to_one_that_has_time(hall: Hall) -> None:
    first = hall.node("a")
    first.server.make("hall")
    await hall.run(LISTEN + 0.3)
    nodes = hall.node("b"), hall.node("c")
    await lose(hall, first)
    for node in nodes:
        node.scheduler.times.expected = lambda _: 1.0
    _, later = sorted(nodes, key=lambda node: node.standby._turns_by("hall", DEAD), reverse=True)
    del later.scheduler.times.expected
    await hall.run(DEAD + ROUND - 0.1)
    assert "hall" in later.shows
    assert later.scheduler.stage("hall").refused == ""


async def test_a_stage_without_a_place_is_told_and_comes_up_when_there_is_one(hall: Hall) -> None:
    first = hall.node("a")
    first.server.make("hall")
    await hall.run(LISTEN + 0.3)
    full = hall.node("b", most_stages=2)
    full.server.make("attic")
    await lose(hall, first)
    await hall.run(DEAD + 2 * ROUND)
    told = "stage hall of a lost server waits for room: expected at most 2 stages, got another"
    assert full.server.stage.refused == told
    hall.now += 2 * FORGOTTEN
    full.others.look()
    full.scheduler.end("attic")
    await hall.run(2 * ROUND)
    assert full.shows == {"default", "hall"}


async def test_of_two_that_take_a_stage_over_at_once_one_ends_its_own(hall: Hall) -> None:
    first = hall.node("z")
    first.server.make("hall")
    await hall.run(LISTEN + 0.3)
    nodes = [hall.node("b"), hall.node("a")]
    await lose(hall, first)
    for node in nodes:
        node.standby._turns_by = lambda _, silence: int(silence > DEAD)
    await hall.run(DEAD + 1.0)
    assert [name for node in nodes for name in node.scheduler.stages].count("hall") == 1
    assert [name for node in nodes for name in node.shows].count("hall") == 1
    assert ("hall", "refused") not in [(each.stage, each.message.type) for each in hall.told]


async def test_a_control_that_is_refused_takes_no_other_with_it(hall: Hall) -> None:
    first = hall.node("a")
    first.server.make("hall")
    await hall.run(LISTEN + 0.3)
    second = hall.node("b")
    beat = {"bpm": 100.0, "at": hall.now, "by": "hand"}
    wish = {"energy": 1.6, "tempo": "hand", "beat": beat, "emotion": {"happy": 0.5}}
    first.scheduler.stage("hall").set(Set.model_validate(wish), hall.now)
    await hall.run(1.0)
    lost = second.others.stages["hall"]
    odd = lost.hello.controls.model_copy(update={"emotion": {"never": 1.0}})
    lost.hello = lost.hello.model_copy(update={"controls": odd})
    hall.nodes.remove(first)
    await hall.run(DEAD + ROUND)
    ours = second.scheduler.stage("hall").controls
    assert (ours.energy, ours.tempo, ours.beat) == (1.6, "hand", odd.beat)
    assert "never" not in ours.emotion
    assert second.server.faults["take-over: BhavaError"] == 1


async def test_nobody_is_gone_when_the_broker_is(hall: Hall) -> None:
    first = hall.node("a")
    await hall.run(LISTEN + 0.3)
    second = hall.node("b")
    await hall.run(1.0)
    first.connected = second.connected = False
    await hall.run(2 * DEAD)
    second.connected = True
    await hall.run(SILENT)
    first.connected = True
    await hall.run(DEAD)
    assert (first.shows, second.shows) == ({"default"}, set())
    assert second.server.faults == {"stage default: BhavaError": 1}


async def test_without_take_over_a_server_shows_its_own_again(hall: Hall) -> None:
    first = hall.node("a")
    first.server.make("hall")
    await hall.run(LISTEN + 0.3)
    second = hall.node("b")
    second.standby._take_over = None
    await hall.run(1.0)
    hall.nodes.remove(first)
    await hall.run(DEAD + ROUND)
    assert second.shows == {"default"}


async def test_a_partner_goes_on_from_motion_that_was_shown_elsewhere(hall: Hall) -> None:
    node = hall.node("a")
    await hall.run(1.0)
    stage = node.server.stage
    pose = stage.newest.figures[0].pose
    there = Pose(pose.hips + np.array([1.2, 0.0, 0.0]), pose.rotations)
    sequence = stage.newest.sequence
    stage.resume(Clip.from_poses([there] * 60, 30.0))
    await hall.run(2 * STEP)
    assert stage.newest.figures[0].pose.hips[0] > pose.hips[0] + 0.9
    assert stage.newest.sequence == sequence + 2
