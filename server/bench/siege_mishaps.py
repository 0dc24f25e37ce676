"""What goes wrong without an enemy: a full disk, killed processes, a torn model."""

import json
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

import numpy as np
import psutil

from server.bench.crowd import Crowd, Viewer
from server.bench.served import ask, serving
from server.bench.siege_attacks import KEY, TORN
from server.bench.siege_outcome import AFTER, BEFORE, UNDER, Outcome, Span, watch
from server.paths import MODELS
from server.takes.export import Cut, export_take

SPACE = 64 * 1024
"""Bytes that a file may have when the disk is full: a take has more after a second."""

RETURNING = 0.05
"""Seconds between two tries of a viewer to come back."""

LONGEST_RETURN = 60.0
"""Seconds within which a server is back."""

Shared = Callable[[psutil.Process, str], AbstractContextManager[Callable[[], bool]]]
"""Happens to a server, given its process and its host and port, until the block ends; tells whether
it still goes on."""

Own = Callable[[str, int, Path, float], Outcome]
"""Happens to a server of its own, of a model, on a core; given a take and a share of the time."""


def record(address: str, recording: bool) -> None:
    """Begin or end a take of the default stage."""
    wish = json.dumps({"recording": recording}).encode()
    ask(f"http://{address}/api/stages/default/controls", wish, "PATCH", KEY)


@contextmanager
def torn_model(model: str) -> Iterator[None]:
    """Have half a model among the models."""
    folder = MODELS / TORN
    try:
        folder.mkdir(exist_ok=True)
        shutil.copy(MODELS / model / "contract.json", folder)
        graph = (MODELS / model / "model.onnx").read_bytes()
        (folder / "model.onnx").write_bytes(graph[: len(graph) // 2])
        yield
    finally:
        shutil.rmtree(folder)


@contextmanager
def _without_space(process: psutil.Process, address: str) -> Iterator[Callable[[], bool]]:
    """Record a take whose file cannot grow."""
    usual = process.rlimit(psutil.RLIMIT_FSIZE)
    process.rlimit(psutil.RLIMIT_FSIZE, (SPACE, usual[1]))
    try:
        record(address, True)
        yield lambda: True
    finally:
        process.rlimit(psutil.RLIMIT_FSIZE, usual)
        record(address, False)


def _kill_pose_process(model: str, core: int, take: Path, share: float) -> Outcome:
    """Kill the process that finds poses in a video as soon as it is there."""
    video = take.with_suffix(".mp4")
    export_take(take, video, Cut())
    with serving(model, f"video:{video}", core) as (process, address), _watching(address) as crowd:
        crowd.watch(share * AFTER)
        before = watch(crowd, process, share * BEFORE)
        under = watch(crowd, process, share * UNDER, lambda: _kill_child(process))
        crowd.watch(share * AFTER)
        after = watch(crowd, process, share * AFTER)
    return Outcome(POSE_PROCESS, before, under, after)


def _kill_child(process: psutil.Process) -> None:
    for child in process.children():
        with suppress(psutil.NoSuchProcess):
            if "multiprocessing.spawn" in " ".join(child.cmdline()):
                child.kill()


def _kill_server(model: str, core: int, _: Path, share: float) -> Outcome:
    """Kill a server, and start another on its port."""
    with serving(model, core=core) as (process, address), _watching(address) as crowd:
        crowd.watch(share * BEFORE)
        before = watch(crowd, process, share * BEFORE)
        seen = crowd.watch(share * UNDER / 2)
        process.kill()
        process.wait()
    port = int(address.rpartition(":")[2])
    with serving(model, core=core, port=port) as (process, address), _watching(address) as crowd:
        again = crowd.watch(share * UNDER / 2)
        memory, files = process.memory_info().rss / 2**20, process.num_fds()
        under = Span.from_frames(np.concatenate([seen, again]), share * UNDER, memory, files)
        after = watch(crowd, process, share * AFTER)
    return Outcome(SERVER, before, under, after)


@contextmanager
def _watching(address: str) -> Iterator[Crowd]:
    """Watch as one viewer, who comes as soon as the server lets it in."""
    port = int(address.rpartition(":")[2])
    until = time.monotonic() + LONGEST_RETURN
    while True:
        try:
            viewer = Viewer(port, acknowledges=True, stamped=True)
            break
        except ConnectionError:
            if time.monotonic() > until:
                raise
            time.sleep(RETURNING)
    with Crowd([viewer]) as crowd:
        yield crowd


POSE_PROCESS = "pose process killed again and again"
SERVER = "server killed and started again"

SHARED: dict[str, Shared] = {"no disk space while a take is recorded": _without_space}
"""By what happens to the server that is attacked."""

OWN: dict[str, Own] = {POSE_PROCESS: _kill_pose_process, SERVER: _kill_server}
"""By what happens to a server of its own."""
