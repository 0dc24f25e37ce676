"""When to tick, so that sightings are young: cameras on a virtual clock, ticks as they move."""

import numpy as np
import pytest

from server.stages.tick_phase import GAIN, MARGIN, PACE, TickPhase

PERIOD = 1 / 30


def waits(phase: TickPhase | None, ready: np.ndarray, seconds: float = 20.0) -> np.ndarray:
    """Let ticks read the newest of what is ready; return (time, wait) of each that was read.

    Without a phase, ticks stay where they began.
    """
    due, read, found = 0.0, 0, []
    while due < seconds:
        came = int(np.searchsorted(ready, due, side="right"))
        if came > read:
            found.append((due, due - ready[came - 1]))
            if phase:
                phase.note(ready[came - 1])
        read = came
        due += PERIOD + (phase.move(due) if phase else 0.0)
    return np.array(found)


def camera(fps: float, first: float, uneven: float = 0.0) -> np.ndarray:
    times = first + np.arange(round(20 * fps)) / fps
    return np.sort(times + np.random.default_rng(0).normal(0, uneven, len(times)))


@pytest.mark.parametrize("first", [0.001, 0.01, 0.02, 0.033])
def test_a_camera_of_the_same_rate_is_read_as_soon_as_it_is_ready(first: float) -> None:
    found = waits(TickPhase(30), camera(30, first))
    settled = found[found[:, 0] > 5, 1]
    assert settled.max() < MARGIN + GAIN


def test_pictures_that_come_unevenly_are_seldom_missed() -> None:
    still = np.mean([waits(None, camera(30, n * PERIOD / 8, 0.003))[:, 1].mean() for n in range(8)])
    found = waits(TickPhase(30), camera(30, 0.01, 0.003))
    assert found[found[:, 0] > 5, 1].mean() < 0.6 * still


def test_a_camera_that_drifts_is_followed() -> None:
    found = waits(TickPhase(30), camera(29.97, 0.02))
    assert found[found[:, 0] > 5, 1].max() < 2 * MARGIN + GAIN


@pytest.mark.parametrize("fps", [25, 24, 50, 60])
def test_another_rate_is_read_no_later_and_ticks_come_to_rest(fps: float) -> None:
    ready = camera(fps, 0.013)
    found, still = waits(TickPhase(30), ready), waits(None, ready)
    settled = found[found[:, 0] > 10]
    assert settled[:, 1].mean() < still[:, 1].mean() + MARGIN
    ticks = np.diff(settled[:, 0]) / PERIOD
    np.testing.assert_allclose(ticks, ticks.round(), atol=1e-6)


def test_ticks_move_by_a_hundredth_at_most() -> None:
    phase = TickPhase(30)
    moved = []
    for number in range(60):
        phase.note(number * PERIOD + 0.02)
        moved.append(phase.move(number * PERIOD))
    assert max(map(abs, moved)) <= PACE * PERIOD + 1e-12
    assert any(moved)


def test_a_few_sightings_decide_nothing() -> None:
    phase = TickPhase(30)
    for number in range(5):
        phase.note(number * PERIOD + 0.02)
    assert [phase.move(n * PERIOD) for n in range(90)] == [0.0] * 90
