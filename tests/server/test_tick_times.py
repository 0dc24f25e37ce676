"""What a tick of more stages is expected to take."""

from collections import Counter

import pytest

from server.stages.tick_times import GROUPS, TOGETHER, TickTimes, thinkers, turn


def thinking_times(stages: int) -> TickTimes:
    """Ticks of 0.1 ms a stage, in an eighth of which partners think for 10 ms."""
    times = TickTimes(30.0)
    for tick in range(240):
        times.count(0.0001 * (4 + stages), 0.0 if tick % 8 else 0.01, stages)
    return times


@pytest.mark.parametrize(
    ("stages", "more", "thinking"),
    [
        (16, 17, 0.01),  # a further stage thinks at another time
        (16, 128, 0.01),
        (128, 256, 0.01 * 36 / 20),  # twice as many in each group
        (4, 16, 0.01 * 20 / 8),
    ],
)
def test_thinking_grows_with_those_who_think_together(
    stages: int, more: int, thinking: float
) -> None:
    expected = 0.0001 * (4 + more) + thinking
    assert thinking_times(stages).expected(more) == pytest.approx(expected)


def test_before_the_first_tick_nothing_is_expected() -> None:
    assert TickTimes(30.0).expected(128) == 0.0


@pytest.mark.parametrize("stages", [16, 40, 128, 150, 300])
def test_those_who_think_at_the_same_time_are_few(stages: int) -> None:
    at = Counter(turn(made, 0) % GROUPS for made in range(stages))
    assert max(at.values()) <= 1.25 * thinkers(stages)


@pytest.mark.parametrize("between", [0, 1, 4, 5])
def test_those_who_think_together_do_so_whenever_their_stages_were_made(between: int) -> None:
    # A partner thinks so many frames before the end of its first token, and of each further one.
    made = [(between * number, turn(number, between * number)) for number in range(TOGETHER)]
    at = Counter((tick - before) % GROUPS for tick, before in made)
    assert at.most_common(1)[0][1] >= TOGETHER * (GROUPS - 1) // GROUPS
    assert all(before % GROUPS for _, before in made)
