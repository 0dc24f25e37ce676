import json
from typing import Any

import pytest

from motion.skeleton import CANONICAL
from server.dance import Dance
from server.faults import Faults
from server.messages import Emotion, Energy, Played, TakeUp
from server.outbox import Outbox
from server.performer import Performer
from server.protocol import Refusal, decode_frame
from server.session import Join
from server.sources import BrowserSource
from server.stage import STALLED, Stage
from tests.server.doubles import CONTRACT, EMOTIONS, ScriptedSource, SwayingPartner, seen


class House:
    """A stage and its clock; what is sent is read from the outboxes."""

    def __init__(self, accepts_performers: bool = True) -> None:
        self.now = 10.0
        self.source = ScriptedSource()
        self.partner = SwayingPartner()
        faults = Faults()
        self.browser = BrowserSource(lambda: self.now)
        performer = Performer(self.source, self.browser, faults)
        dance = Dance(CONTRACT, lambda _: self.partner, performer, faults, seed=0)
        self.stage = Stage(CONTRACT, dance, faults, accepts_performers)

    def tick(self, times: int = 1, watched: bool = False) -> None:
        for _ in range(times):
            self.source.waiting = seen(self.now) if watched else None
            self.stage.publish(self.stage.advance(self.now))
            self.now += 1 / 30

    def join(self, role: str = "viewer") -> Outbox:
        outbox = Outbox()
        self.stage.receive(outbox, Join(role))
        return outbox


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


def refusal(house: House, outbox: Outbox, event: Any) -> str:
    with pytest.raises(Refusal) as caught:
        house.stage.receive(outbox, event)
    return caught.value.name


async def test_who_joins_gets_all_that_is_needed_to_draw() -> None:
    house = House()
    house.tick(5)
    viewer = house.join()
    hello = await waiting(viewer, "hello")
    assert (hello["version"], hello["model"], hello["fps"]) == (1, "sway", 30.0)
    assert hello["skeleton"]["joints"] == list(CANONICAL.joints)
    assert hello["skeleton"]["parents"] == list(CANONICAL.parents)
    assert hello["skeleton"]["rest_offsets"] == CANONICAL.rest_offsets.tolist()
    assert hello["emotions"] == list(EMOTIONS)
    assert hello["controls"] == {"type": "controls", "emotion": {"neutral": 1.0}, "energy": 1.0}
    assert hello["status"]["viewers"] == 1
    assert (await waiting(viewer, "frame")).sequence == 4


async def test_a_frame_goes_to_all_as_the_same_bytes() -> None:
    house = House()
    viewers = [house.join() for _ in range(3)]
    for viewer in viewers:
        await viewer.next()
    house.tick()
    assert len({id(await viewer.next()) for viewer in viewers}) == 1


async def test_controls_colour_the_motion_and_are_told_to_all() -> None:
    house = House()
    one, other = house.join(), house.join()
    house.stage.receive(one, Emotion(weights={"sad": 0.5, "happy": 0.25}))
    house.stage.receive(other, Energy(value=1.5))
    for viewer in (one, other):
        told = await waiting(viewer, "controls")
        assert told["emotion"] == {"sad": 0.5, "happy": 0.25}
        assert told["energy"] == 1.5
    house.tick()
    assert house.partner.asked[-1] == ([0.0, 0.25, 0.5], 1.5)
    assert (await waiting(one, "frame")).emotion.tolist() == [0.0, 0.25, 0.5]


def test_controls_out_of_range_are_refused_and_change_nothing() -> None:
    house = House()
    viewer = house.join()
    before = house.stage.controls
    wrong = [
        Emotion(weights={"furious": 1.0}),
        Emotion(weights={"sad": 1.6}),
        Emotion(weights={"sad": -0.1, "happy": 1.0}),
        Emotion(weights={"sad": 1.0, "happy": 0.6}),
        Energy(value=0.4),
        Energy(value=2.1),
    ]
    assert {refusal(house, viewer, event) for event in wrong} == {"invalid_message"}
    assert house.stage.controls == before


