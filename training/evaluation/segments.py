"""Motion as it is measured: a rollout, generated or real, in segments."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float, Int

from motion.clip import Clip
from training.evaluation.classifier import Classification, ClassifierEnsemble
from training.evaluation.dance_content import BodyTrace, DanceContent, dance_content
from training.evaluation.measures import Trace
from training.evaluation.motion_statistics import window_statistics

Array = np.ndarray

NO_EMOTION = -1
"""Stands for the emotion of real motion that bears none."""


@dataclass(frozen=True, eq=False)
class Segment:
    """Some seconds of motion, a minute at most, measured and classified."""

    trace: Trace
    body: BodyTrace
    statistics: Float[Array, "W S"]
    classification: Classification

    @staticmethod
    def measure(clip: Clip, classifier: ClassifierEnsemble) -> "Segment":
        """Measure and classify a clip of at least 1 s."""
        return Segment(
            Trace.measure(clip),
            BodyTrace.measure(clip),
            window_statistics(clip),
            classifier.classify(clip),
        )


@dataclass(frozen=True, eq=False)
class Rollout:
    """One rollout, generated or real, in segments.

    Attributes:
        emotion: Index of the emotion that was asked for, or `NO_EMOTION`.
        scene: Names what it shares with others that differ from it by their seed alone.
        contradicting: Whether the context was of another emotion.
        segments: In the order of time.
    """

    emotion: int
    scene: str
    contradicting: bool
    segments: tuple[Segment, ...]

    @property
    def traces(self) -> list[Trace]:
        """The measures of all segments."""
        return [segment.trace for segment in self.segments]

    @property
    def bodies(self) -> list[BodyTrace]:
        """The bodies of all segments."""
        return [segment.body for segment in self.segments]

    @property
    def statistics(self) -> Float[Array, "W S"]:
        """The hand-made statistics of all windows."""
        return np.concatenate([segment.statistics for segment in self.segments])

    @cached_property
    def content(self) -> DanceContent:
        """The dance content of the whole rollout."""
        return dance_content(self.bodies)

    @cached_property
    def taken_for(self) -> Int[Array, "W"]:
        """Index of the emotion that each window is taken for."""
        return np.concatenate([p.classification.probabilities.argmax(-1) for p in self.segments])


Groups = Sequence[Sequence[Rollout]]
"""Rollouts by emotion, in the reference's order; a group may be empty."""
