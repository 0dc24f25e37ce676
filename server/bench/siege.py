"""A siege: what another viewer sees, and what the server holds, while a network is hostile.

The server runs in a process of its own on the first core; who attacks it and who watches share the
last one, the attackers only while nobody else wants it.
"""

import json
import multiprocessing
import os
import resource
import shutil
import struct
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.synchronize import Event
from pathlib import Path

import numpy as np
import psutil
from jaxtyping import Float
from mcap.writer import MCAP0_MAGIC, Writer
from rich.table import Table

from motion.errors import SetupError
from server.bench.crowd import Crowd, Viewer
from server.bench.served import serving
from server.bench.siege_attacks import ATTACKS, EXHAUSTING, KEY
from server.takes.take import HEADER, PROFILE

Array = np.ndarray

BEFORE, UNDER, AFTER = 3.0, 6.0, 3.0
"""Seconds of watching before, under and after an attack."""

LATER, LARGER = 15.0, 20.0
"""Milliseconds and megabytes that an attack may add to the 99th percentile and to memory."""

TAKES = 60
HARMFUL = 10**6
"""Levels of a header, and records, of takes that mean harm."""

SHORT = 40
"""Descriptors that a server has left when they are to run out."""

START = 60.0
"""Seconds within which an attacker must have started."""

_SAMPLE = 0.1


@dataclass(frozen=True)
class Span:
    """Some seconds of watching.

    Attributes:
        p50: Median age of a frame when the viewer's kernel received it, ms.
        p99: 99th percentile of it, ms.
        gap: Longest time between two frames, ms.
        memory: Resident at most, MB.
        files: Descriptors at most.
    """

    p50: float
    p99: float
    gap: float
    memory: float
    files: int

    @staticmethod
    def from_frames(seen: Float[Array, "N 3"], seconds: float, memory: float, files: int) -> "Span":
        """Return what a viewer saw; who saw nothing waited for all of the time."""
        if len(seen) < 2:
            return Span(1000 * seconds, 1000 * seconds, 1000 * seconds, memory, files)
        p50, p99 = np.percentile(1000 * seen[:, 1], [50, 99])
        gap = 1000 * np.diff(np.sort(seen[:, 0] + seen[:, 1])).max()
        return Span(float(p50), float(p99), float(gap), memory, files)


@dataclass(frozen=True)
class Outcome:
    """What an attack did.

    Attributes:
        attack: Name of the attack.
        before: Without it.
        under: While it went on.
        after: Once it was over.
    """

    attack: str
    before: Span
    under: Span
    after: Span

    @property
    def held(self) -> bool:
        """Whether the server held what it aims at."""
        later = self.under.p99 - self.before.p99
        return later <= LATER and self.under.memory - self.before.memory <= LARGER

    @property
    def cells(self) -> tuple[str, ...]:
        """The outcome as a row of a table."""
        spans = (self.before, self.under, self.after)
        return (
            self.attack,
            " / ".join(f"{span.p50:.1f}" for span in spans),
            " / ".join(f"{span.p99:.1f}" for span in spans),
            " / ".join(f"{span.gap:.0f}" for span in spans),
            " / ".join(f"{span.memory:.0f}" for span in spans),
            " / ".join(f"{span.files}" for span in spans),
            "yes" if self.held else "no",
        )


HEADINGS = (
    "attack",
    "age of a frame, median, ms",
    "99 %, ms",
    "longest gap, ms",
    "memory, MB",
    "descriptors",
    "held",
)
"""Of a table of outcomes; each cell tells before, under and after."""

ABOUT = f"""# A siege

One viewer of the default stage watches while a process attacks the server from another address of
the same machine: `bhava siege --out docs/siege.md`. Each cell tells before, under and after the
attack. An attack is held when the 99th percentile of a frame's age grows by at most {LATER:g} ms,
and memory by at most {LARGER:g} MB.

The server has one core. Viewer and attacker share another, and the attacker runs only while nobody
else wants it (`SCHED_IDLE`). A frame's age ends where the viewer's kernel received it
(`SO_TIMESTAMPNS`): the viewer's own wait for a core that the attack keeps busy is left out. Frames
that a viewer reads at once all count as received with the last of them.
"""


def besiege(
    model: str, attacks: tuple[str, ...] = tuple(ATTACKS), share: float = 1.0
) -> Iterator[Outcome]:
    """Yield what each attack did, one after the other, to one server.

    Args:
        model: Name of the model to serve.
        attacks: Names of attacks.
        share: Part of the usual time of watching, 1 for all of it.

    Raises:
        SetupError: If the server does not start.
    """
    cores = psutil.Process().cpu_affinity()
    with (
        _bound_to(cores[-1]),
        tempfile.TemporaryDirectory() as takes,
        serving(model, core=cores[0], takes=Path(takes), more=("--operator-key", KEY)) as (
            process,
            address,
        ),
    ):
        _record(address, Path(takes))
        port = int(address.rpartition(":")[2])
        with Crowd([Viewer(port, acknowledges=True, stamped=True)]) as crowd:
            crowd.watch(share * BEFORE)
            for name in attacks:
                yield _outcome(name, crowd, process, address, share)


