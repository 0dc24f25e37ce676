import numpy as np
import pytest

from motion.partner.grounding import Grounding
from motion.skeleton import CANONICAL

DT = 1 / 30
ALONG_X = np.array([1.0, 0.0, 0.0])
REST = CANONICAL.rest_positions


def glided(claimed: list[float], lifted: float = 0.0) -> float:
    """How far a figure comes in a second that glides at 0.6 m/s and does not step, metres."""
    grounding, place = Grounding(1), np.array([0.0, lifted, 0.0])
    before = (REST + place)[None]
    for _ in range(30):
        place = place + 0.6 * DT * ALONG_X
        positions = (REST + place)[None]
        x, z = grounding.root_shift(positions, before, np.array([claimed]), DT)[0]
        shift = np.array([x, 0.0, z])
        place, before = place + shift, positions + shift
    return float(place[0])


def test_a_figure_that_stands_on_a_foot_is_kept_from_gliding():
    assert glided([0.9, 0.9, 0.0, 0.0]) < 0.1
    assert glided([0.9, 0.9, 0.9, 0.9]) < 0.1


def test_a_figure_in_the_air_flies_on():
    assert glided([0.0] * 4) == pytest.approx(0.6)
    assert glided([1.0] * 4, lifted=0.2) == pytest.approx(0.6)


def test_the_foot_that_slides_least_bears_the_figure():
    grounding, before = Grounding(1), REST[None].copy()
    positions = before.copy()
    right = CANONICAL.indices("rightFoot", "rightToes")
    positions[:, right] += 0.1 * ALONG_X
    moved = [grounding.root_shift(positions, before, np.ones((1, 4)), DT)[0] for _ in range(20)]
    assert np.linalg.norm(moved[-1]) < 0.01
