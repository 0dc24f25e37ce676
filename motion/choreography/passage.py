"""A passage: phrases laid end to end as tracks of feet, weight, arms and trunk."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Float

from motion.choreography.effort import arm_rest, blend
from motion.choreography.figures import Step
from motion.choreography.score import PHRASE, SETTLED, Phrase, Score, conditions, phrase, place
from motion.choreography.track import Track

Array = np.ndarray

BALL_AHEAD = 0.07
"""Metres from the point where a foot carries to its ball."""

CARRYING_SHARE = 0.38
"""How far the body moves from the middle between the feet towards the one that carries; 0.5 is
over its ball."""

QUICK_SIZE = 0.75
"""Size of arm and torso figures at double speed: what goes to and fro faster goes less far."""

QUIET_SIZE = 0.25
"""Size of arm figures of an arm that keeps quiet."""


@dataclass(frozen=True, eq=False)
class FootTrack:
    """Steps of one foot.

    Attributes:
        beats: When they arrive, ascending, (K,).
        places: x, z, yaw of the ball, and its height above the floor, (K, 4).
        lifts: Height on the way, metres, (K,).
        swings: Beats on the way, (K,).
    """

    beats: Float[Array, "K"]
    places: Float[Array, "K 4"]
    lifts: Float[Array, "K"]
    swings: Float[Array, "K"]


@dataclass(frozen=True, eq=False)
class Passage:
    """Tracks of a stretch of a dance.

    Attributes:
        feet: Left and right.
        body: x, z, yaw, and weight in [-1 right, 1 left].
        dips: Metres.
        arms: Both arms' keys, and then their means over the figure, (K, 16).
        torso: Six numbers of a key.
    """

    feet: tuple[FootTrack, FootTrack]
    body: Track
    dips: Track
    arms: Track
    torso: Track


@lru_cache(maxsize=64)
def passage(seed: int, score: Score, first: int, last: int) -> Passage:
    """Return the tracks of phrases `first` to `last`; they hold from the second phrase on."""
    numbers = range(first, last + 1)
    settled = np.array([number * PHRASE - SETTLED for number in (first - 1, *numbers)], float)
    before = conditions(score, settled)
    phrases = [
        phrase(seed, number, tuple(row.tolist()))
        for number, row in zip(numbers, before[1:], strict=True)
    ]
    places = [place(seed, first + i, blend(row[:-1])) for i, row in enumerate(before)]
    steps = list(_steps(phrases, places, first))
    feet = (_foot(steps, 0, places[0], first), _foot(steps, 1, places[0], first))
    arms, torso = _keys(phrases, first)
    return Passage(feet, _body(steps, feet, first), _dips(phrases, first), arms, torso)


@dataclass(frozen=True)
class _Placed:
    """A step as it is taken: when, by which foot, to where, and how."""

    beat: float
    side: int
    place: tuple[float, float, float, float]
    lift: float
    carries: float
    swing: float


def _steps(phrases: list[Phrase], places: list[Array], first: int) -> Iterator[_Placed]:
    """Yield all steps in the order of their beats, with yaws that never jump."""
    home = places[0][:, 2].copy()  # the yaw from which each foot's turns of the phrase count
    arrived = [float("-inf"), float("-inf")]
    placed = [(*row[:2], 0.0) for row in places[0]]  # x, z and height of each foot
    for i, settled in enumerate(phrases):
        begin, end = places[i], places[i + 1]
        turn = end[:, 2] - begin[:, 2]
        for step in settled.footwork.steps:
            beat = (first + i) * PHRASE + step.beat
            part = min(step.beat / (PHRASE - 1), 1.0)
            x, z, yaw = (1 - part) * begin[step.side] + part * end[step.side]
            heading = (begin[:, 2] + part * turn).mean()
            size = settled.effort.step_size * settled.energy**0.5
            x += size * (np.cos(heading) * step.x + np.sin(heading) * step.z)
            z += size * (np.cos(heading) * step.z - np.sin(heading) * step.x)
            up = step.up * min(settled.effort.step_lift, 1.25)
            if step.lift == 0.0 == up == placed[step.side][2]:  # it never leaves the floor
                x, z, _ = placed[step.side]
            placed[step.side] = (float(x), float(z), up)
            turned = home[step.side] + yaw - begin[step.side, 2] + np.radians(step.yaw)
            swing = _swing(step, beat, settled, arrived)
            arrived[step.side] = beat
            lift = step.lift * settled.effort.step_lift * settled.energy**0.5
            place_and_yaw = (float(x), float(z), float(turned), up)
            yield _Placed(beat, step.side, place_and_yaw, min(lift, 0.3), step.carries, swing)
        full = np.radians(settled.footwork.steps[-1].yaw)
        full = 2 * np.pi * np.round(full / (2 * np.pi))
        home = home + turn + full


def _swing(step: Step, beat: float, settled: Phrase, arrived: list[float]) -> float:
    """Return how long a foot is in the air: never while the other one is, save in hops."""
    own, other = arrived[step.side], arrived[1 - step.side]
    room = beat - own
    if other < beat:
        room = min(room, beat - other)
    return float(min(0.85 - 0.35 * settled.effort.time, 0.92 * room))


def _foot(steps: list[_Placed], side: int, begin: Array, first: int) -> FootTrack:
    """Return the track of one foot."""
    own = [step for step in steps if step.side == side]
    return FootTrack(
        np.array([first * PHRASE - 1.0, *(step.beat for step in own)]),
        np.array([(*begin[side], 0.0), *(step.place for step in own)]),
        np.array([0.0, *(step.lift for step in own)]),
        np.array([0.5, *(step.swing for step in own)]),
    )


def _body(steps: list[_Placed], feet: tuple[FootTrack, FootTrack], first: int) -> Track:
    """Return where the body goes: over the feet as they carry."""
    places = [foot.places[0, :3] for foot in feet]
    rows = [_over(places, 0.0)]
    beats = [first * PHRASE - 1.0]
    for step in steps:
        places[step.side] = np.array(step.place[:3])
        weight = (2 * step.carries - 1) * (1 if step.side == 0 else -1)
        if step.beat == beats[-1]:
            beats.pop()
            rows.pop()
        beats.append(step.beat)
        rows.append(_over(places, weight))
    scales = np.clip(np.diff(beats, prepend=beats[0] - 1.0), 1.0, 1.5)
    return Track(np.array(beats), np.array(rows), scales)


def _over(places: list[Array], weight: float) -> Array:
    share = 0.5 + CARRYING_SHARE * weight
    x, z, _ = share * places[0] + (1 - share) * places[1]
    yaw = (places[0][2] + places[1][2]) / 2
    return np.array([x - BALL_AHEAD * np.sin(yaw), z - BALL_AHEAD * np.cos(yaw), yaw, weight])


def _dips(phrases: list[Phrase], first: int) -> Track:
    values = np.concatenate(
        [np.array(p.footwork.dips) * p.effort.depth * p.energy**0.5 for p in phrases]
    )
    beats = first * PHRASE + np.arange(len(values), dtype=float)
    return Track(beats, values[:, None], np.ones(len(values)))


def _keys(phrases: list[Phrase], first: int) -> tuple[Track, Track]:
    """Return the tracks of arms and torso."""
    beats: list[float] = []
    scales: list[float] = []
    arms: list[Array] = []
    torso: list[Array] = []
    for i, settled in enumerate(phrases):
        gap = 1.0 / settled.pace
        arm_keys = _quieted(_smaller(settled.arms.keys, settled.pace), settled)
        torso_keys = _smaller(settled.torso.keys, settled.pace)
        for count in range(round(PHRASE * settled.pace)):
            key = (4 * settled.half + count if settled.pace < 1 else count) % PHRASE
            beats.append((first + i) * PHRASE + count * gap)
            scales.append(gap if count else max(gap, 1.0))  # from figure to figure it may be far
            held = settled.held[count] and arms
            arms.append(arms[-1] if held else np.stack([arm_keys[key], arm_keys.mean(axis=0)]))
            torso.append(torso_keys[key])
    when, wide = np.array(beats), np.array(scales)
    return Track(when, np.array(arms).reshape(-1, 16), wide), Track(when, np.array(torso), wide)


def _smaller(keys: Array, pace: float) -> Array:
    """Return keys drawn towards their mean where they are danced at more than one a beat."""
    mean = keys.mean(axis=0)
    smaller: Array = mean + (QUICK_SIZE if pace > 1 else 1.0) * (keys - mean)
    return smaller


def _quieted(keys: Array, settled: Phrase) -> Array:
    """Return arm keys in which the quiet arm stays about where the emotion lets it rest."""
    if settled.quiet is None:
        return keys
    rest = arm_rest(settled.effort)
    keys = keys.copy()
    keys[:, settled.quiet] = rest + QUIET_SIZE * (keys[:, settled.quiet] - rest)
    return keys