@contextmanager
def _bound_to(core: int) -> Iterator[None]:
    """Run on one core alone."""
    usual = psutil.Process().cpu_affinity()
    psutil.Process().cpu_affinity([core])
    try:
        yield
    finally:
        psutil.Process().cpu_affinity(usual)


def _outcome(
    name: str, crowd: Crowd, process: psutil.Process, address: str, share: float
) -> Outcome:
    before = _watch(crowd, process, share * BEFORE)
    with _shortage(process, name == EXHAUSTING), _attacking(name, int(address.rpartition(":")[2])):
        crowd.watch(_SAMPLE)  # what had piled up meanwhile
        under = _watch(crowd, process, share * UNDER)
    _end_stages(address)
    crowd.watch(share * AFTER)  # the links that were cut are let go of
    return Outcome(name, before, under, _watch(crowd, process, share * AFTER))


def _watch(crowd: Crowd, process: psutil.Process, seconds: float) -> Span:
    memory, files, due = [0], [0], [0.0]

    def sample() -> None:
        if time.monotonic() >= due[0]:
            due[0] = time.monotonic() + _SAMPLE
            memory.append(process.memory_info().rss)
            files.append(process.num_fds())

    seen = crowd.watch(seconds, sample)
    return Span.from_frames(seen, seconds, max(memory) / 2**20, max(files))


@contextmanager
def _attacking(name: str, port: int) -> Iterator[None]:
    """Attack in a process of its own."""
    context = multiprocessing.get_context("spawn")
    ready = context.Event()
    attacker = context.Process(target=_attack, args=(name, port, ready), daemon=True)
    attacker.start()
    try:
        if not ready.wait(START):  # its start takes the viewer's processor
            raise SetupError(f"expected an attacker within {START:g} s, got none")
        yield
        if not attacker.is_alive():
            raise SetupError(f"expected the attack {name!r} to go on, got its end")
    finally:
        attacker.kill()
        attacker.join()
        attacker.close()


def _attack(name: str, port: int, ready: Event) -> None:
    """Attack until it is ended; the process's entry point."""
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 8192)), hard))
    ready.set()
    ATTACKS[name](port)


@contextmanager
def _shortage(process: psutil.Process, short: bool) -> Iterator[None]:
    """Let the server have few descriptors more than it holds."""
    if not short:
        yield
        return
    usual = process.rlimit(psutil.RLIMIT_NOFILE)
    process.rlimit(psutil.RLIMIT_NOFILE, (process.num_fds() + SHORT, usual[1]))
    try:
        yield
    finally:
        process.rlimit(psutil.RLIMIT_NOFILE, usual)


def _record(address: str, takes: Path) -> None:
    """Fill the folder of takes with copies of a short one, and with two that mean harm."""
    stage = f"http://{address}/api/stages/default/controls"
    _request("PATCH", stage, {"recording": True})
    time.sleep(3.0)
    _request("PATCH", stage, {"recording": False})
    time.sleep(1.0)
    [take] = takes.glob("*.take")
    for number in range(TAKES - 1):
        shutil.copy(take, take.with_name(f"copy-{number}.take"))
    with (takes / "long-header.take").open("wb") as file:
        writer = Writer(file)
        writer.start(PROFILE)
        writer.add_attachment(0, 0, HEADER, "application/json", HARMFUL * b"[" + HARMFUL * b"]")
        writer.finish()  # type: ignore[no-untyped-call]
    (takes / "many-records.take").write_bytes(MCAP0_MAGIC + HARMFUL * struct.pack("<BQ", 99, 0))


def _end_stages(address: str) -> None:
    """End the stages that an attack has made; the network may still be busy."""
    for _ in range(5):
        with suppress(OSError):
            stages = json.loads(_request("GET", f"http://{address}/api/stages"))
            for stage in stages:
                if stage["name"] != "default":
                    _request("DELETE", f"http://{address}/api/stages/{stage['name']}")
            return


def _request(method: str, url: str, content: object = None) -> bytes:
    data = None if content is None else json.dumps(content).encode()
    headers = {"Content-Type": "application/json", "X-Operator-Key": KEY}
    request = urllib.request.Request(url, data, headers, method=method)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return bytes(answer.read())


def as_table(outcomes: list[Outcome]) -> Table:
    """Return outcomes for a terminal."""
    table = Table(*HEADINGS)
    for outcome in outcomes:
        table.add_row(*outcome.cells)
    return table


def as_document(outcomes: list[Outcome], machine: str) -> str:
    """Return outcomes as a document.

    Args:
        outcomes: One for each attack.
        machine: What they were measured on.
    """
    rows = [HEADINGS, tuple("---" for _ in HEADINGS), *(outcome.cells for outcome in outcomes)]
    lines = [f"| {' | '.join(row)} |" for row in rows]
    held = sum(outcome.held for outcome in outcomes)
    return "\n".join([ABOUT, f"{held} of {len(outcomes)} were held, on {machine}.", "", *lines, ""])
