"""Scores of a set of rollouts against real motion, each with an interval.

A score is a number for rollouts grouped by emotion; every emotion counts alike. Intervals come from
drawing whole rollouts, or clips, anew within each emotion: windows of one rollout are no
independent witnesses.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float

from motion.clip import Clip
from motion.partner.partner_batch import LOST_DISTANCE, STAGE_RADIUS
from training.evaluation import measures
from training.evaluation.dance_scores import CONTENT_SCORES, DANCE_SCORES
from training.evaluation.measures import Gaussian, Trace
from training.evaluation.reference import Reference, Score
from training.evaluation.segments import Groups, Rollout, Segment

Array = np.ndarray
SEGMENT_SECONDS = 60.0
DRAWS = 100
VALUE_DRAWS = 500
CONFIDENCE = 0.95


class Estimate(NamedTuple):
    """A score and the interval that holds it with 95 % confidence."""

    value: float
    low: float
    high: float


def score(groups: Groups, reference: Reference) -> dict[str, Estimate]:
    """Return all scores of rollouts; those that these rollouts cannot tell are nan.

    Args:
        groups: By emotion; at least one rollout in all.
        reference: Real motion of the same emotions.
    """
    return {name: estimate(one, groups, reference) for name, one in SCORES.items()}


def estimate(one: Score, groups: Groups, reference: Reference) -> Estimate:
    """Return one score of rollouts with its interval; see `score`."""
    value = one(groups, reference)
    if one in EXTREMES or not np.isfinite(value):
        return Estimate(value, np.nan, np.nan)
    draws = [one(_redrawn(groups, np.random.default_rng(draw)), reference) for draw in range(DRAWS)]
    return Estimate(value, *interval(draws))


def summarise(
    clips_by_emotion: Mapping[str, Sequence[Clip]], reference: Reference
) -> dict[str, float]:
    """Return all scores of clips, whatever made them; those that they cannot tell are nan.

    Args:
        clips_by_emotion: Clips of 1 s at least under the emotion that each was made for. Clips of
            one emotion are taken for the same scene with other seeds.
        reference: Real motion of the same emotions, or of more.
    """
    groups: list[list[Rollout]] = [[] for _ in reference.labels]
    for label, clips in clips_by_emotion.items():
        index = reference.labels.index(label)
        for clip in clips:
            segments = tuple(Segment.measure(part, reference.classifier) for part in cut(clip))
            groups[index].append(Rollout(index, label, False, segments))
    return {name: function(groups, reference) for name, function in SCORES.items()}


def cut(clip: Clip) -> list[Clip]:
    """Return the minutes of a clip; one that is shorter than two is cut in halves, from 8 s on."""
    segments = max(int(clip.seconds // SEGMENT_SECONDS), 2 if clip.seconds >= 8.0 else 1)
    bounds = np.linspace(0, len(clip), segments + 1).astype(int)
    return [clip[start:stop] for start, stop in pairwise(bounds)]


def drawn(values: Sequence[Any], statistic: Callable[[Sequence[Any]], float]) -> Estimate:
    """Return a statistic of values and its interval; nan if there are none."""
    if not len(values):
        return Estimate(float("nan"), float("nan"), float("nan"))
    rng = np.random.default_rng(0)
    draws = [
        statistic([values[i] for i in rng.integers(0, len(values), len(values))])
        for _ in range(VALUE_DRAWS)
    ]
    return Estimate(float(statistic(values)), *interval(draws))


def interval(values: Sequence[float]) -> tuple[float, float]:
    """Return the middle 95 % of the values that are numbers; nan if none is."""
    known = [value for value in values if not np.isnan(value)]
    if not known:
        return float("nan"), float("nan")
    tail = 50 * (1 - CONFIDENCE)
    low, high = np.percentile(known, [tail, 100 - tail])
    return float(low), float(high)


def accuracy(groups: Groups, _: Reference) -> float:
    """Return the share of windows that are taken for the emotion asked for."""
    return mean_over_emotions(groups, lambda group, _: _recognised(group))


def accuracy_same(groups: Groups, reference: Reference) -> float:
    """Return the accuracy where the context is of the emotion."""
    return accuracy(where(groups, contradicting=False), reference)


def accuracy_contradicting(groups: Groups, reference: Reference) -> float:
    """Return the accuracy where the context is of another emotion."""
    return accuracy(where(groups, contradicting=True), reference)


def speed(groups: Groups, reference: Reference) -> float:
    """Return the mean joint speed over real."""
    return mean_over_emotions(
        groups, lambda group, index: measures.speed(_traces(group)) / reference.speed[index]
    )


def slowest(groups: Groups, reference: Reference) -> float:
    """Return the speed over real of the slowest minute of any emotion."""
    return float(np.nanmin(speed_by_minute(groups, reference)))


def liveliest(groups: Groups, reference: Reference) -> float:
    """Return the speed over real of the liveliest minute of any emotion."""
    return float(np.nanmax(speed_by_minute(groups, reference)))


def speed_by_minute(groups: Groups, reference: Reference) -> Float[Array, "E M"]:
    """Return the mean joint speed over real by emotion and minute; nan where there is none."""
    by_minute = np.full((len(groups), _minutes(groups)), np.nan)
    for index, group in enumerate(groups):
        for minute in range(by_minute.shape[1] if group else 0):
            traces = [rollout.segments[minute].trace for rollout in group]
            by_minute[index, minute] = measures.speed(traces) / reference.speed[index]
    return by_minute


def freeze(groups: Groups, reference: Reference) -> float:
    """Return the share of windows of 2 s that are slower than a tenth of real."""
    return mean_over_emotions(
        groups, lambda group, index: measures.freeze(_traces(group), reference.speed[index])
    )


def jerk(groups: Groups, reference: Reference) -> float:
    """Return the median of the jerk over real."""
    return _jerk(groups, reference, 50)


def jerk_99(groups: Groups, reference: Reference) -> float:
    """Return the 99th percentile of the jerk over real."""
    return _jerk(groups, reference, 99)


def skate(groups: Groups, reference: Reference) -> float:
    """Return the speed of toes near the floor over real."""
    return mean_over_emotions(
        groups, lambda group, index: measures.skate(_traces(group)) / reference.skate[index]
    )


def frechet(groups: Groups, reference: Reference) -> float:
    """Return the Fréchet distance from real motion in the classifier's embedding."""
    return frechet_of_minutes(groups, reference, slice(None))


