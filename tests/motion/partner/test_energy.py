import numpy as np
import pytest

from motion.partner.energy import CORRECTION_RANGE, EnergyGovernor

DT = 1 / 30


def governed(gain: np.ndarray, aim: np.ndarray, seconds: float, lag: float = 1.0) -> np.ndarray:
    """Speeds over time of bodies that give `gain` times what is asked, after a lag."""
    governor, speed, speeds = EnergyGovernor(len(gain)), aim.copy(), []
    for _ in range(round(seconds / DT)):
        speed += (gain * governor.corrected_energy(aim) - speed) * DT / lag
        governor.measure(speed, aim, DT)
        speeds.append(speed.copy())
    return np.array(speeds)


def test_who_gives_too_little_or_too_much_comes_to_what_is_asked():
    aim = np.array([0.3, 0.3, 0.6])
    speeds = governed(np.array([0.5, 1.0, 1.5]), aim, 90)
    np.testing.assert_allclose(speeds[-300:].mean(0), aim, rtol=0.03)


def test_it_does_not_pump():
    speeds = governed(np.array([0.4]), np.array([0.4]), 120)
    settled = speeds[1200:, 0]
    assert settled.std() < 0.01 * settled.mean()
    assert speeds.max() < 1.2 * 0.4


def test_what_cannot_be_given_winds_nothing_up():
    governor, aim = EnergyGovernor(1), np.array([0.4])
    for _ in range(3000):
        governor.measure(0.05 * aim, aim, DT)
    assert governor.corrected_energy(aim)[0] == pytest.approx(CORRECTION_RANGE[1] * 0.4)
    for _ in range(900):
        governor.measure(2.0 * aim, aim, DT)
    assert governor.corrected_energy(aim)[0] < aim[0]
