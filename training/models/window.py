"""A training sequence: what a loader gives and every kind of network learns from."""

from typing import NamedTuple

from torch import Tensor

NO_TEXT = 0
"""Number of the text that says nothing."""

NO_ORIGIN = 0
"""Number of the origin of which nothing is known."""


class Window(NamedTuple):
    """One training sequence.

    Attributes:
        frames: Raw features, two frames and then the tokens', (2 + S * K, F).
        labels: Labels of each token, 1 where it has them, zero where dropped, (S, L).
        energy: Mean joint speed of the second after each token's start, m/s; 0 where dropped,
            (S, 1).
        reach: How many tokens each token sees, the last of them itself, (S,).
        text: Number of the text of each token; `NO_TEXT` where there is none or it was dropped,
            (S,).
        real: 1 where a token is of one clip alone, 0 where clips are blended, (S,).
        other: Another dancer as observed with each token (`motion.model.observed_dancer`),
            (S, K, W); (S, K, 0) for kinds that observe nobody.
        origin: Number of the dance that each token is of, from `training.fit.origins`; `NO_ORIGIN`
            where there is none or it was dropped, (S,).
    """

    frames: Tensor
    labels: Tensor
    energy: Tensor
    reach: Tensor
    text: Tensor
    real: Tensor
    other: Tensor
    origin: Tensor
