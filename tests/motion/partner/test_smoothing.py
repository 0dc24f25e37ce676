import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from motion import features, rotations
from motion.partner.smoothing import KERNEL, REACH, accents, smooth

FPS = 30.0
HEIGHT, TURNED = features.PART["hips_height"].start, features.PART["rotations"]

ACCENT = (1.5, 5.0)
"""Radians per second."""


def response(hertz: float) -> float:
    """How much is left of a wave at 30 frames per second."""
    wave = np.exp(2j * np.pi * hertz * np.arange(-REACH, REACH + 1) / FPS)
    return abs(KERNEL @ wave)


def turning(rate: float, joints: slice = slice(0, features.JOINTS)) -> np.ndarray:
    """A window in which joints turn about an axis across both columns, (1, 5, F)."""
    t = np.arange(2 * REACH + 1) / FPS
    turn = Rotation.from_rotvec(np.outer(rate * t, [0.0, 0.0, 1.0])).as_quat()
    local = np.tile([0.0, 0.0, 0.0, 1.0], (len(t), features.JOINTS, 1))
    local[:, joints] = turn[:, None]
    window = np.zeros((1, len(t), features.WIDTH))
    window[0, :, TURNED] = rotations.to_6d(local).reshape(len(t), -1)
    return window


def test_what_trembles_goes_and_slow_waves_stay():
    assert response(0) == pytest.approx(1)
    assert response(3) > 0.8
    assert response(10) < 0.1
    assert response(15) == pytest.approx(0, abs=1e-12)


def test_a_steady_course_stays_without_delay():
    window = np.zeros((2, 2 * REACH + 1, features.WIDTH))
    window[0, :, HEIGHT], window[1, :, HEIGHT] = np.arange(5.0), 2.0
    np.testing.assert_allclose(smooth(window, FPS, ACCENT)[:, HEIGHT], [REACH, 2.0])


def test_accents_grow_with_the_speed_of_a_joint():
    slow, fast = ACCENT
    np.testing.assert_allclose(accents(turning(0.9 * slow), FPS, ACCENT), 0.0)
    np.testing.assert_allclose(accents(turning((slow + fast) / 2), FPS, ACCENT), 0.5, atol=0.01)
    np.testing.assert_allclose(accents(turning(1.1 * fast), FPS, ACCENT), 1.0)


def test_a_fast_joint_is_left_as_it_is_and_a_slow_one_beside_it_is_smoothed():
    window = turning(2 * ACCENT[1], slice(0, 1))
    window[0, REACH, TURNED] += 0.01
    shown = smooth(window, FPS, ACCENT)[:, TURNED]
    np.testing.assert_allclose(shown[:, :6], window[:, REACH, TURNED][:, :6])
    still = window[:, 0, TURNED][:, 6:]
    np.testing.assert_allclose(shown[:, 6:] - still, KERNEL[REACH] * 0.01)


def test_a_leap_between_two_frames_is_no_accent():
    window = turning(0.0)
    for leap in range(1, 2 * REACH + 1):
        after = window.copy()
        after[0, leap:, TURNED] = turning(2 * ACCENT[1])[0, REACH, TURNED]
        np.testing.assert_allclose(accents(after, FPS, ACCENT), 0.0)
