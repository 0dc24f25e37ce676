"""How far beats of Ableton Link are off at a stage: two libraries in one session, and nobody else.

`bhava bench` runs this file in a network namespace of its own, since Link finds its peers by
multicast. As a program it has two parts:

    python -m server.bench.link_session measure|play
"""

import asyncio
import json
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec

from server.bench.row import Row
from server.links.ableton_link import QUANTUM, AbletonLink, drift
from server.links.desk import Desk
from server.links.patch import StageView
from server.stages.scheduler import FRAME_RATE
from server.wire.messages import Controls, Set

AIM = 1.0
"""Milliseconds that a beat may be wrong."""

READINGS = 200
"""Of the peer, of which a busy machine delays some."""

BPM = 126.5
PERIOD = 0.05
"""Seconds between two of them."""

PATIENCE = 60.0
"""Seconds within which all is over."""

ON_LOOPBACK = "ip link set lo up multicast on && ip route add 224.0.0.0/4 dev lo && exec "
"""Sets a namespace up so that multicast goes round in it."""


def link_session_rows() -> Iterator[Row]:
    """Yield the row of Ableton Link; where a library or the namespace is missing, it says so."""
    name = "error of an Ableton Link beat"
    for module, package in (("link", "LinkPython-extern"), ("aalink", "aalink")):
        if find_spec(module) is None:
            yield Row(name, "ms", aim=AIM, note=f"not measured: needs the package {package}")
            return
    if shutil.which("unshare") is None:
        yield Row(name, "ms", aim=AIM, note="not measured: needs the program unshare")
        return
    script = f"{ON_LOOPBACK}{shlex.quote(sys.executable)} -m {__name__} measure"
    command = ["unshare", "--map-root-user", "--net", "sh", "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
    if done.returncode:
        lacking = done.stderr.strip().rpartition("\n")[2]
        yield Row(name, "ms", aim=AIM, note=f"not measured: needs a network namespace: {lacking}")
        return
    note = f"told to a stage, against aalink in the same session, at {BPM:g} bpm"
    yield Row.from_values(name, "ms", json.loads(done.stdout), aim=AIM, note=note)


async def measure() -> list[float]:
    """Return how far the beats of a stage are from those of the peer, milliseconds."""
    told: list[tuple[float, float]] = []
    errors: list[float] = []

    def set_beat(_: str, wish: Set) -> None:
        assert wish.beat is not None
        told.append((wish.beat.bpm, wish.beat.at))

    def ignore(*_: object) -> None:
        """Do nothing."""

    stage = StageView("default", ("happy",), Controls(tempo="link"))
    link = AbletonLink("default", Desk(lambda: [stage], set_beat, ignore, ignore, time.monotonic))
    await link.open()
    words = ("-m", __spec__.name, "play")
    peer = await asyncio.create_subprocess_exec(sys.executable, *words, stdout=subprocess.PIPE)
    said = peer.stdout
    assert said is not None

    async def listen() -> None:
        async for line in said:
            bpm, began = map(float, line.split())
            if told:
                errors.append(1000 * abs(drift(told[-1], (bpm, began), time.monotonic())))
            if len(errors) == READINGS:
                return

    listening = asyncio.create_task(listen())
    while not listening.done():
        link.flush()
        await asyncio.sleep(1 / FRAME_RATE)
    peer.kill()
    link.close()
    return errors


async def play() -> None:
    """Play in a session by the other library, and say its tempo and when a bar began."""
    link = import_module("aalink").Link(BPM)
    link.quantum, link.enabled = QUANTUM, True
    while True:
        await asyncio.sleep(PERIOD)
        began = time.monotonic() - link.phase * 60 / link.tempo
        print(link.tempo, began, flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "play":
        asyncio.run(play())
    else:
        print(json.dumps(asyncio.run(measure())))
