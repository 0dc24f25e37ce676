"""Ableton Link: whose tempo is told when; `tests/peers/peer_link.py` has it from the library."""

from pathlib import Path

import pytest

from server.links.ableton_link import AbletonLink, Heard, Session, drift
from server.links.desk import Desk
from server.links.kinds import LinkSpec
from server.links.patch import StageView
from server.wire.messages import Beat, Controls, Set
from tests.server.instrument import state
from tests.server.live_server import LiveServer


class Musicians(Session):
    """A session that plays what a test writes down."""

    def __init__(self) -> None:
        self.heard = Heard(1, 120.0, 0.0)

    def read(self) -> Heard:
        return self.heard

    def leave(self) -> None:
        self.heard = Heard(0, 120.0, 0.0)


class Show:
    """A stage and its link, at a time of the test's own."""

    def __init__(self) -> None:
        self.now, self.beats = 100.0, list[Beat]()
        self.controls = Controls()
        self.session = Musicians()
        desk = Desk(
            self.stages, self.set_controls, lambda *_: None, lambda *_: None, lambda: self.now
        )
        self.link = AbletonLink("default", desk, lambda: self.session)

    def stages(self) -> list[StageView]:
        return [StageView("default", ("sad",), self.controls)]

    def set_controls(self, _: str, wish: Set) -> None:
        assert wish.beat is not None
        self.beats.append(wish.beat)

    def play(self, seconds: float, bpm: float = 120.0, tempo: str = "link", peers: int = 1) -> None:
        for _ in range(round(30 * seconds)):
            self.now += 1 / 30
            phase = (self.session.heard.phase + bpm / 60 / 30) % 4
            self.session.heard = Heard(peers, bpm, phase)
            self.controls = Controls.model_validate({"tempo": tempo})
            self.link.flush()


@pytest.fixture
async def show() -> Show:
    show = Show()
    await show.link.open()
    return show


async def test_a_steady_session_is_told_once_and_a_new_tempo_at_once(show: Show) -> None:
    show.play(10)
    ((bpm, at),) = [(beat.bpm, beat.at) for beat in show.beats]
    assert bpm == 120.0
    assert (at - 100.0) % 2.0 == pytest.approx(0.0, abs=1e-9)  # a bar began when it began to play
    show.play(1, bpm=126.0)
    assert [beat.bpm for beat in show.beats] == [120.0, 126.0]
    assert {beat.by for beat in show.beats} == {"link"}


async def test_a_clock_that_drifts_is_told_before_a_beat_is_a_millisecond_off(show: Show) -> None:
    show.play(1)
    show.now += 0.0008
    show.play(1)
    assert len(show.beats) == 2


async def test_another_timekeeper_is_left_alone_and_link_takes_over_when_chosen(show: Show) -> None:
    show.play(1, tempo="any")
    show.play(1, tempo="hand")
    show.play(1, peers=0)
    assert show.beats == []
    show.play(1)
    assert len(show.beats) == 1
    assert str(show.link.traffic.newest) == "120.0 bpm, 1 peers"


def test_beats_are_compared_across_the_end_of_a_bar() -> None:
    assert drift((120.0, 1.9999), (120.0, 2.0002), 50.0) == pytest.approx(-0.0003)
    assert drift((120.0, 0.0), (120.0, 2.0), 50.0) == pytest.approx(0.0)


async def test_a_library_that_is_missing_is_told_in_words(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr("server.links.ableton_link.import_module", missing)
    links = [LinkSpec(kind="ableton-link", address="default")]
    async with LiveServer().open(cues=tmp_path, links=links) as server:
        failed = (await state(server))["failed"]["text"]
        assert failed.endswith("got none: pip install 'bhava[ableton-link]'")
        assert "GPL" in failed
        await server.time.run(2)
        assert server.stage.newest is not None
