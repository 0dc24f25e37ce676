"""What a good score is: the aims as data, in one place."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

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
    """

    measure: str
    score: str
    low: float | None = None
    high: float | None = None
    of_real: str = ""

    def holds(self, scores: Scores, real: Scores) -> bool | None:
        """Tell whether scores hold the aim; None if they cannot tell."""
        value = scores[self.score].value if self.score in scores else np.nan
        unit = real[self.of_real].value if self.of_real else 1.0
        if np.isnan(value) or np.isnan(unit):
            return None
        above = self.low is None or value >= self.low * unit - SLACK
        below = self.high is None or value <= self.high * unit + SLACK
        return above and below


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
    Aim("Fréchet", "frechet", high=2.0, of_real="frechet"),
    Aim("Fréchet", "frechet_kinetic", high=2.0, of_real="frechet_kinetic"),
    Aim("jerk", "jerk", low=0.75, high=1.25),
    Aim("jerk", "jerk_99", low=0.75, high=1.25),
    Aim("skate", "skate", high=1.2),
    Aim("handover", "handover", high=1.0),
    Aim("diversity", "diversity", low=0.8, high=1.2),
    Aim("arrow", "arrow", low=0.5),
    Aim("speed", "frame_ms_50", high=3.0),
    Aim("speed", "frame_ms_95", high=8.0),
)

MEASURES = tuple(dict.fromkeys(aim.measure for aim in AIMS))


def verdict(scores: Scores, real: Scores) -> dict[str, bool | None]:
    """Tell for each measure whether all of its aims hold; None if one cannot be told."""
    held: dict[str, bool | None] = {}
    for measure in MEASURES:
        results = [aim.holds(scores, real) for aim in AIMS if aim.measure == measure]
        held[measure] = False if False in results else (None if None in results else True)
    return held
