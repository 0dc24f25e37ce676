"""Rollouts: what is asked of a source of motion, and what it dances.

A source is anything that goes on from a dancer in an emotion: a model, or what keeps the measures
honest. Many scripts are performed at once, and a long performance comes in stretches, so that it
never lies in memory as a whole.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from jaxtyping import Bool, Float

from motion.clip import Clip
from motion.model.engine import Engine
from motion.partner.partner_batch import PartnerBatch

Array = np.ndarray

STRETCH_SECONDS = 5.0


@dataclass(frozen=True, eq=False)
class Cue:
    """A change during a performance.

    Attributes:
        frame: From which on it holds.
        emotion: Weights, (E,), with a sum above 0.
        energy: 1 is usual for the emotion.
        dancer: Whom to take up at this frame, if anybody.
    """

    frame: int
    emotion: Float[Array, "E"]
    energy: float = 1.0
    dancer: Clip | None = None


@dataclass(frozen=True, eq=False)
class Script:
    """What one rollout is to do.

    Attributes:
        context: The motion that it goes on from.
        seed: Of all chance in it; scripts of one seed and context differ by their cues alone.
        cues: In the order of their frames, the first at frame 0.
    """

    context: Clip
    seed: int
    cues: tuple[Cue, ...]


@dataclass(frozen=True, eq=False)
class Stretch:
    """Some seconds of all rollouts of a performance.

    Attributes:
        clips: One for each script.
        taken_up: Whether a dancer was taken up with the frame, (B, T).
    """

    clips: list[Clip]
    taken_up: Bool[Array, "B T"]


class Source(Protocol):
    """What goes on from a dancer."""

    @property
    def name(self) -> str:
        """Of the source, unique in a report."""

    @property
    def emotions(self) -> tuple[str, ...]:
        """The labels that weights are given for."""

    @property
    def recoveries(self) -> int:
        """How often a rollout had to be set up anew so far."""

    def perform(self, scripts: Sequence[Script], frames: int) -> Iterator[Stretch]:
        """Yield the frames that follow the contexts, all scripts at once."""


class ModelSource:
    """A model, danced by the company that the server's partner is one of."""

    def __init__(self, engine: Engine) -> None:
        self.name, self.emotions = engine.contract.name, engine.contract.emotions
        self.recoveries = 0
        self._engine = engine

    def perform(self, scripts: Sequence[Script], frames: int) -> Iterator[Stretch]:
        """Yield the frames that follow the contexts, all scripts at once."""
        company = PartnerBatch(self._engine, [script.seed for script in scripts])
        for slot, script in enumerate(scripts):
            company.take_up(slot, script.context)
        for start, stop in stretches(frames, self._engine.contract.fps):
            danced = []
            for frame in range(start, stop):
                cues = [cue_at(script, frame) for script in scripts]
                for slot, cue in enumerate(cues):
                    if cue.dancer is not None and cue.frame == frame:
                        company.take_up(slot, cue.dancer)
                emotion = np.stack([cue.emotion for cue in cues])
                danced.append(company.advance(emotion, np.array([cue.energy for cue in cues])))
            hips, turned, taken_up = (
                np.stack([getattr(frame, part) for frame in danced], axis=1)
                for part in ("hips", "rotations", "taken_up")
            )
            pairs = zip(hips, turned, strict=True)
            clips = [Clip(self.name, self._engine.contract.fps, h, r) for h, r in pairs]
            yield Stretch(clips, taken_up)
        self.recoveries += int(company.recoveries.sum())


class Persistence:
    """Repeats the last second of its context, to and fro; knows neither emotion nor chance.

    It keeps the measures honest: what it is good at is worth little.
    """

    name = "persistence"
    recoveries = 0

    def __init__(self, emotions: tuple[str, ...]) -> None:
        self.emotions = emotions

    def perform(self, scripts: Sequence[Script], frames: int) -> Iterator[Stretch]:
        """Yield the frames that follow the contexts, all scripts at once."""
        fps = scripts[0].context.fps
        for start, stop in stretches(frames, fps):
            taken_up = np.zeros((len(scripts), stop - start), bool)
            clips = []
            for script, flags in zip(scripts, taken_up, strict=True):
                parts = []
                for begun, until, dancer in _turns(script, frames):
                    at = np.arange(max(begun, start), min(until, stop)) - begun
                    parts.append(_to_and_fro(dancer, at))
                    if start <= begun < stop:
                        flags[begun - start] = True
                clips.append(replace(joined(parts), name=self.name))
            yield Stretch(clips, taken_up)


def cue_at(script: Script, frame: int) -> Cue:
    """Return the cue that holds at a frame."""
    return [cue for cue in script.cues if cue.frame <= frame][-1]


def joined(clips: Sequence[Clip]) -> Clip:
    """Return clips one after the other, as the last one is named."""
    hips = np.concatenate([clip.hips for clip in clips])
    turned = np.concatenate([clip.rotations for clip in clips])
    return replace(clips[-1], hips=hips, rotations=turned)


def stretches(frames: int, fps: float) -> Iterator[tuple[int, int]]:
    """Yield start and stop of stretches of 5 s; the last one may be shorter."""
    length = round(STRETCH_SECONDS * fps)
    for start in range(0, frames, length):
        yield start, min(start + length, frames)


def _turns(script: Script, frames: int) -> list[tuple[int, int, Clip]]:
    """Return start, stop and dancer of what follows each take-up."""
    dancers = [(0, script.context)]
    dancers += [(cue.frame, cue.dancer) for cue in script.cues if cue.dancer is not None]
    stops = [begun for begun, _ in dancers[1:]] + [frames]
    return [(begun, stop, dancer) for (begun, dancer), stop in zip(dancers, stops, strict=True)]


def _to_and_fro(dancer: Clip, at: Array) -> Clip:
    """Return frames of the last second, played backwards first."""
    last = dancer[-round(dancer.fps) :]
    turn = len(last) - 1
    return last[np.abs(turn - (at + 1) % (2 * turn))]
