"""Rollouts: what a source of motion is asked for, and what it dances.

A source is anything that goes on from a dancer in an emotion: a model, or what keeps the measures
honest. Many rollouts are danced at once, and come in chunks of some seconds, so that a long one
never lies in memory as a whole.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from jaxtyping import Bool, Float

from motion.clip import Clip
from motion.errors import BhavaError
from motion.model.engine import Engine
from motion.partner.partner_batch import PartnerBatch

Array = np.ndarray

CHUNK_SECONDS = 5.0


@dataclass(frozen=True, eq=False)
class ConditionChange:
    """A change of the conditions during a rollout.

    Attributes:
        frame: From which on it holds.
        emotion: Weights, (E,), with a sum above 0.
        energy: 1 is usual for the emotion.
        dancer: A dancer to take up at this frame, if any.
    """

    frame: int
    emotion: Float[Array, "E"]
    energy: float = 1.0
    dancer: Clip | None = None


@dataclass(frozen=True, eq=False)
class RolloutSpec:
    """What one rollout starts from and is asked for.

    Attributes:
        context: The motion that it goes on from.
        seed: Random seed; rollouts of one seed and context differ by their changes alone.
        changes: In the order of their frames, the first at frame 0.
    """

    context: Clip
    seed: int
    changes: tuple[ConditionChange, ...]


@dataclass(frozen=True, eq=False)
class Chunk:
    """Some seconds of all rollouts.

    Attributes:
        clips: One for each rollout.
        taken_up: Whether a dancer was taken up with the frame, (B, T).
    """

    clips: list[Clip]
    taken_up: Bool[Array, "B T"]


class MotionSource(Protocol):
    """What goes on from a dancer."""

    @property
    def name(self) -> str:
        """Name of the source, unique in a report."""

    @property
    def emotions(self) -> tuple[str, ...]:
        """The labels that weights are given for."""

    @property
    def recoveries(self) -> int:
        """How often a rollout had to be set up again so far."""

    def roll_out(self, specs: Sequence[RolloutSpec], frames: int) -> Iterator[Chunk]:
        """Yield the frames that follow the contexts, all rollouts at once."""


class ModelSource:
    """A model, danced by a batch of partners, as the server dances it."""

    def __init__(self, engine: Engine, content: str = "") -> None:
        """Make a source of a model.

        Args:
            engine: The model.
            content: What it is asked to dance; its usual content if empty. A model that tells no
                contents apart dances as it does.

        Raises:
            BhavaError: If the model tells contents apart and lacks this one.
        """
        contract = engine.contract
        if content and contract.contents and content not in contract.contents:
            raise BhavaError(
                f"{contract.name}: expected a content of {', '.join(contract.contents)}, "
                f"got {content}"
            )
        self.name, self.emotions = contract.name, contract.emotions
        self.recoveries = 0
        self._engine, self._content = engine, content

    def roll_out(self, specs: Sequence[RolloutSpec], frames: int) -> Iterator[Chunk]:
        """Yield the frames that follow the contexts, all rollouts at once."""
        batch = PartnerBatch(self._engine, [spec.seed for spec in specs])
        for slot, spec in enumerate(specs):
            batch.take_up(slot, spec.context)
        if self._content in self._engine.contract.contents:
            batch.content[:] = np.array(self._engine.contract.contents) == self._content
        for start, stop in chunk_bounds(frames, self._engine.contract.fps):
            danced = []
            for frame in range(start, stop):
                changes = [change_at(spec, frame) for spec in specs]
                for slot, change in enumerate(changes):
                    if change.dancer is not None and change.frame == frame:
                        batch.take_up(slot, change.dancer)
                emotion = np.stack([change.emotion for change in changes])
                danced.append(
                    batch.advance(emotion, np.array([change.energy for change in changes]))
                )
            hips, turned, taken_up = (
                np.stack([getattr(frame, part) for frame in danced], axis=1)
                for part in ("hips", "rotations", "taken_up")
            )
            pairs = zip(hips, turned, strict=True)
            clips = [Clip(self.name, self._engine.contract.fps, h, r) for h, r in pairs]
            yield Chunk(clips, taken_up)
        self.recoveries += int(batch.recoveries.sum())


class Persistence:
    """Repeats the last second of its context, to and fro; knows neither emotion nor chance.

    It keeps the measures honest: what it is good at is worth little.
    """

    name = "persistence"
    recoveries = 0

    def __init__(self, emotions: tuple[str, ...]) -> None:
        self.emotions = emotions

    def roll_out(self, specs: Sequence[RolloutSpec], frames: int) -> Iterator[Chunk]:
        """Yield the frames that follow the contexts, all rollouts at once."""
        fps = specs[0].context.fps
        for start, stop in chunk_bounds(frames, fps):
            taken_up = np.zeros((len(specs), stop - start), bool)
            clips = []
            for spec, flags in zip(specs, taken_up, strict=True):
                parts = []
                for begun, until, dancer in _turns(spec, frames):
                    at = np.arange(max(begun, start), min(until, stop)) - begun
                    parts.append(_to_and_fro(dancer, at))
                    if start <= begun < stop:
                        flags[begun - start] = True
                clips.append(replace(joined(parts), name=self.name))
            yield Chunk(clips, taken_up)


def change_at(spec: RolloutSpec, frame: int) -> ConditionChange:
    """Return the change that holds at a frame."""
    return [change for change in spec.changes if change.frame <= frame][-1]


def joined(clips: Sequence[Clip]) -> Clip:
    """Return clips one after the other, as the last one is named."""
    hips = np.concatenate([clip.hips for clip in clips])
    turned = np.concatenate([clip.rotations for clip in clips])
    return replace(clips[-1], hips=hips, rotations=turned)


def chunk_bounds(frames: int, fps: float) -> Iterator[tuple[int, int]]:
    """Yield start and stop of chunks of 5 s; the last one may be shorter."""
    length = round(CHUNK_SECONDS * fps)
    for start in range(0, frames, length):
        yield start, min(start + length, frames)


def _turns(spec: RolloutSpec, frames: int) -> list[tuple[int, int, Clip]]:
    """Return start, stop and dancer of what follows each take-up."""
    dancers = [(0, spec.context)]
    dancers += [
        (change.frame, change.dancer) for change in spec.changes if change.dancer is not None
    ]
    stops = [begun for begun, _ in dancers[1:]] + [frames]
    return [(begun, stop, dancer) for (begun, dancer), stop in zip(dancers, stops, strict=True)]


def _to_and_fro(dancer: Clip, at: Array) -> Clip:
    """Return frames of the last second, played backwards first."""
    last = dancer[-round(dancer.fps) :]
    turn = len(last) - 1
    return last[np.abs(turn - (at + 1) % (2 * turn))]
