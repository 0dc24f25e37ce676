"""Scores of dance: its content, and how emotion shows in it."""

from collections.abc import Mapping
from dataclasses import astuple, fields

import numpy as np

from training.evaluation import measures
from training.evaluation.dance_content import DanceContent
from training.evaluation.reference import Reference, Score
from training.evaluation.segments import Groups

EMOTIONAL_DANCE = {
    "sad": DanceContent(0.34, 0.06, 0.85, 0.09, 0.47),
    "afraid": DanceContent(0.47, 0.15, 1.25, 0.16, 0.56),
    "happy": DanceContent(0.49, 0.19, 1.69, 0.07, 0.62),
    "angry": DanceContent(0.65, 0.32, 1.63, 0.12, 0.65),
    "excited": DanceContent(0.66, 0.21, 1.91, 0.10, 0.62),
}
"""Content of real contemporary dance by emotion, of one dancer; no corpus holds it."""

NEAR = (0.5, 1.6)
"""Bounds, as shares of a row of `EMOTIONAL_DANCE`, within which an emotion dances as people do."""

SLOWER = (("sad", "afraid"), ("afraid", "happy"), ("happy", "angry"), ("happy", "excited"))
"""Pairs of emotions of which people dance the first slower."""

ALIKE = 1.25
"""Largest ratio of two speeds that count as the same."""


def _of_content(name: str) -> Score:
    """Return the score that is one measure of `DanceContent`, the mean over emotions."""
    return lambda groups, _: float(
        np.mean(
            [np.mean([getattr(one.content, name) for one in group]) for group in groups if group]
        )
    )


def as_people_dance(groups: Groups, reference: Reference) -> float:
    """Return the share of the numbers of `EMOTIONAL_DANCE` that its emotions come near to.

    nan where none of its emotions was danced.
    """
    held: list[bool] = []
    for label, group in zip(reference.labels, groups, strict=True):
        if group and label in EMOTIONAL_DANCE:
            found = np.mean([astuple(one.content) for one in group], axis=0)
            share = found / np.array(astuple(EMOTIONAL_DANCE[label]))
            held += [bool(NEAR[0] <= one <= NEAR[1]) for one in share]
    return float(np.mean(held)) if held else float("nan")


def speed_order(groups: Groups, reference: Reference) -> float:
    """Return the share of what is known of the emotions' speeds that holds.

    Sad is slower than afraid, afraid than happy, happy than angry and excited; these two are about
    as fast, and tired is nearer to sad than to happy. nan if an emotion is missing.
    """
    traces = {
        label: [trace for one in group for trace in one.traces]
        for label, group in zip(reference.labels, groups, strict=True)
        if group
    }
    if not {"sad", "afraid", "happy", "angry", "excited", "tired"} <= traces.keys():
        return float("nan")
    return float(np.mean(_held({label: measures.speed(one) for label, one in traces.items()})))


def _held(speed: Mapping[str, float]) -> list[bool]:
    strong = sorted((speed["angry"], speed["excited"]))
    tired = {label: abs(np.log(speed["tired"] / speed[label])) for label in ("sad", "happy")}
    return [
        *(speed[slow] < speed[fast] for slow, fast in SLOWER),
        strong[1] <= ALIKE * strong[0],
        bool(tired["sad"] < tired["happy"]),
    ]


CONTENT_SCORES = {field.name: _of_content(field.name) for field in fields(DanceContent)}
"""Dance content by its names: travel, hand, turning, height, reach."""

DANCE_SCORES = CONTENT_SCORES | {"as_people_dance": as_people_dance, "speed_order": speed_order}
