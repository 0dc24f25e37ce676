"""Measure models against held-out real motion, with the partner exactly as the server runs it."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float

from motion.clip import Clip
from motion.engine import Engine
from motion.errors import BhavaError
from motion.partner import Partner
from training import measures
from training.classifier import Classifier, judge, train_classifier
from training.dataset import FPS, active

Array = np.ndarray

SEEDS = (1, 2, 3)
SETTLE_SECONDS = 4.0
"""After which a context of another emotion is forgotten by a context window of its length."""


@dataclass(frozen=True)
class Row:
    """Measures of one emotion, or of a model as the mean over its emotions.

    Attributes:
        name: Of the emotion or model.
        accuracy: Share of 4 s windows that the classifier takes for the emotion.
        speed: Mean joint speed over that of real motion of the emotion.
        last_speed: The same over the last quarter of the rollouts.
        freeze: Share of 2 s windows slower than a tenth of real.
        jerk: Median jerk over real.
        skate: Speed of toes near the floor over real.
    """

    name: str
    accuracy: float
    speed: float
    last_speed: float
    freeze: float
    jerk: float
    skate: float


@dataclass(frozen=True)
class Evaluation:
    """What was measured of one model.

    Attributes:
        model: Its name.
        seconds: Of each rollout.
        rows: By emotion, over all contexts and seeds.
        real_accuracy: Of the classifier on held-out real windows, mean over emotions.
        frechet: Distance of the model's motion to real motion in the classifier's embedding.
        frechet_floor: The same for one half of real motion against the other.
        recoveries: How often a rollout had to be set up anew.
    """

    model: str
    seconds: float
    rows: tuple[Row, ...]
    real_accuracy: float
    frechet: float
    frechet_floor: float
    recoveries: int

    @property
    def mean(self) -> Row:
        """The mean over emotions."""
        values = np.array([list(asdict(row).values())[1:] for row in self.rows], dtype=float)
        return Row(self.model, *(float(value) for value in values.mean(0)))

    def to_markdown(self) -> str:
        """Return the measures as a table and a sentence."""
        lines = [
            "| emotion | recognised | speed / real | last quarter | freeze | jerk / real "
            "| skate / real |",
            "|---|---|---|---|---|---|---|",
        ]
        lines += [
            f"| {r.name} | {r.accuracy:.2f} | {r.speed:.2f} | {r.last_speed:.2f} | {r.freeze:.2f} "
            f"| {r.jerk:.2f} | {r.skate:.2f} |"
            for r in (*self.rows, self.mean)
        ]
        return "\n".join(lines) + (
            f"\n\nRollouts of {self.seconds:.0f} s, {len(SEEDS)} seeds, contexts of the same and "
            f"of another emotion. The classifier recognises {self.real_accuracy:.2f} of held-out "
            f"real windows. Fréchet distance {self.frechet:.1f}; real against real "
            f"{self.frechet_floor:.1f}. Recoveries: {self.recoveries}.\n"
        )


def evaluate(
    engine: Engine,
    clips: list[Clip],
    held_out: list[Clip],
    *,
    seconds: float,
    progress: Callable[[str], None],
) -> Evaluation:
    """Roll a model out in every emotion and measure it.

    Args:
        engine: The model.
        clips: What the classifier may learn from.
        held_out: Real clips that neither model nor classifier has seen.
        seconds: Of each rollout.
        progress: Told what is being done.
    """
    labels = engine.contract.emotions
    real, unseen = _by_emotion(clips, labels), _by_emotion(held_out, labels)
    progress("training the classifier on real clips")
    classifier = train_classifier(real, seed=0)
    right = [judge(classifier, c)[0] == i for i, c in enumerate(unseen)]
    rows, generated, recoveries = [], [], 0
    for index, label in enumerate(labels):
        progress(f"{engine.contract.name}: {label}")
        contexts = (unseen[index][0], unseen[(index + 1) % len(labels)][0])
        rolled = [
            _roll_out(engine, index, context, seed, seconds)
            for context in contexts
            for seed in SEEDS
        ]
        recoveries += sum(count for _, count in rolled)
        motion = [clip for clip, _ in rolled]
        generated += motion
        rows.append(_row(label, index, motion, real[index], classifier))
    everything = [clip for group in real for clip in group]
    embedded = [judge(classifier, part)[1] for part in (everything[::2], everything[1::2])]
    return Evaluation(
        engine.contract.name,
        seconds,
        tuple(rows),
        float(np.mean([np.mean(r) for r in right])),
        measures.frechet(judge(classifier, generated)[1], np.concatenate(embedded)),
        measures.frechet(*embedded),
        recoveries,
    )


def write_report(evaluations: list[Evaluation], folder: Path) -> Path:
    """Write evaluations as JSON and as Markdown; return the Markdown file."""
    folder.mkdir(parents=True, exist_ok=True)
    content = [asdict(evaluation) for evaluation in evaluations]
    (folder / "report.json").write_text(json.dumps(content, indent=2) + "\n")
    sections = [f"## {e.model}\n\n{e.to_markdown()}" for e in evaluations]
    report = folder / "report.md"
    report.write_text("\n".join(sections))
    return report


def _by_emotion(clips: list[Clip], labels: tuple[str, ...]) -> list[list[Clip]]:
    groups = [[active(c) for c in clips if c.labels.get("emotion") == label] for label in labels]
    empty = [label for label, group in zip(labels, groups, strict=True) if not group]
    if empty:
        raise BhavaError(f"corpus: expected clips of every emotion of the model, got none: {empty}")
    return groups


def _roll_out(
    engine: Engine, emotion: int, context: Clip, seed: int, seconds: float
) -> tuple[Clip, int]:
    partner = Partner(engine, seed)
    partner.take_up(context)
    weights: Float[Array, "E"] = np.eye(len(engine.contract.emotions))[emotion]
    frames = [partner.advance(weights).pose for _ in range(round(seconds * FPS))]
    clip = Clip.from_poses(frames, FPS)
    return clip[round(SETTLE_SECONDS * FPS) :], partner.recoveries


def _row(
    label: str, index: int, motion: list[Clip], real: list[Clip], classifier: Classifier
) -> Row:
    real_speed = measures.speed(real)
    last = [clip[-len(clip) // 4 :] for clip in motion]
    return Row(
        label,
        float(np.mean(judge(classifier, motion)[0] == index)),
        measures.speed(motion) / real_speed,
        measures.speed(last) / real_speed,
        measures.freeze(motion, real_speed),
        measures.jerk(motion) / measures.jerk(real),
        measures.skate(motion) / measures.skate(real),
    )