def frechet_of_minutes(groups: Groups, reference: Reference, minutes: slice) -> float:
    """Return the Fréchet distance of some minutes, a mean over the networks and their unseen clips.

    nan for real clips, each of which one network alone may classify.
    """
    classifications = [
        [
            segment.classification.embeddings
            for rollout in group
            for segment in rollout.segments[minutes]
        ]
        for group in groups
        if group
    ]
    networks = len(reference.unseen)
    if any(len(one) != networks for group in classifications for one in group):
        return float("nan")
    distances = []
    for number, fold in enumerate(reference.unseen):
        embedded = [np.concatenate([one[number] for one in group]) for group in classifications]
        distances.append(measures.frechet(Gaussian.fit(embedded), fold.embedded))
    return float(np.mean(distances))


def frechet_kinetic(groups: Groups, reference: Reference) -> float:
    """Return the Fréchet distance from real motion in kinetic features."""
    scale = reference.kinetic_scale
    kinetic = [np.concatenate([t.kinetic for t in _traces(g)]) / scale for g in groups if g]
    found = Gaussian.fit(kinetic)
    return float(np.mean([measures.frechet(found, fold.kinetic) for fold in reference.unseen]))


def drift(groups: Groups, reference: Reference) -> float:
    """Return the Fréchet distance of the last minute over that of the first; nan for one minute."""
    if _minutes(groups) < 2:
        return float("nan")
    first, last = (frechet_of_minutes(groups, reference, m) for m in (slice(1), slice(-1, None)))
    return last / first


def diversity(groups: Groups, reference: Reference) -> float:
    """Return the mean distance of rollouts that differ by their seed, over that of real clips."""
    return mean_over_emotions(
        groups, lambda group, index: _apart(group, reference) / reference.diversity[index]
    )


def to_audience(groups: Groups, _: Reference) -> float:
    """Return the share of frames that face the audience."""
    return mean_over_emotions(
        groups, lambda group, _: float(np.mean([t.to_audience for t in _traces(group)]))
    )


def farthest(groups: Groups, _: Reference) -> float:
    """Return the largest distance of the hips from the centre of the stage, metres."""
    return float(max(trace.distance.max() for group in groups for trace in _traces(group)))


def off_stage(groups: Groups, _: Reference) -> float:
    """Return the share of frames further from the centre than a partner is let stray."""
    return mean_over_emotions(
        groups,
        lambda group, _: float(
            np.mean(
                np.concatenate([t.distance for t in _traces(group)]) > STAGE_RADIUS + LOST_DISTANCE
            )
        ),
    )


