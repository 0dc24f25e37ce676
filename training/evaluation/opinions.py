"""What judges of emotion say of motion: accuracy, emotion by emotion, and confusion."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from motion.clip import Clip
from training.corpus.choreographed import choreographed_clips
from training.corpus.contents import DANCE, content_of
from training.evaluation.looks import Look
from training.evaluation.markdown import number, table, with_interval
from training.evaluation.measures import SHORTEST_SECONDS
from training.evaluation.reference import Reference
from training.evaluation.scores import Estimate, drawn, interval
from training.evaluation.second_judge import SecondJudge
from training.evaluation.segments import Rollout

Array = np.ndarray
Classify = Callable[[Clip], Float[Array, "W E"]]
"""Returns the probability of each emotion for each window of a clip."""

DRAWS = 500
CHOREOGRAPHED_MINUTES = 8
CHOREOGRAPHED_SEED = 0


@dataclass(frozen=True, eq=False)
class Opinion:
    """What a judge says of performances whose emotions are known.

    Attributes:
        accuracy: Share of windows that are recognised, mean over emotions; nan for none.
        by_emotion: The same for each emotion; nan where there is no performance.
        confusion: Shares of windows by emotion asked for (rows) and taken for, (E, E).
    """

    accuracy: Estimate
    by_emotion: tuple[Estimate, ...]
    confusion: Float[Array, "E E"]

    @staticmethod
    def of_windows(groups: Sequence[Sequence[Int[Array, "W"]]]) -> "Opinion":
        """Sum up what windows are taken for, by emotion and performance.

        Intervals come from drawing performances again within each emotion.
        """
        count = len(groups)
        shares = [
            np.array([np.bincount(one, minlength=count) / len(one) for one in group]).reshape(
                -1, count
            )
            for group in groups
        ]
        right = [group[:, emotion] for emotion, group in enumerate(shares)]
        rng = np.random.default_rng(0)
        known = [one for one in right if len(one)]
        draws = [
            [rng.choice(one, len(one)).mean() for one in known]
            for _ in range(DRAWS if known else 0)
        ]
        mean = float(np.mean([one.mean() for one in known])) if known else float("nan")
        return Opinion(
            Estimate(mean, *interval([float(np.mean(draw)) for draw in draws])),
            tuple(drawn(list(one), np.mean) for one in right),
            np.stack([one.mean(0) if len(one) else np.full(count, np.nan) for one in shares]),
        )


@dataclass(frozen=True, eq=False)
class OnDance:
    """What one judge makes of dance, which it has hardly learnt from.

    Attributes:
        judge: Name of the judge.
        choreographed: Its opinion of the choreographer's dances.
        real: Shares of windows that are taken for each emotion, by data set of real dance, (E,).
    """

    judge: str
    choreographed: Opinion
    real: dict[str, Float[Array, "E"]]


@dataclass(frozen=True, eq=False)
class SecondOpinions:
    """What the second judge says, and how often it has looked.

    Attributes:
        real: Its opinion of real clips, each judged by a classifier that has not seen it.
        models: Its opinion of each model, by name.
        looks: The looks at each model so far, by name.
        ledger: All looks that the ledger knows.
    """

    real: Opinion
    models: dict[str, Opinion]
    looks: dict[str, Look]
    ledger: Sequence[Look]

    def scores_of(self, name: str) -> dict[str, Estimate]:
        """Return the scores of a model, or of `real` motion: the mean, and the least emotion."""
        opinion = self.real if name == "real" else self.models[name]
        least = min(opinion.by_emotion, key=lambda one: one.value)
        return {"second_judge": opinion.accuracy, "second_judge_least": least}


def train_second_judge(reference: Reference) -> SecondJudge:
    """Train the second judge on the real clips of a reference."""
    clips = [clip for group in reference.clips for clip in group]
    statistics = [one.statistics for group in reference.rollouts for one in group]
    return SecondJudge.train(clips, statistics, reference.labels)


def of_real_clips(judge: SecondJudge, reference: Reference) -> Opinion:
    """Return the second judge's opinion of real clips that it has not seen."""
    return Opinion.of_windows(
        [
            [
                judge.classify(rollout.statistics, clip.name).argmax(-1)
                for clip, rollout in zip(clips, rollouts, strict=True)
            ]
            for clips, rollouts in zip(reference.clips, reference.rollouts, strict=True)
        ]
    )


