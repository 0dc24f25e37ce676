"""How fast Bhava is from outside: a server in its own process, and a viewer that takes notes."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil
from jaxtyping import Float
from websockets.sync.client import ClientConnection, connect

from motion.errors import SetupError
from motion.skeleton import CANONICAL
from server.bench.bench import Row
from server.wire.messages import Hello
from server.wire.protocol import decode_frame

Array = np.ndarray

ROOT = Path(__file__).parents[2]
STARTS = 3
FRAMES = 300
PATIENCE = 30.0
"""Seconds to wait for a frame."""


@dataclass(frozen=True)
class Live:
    """A server that runs, seen by one viewer.

    Attributes:
        process: The server's.
        seconds: From its start to the first frame at the viewer.
        viewer: Who saw it.
    """

    process: psutil.Process
    seconds: float
    viewer: ClientConnection

    def frames(self) -> Float[Array, "N 2"]:
        """Return when each of the next frames was made and when it came, seconds of one clock."""
        seen: list[tuple[float, float]] = []
        while len(seen) < FRAMES:
            made = _next_frame_time(self.viewer)
            seen.append((made, time.monotonic()))
        return np.array(seen)

    def megabytes(self) -> float:
        """Return the resident memory of the server and all that it has started."""
        family = [self.process, *self.process.children(recursive=True)]
        return float(sum(process.memory_info().rss for process in family)) / 2**20


def live_rows(model: str, video: Path | None) -> Iterator[Row]:
    """Yield the rows that are seen from outside.

    Args:
        model: Name of the model to serve.
        video: Of a person, for the pose process.
    """
    starts: list[float] = []
    seen = np.empty((0, 2))
    for _ in range(STARTS):
        with _serving(model, "demo") as live:
            starts.append(live.seconds)
            if len(starts) == STARTS:
                seen = live.frames()
    note = f"{STARTS} starts, to a frame at a viewer"
    yield Row.of("start to first frame", "s", starts, aim=5.0, note=note)
    made, came = seen.T
    yield Row.of("age of a frame at a viewer", "ms", (came - made) * 1000, note="same machine")
    note = "1000 / 30 ms is due"
    yield Row.of("interval between frames at a viewer", "ms", np.diff(came) * 1000, note=note)
    yield _memory_row(model, video)


def _memory_row(model: str, video: Path | None) -> Row:
    name = "memory of server and pose process"
    if video is None:
        return Row(name, "MB", aim=1200.0, note="not measured: needs --video")
    with _serving(model, f"video:{video}") as live:
        live.frames()
        return Row.of(name, "MB", [live.megabytes()], aim=1200.0, note="after 10 s of a video")


@contextmanager
def _serving(model: str, source: str) -> Iterator[Live]:
    """Start a server on a free port, and end it."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "bhava", "serve", "--port", "0", "--model", model]
    with subprocess.Popen(
        [*command, "--source", source], cwd=ROOT, text=True, stdout=subprocess.PIPE
    ) as server:
        try:
            assert server.stdout is not None
            address = re.search(r"http://(\S+)", server.stdout.readline())
            if address is None:
                raise SetupError("expected a server that starts, got one that ended")
            with connect(f"ws://{address[1]}/ws") as viewer:
                viewer.send(Hello(version=2, role="viewer").model_dump_json())
                _next_frame_time(viewer)
                seconds = time.perf_counter() - began
                yield Live(psutil.Process(server.pid), seconds, viewer)
        finally:
            server.terminate()


def _next_frame_time(viewer: ClientConnection) -> float:
    while not isinstance(message := viewer.recv(PATIENCE), bytes):
        pass
    return decode_frame(message, len(CANONICAL.joints)).time
