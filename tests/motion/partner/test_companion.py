"""Company: a partner turns to another dancer and keeps a distance, with its steps alone."""

import numpy as np
import pytest

from motion.clip import Pose
from motion.kinematics import world_positions
from motion.partner.companion import PACES, Companion, headings, keep_distance
from motion.skeleton import CANONICAL

DT = 1 / 30
STANDING = Pose.standing()
POSITIONS = world_positions(CANONICAL, STANDING.hips[None], STANDING.rotations[None])


def after(
    seconds: float, place: list[float], *, steps: float, other: float = 0.0, faced: bool = False
) -> np.ndarray:
    """Return where a partner is, whose feet move so fast, m/s."""
    companion = {0: Companion(np.array([1.0, 0.0]), 1.2, 2.0, faced)}
    before = POSITIONS.copy()
    before[:, CANONICAL.index("leftToes"), 2] -= steps * DT
    before[:, CANONICAL.index("rightToes"), 2] -= other * DT
    at = np.array([place])
    for _ in range(round(seconds / DT)):
        at = keep_distance(at, companion, POSITIONS, before, DT)
    return at[0]


@pytest.mark.parametrize("place", [[0.6, 0.4], [1.0, 0.0], [1.9, 0.3], [-2.0, 0.5], [1.0, -4.0]])
def test_who_steps_comes_to_a_distance_and_who_stands_stays(place: list[float]) -> None:
    distance = np.hypot(*(after(60.0, place, steps=1.0) - [1.0, 0.0]))
    assert 1.15 < distance < 2.05
    assert after(60.0, place, steps=0.05).tolist() == place


def test_a_way_is_short_in_a_short_time_and_none_at_a_good_distance() -> None:
    moved = after(1.0, [0.9, 0.0], steps=1.0) - [0.9, 0.0]
    assert 0.04 < np.hypot(*moved) <= PACES[0] + 1e-9
    assert after(5.0, [-0.5, 0.0], steps=1.0).tolist() == [-0.5, 0.0]


def test_who_has_no_foot_on_the_floor_comes_nearer_faster() -> None:
    start = np.array([-4.0, 0.0])
    one, both = (after(0.3, [-4.0, 0.0], steps=1.0, other=other) for other in (0.0, 1.0))
    assert np.hypot(*(one - start)) == pytest.approx(0.3 * PACES[0])
    assert np.hypot(*(both - start)) == pytest.approx(0.3 * PACES[1])


@pytest.mark.parametrize("speed", [0.6, 1.2])
@pytest.mark.parametrize("start", [[1.0, 0.0], [-1.0, -1.5], [0.05, 2.0]])
def test_who_stands_gets_out_of_the_way_of_somebody_who_walks_at_it(speed, start) -> None:
    at, other = np.zeros((1, 2)), np.array(start)
    way = -np.array(start) / np.hypot(*start)
    nearest = stayed = np.inf
    for _ in range(round(3.0 / speed / DT)):
        other = other + way * speed * DT
        companion = Companion(other, 1.2, 2.0, False, dodged=True)
        at = keep_distance(at, {0: companion}, POSITIONS, POSITIONS, DT)
        nearest = min(nearest, float(np.hypot(*(at[0] - other))))
        stayed = min(stayed, float(np.hypot(*other)))
    assert stayed < 0.05
    assert nearest > 0.55


def test_who_has_company_turns_to_it_or_dances_to_the_audience() -> None:
    root = np.zeros((3, 3))
    place = np.array([1.0, 0.0])
    two = {1: Companion(place, 1.0, 2.0, True), 2: Companion(place, 1.0, 2.0, False)}
    alone, together = headings(two, root)
    np.testing.assert_array_equal(alone, [0.0, np.nan, 0.0])
    np.testing.assert_array_equal(together, [np.nan, np.pi / 2, np.nan])
