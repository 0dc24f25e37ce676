"""How many viewers one core serves, and what each message costs beside other ways to send it."""

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import psutil
from jaxtyping import Float

from motion.errors import SetupError
from server.bench.bench import Row
from server.bench.broadcasters import FPS, Broadcaster, broadcast
from server.bench.crowd import Crowd, Poller, SlowReader, Viewer

Array = np.ndarray

VIEWERS = (1, 100, 500, 1000, 2000)
PEER_VIEWERS = 100
"""For the peers, so that all of them keep up with their viewers."""

NARROW = 60_000
"""Bytes a second that the slow viewer's link lets through."""

CROWDED = 16
"""Dancers in the frames that the slow viewer gets: 66 kB a second, more than its link holds."""

WARM_UP = 1.0
"""Seconds of watching before those that count, at least."""

SETTLED = 0.5
"""Age of frames, seconds, below which viewers have read what had piled up while they came."""

START = 20.0
"""Seconds that a server may take to listen."""


@dataclass(frozen=True)
class Load:
    """What a server did in some seconds of watching.

    Attributes:
        ages: Of frames when they were read, second by second, milliseconds.
        cost: Processor time of the server per message, second by second, microseconds.
    """

    ages: list[Float[Array, " N"]]
    cost: list[float]

    @property
    def latest(self) -> list[float]:
        """The 99th percentile of the ages of each second, milliseconds."""
        return [float(np.percentile(ages, 99)) for ages in self.ages if len(ages)]

    @property
    def share(self) -> float:
        """Messages per second and viewer, as a share of the frames that there were."""
        return sum(map(len, self.ages)) / (len(self.ages) * FPS)


def fanout_rows(viewers: Sequence[int] = VIEWERS, seconds: int = 5) -> Iterator[Row]:
    """Yield the rows of what it costs to send frames to many.

    The server runs on the first core and its viewers on the second.

    Args:
        viewers: How many, one measurement each.
        seconds: Of each measurement.

    Raises:
        SetupError: If there is only one core.
    """
    cores = psutil.Process().cpu_affinity()
    if len(cores) < 2:
        raise SetupError(f"expected two cores to measure fan-out on, got {len(cores)}")
    psutil.Process().cpu_affinity([cores[1]])
    try:
        for count in viewers:
            yield from _count_rows(count, cores[0], seconds)
        yield from _peer_rows(cores[0], seconds)
        yield from _slow_rows(min(500, max(viewers)), cores[0], seconds)
    finally:
        psutil.Process().cpu_affinity(cores)


def _count_rows(count: int, core: int, seconds: int) -> Iterator[Row]:
    bare = _load("bare protocol", count, core, seconds)
    ours = _load("bhava", count, core, seconds)
    note = f"of each second; {ours.share / count:.3f} of all frames arrived"
    yield Row.of(f"age of frames, 99 %, {count} viewers", "ms", ours.latest, aim=33, note=note)
    note = "acknowledgements included; peer: a bare asyncio protocol that hears nothing"
    yield Row.of(
        f"processor time per message, {count} viewers", "µs", ours.cost, peer=bare.cost, note=note
    )


def _peer_rows(core: int, seconds: int) -> Iterator[Row]:
    ours = _load("bhava", PEER_VIEWERS, core, seconds)
    peers: tuple[Broadcaster, ...] = ("task per viewer", "JSON in turn", "HTTP polling")
    for kind in peers:
        load = _load(kind, PEER_VIEWERS, core, seconds)
        note = f"{PEER_VIEWERS} viewers; peer: Bhava"
        yield Row.of(
            f"processor time per message, {kind}", "µs", load.cost, peer=ours.cost, note=note
        )
        note = f"{PEER_VIEWERS} viewers; peer: Bhava"
        yield Row.of(f"age of frames, 99 %, {kind}", "ms", load.latest, peer=ours.latest, note=note)


def _slow_rows(count: int, core: int, seconds: int) -> Iterator[Row]:
    with (
        serving("bhava", CROWDED, core) as (port, process),
        gathered("bhava", port, count) as crowd,
    ):
        alone = _watched(crowd, process, seconds)
        stuck = Viewer(port, acknowledges=True, receive_buffer=2048)
        slow = SlowReader(port, NARROW)
        _settle(crowd, slow.read)
        slow.ages.clear()
        beside = _watched(crowd, process, seconds, slow)
        stuck.link.close()
        slow.close()
    growth = np.array(beside.latest) - np.median(alone.latest)
    note = f"{count} viewers, {CROWDED} dancers; one never reads, one reads {NARROW // 1000} kB/s"
    yield Row.of("growth of others' age, 99 %, beside slow viewers", "ms", growth, aim=5, note=note)
    ages = 1000 * np.array(slow.ages)
    yield Row.of("age of frames at the slow viewer", "ms", ages, aim=250, note=note)


def _load(kind: Broadcaster, count: int, core: int, seconds: int) -> Load:
    with serving(kind, 1, core) as (port, process), gathered(kind, port, count) as crowd:
        return _watched(crowd, process, seconds)


def _watched(
    crowd: Crowd, process: psutil.Process, seconds: int, slow: SlowReader | None = None
) -> Load:
    between = slow.read if slow else lambda: None
    _settle(crowd, between)
    load = Load([], [])
    for _ in range(seconds):
        before = _processor_seconds(process)
        seen = crowd.watch(1.0, between)
        spent = _processor_seconds(process) - before
        load.ages.append(seen[:, 1] * 1000)
        load.cost.append(spent / max(1, len(seen)) * 1e6)
    return load


def _settle(crowd: Crowd, between: Callable[[], None]) -> None:
    for _ in range(20):
        seen = crowd.watch(WARM_UP, between)
        if len(seen) and seen[:, 1].max() < SETTLED:
            return


def _processor_seconds(process: psutil.Process) -> float:
    """Return what the main thread has spent; psutil's hundredths of a second are too coarse."""
    with open(f"/proc/{process.pid}/schedstat") as spent:
        return int(spent.read().split()[0]) / 1e9


def gathered(kind: Broadcaster, port: int, count: int) -> Crowd:
    """Return some viewers of a server."""
    if kind == "HTTP polling":
        return Crowd([Poller(port) for _ in range(count)])
    return Crowd([Viewer(port, acknowledges=kind == "bhava") for _ in range(count)])


@contextmanager
def serving(kind: Broadcaster, figures: int, core: int) -> Iterator[tuple[int, psutil.Process]]:
    """Run a server; gives its port and process."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=broadcast, args=(kind, figures, core, theirs), daemon=True)
    process.start()
    try:
        if not ours.poll(START):
            raise SetupError(f"expected the server within {START:g} s, got none")
        yield ours.recv(), psutil.Process(process.pid)
    finally:
        process.kill()
        process.join()
