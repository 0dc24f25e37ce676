import json
from itertools import pairwise
from typing import Any

import pytest

from motion.skeleton import CANONICAL
from server.access.keyring import Role
from server.capture.sources import BrowserSource
from server.stages.assemble import first_controls
from server.stages.scheduler import ServerSettings
from server.stages.stage import STALLED, Stage
from server.wire.messages import Hello, Played, Set, TakeUp
from server.wire.outbox import Outbox
from server.wire.protocol import Refusal, decode_frame
from server.wire.seat import SeatPolicy
from server.wire.session import Join
from tests.server.doubles import CONTRACT, EMOTIONS, ScriptedSource, SwayingEngine, seen
from tests.server.live_server import scheduler_of


class StageHarness:
    """A stage and its clock; what is sent is read from the outboxes."""

    def __init__(self, seat: SeatPolicy = "refuse") -> None:
        self.now = 10.0
        self.source = ScriptedSource()
        self.engine = SwayingEngine()
        self.scheduler = scheduler_of(
            lambda _: self.engine, (CONTRACT.name,), lambda: self.now, ServerSettings()
        )
        controls = first_controls(self.scheduler, CONTRACT.name, 0)
        self.stage: Stage = self.scheduler.make("default", self.source, controls, seat)

    def tick(self, times: int = 1, watched: bool = False) -> None:
        for _ in range(times):
            self.source.waiting = seen(self.now) if watched else None
            for stage, frame, encoded, report in self.scheduler.tick(self.now, [self.stage]):
                stage.publish(frame, encoded, report)
            self.now += 1 / 30

    def join(self, role: Role = "viewer") -> Outbox:
        outbox = Outbox()
        self.stage.receive(outbox, Join(Hello(version=2, role=role)), self.now)
        return outbox

    def refusal(self, outbox: Outbox, event: Any) -> str:
        with pytest.raises(Refusal) as caught:
            self.stage.receive(outbox, event, self.now)
        return caught.value.name


async def waiting(outbox: Outbox, kind: str) -> Any:
    """The next message of a kind; what comes before it is dropped."""
    while True:
        message = await outbox.next()
        if isinstance(message, bytes):
            found, value = "frame", decode_frame(message, len(CANONICAL.joints))
        elif isinstance(message, int):
            found, value = "close", message
        else:
            found, value = json.loads(message)["type"], json.loads(message)
        if found == kind:
            return value


async def test_who_joins_gets_all_that_is_needed_to_draw() -> None:
    harness = StageHarness()
    harness.tick(5)
    viewer = harness.join()
    hello = await waiting(viewer, "hello")
    assert (hello["version"], hello["model"], hello["fps"]) == (2, "sway", 30.0)
    assert hello["models"] == ["sway"]
    assert hello["skeleton"]["joints"] == list(CANONICAL.joints)
    assert hello["skeleton"]["parents"] == list(CANONICAL.parents)
    assert hello["skeleton"]["rest_offsets"] == CANONICAL.rest_offsets.tolist()
    assert hello["emotions"] == list(EMOTIONS)
    assert hello["controls"]["emotion"] == {"neutral": 1.0}
    assert hello["status"]["viewers"] == 1
    assert (await waiting(viewer, "frame")).sequence == 4


async def test_a_frame_goes_to_all_as_the_same_bytes() -> None:
    harness = StageHarness()
    viewers = [harness.join() for _ in range(3)]
    for viewer in viewers:
        await viewer.next()
    harness.tick()
    assert len({id(await viewer.next()) for viewer in viewers}) == 1


