"""How many viewers one core serves, and what each message costs beside other ways to send it."""

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import psutil
from jaxtyping import Float

from motion.errors import SetupError
from server.bench.broadcasters import TLS, Broadcaster, broadcast
from server.bench.crowd import Crowd, Poller, SlowReader, Viewer
from server.bench.row import Row

Array = np.ndarray

VIEWERS = (1, 100, 500, 1000, 2000, 2500)
PEER_VIEWERS = 100
"""For the peers, so that all of them keep up with their viewers."""

NARROW = 60_000
"""Bytes a second that the slow viewer's link lets through."""

CROWDED = 16
"""Dancers in the frames that the slow viewer gets: 66 kB a second, more than its link holds."""

WARM_UP = 1.0
"""Seconds of watching before those that count, at least."""

ROUNDS, SECONDS = 3, 3
"""Rounds, each of all servers that stand beside one another, and seconds of each that count."""

TLS_COST = 5.0
"""Microseconds that encryption may add to a message."""

AGE = 33.0
"""Milliseconds, the time between two frames: no frame is to be older at a viewer."""

SETTLED = 0.5
"""Age of frames, seconds, below which viewers have read what had piled up while they came."""

START = 20.0
"""Seconds that a server may take to listen."""


@dataclass(frozen=True)
class Load:
    """What a server did in some seconds of watching.

    Attributes:
        viewers: How many watched.
        ages: Ages of frames when they were read, second by second, milliseconds.
        cost: Processor time of the server per message, second by second, microseconds.
        fewest: Frames that the worst-off viewer got, second by second.
    """

    viewers: int
    ages: list[Float[Array, " N"]]
    cost: list[float]
    fewest: list[int]

    @staticmethod
    def joined(loads: Sequence["Load"]) -> "Load":
        """Return several rounds as one."""
        return Load(
            loads[0].viewers,
            [ages for load in loads for ages in load.ages],
            [cost for load in loads for cost in load.cost],
            [fewest for load in loads for fewest in load.fewest],
        )

    @property
    def latest(self) -> list[float]:
        """The 99th percentile of the ages of each second, milliseconds."""
        return [float(np.percentile(ages, 99)) for ages in self.ages if len(ages)]

    @property
    def rates(self) -> str:
        """Frames a second that viewers got, in words."""
        mean = sum(map(len, self.ages)) / (len(self.ages) * self.viewers)
        return f"{mean:.1f} frames a second, {np.median(self.fewest):.0f} at the worst-off viewer"


def fanout_rows(viewers: Sequence[int] | None = None) -> Iterator[Row]:
    """Yield the rows of what it costs to send frames to many.

    The server runs on the first core and its viewers on the second.

    Args:
        viewers: How many, one measurement each; `VIEWERS` if not given.
    """
    counts = viewers or VIEWERS
    cores = psutil.Process().cpu_affinity()
    if len(cores) < 2:
        yield Row("processor time per message", "µs", note="not measured: needs two cores")
        return
    psutil.Process().cpu_affinity([cores[1]])
    try:
        for count in counts:
            yield from _count_rows(count, cores[0])
        yield from _tls_rows(min(PEER_VIEWERS, max(counts)), cores[0])
        yield from _peer_rows(min(PEER_VIEWERS, max(counts)), cores[0])
        yield from _slow_rows(min(500, max(counts)), cores[0])
    finally:
        psutil.Process().cpu_affinity(cores)


def _count_rows(count: int, core: int) -> Iterator[Row]:
    loads = _loads(("bare protocol", "bhava"), count, core)
    bare, ours = loads["bare protocol"], loads["bhava"]
    name = f"age of frames, 99 %, {count} viewers"
    yield Row.from_values(
        name, "ms", ours.latest, aim=AGE, peer=bare.latest, note=ours.rates, count=count
    )
    note = "acknowledgements included; peer: a bare asyncio protocol that does not look at them"
    name = f"processor time per message, {count} viewers"
    yield Row.from_values(name, "µs", ours.cost, peer=bare.cost, most=2.2, note=note, count=count)


def _tls_rows(count: int, core: int) -> Iterator[Row]:
    loads = _loads(("bhava", TLS), count, core)
    more = np.array(loads[TLS].cost) - np.median(loads["bhava"].cost)
    note = f"{count} viewers; processor time beside the same without TLS, in turns"
    yield Row.from_values("TLS, a message", "µs", more, aim=TLS_COST, note=note)


