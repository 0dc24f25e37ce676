"""A server in a process of its own, and what it says of itself."""

import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from prometheus_client.parser import text_string_to_metric_families

from motion.errors import SetupError

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Sample:
    """What a server says of itself at a time.

    Attributes:
        at: Seconds since the load began.
        memory: Resident, bytes.
        files: Open descriptors.
        tasks: Tasks of the event loop.
        threads: Threads of the process.
        viewers: Clients, whatever their roles.
        faults: Errors so far.
        ticks: So far.
        late: Ticks so far that came after the next one was due, or not at all.
        lateness: Seconds, of all ticks so far together.
    """

    at: float
    memory: float
    files: float
    tasks: float
    threads: float
    viewers: float
    faults: float
    ticks: float
    late: float
    lateness: float

    @staticmethod
    def from_metrics(metrics: str, process: psutil.Process, at: float) -> "Sample":
        """Return what the answer of `/metrics` tells."""
        sums: dict[str, float] = {}
        for family in text_string_to_metric_families(metrics):
            for series in family.samples:
                name = series.name + ("|" + series.labels["le"] if "le" in series.labels else "")
                sums[name] = sums.get(name, 0.0) + series.value
        ticks = sums["bhava_tick_lateness_seconds_count"]
        skipped = sums["bhava_ticks_skipped_total"]
        on_time = sums[f"bhava_tick_lateness_seconds_bucket|{1 / 30}"]
        return Sample(
            at=at,
            memory=sums["process_resident_memory_bytes"],
            files=sums["process_open_fds"],
            tasks=sums["bhava_tasks"],
            threads=process.num_threads(),
            viewers=sums["bhava_viewers"],
            faults=sums.get("bhava_faults_total", 0.0),
            ticks=ticks + skipped,
            late=ticks - on_time + skipped,
            lateness=sums["bhava_tick_lateness_seconds_sum"],
        )


@contextmanager
def serving(
    model: str,
    source: str = "demo",
    core: int | None = None,
    takes: Path | None = None,
    more: Sequence[str] = (),
    port: int = 0,
) -> Iterator[tuple[psutil.Process, str]]:
    """Start a server, and end it; gives its process and its host and port.

    Args:
        model: Name of the model to serve.
        source: Source of the stage that is always there.
        core: Where to run; None leaves that to the system.
        takes: Folder of the takes; one that is removed at the end if not given.
        more: Further options of the command.
        port: Where it listens; 0 takes a free one.

    Raises:
        SetupError: If the server does not start.
    """
    with tempfile.TemporaryDirectory() as temporary:
        command = [sys.executable, "-m", "bhava", "serve", "--port", str(port), "--source", source]
        options = ["--model", model, "--takes", str(takes or temporary), "--log-level", "warning"]
        with subprocess.Popen(
            [*command, *options, *more], cwd=ROOT, text=True, stdout=subprocess.PIPE
        ) as server:
            try:
                process = psutil.Process(server.pid)
                assert server.stdout is not None
                address = re.search(r"http://(\S+)", server.stdout.readline())
                if address is None:
                    raise SetupError("expected a server that starts, got one that ended")
                if core is not None:
                    for thread in process.threads():  # each has its own
                        os.sched_setaffinity(thread.id, [core])
                yield process, address[1]
            finally:
                server.terminate()


def sample(process: psutil.Process, address: str) -> Sample:
    """Return what a server says of itself now."""
    return Sample.from_metrics(ask(f"http://{address}/metrics"), process, time.monotonic())


def ask(url: str, content: bytes | None = None, method: str | None = None, key: str = "") -> str:
    """Return what a server answers.

    Args:
        url: Address of the resource.
        content: JSON to send; None sends none.
        method: GET without content and POST with it, if not given.
        key: The operator's, where the server has one.
    """
    kind = {"Content-Type": "application/json", "X-Operator-Key": key}
    request = urllib.request.Request(url, content, kind, method=method)
    with urllib.request.urlopen(request, timeout=20) as answer:
        return str(answer.read().decode())
