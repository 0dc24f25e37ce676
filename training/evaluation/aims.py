"""What a good score is: the aims as data, in one place."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from training.corpus.contents import DANCE, GESTURE, WALK
from training.evaluation.scores import Estimate

Scores = Mapping[str, Estimate]

SLACK = 1e-9
"""For what floating point adds to a value that is just in its bounds."""


@dataclass(frozen=True)
class Aim:
    """Bounds of a score.

    Attributes:
        measure: Which measure it is part of.
        score: The score's name.
        low: Least value that holds the aim, if there is one.
        high: Largest value that holds it, if there is one.
        of_real: Score of real motion that the bounds are multiples of, if of any.
        contents: Contents for which it is an aim; all if none is named.
    """

    measure: str
    score: str
    low: float | None = None
    high: float | None = None
    of_real: str = ""
    contents: tuple[str, ...] = ()

    def holds(self, scores: Scores, real: Scores) -> bool | None:
        """Tell whether scores hold the aim; None if they cannot tell."""
        value = scores[self.score].value if self.score in scores else np.nan
        unit = 1.0
        if self.of_real:
            unit = real[self.of_real].value if self.of_real in real else np.nan
        if np.isnan(value) or np.isnan(unit):
            return None
        above = self.low is None or value >= self.low * unit - SLACK
        below = self.high is None or value <= self.high * unit + SLACK
        return above and below


DANCED = ("", DANCE)
ACTED = ("", WALK, GESTURE)
"""Contents that the judges have learnt from."""

AIMS = (
    Aim("dynamism", "slowest", low=0.85),
    Aim("dynamism", "liveliest", high=1.15),
    Aim("freeze", "freeze", high=1.0, of_real="freeze"),
    Aim("drift", "drift", high=1.2),
    Aim("drift", "broken", high=0.0),
    Aim("drift", "off_stage", high=0.0),
    Aim("emotion", "accuracy_same", low=1.0, of_real="accuracy"),
    Aim("emotion", "accuracy_contradicting", low=1.0, of_real="accuracy"),
    Aim("switch", "switch_seconds", high=1.5),
    Aim("switch", "switch_frames", high=1.0),
    Aim("Fréchet", "frechet", high=1.5, of_real="frechet"),
    Aim("Fréchet", "frechet_kinetic", high=1.5, of_real="frechet_kinetic"),
    Aim("jerk", "jerk", low=0.75, high=1.25),
    Aim("jerk", "jerk_99", low=0.85, high=1.15),
    Aim("skate", "skate", high=1.2),
    Aim("handover", "handover", high=1.0),
    Aim("diversity", "diversity", low=0.8, high=1.2),
    Aim("arrow", "arrow", low=0.7),
    Aim("dance", "travel", low=0.3, high=0.55, contents=DANCED),
    Aim("dance", "hand", low=0.15, high=0.35, contents=DANCED),
    Aim("dance", "turning", low=0.9, high=1.8, contents=DANCED),
    Aim("dance", "height", low=0.06, high=0.15, contents=DANCED),
    Aim("emotional dance", "as_people_dance", low=1.0, contents=DANCED),
    Aim("emotional dance", "speed_order", low=1.0, contents=DANCED),
    Aim("second judge", "second_judge", low=1.0, of_real="second_judge", contents=ACTED),
    Aim("second judge", "second_judge_least", low=0.6, contents=ACTED),
    Aim("speed", "frame_ms_50", high=3.0),
    Aim("speed", "frame_ms_95", high=8.0),
)


def aims_of(content: str) -> list[Aim]:
    """Return the aims for a content; for none in particular if it is empty."""
    return [aim for aim in AIMS if not aim.contents or content in aim.contents]


def verdict(scores: Scores, real: Scores, content: str = "") -> dict[str, bool | None]:
    """Tell for each measure whether all of its aims hold; None if one cannot be told."""
    held: dict[str, bool | None] = {}
    aims = aims_of(content)
    for measure in dict.fromkeys(aim.measure for aim in aims):
        results = [aim.holds(scores, real) for aim in aims if aim.measure == measure]
        held[measure] = False if False in results else (None if None in results else True)
    return held
