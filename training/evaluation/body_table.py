"""Dance content and posture as tables: models beside real dances, walks and gestures."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, fields

import numpy as np
from jaxtyping import Float

from motion.clip import Clip
from training.corpus.contents import DANCE, GESTURE, WALK, content_of
from training.corpus.trimming import active
from training.evaluation.dance_content import (
    BodyTrace,
    DanceContent,
    Posture,
    dance_content,
    posture,
)
from training.evaluation.markdown import table, with_interval
from training.evaluation.measures import SHORTEST_SECONDS
from training.evaluation.scores import Estimate, interval
from training.evaluation.segments import Rollout

Array = np.ndarray

DRAWS = 500
MEAN = "mean"

CONTENT_MEASURES = tuple(field.name for field in fields(DanceContent))
POSTURE_MEASURES = tuple(field.name for field in fields(Posture))
MEASURES = CONTENT_MEASURES + POSTURE_MEASURES


@dataclass(frozen=True)
class BodyRow:
    """Dance content and posture of some performances.

    Attributes:
        source: Name of a model or of a kind of real motion.
        group: Emotion or data set of the performances, or `MEAN` over those of the source.
        count: Number of performances.
        values: By measure, the mean over the performances, each counting alike.
    """

    source: str
    group: str
    count: int
    values: dict[str, Estimate]


def body_of(traces: Sequence[BodyTrace]) -> Float[Array, "M"]:
    """Return all measures of one performance, in the order of `MEASURES`."""
    return np.array([*astuple(dance_content(traces)), *astuple(posture(traces))])


def body_rows(source: str, groups: Mapping[str, Sequence[Float[Array, "M"]]]) -> list[BodyRow]:
    """Return a row for each group, and their mean if there is more than one.

    Intervals come from drawing performances again within each group.

    Args:
        source: Name of the source.
        groups: By name, the measures of each performance; see `body_of`.
    """
    values = {name: np.stack(group) for name, group in groups.items() if len(group)}
    rng = np.random.default_rng(0)
    draws = {
        name: np.stack([_mean(rng.choice(group, len(group))) for _ in range(DRAWS)])
        for name, group in values.items()
    }
    rows = [_row(source, name, len(g), _mean(g), draws[name]) for name, g in values.items()]
    if len(values) > 1:
        means = _mean(np.stack([_mean(group) for group in values.values()]))
        drawn = np.stack([_mean(one) for one in np.stack(list(draws.values()), axis=1)])
        rows.append(_row(source, MEAN, sum(map(len, values.values())), means, drawn))
    return rows


def rollout_rows(
    source: str, labels: Sequence[str], groups: Sequence[Sequence[Rollout]]
) -> list[BodyRow]:
    """Return the rows of a model's rollouts, by the emotion asked for."""
    by_emotion = zip(labels, groups, strict=True)
    return body_rows(
        source, {label: [body_of(one.bodies) for one in group] for label, group in by_emotion}
    )


def real_rows(clips: Sequence[Clip], labels: Sequence[str]) -> list[BodyRow]:
    """Return the rows of real dances, by data set, and of real walks and gestures, by emotion.

    Args:
        clips: A corpus; walks and gestures without one of the emotions are left out. Data sets
            act an emotion differently, so that each has rows of its own.
        labels: The emotions.
    """
    dances: dict[str, list[Clip]] = defaultdict(list)
    acted: dict[str, dict[str, list[Clip]]] = defaultdict(lambda: {label: [] for label in labels})
    for clip in map(active, clips):
        content, emotion = content_of(clip.labels), clip.labels.get("emotion", "")
        dataset = clip.labels.get("dataset", "")
        if content == DANCE:
            dances[dataset].append(clip)
        elif content in (WALK, GESTURE) and emotion in labels:
            acted[f"real {content}, {dataset}"][emotion].append(clip)
    rows = _clip_rows("real dance", dances)
    return rows + [row for name in sorted(acted) for row in _clip_rows(name, acted[name])]


def set_rows(source: str, clips: Sequence[Clip]) -> list[BodyRow]:
    """Return the rows of a corpus of which nothing is asked but its data sets."""
    sets: dict[str, list[Clip]] = defaultdict(list)
    for clip in clips:
        sets[clip.labels.get("dataset", "")].append(clip)
    return _clip_rows(source, sets)


def _clip_rows(source: str, groups: Mapping[str, Sequence[Clip]]) -> list[BodyRow]:
    return body_rows(
        source,
        {
            name: [
                body_of([BodyTrace.measure(clip)])
                for clip in group
                if clip.seconds >= SHORTEST_SECONDS
            ]
            for name, group in groups.items()
        },
    )


def _row(
    source: str, group: str, count: int, means: Float[Array, "M"], draws: Float[Array, "D M"]
) -> BodyRow:
    estimates = [
        Estimate(float(value), *interval(column))
        for value, column in zip(means, draws.T, strict=True)
    ]
    return BodyRow(source, group, count, dict(zip(MEASURES, estimates, strict=True)))


def _mean(values: Float[Array, "N M"]) -> Float[Array, "M"]:
    """Return the means of the numbers that are known; nan where none is."""
    known = np.isfinite(values)
    total = np.where(known, values, 0.0).sum(0)
    return np.where(known.any(0), total / np.maximum(known.sum(0), 1), np.nan)


def body_section(rows: Sequence[BodyRow]) -> str:
    """Return rows as two tables of a section of Markdown."""
    parts = ["## Dance content and posture", CONTENT_TEXT, _table(rows, CONTENT_MEASURES)]
    return "\n\n".join([*parts, POSTURE_TEXT, _table(rows, POSTURE_MEASURES)])


CONTENT_TEXT = (
    "Travel: speed of the hips over the floor, leg lengths a second; hand: share of time that a "
    "wrist is above its shoulder joint; turning: yaw rate of the pelvis, rad/s; height: standard "
    "deviation of the hips' height, leg lengths; reach: distance of the wrists from the chest, leg "
    "lengths."
)
POSTURE_TEXT = (
    "Lean and head in degrees, forward positive, in all frames and while the hips stand; pace in "
    "m/s; standing and stillness are shares of time; hands' height above the hips, their spread "
    "and the bounce of the hips in cm; the elbows' flexion in degrees."
)


def _table(rows: Sequence[BodyRow], measures: Sequence[str]) -> str:
    head = ["", "", "clips", *(name.replace("_", " ") for name in measures)]
    lines = [
        [row.source, row.group, str(row.count), *(with_interval(row.values[m]) for m in measures)]
        for row in rows
    ]
    return table(head, lines)
