"""Real motion, measured: what generated motion is held against."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from jaxtyping import Float

from motion.clip import Clip
from motion.errors import BhavaError
from training.corpus.trimming import active
from training.evaluation import measures
from training.evaluation.classifier import ClassifierEnsemble, train_ensemble
from training.evaluation.measures import Gaussian, Trace
from training.evaluation.segments import Groups, Rollout, Segment
from training.evaluation.standard import Standard

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Reference:
    """Real motion that a model is held against, measured, and the classifier of its emotions.

    Attributes:
        labels: The emotions.
        clips: By emotion, all clips that bear one, without idle heads and tails.
        rollouts: The same, measured, each classified by a network that has not seen it.
        classifier: Recognises emotions, trained on those clips.
        standard: The motion that ratios and distances are held against.
        fps: Frames per second of all clips.
    """

    labels: tuple[str, ...]
    clips: list[list[Clip]]
    rollouts: list[list[Rollout]]
    classifier: ClassifierEnsemble
    standard: Standard
    fps: float

    @staticmethod
    def measure(
        clips: Sequence[Clip],
        labels: tuple[str, ...],
        *,
        content: str = "",
        cache: Path | None = None,
        progress: Callable[[str], None] = lambda _: None,
    ) -> "Reference":
        """Measure real clips and train their classifier, or read it from `cache`.

        Args:
            clips: A corpus; clips of neither an emotion nor the content are left out.
            labels: The emotions.
            content: Content of the standard; empty for all clips that bear an emotion.
            cache: Folder for trained classifiers.
            progress: Told what is being done.

        Raises:
            BhavaError: If an emotion or the content lacks clips, or a clip is not finite.
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
        standard = Standard.of_emotions(labels, groups, rollouts, classifier)
        if content:
            standard = standard.of_content(content, clips, classifier)
        return Reference(labels, groups, rollouts, classifier, standard, together[0].fps)

    @cached_property
    def traces(self) -> list[list[Trace]]:
        """Measures of the standard's clips, by emotion."""
        return self.standard.traces

    @cached_property
    def speed(self) -> list[float]:
        """Mean joint speed by emotion, leg lengths per second."""
        return self.standard.speed

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
        """Measure a fold of a reference's standard."""
        classifier, scale = reference.classifier, reference.kinetic_scale
        standard = reference.standard
        sides: list[list[tuple[list[Array], list[Array]]]] = [[], []]
        for group in standard.groups:
            for side, wanted in zip(sides, (True, False), strict=True):
                picked = [i for i in group if (standard.folds[i] == number) == wanted]
                embedded = [classifier.embed_seen(standard.clips[i], number) for i in picked]
                traces = [trace for i in picked for trace in standard.rollouts[i].traces]
                side.append((embedded, [trace.kinetic / scale for trace in traces]))
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


Score = Callable[[Groups, Reference], float]


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
