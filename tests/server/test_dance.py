import numpy as np
import pytest

from motion.clip import Pose
from server.dance import AWAY, SETTLE, SHORTEST_CONTEXT, TAKE_UP_EVERY, Dance, TakeUps
from server.faults import Faults
from server.performer import Performer
from server.protocol import FrameMessage
from server.sources import BrowserSource
from tests.server.doubles import CONTRACT, ScriptedSource, SwayingPartner, seen

NEUTRAL = np.array([1.0, 0.0, 0.0], np.float32)
TICK = 1 / 30


class Floor:
    """A dance whose partners the test can reach."""

    def __init__(self) -> None:
        self.now = 50.0
        self.source = ScriptedSource()
        self.faults = Faults()
        self.partners: list[SwayingPartner] = []
        browser = BrowserSource(lambda: self.now)
        performer = Performer(self.source, browser, self.faults)
        self.dance = Dance(CONTRACT, self._partner, performer, self.faults, seed=7)

    def _partner(self, seed: int) -> SwayingPartner:
        self.partners.append(SwayingPartner(seed))
        return self.partners[-1]

    def advance(
        self, seconds: float, watched: bool = False, leap: float = 0.0
    ) -> list[FrameMessage]:
        """Let time pass, before a source whose clock may have leapt."""
        frames = []
        for _ in range(round(seconds * 30)):
            self.source.waiting = seen(self.now + leap) if watched else None
            frames.append(self.dance.advance(self.now, NEUTRAL, 1.25))
            self.now += TICK
        return frames


def due_times(present: list[bool], requests: tuple[int, ...] = ()) -> list[int]:
    """Ticks at which a take-up is due, for presence by tick."""
    take_ups, due = TakeUps(), []
    for tick, here in enumerate(present):
        if tick in requests:
            take_ups.request()
        if take_ups.due(here, tick * TICK):
            due.append(tick)
    return due


def test_a_performer_is_taken_up_once_settled_and_then_now_and_again() -> None:
    settle, every = round(SETTLE * 30), round(TAKE_UP_EVERY * 30)
    assert due_times([True] * 1200) == pytest.approx(
        [settle, settle + every, settle + 2 * every], abs=1
    )
    assert due_times([False] * 1200) == []


def test_a_performer_who_returns_is_taken_up_anew() -> None:
    away = round(AWAY * 30) + 2
    [first, second] = due_times([True] * 90 + [False] * away + [True] * 90)
    assert first == pytest.approx(60, abs=1)
    assert second == pytest.approx(90 + away + 60, abs=1)


def test_a_flicker_is_not_a_return() -> None:
    assert len(due_times([True] * 90 + [False] * 15 + [True] * 90)) == 1


def test_a_request_is_met_at_once_or_when_the_performer_has_settled() -> None:
    assert due_times([True] * 300, requests=(200,)) == pytest.approx([60, 200], abs=1)
    assert due_times([True] * 300, requests=(10,)) == pytest.approx([60], abs=1)
    assert due_times([False] * 100 + [True] * 100, requests=(10,)) == pytest.approx([160], abs=1)


def test_frames_are_numbered_timed_and_coloured() -> None:
    frames = Floor().advance(1.0)
    assert [frame.sequence for frame in frames] == list(range(30))
    assert [frame.time for frame in frames] == pytest.approx([50 + n / 30 for n in range(30)])
    assert all((frame.emotion == NEUTRAL).all() for frame in frames)
    assert frames[0].contacts.tolist() == [True, True, False, False]
    assert not any(frame.performer_present or frame.taken_up for frame in frames)


def test_the_partner_gets_the_controls_and_the_seed() -> None:
    floor = Floor()
    floor.advance(TICK)
    [partner] = floor.partners
    assert partner.seed == 7
    assert partner.asked == [([1.0, 0.0, 0.0], 1.25)]


def test_the_partner_takes_up_the_performers_last_seconds() -> None:
    floor = Floor()
    frames = floor.advance(3.0, watched=True)
    taken = [frame.sequence for frame in frames if frame.taken_up]
    [context] = floor.partners[0].taken_up
    assert taken == pytest.approx([60], abs=1)
    assert len(context) == pytest.approx(60, abs=2)
    assert all(frame.performer_present for frame in frames[1:])


def test_too_little_motion_is_not_taken_up_until_there_is_more() -> None:
    floor = Floor()
    floor.advance(1.8, watched=True)
    frames = floor.advance(2.0, watched=True, leap=50.0)
    assert [f.sequence for f in frames if f.taken_up] == pytest.approx([54 + 30], abs=2)
    [context] = floor.partners[0].taken_up
    assert context.seconds == pytest.approx(SHORTEST_CONTEXT, abs=0.1)


@pytest.mark.parametrize("how", ["fail", "blow_up"])
def test_a_partner_that_fails_is_replaced_and_the_show_goes_on(how: str) -> None:
    floor = Floor()
    good = floor.advance(1.0)[-1]
    setattr(floor.partners[0], how, RuntimeError("no") if how == "fail" else True)
    bad, *after = floor.advance(1.0)
    assert (bad.pose.hips == good.pose.hips).all()
    assert [frame.sequence for frame in after] == list(range(31, 60))
    assert [partner.seed for partner in floor.partners] == [7, 8]
    assert len({frame.pose.hips[0] for frame in after}) > 20
    assert sum(floor.faults.counts.values()) == 1


def test_a_partner_that_fails_to_take_up_is_replaced() -> None:
    floor = Floor()
    floor.advance(1.9, watched=True)
    floor.partners[0].fail = RuntimeError("no")
    frames = floor.advance(1.0, watched=True)
    assert not any(frame.taken_up for frame in frames[:1])
    assert all(np.isfinite(frame.pose.hips).all() for frame in frames)
    assert len(floor.partners) == 2


def test_a_partner_that_fails_at_once_leaves_a_figure_that_stands() -> None:
    floor = Floor()
    floor.partners[0].fail = RuntimeError("no")
    [frame] = floor.advance(TICK)
    assert (frame.pose.rotations == Pose.standing().rotations).all()
