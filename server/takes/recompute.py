"""Computes a take again from its inputs alone, and says where it comes out otherwise."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from motion.clip import Pose
from motion.errors import TakeError
from motion.model.engine import Device, Engine
from server.interaction.dance import Dance, Opening
from server.interaction.partner_pool import PartnerPool
from server.takes.reader import Take, Tick
from server.takes.take import RecordedModel, this_build
from server.telemetry.faults import Faults
from server.wire.protocol import FrameMessage, decode_frame, encode_frame


@dataclass(frozen=True)
class Again:
    """A frame of a take, computed again.

    Attributes:
        tick: As it was recorded.
        frame: As it came out now, encoded.
    """

    tick: Tick
    frame: bytes

    @property
    def same(self) -> bool:
        """Whether it came out bit for bit as it was."""
        return self.frame == self.tick.frame


def recompute(take: Take, engine_of: Callable[[str], Engine]) -> Iterator[Again]:
    """Yield every frame of a take, computed again from its opening and its moments.

    Args:
        take: Read from its beginning.
        engine_of: Returns the engine of a model, by name.
    """
    faults = Faults()
    pool = PartnerPool(engine_of, faults)
    header = take.header
    opening = Opening(header.controls, header.sequence, take.history, header.rules)
    dance = Dance(pool, faults, opening)
    for tick in take.ticks(past_damage=False):
        frames = pool.advance(dance.requests(tick.moment))
        yield Again(tick, encode_frame(dance.compose(tick.moment, frames)))


def recorded_engines(take: Take, models: Path, device: Device) -> Callable[[str], Engine]:
    """Return a loader of the models of a take, which insists on the same graphs.

    They are played by the contracts of the take: a model may swell more since.

    Args:
        take: Names the models and their graphs.
        models: Folder of the models.
        device: What they run on.
    """

    @cache
    def engine_of(name: str) -> Engine:
        expected, got = take.header.models.get(name), RecordedModel.from_folder(models / name)
        if expected is None or expected.graph != got.graph:
            graph = expected.graph[:12] if expected else "none"
            raise TakeError(f"model {name}: expected graph {graph}, got {got.graph[:12]}")
        return Engine.load(models / name, device, expected.contract)

    return engine_of


def difference(again: Again, joints: int) -> str:
    """Return in what a frame differs, for people."""
    was, now = decode_frame(again.tick.frame, joints), decode_frame(again.frame, joints)
    if _figures(was) != _figures(now):
        return f"expected figures {_figures(was)}, got {_figures(now)}"
    pairs = list(zip(was.figures, now.figures, strict=True))
    away = max((_apart(a.pose, b.pose) for a, b in pairs), default=(0.0, 0.0))
    if max(away) > 0.0:
        return f"expected the recorded poses, got some {away[0]:.0f} mm and {away[1]:.2f}° away"
    return "expected the recorded frame, got one that differs apart from its poses"


def other_build(take: Take) -> str:
    """Return in what this build differs from that of a take; empty if in nothing."""
    here = this_build()
    return "; ".join(
        f"{name}: expected {then}, got {here.get(name, 'none')}"
        for name, then in take.header.build.items()
        if here.get(name) != then
    )


def _figures(frame: FrameMessage) -> list[tuple[int, int]]:
    return [(figure.kind, figure.id) for figure in frame.figures]


def _apart(a: Pose, b: Pose) -> tuple[float, float]:
    """Return how far hips are apart, millimetres, and joints turned, degrees, at most."""
    cosine = np.abs(np.sum(a.rotations * b.rotations, axis=-1)).min()
    turned = np.degrees(2 * np.arccos(min(cosine, 1.0)))
    return 1000 * float(np.abs(a.hips - b.hips).max()), float(turned)
