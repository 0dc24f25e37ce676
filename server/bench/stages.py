"""How many stages one core keeps dancing, and what each costs."""

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from math import ceil
from pathlib import Path
from urllib.error import HTTPError

import numpy as np
import psutil
from jaxtyping import Float

from motion.model.engine import Engine
from server.bench.bench import STAGES, bare_call, timed
from server.bench.row import Row
from server.bench.served import ask, sample, serving
from server.bench.soak_load import dance
from server.capture.landmarks import Sighting
from server.capture.sources import BrowserSource
from server.interaction.model_registry import ModelRegistry
from server.stages.assemble import first_controls, open_scheduler
from server.stages.scheduler import FRAME_RATE, Scheduler, ServerSettings, StageFrame
from server.stages.tick_times import TOGETHER
from server.telemetry.faults import Faults
from server.wire.messages import Hello, Set
from server.wire.outbox import Outbox
from server.wire.session import Join

Array = np.ndarray

COUNTS = (1, 2, 4, 8, 16, 32, 48, 64, 96, 128)
WARM_UP, TICKS = 2 * FRAME_RATE, 5 * FRAME_RATE
"""Ticks before the first that counts, and those that count."""

PERFORMERS = 8
"""Stages on which it is measured what a performer costs."""

VIEWERS, MEANS = 200, 5
"""Of the stage where a control is moved; and means of its ticks, each of as many as there are."""

PARTS = "set", "frame", "told", "thought ahead"
"""Of such a tick: the first and third are the event loop's, the others the scheduler's thread's."""

LATE = (STAGES, 128)
"""How many stages a server keeps dancing, one measurement each."""

SECONDS = 20.0
"""For which a server's ticks are counted."""

ROOM, SETTLING = 120.0, 5.0
"""Seconds within which it must find room for all stages, and which it then has to itself."""


def stage_rows(engine: Engine, folder: Path, counts: Sequence[int] | None = None) -> Iterator[Row]:
    """Yield the rows of many stages stepped together, on one core.

    Args:
        engine: The model, on one thread.
        folder: Where it was loaded from.
        counts: How many stages, one measurement each; `COUNTS` if not given.
    """
    for count in counts or COUNTS:
        ticks, ready, bare = _tick_times(engine, folder, count)
        most = 1.3 if count == STAGES else None
        note = "peer: the bare call of onnxruntime for the partners who think in a tick"
        name = f"a tick of {count} stages"
        yield Row.from_values(name, "ms", ticks, peer=bare, most=most, note=note, count=count)
        if count == STAGES:
            note = "the rest of a tick: partners think of what comes later"
            yield Row.from_values(f"until {count} stages have their frames", "ms", ready, note=note)
    note = f"before each of {PERFORMERS} stages, against as many without"
    yield Row.from_values(
        "what a performer adds to a tick", "ms", _performer_times(folder), note=note
    )
    moved, still = _moved_times(folder)
    added = (moved - still).mean(0)
    parts = ", ".join(f"{part} {more:+.2f}" for part, more in zip(PARTS, added, strict=True))
    note = f"before {VIEWERS} viewers; peer: the same without; ms more: {parts}"
    name = "a tick while a control moves 30 times a second"
    yield Row.from_values(name, "ms", moved.sum(1), peer=still.sum(1), most=1.5, note=note)
    for count in LATE:
        yield _late_row(folder.name, count)


class _Stages:
    """Some stages, stepped together as fast as they go."""

    def __init__(self, folder: Path, count: int) -> None:
        self.now = 0.0
        settings = ServerSettings(most_stages=count)
        registry = ModelRegistry.from_folder(folder.parent, "cpu", Faults())
        self.scheduler: Scheduler = open_scheduler(
            folder.parent, registry, folder, settings, time.monotonic
        )
        controls = first_controls(self.scheduler, folder.name, 0)
        for number in range(count):
            source = BrowserSource(lambda: self.now)
            seeded = controls.model_copy(update={"seed": self.scheduler.draw_seed()})
            self.scheduler.make(str(number), source, seeded, "refuse")
        self._stages = list(self.scheduler.stages.values())

    def show(self, seen: Sighting) -> None:
        """Let somebody be seen on all stages."""
        for stage in self._stages:
            stage.control.receive(replace(seen, time=self.now))

    def tick(self) -> None:
        """Make a frame of each, and let the partners think."""
        self.frames()
        self.think_ahead()

    def frames(self) -> list[StageFrame]:
        """Make a frame of each; `think_ahead` is due then."""
        return self.scheduler.tick(self.now, self._stages)

    def think_ahead(self) -> None:
        """Let the partners think of what comes later."""
        self.scheduler.think_ahead()
        self.now += 1 / FRAME_RATE

    def let_in(self, viewers: int) -> None:
        """Let some viewers in to each, who never read."""
        hello = Join(Hello(version=2, role="viewer"))
        for stage in self._stages:
            for _ in range(viewers):
                stage.receive(Outbox(), hello, self.now)

    def set_energy(self, energy: float) -> None:
        """Move a control of each."""
        for stage in self._stages:
            stage.set(Set(energy=energy), self.now)

    def publish(self, made: Sequence[StageFrame]) -> None:
        """Hand frames to the viewers."""
        for stage, frame, encoded, report in made:
            stage.publish(frame, encoded, report)

    def part_times(self, energy: float | None) -> list[float]:
        """Return the times of the `PARTS` of a tick, ms; no control moves if None is given."""
        made: list[StageFrame] = []
        return [
            0.0 if energy is None else timed(partial(self.set_energy, energy)),
            timed(lambda: made.extend(self.frames())),
            timed(partial(self.publish, made)),
            timed(self.think_ahead),
        ]


