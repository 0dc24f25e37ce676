import itertools
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.stages.pacer import ticks


class Time:
    """A clock that only sleeping and working move on."""

    def __init__(self, oversleep: Callable[[], float] = lambda: 0.0) -> None:
        self.now = 100.0
        self._oversleep = oversleep

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        assert seconds >= 0
        self.now += seconds + self._oversleep()


async def ticked(time: Time, fps: float, work: list[float]) -> list[tuple[float, float]]:
    """(scheduled, real) time of each tick, doing some seconds of work in each."""
    seen = []
    async for tick in ticks(fps, time, time.sleep):
        seen.append((tick, time.now))
        if len(seen) > len(work):
            return seen
        time.now += work[len(seen) - 1]
    raise AssertionError("expected ticks without end")


async def test_ticks_keep_their_rate_whatever_the_work() -> None:
    seen = await ticked(Time(), 30, [0.0, 0.01, 0.03, 0.02] * 10)
    assert [tick for tick, _ in seen] == pytest.approx([100 + n / 30 for n in range(41)])
    assert all(real == pytest.approx(tick) for tick, real in seen)


async def test_oversleeping_does_not_add_up() -> None:
    seen = await ticked(Time(lambda: 0.004), 30, [0.0] * 300)
    assert seen[-1][0] == pytest.approx(100 + 300 / 30)
    assert seen[-1][1] == pytest.approx(100 + 300 / 30 + 0.004)


async def test_the_schedule_moves_as_told() -> None:
    time, seen = Time(), []
    async for tick in ticks(10, time, time.sleep, lambda due: 0.02 if due < 100.15 else 0.0):
        seen.append(tick)
        if len(seen) == 5:
            break
    assert seen == pytest.approx([100.0, 100.12, 100.24, 100.34, 100.44])


async def test_missed_ticks_are_left_out() -> None:
    seen = await ticked(Time(), 10, [0.0, 0.55, 0.0, 0.0])
    assert [round((tick - 100) * 10) for tick, _ in seen] == [0, 1, 6, 7, 8]


@given(st.lists(st.floats(0, 1), max_size=50), st.floats(1, 120))
async def test_ticks_lie_on_the_schedule_and_never_come_early(
    work: list[float], fps: float
) -> None:
    seen = await ticked(Time(), fps, work)
    numbers = [(tick - 100) * fps for tick, _ in seen]
    assert numbers == pytest.approx([round(n) for n in numbers], abs=1e-6)
    assert all(b - a > 0.5 for a, b in itertools.pairwise(numbers))
    assert all(real >= tick - 1e-9 for tick, real in seen)
