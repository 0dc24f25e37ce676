"""A long show under load: whether anything grows, and whether ticks stay on time.

The server runs in a process of its own on the first core, its crowd on the last. What it says of
itself on `/metrics` is looked at every few seconds.
"""

import asyncio
import random
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import psutil

from motion.errors import SetupError
from server.bench.served import Sample, serving
from server.bench.soak_load import Crowd

STAGES = ("default", *(f"stage-{number}" for number in range(1, 8)))
PERFORMERS = STAGES[1:5]
"""Those before which somebody dances in a browser; before the default one the demo performer."""

VIEWERS = 100
EVERY = 2.0
"""Seconds between two samples."""

WARM_UP, AT_ENDS = 0.25, 0.2
"""Share of the time that warms up, and of the rest that is compared at its beginning and end."""

GROWTH = 0.02
"""Of resident memory that is allowed."""

LATER = 1.25, 0.002
"""Factor and seconds by which ticks may be later at the end."""

ROOM = 60.0
"""Seconds within which the server must find room for the stages."""

CALM = 15.0
"""Seconds after which all is to be let go of that clients held."""


@dataclass(frozen=True)
class Verdict:
    """What came of a soak.

    Attributes:
        minutes: Under load.
        memory_mb: Resident after the warm-up and at the end, medians.
        lateness_ms: Mean of the ticks after the warm-up and at the end.
        late: Share of late ticks after the warm-up and at the end.
        left: What was still held after all had left, beside what was before they came: files,
            tasks and threads.
        viewers: At most at a time.
        faults: Errors that the server survived.
        failures: What must not be; empty if all is well.
    """

    minutes: float
    memory_mb: tuple[float, float]
    lateness_ms: tuple[float, float]
    late: tuple[float, float]
    left: dict[str, tuple[int, int]]
    viewers: int
    faults: int
    failures: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the figures by name."""
        return asdict(self)


def soak(
    minutes: float, model: str, viewers: int = VIEWERS, report: Callable[[Sample], None] = print
) -> Verdict:
    """Let a server play before a crowd that comes and goes.

    Args:
        minutes: How long.
        model: Name of the model to serve.
        viewers: How many there are at a time.
        report: Is told each sample.

    Raises:
        SetupError: If the server does not start.
    """
    psutil.Process().cpu_affinity(_cores()[-1:])
    with serving(model, core=_cores()[0]) as (process, address):
        samples, before, after = asyncio.run(_play(process, address, minutes * 60, viewers, report))
    return judge(samples, before, after)


def judge(samples: Sequence[Sample], before: Sample, after: Sample) -> Verdict:
    """Return what samples say.

    Args:
        samples: Under load, in order.
        before: When nobody had come yet.
        after: When all had left.
    """
    lasting = [sample for sample in samples if sample.at >= WARM_UP * samples[-1].at]
    count = max(2, round(AT_ENDS * len(lasting)))
    first, last = lasting[:count], lasting[-count:]
    memory = _middle(first), _middle(last)
    lateness = _per_tick(first, "lateness"), _per_tick(last, "lateness")
    late = _per_tick(first, "late"), _per_tick(last, "late")
    left = {
        name: (int(getattr(before, name)), int(getattr(after, name)))
        for name in ("files", "tasks", "threads")
    }
    failures = [
        f"expected no more {name} than the {was} before the load, got {now}"
        for name, (was, now) in left.items()
        if now > was
    ]
    if memory[1] > (1 + GROWTH) * memory[0]:
        growth = memory[1] / memory[0] - 1
        failures.append(f"expected memory to grow by at most {GROWTH:.0%}, got {growth:.1%}")
    factor, seconds = LATER
    if lateness[1] > factor * lateness[0] + seconds:
        times = f"{1000 * lateness[0]:.1f} ms, got {1000 * lateness[1]:.1f} ms at the end"
        failures.append(f"expected ticks as late as at the start, {times}")
    return Verdict(
        minutes=samples[-1].at / 60,
        memory_mb=(memory[0] / 2**20, memory[1] / 2**20),
        lateness_ms=(1000 * lateness[0], 1000 * lateness[1]),
        late=late,
        left=left,
        viewers=int(max(sample.viewers for sample in samples)),
        faults=int(after.faults),
        failures=tuple(failures),
    )


def _middle(samples: Sequence[Sample]) -> float:
    return float(np.median([sample.memory for sample in samples]))


def _per_tick(samples: Sequence[Sample], name: str) -> float:
    ticks = samples[-1].ticks - samples[0].ticks
    return float((getattr(samples[-1], name) - getattr(samples[0], name)) / max(1.0, ticks))


async def _play(
    process: psutil.Process,
    address: str,
    seconds: float,
    viewers: int,
    report: Callable[[Sample], None],
) -> tuple[list[Sample], Sample, Sample]:
    """Return the samples under load, and those before it and after it."""
    crowd = Crowd(address, STAGES, viewers, PERFORMERS, random.Random(0))
    began = time.monotonic()

    async def look() -> Sample:
        return Sample.from_metrics(
            await crowd.request("GET", "/metrics"), process, time.monotonic() - began
        )

    await _prepare(crowd)
    before = await look()
    began = time.monotonic()
    coming = asyncio.create_task(crowd.come_and_go())
    samples: list[Sample] = []
    while not samples or samples[-1].at < seconds:
        await asyncio.wait([coming], timeout=EVERY)
        if coming.done():
            await coming  # it only ends by failing
        samples.append(await look())
        report(samples[-1])
    coming.cancel()
    await asyncio.wait([coming])
    return samples, before, await _calm(crowd, look, before)


async def _prepare(crowd: Crowd) -> None:
    """Make the stages, and let the server use each of its parts once."""
    for number, stage in enumerate(STAGES[1:]):
        source = "browser" if stage in PERFORMERS else "demo"
        deadline = time.monotonic() + ROOM
        while not await crowd.make(stage, source, number):
            if time.monotonic() > deadline:
                raise SetupError(
                    f"expected room for {len(STAGES)} stages, got room for {number + 1}"
                )
            await asyncio.sleep(1.0)
    await crowd.change(STAGES[0], {"recording": True})
    await asyncio.sleep(2.0)
    await _end_takes(crowd)
    await asyncio.sleep(2.0)


async def _calm(crowd: Crowd, look: Callable[[], Any], before: Sample) -> Sample:
    """Return how the server is once all have left, as soon as it has let go of them."""
    await _end_takes(crowd)
    deadline = time.monotonic() + CALM
    while True:
        after: Sample = await look()
        held = (after.files, after.tasks, after.threads)
        free = all(now <= was for now, was in zip(held, _held(before), strict=True))
        if free or time.monotonic() > deadline:
            return after
        await asyncio.sleep(1.0)


def _held(sample: Sample) -> tuple[float, float, float]:
    return sample.files, sample.tasks, sample.threads


async def _end_takes(crowd: Crowd) -> None:
    for name in re.findall(r'"name":"([^"]+)"', await crowd.request("GET", "/api/stages")):
        if name in STAGES:
            await crowd.change(name, {"recording": False})
        else:
            await crowd.request("DELETE", f"/api/stages/{name}")


def _cores() -> list[int]:
    """Return the numbers of this machine's cores."""
    return list(range(psutil.cpu_count() or 1))
