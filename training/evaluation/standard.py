"""The real motion that generated motion is held against: of every emotion, or of one content.

Unless a content has clips of every emotion, the pooled value of them all counts for each, and speed
is that of the pool times how much faster or slower than the mean people are in the emotion.

All clips of a content count, those too that models have learnt from: a ratio to them rewards no
memory, and of dance so few are held out that real dance itself is not like them. How fast those
are is told beside.
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
"""Seconds of motion that may stand for an emotion, or for a content: two windows."""


@dataclass(frozen=True, eq=False)
class Standard:
    """Real clips and their measures.

    Attributes:
        content: Content of the clips; empty where every clip that bears an emotion counts.
        labels: The emotions.
        clips: The clips, without idle heads and tails.
        rollouts: The same, measured; `NO_EMOTION` for a clip that bears none.
        folds: Fold of each clip; the network of that number has not learnt from it, (N,).
        ratios: Mean joint speed of each emotion over their mean, (E,).
        held_out: Whether a clip is held out from models, (N,).
        least_seconds: Seconds that every emotion must have; the pooled value counts else.
    """

    content: str
    labels: tuple[str, ...]
    clips: Sequence[Clip]
    rollouts: Sequence[Rollout]
    folds: Int[Array, "N"]
    ratios: Float[Array, "E"]
    held_out: Bool[Array, "N"]
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
        ratios, none = speeds / speeds.mean(), np.zeros(len(together), bool)
        return Standard("", labels, together, measured, fold_of, ratios, none)

    def of_content(
        self, content: str, corpus: Sequence[Clip], classifier: ClassifierEnsemble
    ) -> "Standard":
        """Return the standard of one content; this one gives the emotions' speeds.

        Args:
            content: One of the contents that clips can have.
            corpus: All clips.
            classifier: Recognises the emotions.

        Raises:
            BhavaError: If there is too little of the content, or a fold has none of it.
        """
        measured = {
            clip.name: rollout for clip, rollout in zip(self.clips, self.rollouts, strict=True)
        }
        clips = [active(clip) for clip in corpus if content_of(clip.labels) == content]
        clips = [clip for clip in clips if clip.seconds >= measures.SHORTEST_SECONDS]
        kept = {clip.name for clip in split_held_out(corpus)[1]}
        held_out = np.array([clip.name in kept for clip in clips], bool)
        seconds = sum(clip.seconds for clip in clips)
        if seconds < LEAST_SECONDS:
            raise BhavaError(
                f"content {content}: expected clips of {LEAST_SECONDS:g} s or more in all, got "
                f"{len(clips)} clips, {seconds:.1f} s"
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
            self.ratios,
            held_out,
            LEAST_SECONDS,
        )

    @cached_property
    def traces(self) -> list[list[Trace]]:
        """Measures of the clips that stand for each emotion: its own, or all."""
        own = [self._own(emotion) for emotion in range(len(self.labels))]
        return [_traces(one if self.bears_emotions else self.rollouts) for one in own]

    @property
    def speed(self) -> list[float]:
        """Mean joint speed by emotion, leg lengths per second."""
        speeds = [measures.speed(traces) for traces in self.traces]
        if self.bears_emotions:
            return speeds
        return [speed * float(ratio) for speed, ratio in zip(speeds, self.ratios, strict=True)]

    @cached_property
    def bears_emotions(self) -> bool:
        """Whether there is enough of every emotion."""
        own = [_traces(self._own(emotion)) for emotion in range(len(self.labels))]
        frames = [sum(len(trace.speed) for trace in traces) for traces in own]
        return min(frames) > 0 and min(frames) >= self.least_seconds * self.clips[0].fps

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
        """Return in words what the standard is."""
        minutes = sum(clip.seconds for clip in self.clips) / 60
        what = (
            f"{len(self.clips)} clips of {self.content or 'every emotion'}, {minutes:.1f} minutes"
        )
        if not self.content:
            return f"Real motion is {what}."
        rule = (
            "each emotion has clips of its own"
            if self.bears_emotions
            else "not every emotion has clips, so all take the pooled value, and speed times the "
            "emotion's ratio to the mean"
        )
        return f"Real motion is {what}: {rule}. {self._on_held_out()}"

    def _on_held_out(self) -> str:
        kept = [r for r, held in zip(self.rollouts, self.held_out, strict=True) if held]
        if not kept:
            return "No clip of it is held out from models."
        ratio = measures.speed(_traces(kept)) / measures.speed(_traces(self.rollouts))
        return f"The {len(kept)} clips held out from models are {ratio:.2f} times as fast as all."

    def rollouts_by_emotion(self) -> list[list[Rollout]]:
        """Return the rollouts in `groups`; where there is but one, it stands first."""
        groups = [[self.rollouts[index] for index in group] for group in self.groups]
        return groups + [[] for _ in range(len(self.labels) - len(groups))]

    def for_real_motion(self) -> "Standard":
        """Return the standard to hold the real clips themselves against: a pool has one speed."""
        if self.bears_emotions:
            return self
        return replace(self, ratios=np.ones(len(self.labels)))

    def _own(self, emotion: int) -> list[Rollout]:
        return [one for one in self.rollouts if one.emotion == emotion]


def _traces(rollouts: Sequence[Rollout]) -> list[Trace]:
    return [trace for one in rollouts for trace in one.traces]
