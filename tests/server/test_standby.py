"""Two servers without a broker: one shows a stage that both have, and takes over the other's."""

import re
from pathlib import Path

import numpy as np
import pytest

from motion.clip import Clip, Pose
from server.broker.messages import Report
from server.broker.relay import FORGOTTEN, SILENT
from server.stages.node import room_in
from server.stages.stage import Stage
from server.stages.standby import DEAD, LISTEN, ROUND
from server.wire.messages import Set
from tests.server.hall import STEP, Hall, lose


@pytest.fixture
async def hall(tmp_path: Path) -> Hall:
    return Hall(tmp_path)


async def test_the_first_keeps_a_stage_and_the_second_is_refused_by_name(hall: Hall) -> None:
    first = hall.node("z")
    await hall.run(LISTEN + 0.3)
    second = hall.node("a")
    await hall.run(1.0)
    assert (first.shows, second.shows) == ({"default"}, set())
    refused = "expected a name that no other server shows, got default, as z does"
    assert str(second.server.stage.refused) == refused
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
    waits = str(busy.server.stage.refused)
    assert re.match("stage (hall|cellar) of a lost server waits for room: expected a tick", waits)
    await hall.run(0.4)
    assert busy.shows == {"default", "hall", "cellar"}
    got = "expected a server with time for hall, got none: it is shown here all the same"
    assert str(busy.scheduler.stage("hall").refused) == got
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
    assert later.scheduler.stage("hall").refused is None


async def test_a_stage_without_a_place_is_told_and_comes_up_when_there_is_one(hall: Hall) -> None:
    first = hall.node("a")
    first.server.make("hall")
    await hall.run(LISTEN + 0.3)
    full = hall.node("b", most_stages=2)
    full.server.make("attic")
    await lose(hall, first)
    await hall.run(DEAD + 2 * ROUND)
    told = "stage hall of a lost server waits for room: expected at most 2 stages, got another"
    assert str(full.server.stage.refused) == told
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


async def test_a_full_server_names_those_with_room(hall: Hall) -> None:
    full = hall.node("full", most_stages=1)
    free = hall.node("free")
    reports = [Report.decoded(node.origin.report().encoded()) for node in (full, free)]
    assert [bool(report.full) for report in reports] == [True, False]
    here = [report.model_copy(update={"address": "http://here:8000"}) for report in reports]
    assert str(room_in(here)) == "there is room at http://here:8000"
    assert str(room_in(here[:1])) == "no other server has room either"
