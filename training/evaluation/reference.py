"""Real motion, measured: what generated motion is held against."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from jaxtyping import Float, Int

from motion.clip import Clip
from motion.errors import BhavaError
from training.corpus.trimming import active
from training.evaluation import measures
from training.evaluation.classifier import Classification, ClassifierEnsemble, train_ensemble
from training.evaluation.measures import Gaussian, Trace

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Segment:
    """Some seconds of motion, a minute at most, measured and classified."""

    trace: Trace
    classification: Classification

    @staticmethod
    def measure(clip: Clip, classifier: ClassifierEnsemble) -> "Segment":
        """Measure and classify a clip of at least 1 s."""
        return Segment(Trace.measure(clip), classifier.classify(clip))


@dataclass(frozen=True, eq=False)
class Rollout:
    """One rollout, generated or real, in segments.

    Attributes:
        emotion: Index of the emotion that was asked for.
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

    @cached_property
    def taken_for(self) -> Int[Array, "W"]:
        """Index of the emotion that each window is taken for."""
        return np.concatenate([p.classification.probabilities.argmax(-1) for p in self.segments])


@dataclass(frozen=True, eq=False)
class Reference:
    """All real clips of a model's emotions, measured, and the classifier trained on them.

    Attributes:
        labels: The emotions.
        clips: By emotion, without idle heads and tails.
        rollouts: The same, measured, each classified by a network that has not seen it.
        classifier: Recognises emotions.
        fps: Frames per second of all clips.
    """

    labels: tuple[str, ...]
    clips: list[list[Clip]]
    rollouts: list[list[Rollout]]
    classifier: ClassifierEnsemble
    fps: float

    @staticmethod
    def measure(
        clips: Sequence[Clip],
        labels: tuple[str, ...],
        *,
        cache: Path | None = None,
        progress: Callable[[str], None] = lambda _: None,
    ) -> "Reference":
        """Measure real clips and train their classifier, or read it from `cache`.

        Args:
            clips: A corpus; clips of none of the emotions and dances are left out.
            labels: The emotions.
            cache: Folder for trained classifiers.
            progress: Told what is being done.

        Raises:
            BhavaError: If an emotion lacks clips, or a clip is not finite.
        """
        groups = [_of_emotion(clips, label) for label in labels]
        together = [clip for group in groups for clip in group]
        classifier = train_ensemble(together, labels, cache=cache, progress=progress)
        progress("measuring real clips")
        rollouts = [
            [
                Rollout(index, labels[index], False, (Segment.measure(clip, classifier),))
                for clip in group
            ]
            for index, group in enumerate(groups)
        ]
        return Reference(labels, groups, rollouts, classifier, together[0].fps)

    @cached_property
    def traces(self) -> list[list[Trace]]:
        """Measures of the clips, by emotion."""
        return [[trace for one in group for trace in one.traces] for group in self.rollouts]

    @cached_property
    def speed(self) -> list[float]:
        """Mean joint speed by emotion, leg lengths per second."""
        return [measures.speed(traces) for traces in self.traces]

    @cached_property
    def skate(self) -> list[float]:
        """Speed of toes near the floor by emotion, leg lengths per second."""
        return [measures.skate(traces) for traces in self.traces]

    @cached_property
    def jerk(self) -> list[tuple[float, float]]:
        """Median and 99th percentile of the jerk by emotion, leg lengths per second cubed."""
        by_emotion = [[trace.jerk for trace in traces] for traces in self.traces]
        return [(measures.percentile(j, 50), measures.percentile(j, 99)) for j in by_emotion]

    @cached_property
    def acceleration(self) -> list[float]:
        """99th percentile of the acceleration by emotion, leg lengths per second squared."""
        by_emotion = [[trace.acceleration for trace in traces] for traces in self.traces]
        return [measures.percentile(one, 99) for one in by_emotion]

    @cached_property
    def kinetic_scale(self) -> Float[Array, "K"]:
        """Standard deviation of the kinetic features; every emotion counts alike."""
        everything = [np.concatenate([t.kinetic for t in traces]) for traces in self.traces]
        return np.sqrt(np.diag(Gaussian.fit(everything).covariance)) + 1e-6

    @cached_property
    def diversity(self) -> list[float]:
        """Mean distance of kinetic features between clips, by emotion."""
        return [
            measures.mean_distance([trace.kinetic / self.kinetic_scale for trace in traces])
            for traces in self.traces
        ]

    @cached_property
    def unseen(self) -> list["Fold"]:
        """What the folds hold, seen by the network that has not learnt from it."""
        return [Fold.measure(self, number) for number in range(len(self.classifier.networks))]


@dataclass(frozen=True, eq=False)
class Fold:
    """Real motion that one network has not seen, and how far the rest of real motion is from it.

    Attributes:
        embedded: In that network's embedding.
        kinetic: In kinetic features.
        embedded_floor: Fréchet distance of all other real clips from it.
        kinetic_floor: The same in kinetic features.
    """

    embedded: Gaussian
    kinetic: Gaussian
    embedded_floor: float
    kinetic_floor: float

    @staticmethod
    def measure(reference: Reference, number: int) -> "Fold":
        """Measure a fold of a reference."""
        classifier, scale = reference.classifier, reference.kinetic_scale
        sides: list[list[tuple[list[Array], list[Array]]]] = [[], []]
        for clips, traces in zip(reference.clips, reference.traces, strict=True):
            within = [classifier.fold_of[clip.name] == number for clip in clips]
            for side, wanted in zip(sides, (True, False), strict=True):
                picked = [i for i, inside in enumerate(within) if inside == wanted]
                embedded = [classifier.embed_seen(clips[i], number) for i in picked]
                side.append((embedded, [traces[i].kinetic / scale for i in picked]))
        (inside, inside_kinetic), (outside, outside_kinetic) = (
            [
                Gaussian.fit([np.concatenate(parts[what]) for parts in side if parts[what]])
                for what in (0, 1)
            ]
            for side in sides
        )
        return Fold(
            inside,
            inside_kinetic,
            measures.frechet(outside, inside),
            measures.frechet(outside_kinetic, inside_kinetic),
        )


def _of_emotion(clips: Sequence[Clip], label: str) -> list[Clip]:
    mine = [clip for clip in clips if clip.labels.get("emotion") == label]
    for clip in mine:
        if not (np.isfinite(clip.hips).all() and np.isfinite(clip.rotations).all()):
            raise BhavaError(f"{clip.name}: expected finite poses, got some that are not")
    moving = [active(clip) for clip in mine]
    long_enough = [clip for clip in moving if clip.seconds >= measures.SHORTEST_SECONDS]
    if not long_enough:
        longest = max((clip.seconds for clip in moving), default=0.0)
        raise BhavaError(
            f"emotion {label}: expected clips that move for {measures.SHORTEST_SECONDS:g} s or "
            f"more, got {len(mine)} clips, {longest:.1f} s at most"
        )
    return long_enough