def _peer_rows(count: int, core: int) -> Iterator[Row]:
    peers: tuple[Broadcaster, ...] = ("task per viewer", "JSON in turn", "HTTP polling")
    loads = _loads(("bhava", *peers), count, core)
    ours, note = loads["bhava"], f"{count} viewers; peer: Bhava; "
    for kind in peers:
        load = loads[kind]
        name = f"processor time per message, {kind}"
        yield Row.from_values(name, "µs", load.cost, peer=ours.cost, note=note + load.rates)
        yield Row.from_values(
            f"age of frames, 99 %, {kind}", "ms", load.latest, peer=ours.latest, note=note
        )


def _slow_rows(count: int, core: int) -> Iterator[Row]:
    with (
        serving("bhava", CROWDED, core) as (port, process),
        gathered("bhava", port, count) as crowd,
    ):
        alone = watched(crowd, count, process)
        stuck = Viewer(port, acknowledges=True, receive_buffer=2048)
        slow = SlowReader(port, NARROW)
        _settle(crowd, slow.read)
        slow.ages.clear()
        beside = watched(crowd, count, process, slow)
        stuck.link.close()
        slow.close()
    growth = np.array(beside.latest) - np.median(alone.latest)
    note = f"{count} viewers, {CROWDED} dancers; one never reads, one reads {NARROW // 1000} kB/s"
    yield Row.from_values(
        "growth of others' age, 99 %, beside slow viewers", "ms", growth, aim=5, note=note
    )
    ages = 1000 * np.array(slow.ages)
    yield Row.from_values("age of frames at the slow viewer", "ms", ages, aim=250, note=note)


def _loads(kinds: Sequence[Broadcaster], count: int, core: int) -> dict[Broadcaster, Load]:
    """Return what each kind of server did, measured in turns, some rounds of all."""
    rounds = [{kind: _load(kind, count, core) for kind in kinds} for _ in range(ROUNDS)]
    return {kind: Load.joined([each[kind] for each in rounds]) for kind in kinds}


def _load(kind: Broadcaster, count: int, core: int) -> Load:
    with serving(kind, 1, core) as (port, process), gathered(kind, port, count) as crowd:
        return watched(crowd, count, process)


def watched(
    crowd: Crowd, count: int, process: psutil.Process, slow: SlowReader | None = None
) -> Load:
    """Return what a server did while a crowd watched it."""
    between = slow.read if slow else lambda: None
    _settle(crowd, between)
    load = Load(count, [], [], [])
    for _ in range(SECONDS):
        before = processor_seconds(process)
        seen = crowd.watch(1.0, between)
        spent = processor_seconds(process) - before
        load.ages.append(seen[:, 1] * 1000)
        load.cost.append(spent / max(1, len(seen)) * 1e6)
        each = np.unique(seen[:, 2], return_counts=True)[1]
        load.fewest.append(int(np.min(each)) if len(each) == count else 0)
    return load


def _settle(crowd: Crowd, between: Callable[[], None]) -> None:
    for _ in range(20):
        seen = crowd.watch(WARM_UP, between)
        if len(seen) and seen[:, 1].max() < SETTLED:
            return


def processor_seconds(process: psutil.Process) -> float:
    """Return what the main thread has spent; psutil's hundredths of a second are too coarse."""
    with open(f"/proc/{process.pid}/schedstat") as spent:
        return int(spent.read().split()[0]) / 1e9


def gathered(kind: Broadcaster, port: int, count: int) -> Crowd:
    """Return some viewers of a server.

    One thread reads for all of them, which takes it as long as the server takes to send. So frames
    count as arrived when the kernel has them, but for those that are encrypted.
    """
    if kind == "HTTP polling":
        return Crowd([Poller(port) for _ in range(count)])
    hears, tls = kind in ("bhava", TLS, "bare protocol"), kind == TLS
    return Crowd([Viewer(port, acknowledges=hears, tls=tls, stamped=not tls) for _ in range(count)])


@contextmanager
def serving(kind: Broadcaster, figures: int, core: int) -> Iterator[tuple[int, psutil.Process]]:
    """Run a server; gives its port and process."""
    with spawned(broadcast, kind, figures, core) as started:
        yield started


@contextmanager
def spawned(run: Callable[..., None], *arguments: object) -> Iterator[tuple[int, psutil.Process]]:
    """Run a function in a process of its own until the end of the block.

    Args:
        run: Its last argument is a pipe, which it tells its port.
        arguments: Those before.

    Returns:
        Port and process, once it has told the port.

    Raises:
        SetupError: If it tells none in time.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=run, args=(*arguments, theirs), daemon=True)
    process.start()
    try:
        if not ours.poll(START):
            raise SetupError(f"expected the server within {START:g} s, got none")
        yield ours.recv(), psutil.Process(process.pid)
    finally:
        process.kill()
        process.join()
