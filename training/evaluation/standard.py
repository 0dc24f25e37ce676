"""The real motion that generated motion is held against: of every emotion, or of one content.

Where a content's clips bear no emotion, their pooled value counts for all, and speed is that of the
pool times how much faster or slower than the mean people are in the emotion.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Float, Int

from motion.clip import Clip
from motion.errors import BhavaError
from training.corpus.contents import content_of
from training.corpus.corpus import split_held_out
from training.corpus.trimming import active
from training.evaluation import measures
from training.evaluation.classifier import ClassifierEnsemble, folds
from training.evaluation.measures import Trace
from training.evaluation.segments import NO_EMOTION, Rollout, Segment

Array = np.ndarray

LEAST_SECONDS = 8.0
"""Held-out motion of an emotion and content below it stands for nothing: two windows."""


@dataclass(frozen=True, eq=False)
class Standard:
    """Real clips and their measures.

    Attributes:
        content: Content of the clips; empty where every clip that bears an emotion counts.
        labels: The emotions.
        clips: The clips, without idle heads and tails.
        rollouts: The same, measured; `NO_EMOTION` for a clip that bears none.
        folds: Fold of each clip; the network of that number has not learnt from it, (N,).
        counted: Whether a clip counts in the references of ratios, (N,).
        ratios: Mean joint speed of each emotion over their mean, (E,).
        least_seconds: Seconds of counted motion below which an emotion takes the pooled value.
    """

    content: str
    labels: tuple[str, ...]
    clips: Sequence[Clip]
    rollouts: Sequence[Rollout]
    folds: Int[Array, "N"]
    counted: Bool[Array, "N"]
    ratios: Float[Array, "E"]
    least_seconds: float = 0.0

    @staticmethod
    def of_emotions(
        labels: tuple[str, ...],
        clips: Sequence[Sequence[Clip]],
        rollouts: Sequence[Sequence[Rollout]],
        classifier: ClassifierEnsemble,
    ) -> "Standard":
        """Return the standard of all clips that bear an emotion, given by emotion."""
        together = [clip for group in clips for clip in group]
        measured = [rollout for group in rollouts for rollout in group]
        speeds = np.array([measures.speed(_traces(group)) for group in rollouts])
        fold_of = np.array([classifier.fold_of[clip.name] for clip in together])
        everything = np.ones(len(together), bool)
        ratios = speeds / speeds.mean()
        return Standard("", labels, together, measured, fold_of, everything, ratios)

    def of_content(
        self, content: str, corpus: Sequence[Clip], classifier: ClassifierEnsemble
    ) -> "Standard":
        """Return the standard of one content; this one gives the emotions' speeds.

        Clips that are held out from models count in ratios, all of them in distances.

        Args:
            content: One of the contents that clips can have.
            corpus: All clips.
            classifier: Recognises the emotions.

        Raises:
            BhavaError: If too little of the content is held out, or all of it is in one fold.
        """
        measured = {
            clip.name: rollout for clip, rollout in zip(self.clips, self.rollouts, strict=True)
        }
        clips = [active(clip) for clip in corpus if content_of(clip.labels) == content]
        clips = [clip for clip in clips if clip.seconds >= measures.SHORTEST_SECONDS]
        kept = {clip.name for clip in split_held_out(corpus)[1]}
        counted = np.array([clip.name in kept for clip in clips], bool)
        seconds = sum(clip.seconds for clip in clips if clip.name in kept)
        if seconds < LEAST_SECONDS:
            raise BhavaError(
                f"content {content}: expected held-out clips of {LEAST_SECONDS:g} s or more in "
                f"all, got {counted.sum()} of {len(clips)} clips, {seconds:.1f} s"
            )
        dealt = folds(clips, len(classifier.networks))
        own = [
            classifier.fold_of.get(clip.name, fold) for clip, fold in zip(clips, dealt, strict=True)
        ]
        if len(set(own)) < len(classifier.networks):
            raise BhavaError(
                f"content {content}: expected clips of {len(classifier.networks)} groups or more, "
                f"to hold some against the others, got {len(clips)} clips in {len(set(own))} folds"
            )
        rollouts = [
            measured.get(clip.name)
            or Rollout(NO_EMOTION, content, False, (Segment.measure(clip, classifier),))
            for clip in clips
        ]
        return Standard(
            content,
            self.labels,
            clips,
            rollouts,
            np.array(own),
            counted,
            self.ratios,
            LEAST_SECONDS,
        )

    @cached_property
    def traces(self) -> list[list[Trace]]:
        """Measures of the clips that count for each emotion: its own, or all."""
        return [
            _traces(self._counted(emotion if self._has_own(emotion) else None))
            for emotion in range(len(self.labels))
        ]

    @property
    def speed(self) -> list[float]:
        """Mean joint speed by emotion, leg lengths per second."""
        return [
            measures.speed(traces) * (1.0 if self._has_own(emotion) else self.ratios[emotion])
            for emotion, traces in enumerate(self.traces)
        ]

    @property
    def pooled(self) -> tuple[str, ...]:
        """The emotions that take the pooled value."""
        return tuple(
            label for emotion, label in enumerate(self.labels) if not self._has_own(emotion)
        )

    @property
    def bears_emotions(self) -> bool:
        """Whether there are clips of every emotion."""
        shown = {rollout.emotion for rollout in self.rollouts}
        return shown >= set(range(len(self.labels)))

    @property
    def groups(self) -> list[list[int]]:
        """Indices of clips that count alike in distances: by emotion, or in one group."""
        if not self.bears_emotions:
            return [list(range(len(self.clips)))]
        return [
            [index for index, one in enumerate(self.rollouts) if one.emotion == emotion]
            for emotion in range(len(self.labels))
        ]

    def described(self) -> str:
        """Return in words what counts in ratios and in distances."""
        counted = [clip for clip, counts in zip(self.clips, self.counted, strict=True) if counts]
        minutes = sum(clip.seconds for clip in counted) / 60
        what = f"{len(counted)} clips of {self.content or 'every emotion'}, {minutes:.1f} minutes"
        if not self.content:
            return f"Ratios are to {what}."
        pooled = ", ".join(self.pooled) or "none"
        return (
            f"Ratios are to {what}, held out from models; emotions with less than "
            f"{LEAST_SECONDS:g} s there take the pooled value, speed times the emotion's ratio to "
            f"the mean: {pooled}. Distances are to all {len(self.clips)} clips of the content, "
            "fold by fold."
        )

    def rollouts_by_emotion(self) -> list[list[Rollout]]:
        """Return the rollouts in `groups`; where there is but one, it stands first."""
        groups = [[self.rollouts[index] for index in group] for group in self.groups]
        return groups + [[] for _ in range(len(self.labels) - len(groups))]

    def for_real_motion(self) -> "Standard":
        """Return the standard to hold the real clips themselves against: a pool has one speed."""
        if self.bears_emotions:
            return self
        return replace(self, ratios=np.ones(len(self.labels)))

    def _has_own(self, emotion: int) -> bool:
        own = self._counted(emotion)
        frames = sum(len(trace.speed) for trace in _traces(own))
        return bool(own) and frames >= self.least_seconds * self.clips[0].fps

    def _counted(self, emotion: int | None) -> list[Rollout]:
        return [
            one
            for one, counts in zip(self.rollouts, self.counted, strict=True)
            if counts and emotion in (None, one.emotion)
        ]


def _traces(rollouts: Sequence[Rollout]) -> list[Trace]:
    return [trace for one in rollouts for trace in one.traces]