def arrow(groups: Groups, reference: Reference) -> float:
    """Return how much harder feet land than they leave, over real; -1 for time reversed.

    The skewness of the changes of the toes' speed, mean over emotions.
    """
    real = np.mean([measures.skewness(traces) for traces in reference.traces])
    found = mean_over_emotions(groups, lambda group, _: measures.skewness(_traces(group)))
    return float(found / real)


def broken(groups: Groups, _: Reference) -> float:
    """Return the number of frames that were not finite."""
    return float(sum(trace.broken for group in groups for trace in _traces(group)))


SCORES: dict[str, Score] = {
    "accuracy": accuracy,
    "accuracy_same": accuracy_same,
    "accuracy_contradicting": accuracy_contradicting,
    "speed": speed,
    "slowest": slowest,
    "liveliest": liveliest,
    "freeze": freeze,
    "jerk": jerk,
    "jerk_99": jerk_99,
    "skate": skate,
    "frechet": frechet,
    "frechet_kinetic": frechet_kinetic,
    "drift": drift,
    "diversity": diversity,
    "to_audience": to_audience,
    "arrow": arrow,
    "farthest": farthest,
    "off_stage": off_stage,
    "broken": broken,
    **DANCE_SCORES,
}


REAL = (
    accuracy,
    speed,
    slowest,
    liveliest,
    freeze,
    jerk,
    jerk_99,
    skate,
    diversity,
    to_audience,
    arrow,
    broken,
    *CONTENT_SCORES.values(),
)
"""Scores that real motion has, as clips that were taken elsewhere and at other times."""

BY_EMOTION = ("accuracy", "speed", "slowest", "liveliest", "freeze", "jerk", "jerk_99", "skate")
"""Scores that are told for each emotion too."""

EXTREMES = (slowest, liveliest, farthest, off_stage, broken)
"""Scores that drawing anew would bias, and that therefore have no interval."""


def confusion(groups: Groups, labels: int) -> Float[Array, "E E"]:
    """Return for each emotion asked for (rows) the shares of windows taken for each."""
    shares = np.full((labels, labels), np.nan)
    for index, group in enumerate(groups):
        if group:
            taken = [np.bincount(one.taken_for, minlength=labels) for one in group]
            shares[index] = np.mean([one / one.sum() for one in taken], axis=0)
    return shares


def mean_over_emotions(
    groups: Groups, of_group: Callable[[Sequence[Rollout], int], float]
) -> float:
    """Return the mean of a number over the emotions that have rollouts; nan if none has."""
    values = [of_group(group, index) for index, group in enumerate(groups) if group]
    known = [value for value in values if np.isfinite(value)]
    return float(np.mean(known)) if known else float("nan")


def _redrawn(groups: Groups, rng: np.random.Generator) -> list[list[Rollout]]:
    return [[group[i] for i in rng.integers(0, len(group), len(group))] for group in groups]


def where(groups: Groups, *, contradicting: bool) -> Groups:
    """Return the groups with the rollouts left in whose context was of another emotion, or not."""
    return [[one for one in group if one.contradicting == contradicting] for group in groups]


def _traces(group: Sequence[Rollout]) -> list[Trace]:
    return [trace for rollout in group for trace in rollout.traces]


def _minutes(groups: Groups) -> int:
    return min(len(rollout.segments) for group in groups for rollout in group)


def _recognised(group: Sequence[Rollout]) -> float:
    return float(np.mean([np.mean(one.taken_for == one.emotion) for one in group]))


def _jerk(groups: Groups, reference: Reference, q: float) -> float:
    def of_group(group: Sequence[Rollout], index: int) -> float:
        found = measures.percentile([trace.jerk for trace in _traces(group)], q)
        return found / reference.jerk[index][q == 99]

    return mean_over_emotions(groups, of_group)


def _apart(group: Sequence[Rollout], reference: Reference) -> float:
    """Mean distance over scenes; a rollout drawn twice is no pair."""
    scenes: dict[str, dict[int, Array]] = defaultdict(dict)
    for rollout in group:
        kinetic = np.concatenate([trace.kinetic for trace in rollout.traces])
        scenes[rollout.scene][id(rollout)] = kinetic / reference.kinetic_scale
    apart = [measures.mean_distance(list(sets.values())) for sets in scenes.values()]
    known = [one for one in apart if np.isfinite(one)]
    return float(np.mean(known)) if known else float("nan")
