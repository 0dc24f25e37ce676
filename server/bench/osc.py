"""How OSC fares from outside: a server in a process of its own, and senders that never tire."""

import random
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle

import psutil
from websockets.sync.client import ClientConnection, connect

from server.bench.live import next_frame
from server.bench.row import Row
from server.bench.served import sample, serving
from server.links.osc import encode_message
from server.stages.scheduler import FRAME_RATE
from server.wire.messages import Hello

RATES = 1_000, 10_000
"""Messages a second: of a busy surface, and of a sender that has gone mad."""

TURNS, SECONDS = 5, 6.0
"""Turns with a sender and as many without, and the length of each."""

SETTLING = 3.0
"""Seconds before what counts."""

CHANGES = 60
"""Changes of the emotion whose first frame is awaited."""

OBEYED_WITHIN = 1000 / FRAME_RATE + 5
"""Milliseconds: a tick, and 5 for all else."""

MOVED = "energy", "influence", "temperature", "emotion/sad"


def osc_rows(model: str) -> Iterator[Row]:
    """Yield how soon a frame obeys a message, and what busy senders cost a show.

    Args:
        model: Name of the model to serve.
    """
    port = _free_port()
    with serving(model, more=["--osc-in", str(port)]) as (process, address):
        time.sleep(SETTLING)
        with connect(f"ws://{address}/ws") as viewer:
            viewer.send(Hello(version=2, role="viewer").model_dump_json())
            waits = _waits(viewer, port)
        note = "at a viewer on the same machine"
        yield Row.from_values(
            "OSC message to a frame that obeys", "ms", waits, aim=OBEYED_WITHIN, note=note
        )
        for rate in RATES:
            yield from _load_rows(process, address, port, rate)


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _waits(viewer: ClientConnection, port: int) -> list[float]:
    """Return the milliseconds from messages, at any time within a tick, to frames that obey."""
    chance, waits = random.Random(0), []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.connect(("127.0.0.1", port))
        before = next_frame(viewer).emotion.argmax()
        for _, emotion in zip(range(CHANGES), cycle(("happy", "sad")), strict=False):
            next_frame(viewer)
            time.sleep(chance.random() / FRAME_RATE)
            began = time.monotonic()
            sender.send(encode_message("/bhava/emotion", emotion))
            while (shown := next_frame(viewer).emotion.argmax()) == before:
                pass
            before = shown
            waits.append(1000 * (time.monotonic() - began))
    return waits


def _load_rows(process: psutil.Process, address: str, port: int, rate: int) -> Iterator[Row]:
    """Yield what a sender adds to late ticks and processor time; turns with it and without."""
    with_it, without = [], []
    for _ in range(TURNS):
        without.append(_turn(process, address))
        with _sending(port, rate):
            with_it.append(_turn(process, address))
    (late, busy), (usual, idle) = (zip(*turns, strict=True) for turns in (with_it, without))
    note = f"mean of {TURNS} turns; {sum(usual) / TURNS:.2g} in turns without"
    name = f"late ticks under {rate:,} OSC messages a second"
    yield Row(name, "%", sum(late) / TURNS, max(late), aim=1.0, note=note)
    name = f"processor time of {rate:,} OSC messages a second"
    note = "of a core, more than without; controls that move the dance"
    more = [one - other for one, other in zip(busy, idle, strict=True)]
    yield Row.from_values(name, "%", more, note=note)


def _turn(process: psutil.Process, address: str) -> tuple[float, float]:
    """Return the percentage of late ticks, and that of a core that the server used."""
    before, used, began = sample(process, address), _used(process), time.monotonic()
    time.sleep(SECONDS)
    busy = (_used(process) - used) / (time.monotonic() - began)
    after = sample(process, address)
    return 100 * (after.late - before.late) / (after.ticks - before.ticks), 100 * busy


def _used(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


@contextmanager
def _sending(port: int, rate: int) -> Iterator[None]:
    """Send messages at a rate, in a thread, for the length of a block."""
    over = threading.Event()
    thread = threading.Thread(target=_send, args=(port, rate, over))
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _send(port: int, rate: int, over: threading.Event) -> None:
    began, sent = time.monotonic(), 0
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.connect(("127.0.0.1", port))
        while not over.wait(0.001):
            while sent < rate * (time.monotonic() - began):
                path, value = MOVED[sent % len(MOVED)], 0.5 + sent % 100 / 200
                sender.send(encode_message(f"/bhava/{path}", value))
                sent += 1