def _tick_times(
    engine: Engine, folder: Path, count: int
) -> tuple[Float[Array, "N"], Float[Array, "M"], Float[Array, "N"]]:
    """Return the times of ticks, until each has its frames, and of the graph alone, in turns, ms.

    Ticks are taken with those next to them, as many as a token has frames: all partners think in
    the course of them, few ones not in each.
    """
    stages, length = _Stages(folder, count), engine.contract.frames_per_step
    calls = min(length, ceil(count / TOGETHER))
    alone = bare_call(engine, folder, count // calls)
    steps, bare = [], []
    for _ in range((WARM_UP + TICKS) // length):
        steps.append([(timed(stages.frames), timed(stages.think_ahead)) for _ in range(length)])
        bare.append(sum(timed(alone) for _ in range(calls)) / length)
    warm = WARM_UP // length
    taken = np.array(steps[warm:])
    return taken.sum(2).mean(1), taken[:, :, 0].ravel(), np.array(bare[warm:])


def _performer_times(folder: Path) -> Float[Array, "N"]:
    """Return what ticks with performers took more than ticks without, for each performer."""
    watched, alone = _Stages(folder, PERFORMERS), _Stages(folder, PERFORMERS)
    more = []
    for seen in islice(dance(0.0), WARM_UP + TICKS):
        watched.show(seen)
        more.append(timed(watched.tick) - timed(alone.tick))
    return np.array(more[WARM_UP:]) / PERFORMERS


def _moved_times(folder: Path) -> tuple[Float[Array, "N 4"], Float[Array, "N 4"]]:
    """Return the times of `PARTS` of ticks while a control moves and while none does, ms."""
    moved, still = _Stages(folder, 1), _Stages(folder, 1)
    for stages in (moved, still):
        stages.let_in(VIEWERS)
    energies = 1.0 + 0.5 * np.sin(np.arange(WARM_UP + TICKS) / 5)
    pairs = [(moved.part_times(energy), still.part_times(None)) for energy in energies.tolist()]
    # Means of many: a partner thinks in some ticks, and more often where a control moves.
    means = np.array(pairs[WARM_UP:]).reshape(MEANS, -1, 2, len(PARTS)).mean(1)
    return means[:, 0], means[:, 1]


def _late_row(model: str, count: int) -> Row:
    """Return the share of the ticks of a server that came after the next one was due."""
    name, more = f"late ticks of {count} stages", ("--stages", str(count))
    core = psutil.Process().cpu_affinity()[0]
    with serving(model, "browser", core, more=more) as (process, address):
        deadline = time.monotonic() + ROOM
        for number in range(1, count):
            while not _make(address, f"stage-{number}"):
                if time.monotonic() > deadline:
                    note = f"not measured: the server had room for {number} stages"
                    return Row(name, "%", aim=1.0, note=note)
                time.sleep(1.0)
        time.sleep(SETTLING)
        before = sample(process, address)
        time.sleep(SECONDS)
        after = sample(process, address)
    share = 100 * (after.late - before.late) / (after.ticks - before.ticks)
    note = f"{FRAME_RATE} a second, on one core, for {SECONDS:g} s; those left out are late"
    return Row.from_values(name, "%", [share], aim=1.0, note=note)


def _make(address: str, name: str) -> bool:
    """Make a stage; tell whether the server had room for it."""
    try:
        ask(f"http://{address}/api/stages", json.dumps({"name": name}).encode())
    except HTTPError as error:
        if error.code != 503:
            raise
        return False
    return True
