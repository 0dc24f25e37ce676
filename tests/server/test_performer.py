import numpy as np
import pytest

from motion.clip import Clip
from server.capture.landmarks import Landmarks
from server.capture.performer import Performer
from server.capture.sources import BrowserSource
from server.stages.faults import Faults
from tests.server.doubles import ScriptedSource, seen


class Room:
    """A performer before a scripted source, with a clock that the test moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.source = ScriptedSource()
        self.browser = BrowserSource(lambda: self.now)
        self.faults = Faults()
        self.performer = Performer(self.source, self.browser, self.faults)

    def watch(self, seconds: float, fps: float = 30.0, lift_rate: float = 0.0) -> None:
        """Let someone be seen for some seconds, by a source of a rate, at 30 updates a second."""
        shown = -1
        for tick in range(round(seconds * 30)):
            frame = int(tick / 30 * fps)
            if frame > shown:
                shown = frame
                self.source.waiting = seen(self.now, lift_rate * self.now)
            self.performer.update(self.now)
            self.now += 1 / 30

    def idle(self, seconds: float, landmarks: bool = False) -> None:
        """Let nobody be seen for some seconds, told by the source or by its silence."""
        for _ in range(round(seconds * 30)):
            self.source.waiting = Landmarks.nobody(self.now) if landmarks else None
            self.performer.update(self.now)
            self.now += 1 / 30

    def recent(self, frames: int = 128) -> Clip:
        clip = self.performer.recent(30.0, frames)
        assert clip is not None
        return clip


def test_who_is_seen_is_present_and_remembered() -> None:
    room = Room()
    assert (room.performer.present, room.performer.recent(30.0, 128)) == (False, None)
    room.watch(2.0)
    assert room.performer.present
    assert len(room.recent()) == 60


@pytest.mark.parametrize("fps", [10, 15, 24, 30])
def test_the_recent_motion_has_the_rate_that_is_asked_for(fps: float) -> None:
    room = Room()
    room.watch(6.0, fps, lift_rate=0.2)
    clip = room.recent()
    assert (clip.fps, len(clip)) == (30.0, 128)
    left_hand = clip.world_positions()[:, 8, 1]
    rise = np.diff(left_hand[20:])
    assert (rise > 0).all()
    assert rise.max() < 2.5 * np.median(rise)


def test_only_the_newest_frames_are_given() -> None:
    room = Room()
    room.watch(3.0, lift_rate=0.3)
    whole, end = room.recent(), room.recent(30)
    assert len(end) == 30
    np.testing.assert_allclose(end.rotations, whole.rotations[-30:], atol=1e-9)


@pytest.mark.parametrize("landmarks", [True, False])
def test_who_is_seen_no_more_is_absent(landmarks: bool) -> None:
    room = Room()
    room.watch(2.0)
    room.idle(2.5, landmarks)
    assert not room.performer.present


def test_motion_from_before_a_long_gap_is_forgotten() -> None:
    room = Room()
    room.watch(3.0)
    room.idle(3.0)
    room.watch(1.0)
    assert len(room.recent()) == 30


def test_a_clock_that_jumps_back_starts_anew() -> None:
    room = Room()
    room.watch(3.0)
    for frame in range(10):
        room.source.waiting = seen(frame / 30)
        room.performer.update(room.now)
    assert len(room.recent()) == 10


def test_a_failing_source_costs_its_frames_only() -> None:
    room = Room()
    room.watch(1.0)
    for _ in range(3):
        room.source.waiting = OSError("unplugged")
        room.performer.update(room.now)
    room.watch(1.0)
    assert room.performer.present
    assert room.faults.counts == {"performer: OSError": 3}


def test_a_browser_takes_the_place_of_the_source_while_it_sends() -> None:
    room = Room()
    room.watch(2.0)
    for frame in range(30):
        room.browser.receive(seen(1000 + frame / 30))
        room.source.waiting = seen(room.now)
        room.performer.update(room.now)
        room.now += 1 / 30
        assert room.source.waiting is None  # still asked: it may restart itself when it is
    assert room.performer.source is room.browser
    assert len(room.recent()) == 30
    room.watch(BrowserSource.SILENCE + 1.0)
    assert room.performer.source is room.source
    assert len(room.recent()) == pytest.approx(30, abs=1)