async def test_controls_colour_the_motion_and_are_told_to_all() -> None:
    harness = StageHarness()
    operator, viewer = harness.join("operator"), harness.join()
    harness.stage.receive(operator, Set(emotion={"sad": 0.5, "happy": 0.25}), harness.now)
    harness.stage.receive(operator, Set(energy=1.5), harness.now)
    harness.tick(30)
    for client in (operator, viewer):
        told = await waiting(client, "controls")
        assert told["emotion"] == {"sad": 0.5, "happy": 0.25}
        assert told["energy"] == 1.5
    assert (await waiting(viewer, "frame")).emotion.tolist() == [0.0, 0.25, 0.5]
    lively = harness.engine.asked[0]
    harness.stage.receive(operator, Set(energy=0.5), harness.now)
    harness.tick(30)
    assert harness.engine.asked[0] < 0.6 * lively


async def test_a_moved_control_is_told_ten_times_a_second_and_at_last_as_it_is() -> None:
    harness = StageHarness()
    operator = harness.join("operator")
    viewers = [harness.join() for _ in range(3)]
    told: list[list[str]] = [[] for _ in viewers]
    for step in range(240):
        # Far more often than frames are made.
        harness.stage.receive(operator, Set(energy=1 + step / 240), harness.now)
        if step % 4 == 3:
            harness.tick()
        for heard, viewer in zip(told, viewers, strict=True):
            heard += await texts(viewer, "controls")
    assert 12 <= len(told[0]) <= 20
    # Encoded once: all viewers are sent the same text.
    assert len({id(text) for heard in told for text in heard}) == len(told[0])
    harness.tick(4)
    assert (await waiting(viewers[0], "controls"))["energy"] == 1 + 239 / 240


async def texts(outbox: Outbox, kind: str) -> list[str]:
    """All texts of a kind that wait; all else is dropped."""
    found = [await outbox.next() for _ in range(outbox.waiting)]
    return [text for text in found if isinstance(text, str) and json.loads(text)["type"] == kind]


async def test_a_fade_takes_its_time_and_ends_where_it_should() -> None:
    harness = StageHarness()
    operator = harness.join("operator")
    harness.tick()
    harness.stage.receive(operator, Set(emotion={"happy": 1.0}, fade=2.0), harness.now)
    shares = []
    for _ in range(75):
        harness.tick()
        shares.append(float((await waiting(operator, "frame")).emotion[1]))
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert shares[30] == pytest.approx(0.5, abs=0.1)
    assert max(b - a for a, b in pairwise(shares)) < 0.15


async def test_a_fade_goes_on_while_something_else_is_set() -> None:
    harness = StageHarness()
    operator = harness.join("operator")
    harness.tick()
    harness.stage.receive(operator, Set(emotion={"happy": 1.0}, energy=2.0, fade=2.0), harness.now)
    harness.tick(30)
    harness.stage.receive(operator, Set(look="ink", energy=0.5), harness.now)
    harness.tick(2)
    assert float((await waiting(operator, "frame")).emotion[1]) == pytest.approx(0.5, abs=0.1)
    harness.tick(30)
    assert float((await waiting(operator, "frame")).emotion[1]) == 1.0


def test_controls_out_of_range_are_refused_and_change_nothing() -> None:
    harness = StageHarness()
    operator = harness.join("operator")
    before = harness.stage.controls
    wrong = [
        Set(emotion={"furious": 1.0}),
        Set(emotion={"sad": 1.0, "happy": 0.6}),
    ]
    assert {harness.refusal(operator, wish) for wish in wrong} == {"invalid_message"}
    assert harness.refusal(operator, Set(model="nobody")) == "unknown_model"
    assert harness.stage.controls == before


async def test_status_is_told_when_it_changes() -> None:
    harness = StageHarness()
    viewer = harness.join()
    harness.tick()
    assert (await waiting(viewer, "status"))["viewers"] == 1
    other = harness.join()
    harness.source.state = "lost"
    harness.tick()
    status = await waiting(viewer, "status")
    assert (status["viewers"], status["source_state"], status["source"]) == (2, "lost", "scripted")
    harness.stage.leave(other, lost=False)
    harness.tick(60, watched=True)
    status = await waiting(viewer, "status")
    assert (status["viewers"], status["performer"], status["people"]) == (1, "present", 1)


