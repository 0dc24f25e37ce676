from dataclasses import replace

import numpy as np
import pytest

from motion.clip import Clip, Pose
from server.capture.performer import Performer
from server.capture.performers import FIRST_POSED, Performers
from tests.server.doubles import seen


class Room:
    """Somebody who is followed, with a clock that the test moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.performer = Performer()

    def watch(self, seconds: float, fps: float = 30.0, lift_rate: float = 0.0) -> None:
        """Let them be seen for some seconds, by a source of a rate, at 30 updates a second."""
        shown = -1
        for tick in range(round(seconds * 30)):
            frame = int(tick / 30 * fps)
            if frame > shown:
                shown = frame
                [landmarks] = seen(self.now, lift_rate * self.now).people
                self.performer.update(landmarks, self.now, self.now)
            self.now += 1 / 30

    def idle(self, seconds: float, pictures: bool = False) -> None:
        """Let them be out of the picture for some seconds; or let there be no pictures."""
        for _ in range(round(seconds * 30)):
            if pictures:
                self.performer.update(None, self.now, self.now)
            self.now += 1 / 30

    @property
    def present(self) -> bool:
        return self.performer.present(self.now)

    def recent(self, frames: int = 128) -> Clip:
        clip = self.performer.recent(30.0, frames)
        assert clip is not None
        return clip


def test_who_is_seen_is_present_and_remembered() -> None:
    room = Room()
    assert (room.present, room.performer.recent(30.0, 128)) == (False, None)
    room.watch(2.0)
    assert room.present
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


@pytest.mark.parametrize("fps", [10, 30])
def test_the_live_motion_goes_on_evenly_between_pictures(fps: float) -> None:
    room = Room()
    room.watch(6.0, fps, lift_rate=0.2)
    hands = []
    for _ in range(15):
        room.watch(1 / 30, fps, lift_rate=0.2)
        live = room.performer.live(room.now, 30.0, 3)
        assert live is not None
        hands.append(live.world_positions()[-1, 8, 1])
    assert (np.diff(hands) > 0).all()


def test_only_the_newest_frames_are_given() -> None:
    room = Room()
    room.watch(3.0, lift_rate=0.3)
    whole, end = room.recent(), room.recent(30)
    assert len(end) == 30
    np.testing.assert_allclose(end.rotations, whole.rotations[-30:], atol=1e-9)


@pytest.mark.parametrize("pictures", [True, False])
def test_who_is_seen_no_more_is_absent(pictures: bool) -> None:
    room = Room()
    room.watch(2.0)
    room.idle(2.5, pictures)
    assert not room.present
    assert room.performer.remembered(room.now)


def test_who_comes_as_a_pose_is_followed_as_they_are_and_gone_when_not_there() -> None:
    room = Room()
    for tick in range(60):
        pose = Pose.standing()
        pose.hips[1] += tick / 60
        room.performer.update(pose, room.now, room.now)
        room.now += 1 / 30
    assert room.present
    assert room.performer.pose is pose
    assert room.performer.dances is False
    assert np.ptp(room.recent(30).hips[:, 1]) == pytest.approx(29 / 60)
    room.performer.update(None, room.now, room.now)
    assert not room.present


def test_people_of_both_kinds_keep_numbers_of_their_own() -> None:
    performers = Performers()
    for tick in range(4):
        sighting = replace(seen(tick / 30), poses=(Pose.standing(), Pose.rest()))
        performers.update(sighting, tick / 30)
    assert performers.present(0.1) == [1, FIRST_POSED, FIRST_POSED + 1]


def test_motion_from_before_a_long_gap_is_forgotten() -> None:
    room = Room()
    room.watch(3.0)
    room.idle(3.0)
    room.watch(1.0)
    assert len(room.recent()) == 30


def test_pictures_that_are_not_newer_do_not_count() -> None:
    room = Room()
    room.watch(3.0)
    before = room.recent()
    [landmarks] = seen(1.0, 1.0).people
    room.performer.update(landmarks, 1.0, room.now)
    np.testing.assert_array_equal(room.recent().rotations, before.rotations)


def test_who_moves_dances_and_who_stands_does_not() -> None:
    room = Room()
    room.watch(3.0)
    assert not room.performer.dances
    room.watch(2.0, lift_rate=3.0)
    assert room.performer.dances
