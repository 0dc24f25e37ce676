"""Real motion small enough for tests, and sources whose faults the measures must catch."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache

import numpy as np

from motion.choreography import Cue as DanceCue
from motion.choreography import choreography
from motion.clip import Clip, Pose
from training.evaluation.rollouts import Chunk, RolloutSpec, change_at, chunk_bounds

EMOTIONS = ("sad", "excited")
FPS = 30.0


@cache
def dance(emotion: str, seconds: float, seed: int, name: str = "") -> Clip:
    """A dance of the choreographer in one emotion, that lands harder than it leaves.

    Each half of a beat begins slowly and ends fast: the choreographer alone knows no arrow of time.
    """
    halves = np.arange(round(seconds * FPS)) / FPS * 4.0
    beats = (np.floor(halves) + (halves % 1.0) ** 1.5) / 2.0
    hips, rotations = choreography(beats, seed, (DanceCue.from_emotion({emotion: 1.0}, 1.0),))
    labels = {"emotion": emotion, "dataset": "made", "group": name}
    return Clip(name, FPS, hips, rotations, labels)


def corpus(clips: int = 6, seconds: float = 10.0) -> list[Clip]:
    """Some dances of each emotion."""
    return [
        dance(emotion, seconds, 10 * index + number, f"{emotion} {number}")
        for index, emotion in enumerate(EMOTIONS)
        for number in range(clips)
    ]


Fault = Callable[[Clip], Clip]


class Dancer:
    """A source as good as real motion, or one with a fault."""

    recoveries = 0
    emotions = EMOTIONS

    def __init__(self, name: str = "perfect", fault: Fault = lambda clip: clip) -> None:
        self.name, self._fault = name, fault

    def roll_out(self, specs: Sequence[RolloutSpec], frames: int) -> Iterator[Chunk]:
        dances = [self._fault(self._danced(spec, frames)) for spec in specs]
        for start, stop in chunk_bounds(frames, FPS):
            taken_up = np.zeros((len(specs), stop - start), bool)
            taken_up[:, 0] = start == 0
            yield Chunk([clip[start:stop] for clip in dances], taken_up)

    def _danced(self, spec: RolloutSpec, frames: int) -> Clip:
        """Each frame is of the dance of the emotion that its change asks for."""
        asked = [int(change_at(spec, frame).emotion.argmax()) for frame in range(frames)]
        dances = [dance(e, frames / FPS + 0.1, 1000 + spec.seed)[:frames] for e in EMOTIONS]
        hips = np.stack([clip.hips for clip in dances])[asked, range(frames)]
        turned = np.stack([clip.rotations for clip in dances])[asked, range(frames)]
        return Clip("", FPS, hips, turned)


def frozen(clip: Clip) -> Clip:
    return Clip.from_poses([Pose.standing()] * len(clip), clip.fps)


def trembling(clip: Clip) -> Clip:
    shaken = clip.rotations + np.random.default_rng(0).normal(0, 0.01, clip.rotations.shape)
    return replace(clip, rotations=shaken / np.linalg.norm(shaken, axis=-1, keepdims=True))


def reversed_in_time(clip: Clip) -> Clip:
    return replace(clip, hips=clip.hips[::-1], rotations=clip.rotations[::-1])


def sliding(clip: Clip) -> Clip:
    """To and fro, half a metre to either side."""
    t = np.arange(len(clip))[:, None] / clip.fps
    return replace(clip, hips=clip.hips + 0.5 * np.sin(2 * t) * [1.0, 0.0, 0.0])


def exploding(clip: Clip) -> Clip:
    """Away from the stage, faster and faster, and then not even finite."""
    t = np.arange(len(clip))[:, None] / clip.fps
    hips = clip.hips + 0.05 * t**2 * [1.0, 0.0, 0.0]
    hips[len(clip) // 2 :: 50] = np.nan
    return replace(clip, hips=hips)


def stopping(clip: Clip) -> Clip:
    """Stands still in its last third."""
    at = np.minimum(np.arange(len(clip)), 2 * len(clip) // 3)
    return replace(clip, hips=clip.hips[at], rotations=clip.rotations[at])


class Shuffled(Dancer):
    """Dances another emotion than is asked for."""

    emotions = EMOTIONS

    def _danced(self, spec: RolloutSpec, frames: int) -> Clip:
        changes = tuple(replace(change, emotion=change.emotion[::-1]) for change in spec.changes)
        return super()._danced(replace(spec, changes=changes), frames)