async def test_status_is_told_when_it_changes() -> None:
    house = House()
    viewer = house.join()
    house.tick()
    assert (await waiting(viewer, "status"))["viewers"] == 1
    other = house.join()
    house.source.state = "lost"
    house.tick()
    status = await waiting(viewer, "status")
    assert (status["viewers"], status["source_state"], status["source"]) == (2, "lost", "scripted")
    house.stage.leave(other)
    house.tick(60, watched=True)
    status = await waiting(viewer, "status")
    assert (status["viewers"], status["performer"]) == (1, "present")


async def test_a_performer_takes_the_place_of_the_source() -> None:
    house = House()
    performer = house.join("performer")
    house.tick(5, watched=True)
    for _ in range(70):
        house.stage.receive(performer, seen(house.now + 500))
        house.tick()
    assert house.stage.status.source == "browser"
    assert house.stage.status.performer == "present"
    assert len(house.partner.taken_up) == 1
    house.stage.leave(performer)
    house.tick(90, watched=True)
    assert house.stage.status.source == "scripted"


def test_landmarks_of_a_viewer_are_refused() -> None:
    house = House()
    assert refusal(house, house.join(), seen(1.0)) == "not_performer"


def test_one_performer_at_a_time() -> None:
    house = House()
    first, second = house.join("performer"), Outbox()
    house.stage.receive(first, seen(1.0))
    assert refusal(house, second, Join("performer")) == "performer_taken"
    house.stage.leave(first)
    house.stage.receive(second, Join("performer"))


async def test_a_performer_that_sends_nothing_gives_way() -> None:
    house = House()
    first = house.join("performer")
    house.stage.receive(first, seen(1.0))
    house.now += BrowserSource.SILENCE + 0.1
    second = house.join("performer")
    house.stage.receive(second, seen(1.0))
    assert (await waiting(first, "refused"))["name"] == "performer_taken"
    assert await waiting(first, "close") == 4409
    house.stage.leave(first)
    house.stage.receive(second, seen(1.1))


async def test_a_stage_that_keeps_to_its_camera_makes_performers_viewers() -> None:
    house = House(accepts_performers=False)
    visitor = house.join("performer")
    assert (await waiting(visitor, "refused"))["name"] == "source_not_browser"
    await waiting(visitor, "hello")
    assert refusal(house, visitor, seen(1.0)) == "not_performer"


def test_taking_up_needs_a_performer() -> None:
    house = House()
    viewer = house.join()
    assert refusal(house, viewer, TakeUp()) == "performer_absent"
    house.tick(90, watched=True)
    taken = len(house.partner.taken_up)
    house.stage.receive(viewer, TakeUp())
    house.tick(1, watched=True)
    assert len(house.partner.taken_up) == taken + 1


def test_acknowledgements_tell_how_far_behind_a_viewer_is() -> None:
    house = House()
    viewer, _ = house.join(), house.join()
    assert house.stage.behind == []
    house.tick(10)
    house.stage.receive(viewer, Played(sequence=6))
    assert house.stage.behind == [3]
    house.stage.receive(viewer, Played(sequence=2**32 - 1))
    assert house.stage.behind == [0]


def test_it_is_ready_when_frames_and_landmarks_flow() -> None:
    house = House()
    assert not house.stage.ready(house.now)
    house.tick()
    assert house.stage.ready(house.now)
    house.source.state = "lost"
    assert not house.stage.ready(house.now)
    house.source.state = "delivering"
    assert not house.stage.ready(house.now + STALLED + 0.1)


async def test_all_are_told_when_it_closes() -> None:
    house = House()
    viewers = [house.join(), house.join("performer")]
    house.stage.close()
    assert [await waiting(viewer, "close") for viewer in viewers] == [1001, 1001]
