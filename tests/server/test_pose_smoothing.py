"""Landmarks made steadier: trembling shrinks, motion does not lag, any clock is survived."""

import numpy as np
import pytest

from server.capture.landmarks import COUNT, Landmarks
from server.capture.pose_smoothing import PoseSmoother


def smoothed(positions: np.ndarray, visibility: np.ndarray, times: np.ndarray) -> list[Landmarks]:
    """What comes of (T, 3) positions and (T,) visibilities that all landmarks share."""
    smoother = PoseSmoother()
    return [
        smoother.update(
            Landmarks(np.tile(place, (COUNT, 1)), np.full(COUNT, seen), np.zeros((COUNT, 2))), time
        )
        for place, seen, time in zip(positions, visibility, times, strict=True)
    ]


TIMES = 5000.0 + np.arange(60) / 30
SURE = np.ones(60)


def test_the_first_picture_is_taken_as_it_is():
    [first] = smoothed(np.array([[1.0, 2.0, 3.0]]), np.array([0.4]), TIMES[:1])
    assert first.positions[5] == pytest.approx([1.0, 2.0, 3.0])
    assert first.visibility[5] == pytest.approx(0.4)


def test_trembling_shrinks():
    noise = np.random.default_rng(0).normal(0.0, 0.003, (60, 3))
    steady = np.array([found.positions[0] for found in smoothed(noise, SURE, TIMES)])
    assert steady[20:].std() < 0.5 * noise[20:].std()


def test_fast_motion_lags_by_less_than_a_picture():
    speed = 2.0
    ramp = np.outer(np.arange(60) / 30 * speed, [1.0, 0.0, 0.0])
    late = ramp[-1, 0] - smoothed(ramp, SURE, TIMES)[-1].positions[0, 0]
    assert 0.0 <= late / speed < 1 / 60


@pytest.mark.parametrize("fps", [10, 30, 120])
def test_visibility_follows_in_the_same_time_at_any_rate(fps):
    count = round(0.3 * fps) + 1
    seen = np.r_[1.0, np.zeros(count - 1)]
    last = smoothed(np.zeros((count, 3)), seen, np.arange(count) / fps)[-1]
    assert last.visibility[0] == pytest.approx(np.exp(-1.0), abs=1e-6)


@pytest.mark.parametrize("times", [[7.0, 7.0, 7.0], [7.0, 3.0, 2.0], [0.0, 1e9, 1e9]])
def test_clocks_that_stand_or_jump_give_numbers(times):
    found = smoothed(np.eye(3), np.ones(3), np.array(times))
    assert all(np.isfinite(person.positions).all() for person in found)
