"""What follows a stage to the server that takes it over."""

from pathlib import Path

import pytest

from server.crowd.tally import HALF_LIFE
from server.cues.cue_book import CueBook
from server.cues.cue_sheet import CueSheet
from server.stages.standby import DEAD, LISTEN, ROUND
from server.wire.messages import Set
from tests.server.hall import Hall, lose


@pytest.fixture
async def hall(tmp_path: Path) -> Hall:
    return Hall(tmp_path)


SHEET = CueSheet.model_validate(
    {"cues": [{"id": str(n), "name": f"cue {n}", "set": {"energy": 1 + n / 10}} for n in (1, 2, 3)]}
)


async def test_the_cue_list_and_its_place_follow_a_stage(hall: Hall) -> None:
    first = hall.node("a")
    first.server.make("hall")
    lost = first.scheduler.stage("hall")
    first.cues.book(lost).save(SHEET)
    await hall.run(LISTEN + 0.3)
    second = hall.node("b")
    own = CueBook(hall.folder / "b" / "hall.json")
    own.save(CueSheet(presets=SHEET.cues[:1]))
    await hall.run(0.5)
    first.cues.go(lost, "2", hall.now)
    await lose(hall, first)
    await hall.run(DEAD + ROUND)
    ours = second.scheduler.stage("hall")
    book = second.cues.book(ours)
    assert (book.sheet, book.current) == (SHEET, "2")
    second.cues.go(ours, None, hall.now)
    assert (book.current, ours.controls.energy) == ("3", 1.3)
    assert CueBook(hall.folder / "b" / "hall.json").sheet == SHEET
    assert CueBook(hall.folder / "b" / "hall.json.before").sheet == own.sheet


async def test_a_stage_without_cues_leaves_the_list_of_the_server_that_takes_it_over(
    hall: Hall,
) -> None:
    first = hall.node("a")
    await hall.run(LISTEN + 0.3)
    second = hall.node("b")
    second.cues.book(second.server.stage).save(SHEET)
    await lose(hall, first)
    await hall.run(DEAD + ROUND)
    assert second.shows == {"default"}
    assert second.cues.book(second.server.stage).sheet == SHEET


async def test_the_voice_of_the_crowd_follows_a_stage_and_fades_like_its_choices(
    hall: Hall,
) -> None:
    first = hall.node("a")
    first.server.make("hall")
    lost = first.scheduler.stage("hall")
    lost.set(Set(voting="open", audience_share=0.6), hall.now)
    await hall.run(LISTEN + 0.3)
    second = hall.node("b")
    for voter in range(4):
        first.votes.cast(lost, str(voter), "happy" if voter else "sad")
    await hall.run(4.0)
    told = dict(lost.controls.audience_emotion)
    assert sum(told.values()) > 0.6
    await lose(hall, first)
    await hall.run(DEAD + ROUND)
    ours = second.scheduler.stage("hall")
    assert (ours.controls.voting, ours.controls.audience_share) == ("open", 0.6)
    now = ours.controls.audience_emotion
    assert now == pytest.approx(told, abs=0.1)
    assert now["happy"] > 2 * now["sad"]
    hall.now += 3 * HALF_LIFE
    await hall.run(1.0)
    assert sum(ours.controls.audience_emotion.values()) < 0.2
    second.votes.cast(ours, "late", "sad")
    assert second.votes.result(ours).shares["sad"] > 0.5


async def test_a_take_that_was_recorded_goes_on_as_a_new_one(hall: Hall) -> None:
    first = hall.node("a")
    first.server.make("hall")
    await hall.run(LISTEN + 0.3)
    second = hall.node("b")
    first.scheduler.stage("hall").set(Set(recording=True), hall.now)
    await lose(hall, first)
    await hall.run(DEAD + ROUND)
    assert second.scheduler.stage("hall").controls.recording is True
    assert second.scheduler.stage("hall").take == "hall.take"
