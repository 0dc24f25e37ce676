"""How fast Bhava is from outside: a server in its own process, and a viewer that takes notes."""

import math
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil
from jaxtyping import Float
from websockets.sync.client import ClientConnection, connect

from motion.skeleton import CANONICAL
from server.bench.row import Row
from server.bench.served import serving
from server.capture.landmarks import PEOPLE
from server.wire.messages import Hello
from server.wire.protocol import FrameMessage, decode_frame

Array = np.ndarray

STARTS = 3
FRAMES = 300
PICTURES = {1: 35.0, PEOPLE: 50.0}
"""Milliseconds from a picture to a frame that are aimed at, by how many people are looked for."""

UNMEASURED = "not measured: needs --video"
FRAME_TIMEOUT = 30.0
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

    def frames(self) -> Float[Array, "N 3"]:
        """Return when the next frames were made, when they came, when their picture was taken.

        Seconds of one clock; NaN where no new picture shaped the frame.
        """
        seen: list[tuple[float, float, float]] = []
        shown: float | None = None
        while len(seen) < FRAMES:
            frame = next_frame(self.viewer)
            fresh = frame.captured is not None and frame.captured != shown
            shown = frame.captured
            seen.append((frame.time, time.monotonic(), shown if fresh and shown else math.nan))
        return np.array(seen)

    def megabytes(self) -> float:
        """Return the resident memory of the server and all that it has started."""
        family = [self.process, *self.process.children(recursive=True)]
        return float(sum(process.memory_info().rss for process in family)) / 2**20


def live_rows(model: str, video: Path | None) -> Iterator[Row]:
    """Yield the rows that are seen from outside.

    Args:
        model: Name of the model to serve.
        video: Shows a person, for the pose process.
    """
    starts: list[float] = []
    seen = np.empty((0, 3))
    for _ in range(STARTS):
        with _watched(model, "demo") as live:
            starts.append(live.seconds)
            if len(starts) == STARTS:
                seen = live.frames()
    note = f"{STARTS} starts, to a frame at a viewer"
    yield Row.from_values("start to first frame", "s", starts, aim=5.0, note=note)
    made, came, _ = seen.T
    yield Row.from_values(
        "age of a frame at a viewer", "ms", (came - made) * 1000, note="same machine"
    )
    note = "1000 / 30 ms is due"
    yield Row.from_values(
        "interval between frames at a viewer", "ms", np.diff(came) * 1000, note=note
    )
    yield from _camera_rows(model, video)


def _camera_rows(model: str, video: Path | None) -> Iterator[Row]:
    name, memory = "picture to a frame at a viewer", "memory of server and pose process"
    for people, aim in PICTURES.items():
        told = f"up to {people} people"
        if video is None:
            yield Row(f"{name}, {told}", "ms", aim=aim, note=UNMEASURED)
            yield Row(f"{memory}, {told}", "MB", aim=1200.0, note=UNMEASURED)
            continue
        with _watched(model, f"video:{video}", ("--people", str(people))) as live:
            _, came, taken = live.frames().T
            note = "pose found on the server; up to a frame of waiting for the tick included"
            ages = (came - taken)[~np.isnan(taken)] * 1000
            yield Row.from_values(f"{name}, {told}", "ms", ages, aim=aim, note=note)
            note = "after 10 s of a video"
            used = [live.megabytes()]
            yield Row.from_values(f"{memory}, {told}", "MB", used, aim=1200.0, note=note)


@contextmanager
def _watched(model: str, source: str, more: Sequence[str] = ()) -> Iterator[Live]:
    """Start a server and watch it, and end it; `more` are further options of the command."""
    began = time.perf_counter()
    with (
        serving(model, source, more=more) as (process, address),
        connect(f"ws://{address}/ws") as viewer,
    ):
        viewer.send(Hello(version=2, role="viewer").model_dump_json())
        next_frame(viewer)
        yield Live(process, time.perf_counter() - began, viewer)


def next_frame(viewer: ClientConnection) -> FrameMessage:
    """Wait for the next frame that a viewer gets."""
    while not isinstance(message := viewer.recv(FRAME_TIMEOUT), bytes):
        pass
    return decode_frame(message, len(CANONICAL.joints))
