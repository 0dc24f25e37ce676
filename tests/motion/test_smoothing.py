import numpy as np
import pytest

from motion.smoothing import KERNEL, REACH, smooth


def response(hertz: float) -> float:
    """How much is left of a wave at 30 frames per second."""
    wave = np.exp(2j * np.pi * hertz * np.arange(-REACH, REACH + 1) / 30)
    return abs(KERNEL @ wave)


def test_accents_stay_and_the_shaking_of_single_frames_goes():
    assert response(0) == pytest.approx(1)
    assert response(3) > 0.8
    assert response(5) > 0.5
    assert response(10) < 0.1
    assert response(15) == pytest.approx(0, abs=1e-12)


def test_each_partner_is_smoothed_by_itself_and_without_delay():
    t = np.arange(2 * REACH + 1)
    ramps = np.stack([np.outer(t, [1.0, -2.0]), np.outer(t, [0.5, 0.0])])
    np.testing.assert_allclose(smooth(ramps), ramps[:, REACH])
