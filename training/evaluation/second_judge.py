"""A second judge of emotion, which no training, guidance or selection ever sees.

Whoever selects models by a classifier overfits it. So this one has another architecture than
`training.evaluation.classifier`, linear in other features, hand-made statistics. It is asked by
an explicit option alone, and each look at a model is counted in a ledger.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float, Int
from scipy.optimize import minimize
from scipy.special import log_softmax, softmax

from motion.clip import Clip
from training.evaluation.classifier import emotion_folds

Array = np.ndarray

FOLDS = 5
PENALTY = 0.01
"""Weight of the squared coefficients, nats: of 0.003 to 0.1 it leaves unseen real clips the least
nats; no generated motion was asked."""


@dataclass(frozen=True, eq=False)
class LinearClassifier:
    """Multinomial logistic regression of standardised statistics.

    Attributes:
        mean: Mean of each statistic, (S,).
        scale: Spread of each statistic, (S,).
        weights: Coefficients, the intercepts in the last row, (S + 1, E).
    """

    mean: Float[Array, "S"]
    scale: Float[Array, "S"]
    weights: Float[Array, "S1 E"]

    @staticmethod
    def fit(
        statistics: Float[Array, "N S"],
        labels: Int[Array, "N"],
        importance: Float[Array, "N"],
        classes: int,
    ) -> "LinearClassifier":
        """Fit to labelled statistics by L-BFGS; the problem is convex, so chance has no part.

        Args:
            statistics: Statistics of windows.
            labels: Index of each window's emotion.
            importance: Weight of each window.
            classes: Number of emotions.
        """
        share = importance / importance.sum()
        mean = share @ statistics
        scale = np.sqrt(share @ np.square(statistics - mean)) + 1e-6
        inputs, wanted = _with_one((statistics - mean) / scale), np.eye(classes)[labels]

        def loss(flat: Float[Array, "P"]) -> tuple[float, Float[Array, "P"]]:
            weights = flat.reshape(-1, classes)
            penalised = weights * (np.arange(len(weights)) < len(weights) - 1)[:, None]
            said = log_softmax(inputs @ weights, axis=1)
            nats = -float(share @ (said * wanted).sum(1))
            slope = inputs.T @ (share[:, None] * (np.exp(said) - wanted))
            cost = nats + PENALTY / 2 * float(np.square(penalised).sum())
            return cost, (slope + PENALTY * penalised).ravel()

        start = np.zeros(inputs.shape[1] * classes)
        found = minimize(loss, start, jac=True, method="L-BFGS-B")
        return LinearClassifier(mean, scale, found.x.reshape(-1, classes))

    def probabilities(self, statistics: Float[Array, "N S"]) -> Float[Array, "N E"]:
        """Return the probability of each emotion for each window."""
        return softmax(_with_one((statistics - self.mean) / self.scale) @ self.weights, axis=1)


@dataclass(frozen=True, eq=False)
class SecondJudge:
    """Linear classifiers, one for each fold of the real clips that it has not seen.

    Attributes:
        labels: Emotions, in the order of the probabilities.
        classifiers: One for each fold.
        fold_of: The fold of each real clip, by its name.
    """

    labels: tuple[str, ...]
    classifiers: tuple[LinearClassifier, ...]
    fold_of: dict[str, int] = field(repr=False)

    @staticmethod
    def train(
        clips: Sequence[Clip],
        statistics: Sequence[Float[Array, "W S"]],
        labels: tuple[str, ...],
    ) -> "SecondJudge":
        """Train on real clips, every emotion, data set of it and clip of that counting alike.

        Args:
            clips: Clips named uniquely, each of an emotion of `labels`.
            statistics: Statistics of each clip's windows; see `window_statistics`.
            labels: The emotions.

        Raises:
            BhavaError: If an emotion has clips of fewer than two groups.
        """
        fold, emotions = emotion_folds(clips, labels, FOLDS)
        windows = [len(one) for one in statistics]
        importance = np.repeat(_importance(clips) / windows, windows)
        fold_of_window, emotion_of_window = np.repeat(fold, windows), np.repeat(emotions, windows)
        together = np.concatenate(statistics)
        classifiers = []
        for number in range(fold.max() + 1):
            seen = fold_of_window != number
            classifiers.append(
                LinearClassifier.fit(
                    together[seen], emotion_of_window[seen], importance[seen], len(labels)
                )
            )
        names = {clip.name: int(one) for clip, one in zip(clips, fold, strict=True)}
        return SecondJudge(labels, tuple(classifiers), names)

    def classify(self, statistics: Float[Array, "W S"], name: str = "") -> Float[Array, "W E"]:
        """Return the probability of each emotion for windows of one clip.

        Args:
            statistics: Statistics of the windows; see `window_statistics`.
            name: Name of the clip: of a real one the classifiers that have learnt from it are not
                asked.
        """
        fold = self.fold_of.get(name)
        asked = self.classifiers if fold is None else (self.classifiers[fold],)
        return np.mean([one.probabilities(statistics) for one in asked], axis=0)


def _with_one(values: Float[Array, "N S"]) -> Float[Array, "N S1"]:
    return np.column_stack([values, np.ones(len(values))])


def _importance(clips: Sequence[Clip]) -> Float[Array, "N"]:
    """Return the weight of each clip: emotions alike, then their data sets, then the clips."""
    kinds = [(clip.labels["emotion"], clip.labels.get("dataset", "")) for clip in clips]
    sets_of = {emotion: len({k for k in kinds if k[0] == emotion}) for emotion, _ in kinds}
    return np.array([1.0 / sets_of[kind[0]] / kinds.count(kind) for kind in kinds])