def of_rollouts(judge: SecondJudge, groups: Sequence[Sequence[Rollout]]) -> Opinion:
    """Return the second judge's opinion of rollouts, grouped by the emotion asked for."""
    return Opinion.of_windows(
        [[judge.classify(one.statistics).argmax(-1) for one in group] for group in groups]
    )


def on_dance(name: str, classify: Classify, clips: Sequence[Clip], reference: Reference) -> OnDance:
    """Return what a judge makes of the choreographer's dances and of the real ones in a corpus.

    Args:
        name: Name of the judge.
        classify: The judge.
        clips: A corpus; its dances of 1 s or more count.
        reference: Real motion of the emotions.
    """
    made = choreographed_clips(CHOREOGRAPHED_MINUTES, CHOREOGRAPHED_SEED)
    groups = [
        [clip for clip in made if clip.labels["emotion"] == label] for label in reference.labels
    ]
    dances: dict[str, list[Clip]] = defaultdict(list)
    for clip in clips:
        if content_of(clip.labels) == DANCE and clip.seconds >= SHORTEST_SECONDS:
            dances[clip.labels.get("dataset", "")].append(clip)
    return OnDance(
        name,
        Opinion.of_windows(
            [[classify(clip).argmax(-1) for clip in group] for group in groups],
        ),
        {
            dataset: np.mean([_shares(classify(clip)) for clip in group], axis=0)
            for dataset, group in dances.items()
        },
    )


def _shares(probabilities: Float[Array, "W E"]) -> Float[Array, "E"]:
    taken = np.bincount(probabilities.argmax(-1), minlength=probabilities.shape[1])
    return taken / len(probabilities)


def second_section(opinions: SecondOpinions, labels: Sequence[str]) -> str:
    """Return the second judge's opinions as a section of Markdown."""
    everything = {"real": opinions.real, **opinions.models}
    looks = [
        f"{look.looks} at `{name}` ({look.fingerprint})" for name, look in opinions.looks.items()
    ]
    total = sum(look.looks for look in opinions.ledger)
    parts = [
        "## Second judge",
        "Linear in hand-made statistics of 4 s; no training, guidance or selection has seen it. "
        f"Looks so far: {', '.join(looks) or 'none'}; {total} at {len(opinions.ledger)} models "
        "in all. Real clips were judged by a classifier that has not seen them.",
        table(
            ["recognised", "mean", *labels],
            [
                [name, *map(with_interval, (one.accuracy, *one.by_emotion))]
                for name, one in everything.items()
            ],
        ),
    ]
    for name, one in everything.items():
        rows = [
            [label, *map(number, shares)]
            for label, shares in zip(labels, one.confusion, strict=True)
        ]
        parts.append(table([f"{name}: asked for, taken for", *labels], rows))
    return "\n\n".join(parts)


def dance_section(judges: Sequence[OnDance], labels: Sequence[str]) -> str:
    """Return what the judges make of dance as a section of Markdown."""
    recognised = [
        [
            one.judge,
            *map(with_interval, (one.choreographed.accuracy, *one.choreographed.by_emotion)),
        ]
        for one in judges
    ]
    taken = [
        [one.judge, dataset, *map(number, shares)]
        for one in judges
        for dataset, shares in one.real.items()
    ]
    parts = [
        "## The judges on dance",
        "Both have learnt from acted walks and gestures. What each recognises of the "
        "choreographer's dances, and what it takes real dance without an emotion for:",
        table(["choreographed", "mean", *labels], recognised),
        table(["judge", "real dance", *labels], taken) if taken else "The corpus has no dance.",
    ]
    return "\n\n".join(parts)
