from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from server.bench.served import Sample
from server.bench.soak import judge
from tests.server.model_server import playing

CALM = Sample(0.0, 200e6, 20, 5, 6, 0, 0, 0, 0, 0)


def show(
    memory: Callable[[float], float] = lambda _: 200e6,
    lateness: Callable[[float], float] = lambda _: 0.004,
) -> list[Sample]:
    """Ten minutes of 30 ticks a second, from what memory and lateness are at a share of them."""
    samples, late = [], 0.0
    for at in range(0, 600, 2):
        late += 60 * lateness(at / 600)
        samples.append(
            replace(CALM, at=float(at), memory=memory(at / 600), ticks=30.0 * at, lateness=late)
        )
    return samples


def test_a_calm_show_has_no_failures() -> None:
    verdict = judge(show(), CALM, CALM)
    assert verdict.failures == ()
    assert verdict.lateness_ms == pytest.approx((4.0, 4.0))


def test_what_only_warms_up_is_no_growth() -> None:
    assert (
        judge(show(memory=lambda part: 150e6 + 50e6 * min(1, 5 * part)), CALM, CALM).failures == ()
    )


@pytest.mark.parametrize("growth", [0.04, 0.5])
def test_memory_that_grows_is_found(growth: float) -> None:
    [failure] = judge(show(memory=lambda part: 200e6 * (1 + growth * part)), CALM, CALM).failures
    assert "memory to grow by at most 2%" in failure


def test_ticks_that_come_later_and_later_are_found() -> None:
    [failure] = judge(show(lateness=lambda part: 0.004 + 0.008 * part), CALM, CALM).failures
    assert "ticks as late as at the start" in failure


@pytest.mark.parametrize("name", ["files", "tasks", "threads"])
def test_what_is_still_held_when_all_have_left_is_found(name: str) -> None:
    after = replace(CALM, **{name: getattr(CALM, name) + 1})
    [failure] = judge(show(), CALM, after).failures
    assert f"no more {name}" in failure


async def test_a_sample_is_what_the_server_says_of_itself(tmp_path: Path) -> None:
    async with playing(tmp_path) as model_server:
        await model_server.watch(5)
        model_server.time.now += 0.5
        await model_server.watch()
        answer = await model_server.client.get("/metrics")
    sample = Sample.from_metrics(answer.text, psutil.Process(), 1.0)
    assert sample.ticks == pytest.approx(7 + 14, abs=2)
    assert sample.late == pytest.approx(15, abs=2)
    assert sample.memory > 1e6
    assert sample.files > 3
