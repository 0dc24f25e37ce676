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
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.synchronize import Event
from pathlib import Path

import psutil
from mcap.writer import MCAP0_MAGIC, Writer
from rich.table import Table

from motion.errors import SetupError
from server.bench.crowd import Crowd, Viewer
from server.bench.served import ask, serving
from server.bench.siege_attacks import ATTACKS, EXHAUSTING, KEY
from server.bench.siege_mishaps import OWN, SHARED, record, torn_model
from server.bench.siege_outcome import AFTER, BEFORE, LARGER, LATER, UNDER, Outcome, watch
from server.takes.take import HEADER, PROFILE

TAKES = 60
HARMFUL = 10**6
"""Levels of a header, and records, of takes that mean harm."""

SHORT = 40
"""Descriptors that a server has left when they are to run out."""

START = 60.0
"""Seconds within which an attacker must have started."""

DRAIN = 0.1
"""Seconds to read what had piled up while something was begun."""

ALL = (*ATTACKS, *SHARED, *OWN)
"""Names of all attacks and mishaps."""


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
attack, or the mishap. One is held when the 99th percentile of a frame's age grows by at most
{LATER:g} ms, and memory by at most {LARGER:g} MB.

The server has one core. Viewer and attacker share another, and the attacker runs only while nobody
else wants it (`SCHED_IDLE`). A frame's age ends where the viewer's kernel received it
(`SO_TIMESTAMPNS`): the viewer's own wait for a core that the attack keeps busy is left out. Frames
that a viewer reads at once all count as received with the last of them.

Disk space ends by a limit on the size of files. The server that is killed (`kill -9`) is started
again at once, and its viewer tries to come back every 50 ms; its longest gap is the time from the
last frame of the old server to the first of the new one. The video of the pose process shows a
drawn dancer; the process is killed ten times a second.
"""


def besiege(
    model: str, names: tuple[str, ...] = tuple(ALL), share: float = 1.0
) -> Iterator[Outcome]:
    """Yield what each attack or mishap did: to one server, or to one of its own.

    Args:
        model: Name of the model to serve.
        names: Names of attacks and mishaps.
        share: Part of the usual time of watching, 1 for all of it.

    Raises:
        SetupError: If a server or an attack does not start.
    """
    cores = psutil.Process().cpu_affinity()
    with _bound_to(cores[-1]), tempfile.TemporaryDirectory() as folder, torn_model(model):
        takes = Path(folder)
        key = ("--operator-key", KEY)
        with serving(model, core=cores[0], takes=takes, more=key) as (process, address):
            _record(address, takes)
            port = int(address.rpartition(":")[2])
            with Crowd([Viewer(port, acknowledges=True, stamped=True)]) as crowd:
                crowd.watch(share * BEFORE)
                for name in names:
                    if name not in OWN:
                        yield _outcome(name, crowd, process, address, share)
        for name in names:
            if name in OWN:
                yield OWN[name](model, cores[0], takes / "copy-0.take", share)


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
    before = watch(crowd, process, share * BEFORE)
    port = int(address.rpartition(":")[2])
    happening = SHARED[name](process, address) if name in SHARED else _attacking(name, port)
    with _shortage(process, name == EXHAUSTING), happening as goes_on:
        crowd.watch(DRAIN)
        under = watch(crowd, process, share * UNDER)
        complete = goes_on()
    _end_stages(address)
    crowd.watch(share * AFTER)  # the links that were cut are let go of
    return Outcome(name, before, under, watch(crowd, process, share * AFTER), complete)


@contextmanager
def _attacking(name: str, port: int) -> Iterator[Callable[[], bool]]:
    """Attack in a process of its own; tells whether it still goes on."""
    context = multiprocessing.get_context("spawn")
    ready = context.Event()
    attacker = context.Process(target=_attack, args=(name, port, ready), daemon=True)
    attacker.start()
    try:
        if not ready.wait(START):  # its start takes the viewer's processor
            raise SetupError(f"expected an attacker within {START:g} s, got none")
        yield attacker.is_alive
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
    record(address, True)
    time.sleep(3.0)
    record(address, False)
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
            stages = json.loads(ask(f"http://{address}/api/stages", key=KEY))
            for stage in stages:
                if stage["name"] != "default":
                    ask(f"http://{address}/api/stages/{stage['name']}", None, "DELETE", KEY)
            return


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