async def test_a_performer_takes_the_place_of_the_source() -> None:
    harness = StageHarness()
    performer = harness.join("performer")
    harness.tick(5, watched=True)
    for _ in range(10):
        harness.stage.receive(performer, seen(harness.now), harness.now)
        harness.tick()
    assert harness.stage.status.source == "browser"
    assert harness.stage.status.performer == "present"
    harness.stage.leave(performer, lost=False)
    harness.tick(90, watched=True)
    assert harness.stage.status.source == "scripted"


def test_landmarks_are_the_performers() -> None:
    harness = StageHarness()
    assert harness.refusal(harness.join(), seen(1.0)) == "not_performer"


async def test_a_performer_that_sends_nothing_gives_way() -> None:
    harness = StageHarness()
    first = harness.join("performer")
    harness.stage.receive(first, seen(1.0), harness.now)
    harness.now += BrowserSource.SILENCE + 0.1
    second = harness.join("performer")
    harness.stage.receive(second, seen(1.0), harness.now)
    assert (await waiting(first, "refused"))["name"] == "performer_taken"
    assert await waiting(first, "close") == 4409
    harness.stage.leave(first, lost=True)
    harness.stage.receive(second, seen(1.1), harness.now)


async def test_a_stage_that_keeps_to_its_camera_makes_performers_viewers() -> None:
    harness = StageHarness("closed")
    visitor = harness.join("performer")
    assert (await waiting(visitor, "refused"))["name"] == "source_not_browser"
    assert (await waiting(visitor, "hello"))["role"] == "viewer"
    assert harness.refusal(visitor, seen(1.0)) == "not_performer"


def test_who_has_the_seat_sets_mode_and_emotion_and_nothing_else() -> None:
    harness = StageHarness()
    harness.tick()
    performer = harness.join("performer")
    harness.stage.receive(performer, seen(harness.now), harness.now)
    harness.stage.receive(performer, Set(mode="mirror", emotion={"happy": 1.0}), harness.now)
    set_by_performer = harness.stage.controls
    assert (set_by_performer.mode, set_by_performer.emotion) == ("mirror", {"happy": 1.0})
    assert harness.refusal(performer, Set(mode="duet", energy=2.0)) == "not_operator"
    assert harness.refusal(harness.join(), Set(mode="duet")) == "not_operator"
    assert harness.stage.controls == set_by_performer


async def test_taking_up_needs_a_performer_and_then_shows() -> None:
    harness = StageHarness()
    operator = harness.join("operator")
    assert harness.refusal(operator, TakeUp()) == "performer_absent"
    harness.tick(75, watched=True)
    harness.stage.receive(operator, TakeUp(), harness.now)
    taken_up = []
    for _ in range(15):
        harness.tick(watched=True)
        taken_up.append((await waiting(operator, "frame")).figures[0].taken_up)
    assert sum(taken_up) == 1


def test_acknowledgements_tell_how_far_behind_a_viewer_is() -> None:
    harness = StageHarness()
    viewer, _ = harness.join(), harness.join()
    assert harness.stage.audience.behind == []
    harness.tick(10)
    harness.stage.receive(viewer, Played(sequence=6), harness.now)
    assert harness.stage.audience.behind == [3]
    harness.stage.receive(viewer, Played(sequence=12), harness.now)
    assert harness.stage.audience.behind == [0]


def test_it_is_ready_when_frames_and_landmarks_flow() -> None:
    harness = StageHarness()
    assert not harness.stage.ready(harness.now)
    harness.tick()
    assert harness.stage.ready(harness.now)
    harness.source.state = "lost"
    assert not harness.stage.ready(harness.now)
    harness.source.state = "delivering"
    assert not harness.stage.ready(harness.now + STALLED + 0.1)


async def test_all_are_told_when_it_closes() -> None:
    harness = StageHarness()
    viewers = [harness.join(), harness.join("performer")]
    harness.stage.close()
    assert [await waiting(viewer, "close") for viewer in viewers] == [1001, 1001]
