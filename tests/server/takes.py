"""Makes short takes, and things to record: noise of all bits, as no real performer gives it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from motion.clip import Clip, Pose
from motion.skeleton import CANONICAL
from server.capture.landmarks import COUNT, Landmarks, Sighting
from server.interaction.frame_inputs import FrameInputs
from server.takes.reader import Tick
from server.takes.take import Header, RecordedModel, encode_moment, this_build
from server.takes.writer import TakeFile
from server.wire.messages import Controls, SkeletonMessage
from server.wire.protocol import PARTNER, Figure, FrameMessage, encode_frame
from tests.server.doubles import CONTRACT

HEADER = Header(
    stage="default",
    started=datetime(2026, 5, 1, 20, 15, tzinfo=UTC),
    controls=Controls(model="sway", seed=7),
    sequence=0,
    models={"sway": RecordedModel(graph="0" * 64, contract=CONTRACT)},
    fps=30.0,
    skeleton=SkeletonMessage.from_skeleton(CANONICAL),
    build=this_build(),
)


def ticks(count: int, people: int = 1, seed: int = 0) -> Iterator[Tick]:
    """Moments at 30 a second in which somebody moves and the emotion fades, and their frames."""
    rng = np.random.default_rng(seed)
    for number in range(count):
        now = 100.0 + number / 30
        controls = HEADER.controls.model_copy(update={"emotion": {"happy": number // 4 / 1000}})
        posed = (Pose.standing(),) * (number % 3 == 2)
        seen = Sighting(now - 0.03, tuple(crowd(rng, people)), posed)
        sighting = None if number % 5 == 4 else seen
        yield Tick(
            number, FrameInputs(now, sighting, controls, number % 7 == 0), frame(number, now)
        )


def crowd(rng: np.random.Generator, people: int) -> Iterator[Landmarks]:
    """Some people without any shape."""
    for _ in range(people):
        yield Landmarks(rng.normal(size=(COUNT, 3)), rng.random(COUNT), rng.normal(size=(COUNT, 2)))


def frame(number: int, now: float, walked: float = 0.0) -> bytes:
    """A frame in which the partner stands, at some metres from the middle."""
    pose = Pose.standing()
    pose.hips[0] += walked
    partner = Figure(PARTNER, 0, pose, np.ones(4, bool))
    return encode_frame(FrameMessage(number, now, None, np.zeros(3), (partner,)))


def write(
    path: Path,
    recorded: list[Tick],
    chunk: int = 12,
    history: Clip | None = None,
    header: Header = HEADER,
) -> list[int]:
    """Write a take; return where in the file each of its chunks ends."""
    ends = []
    with path.open("xb") as file:
        take = TakeFile(file, header, history)
        for first in range(0, len(recorded), chunk):
            for tick in recorded[first : first + chunk]:
                take.write(tick.moment, tick.frame)
            take.flush()
            ends.append(file.tell())
        take.finish()
    return ends


def bits(tick: Tick) -> tuple[object, ...]:
    """All of a tick, as what compares exactly."""
    return tick.number, encode_moment(tick.moment), tick.moment.controls, tick.frame
