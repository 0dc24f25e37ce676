"""Content weights: what is danced, where emotion weights say how. Labels belong to the model."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
from jaxtyping import Float

from motion.emotion import ordered_weights, parse_weights, usual_speed
from motion.errors import ConditionError

Array = np.ndarray

_ROUNDING = 1e-4


class Speeds(Protocol):
    """What a model's contract tells of usual speeds; see `motion.model.contract`."""

    @property
    def emotions(self) -> Sequence[str]:
        """Labels of emotions."""

    @property
    def energy_by_emotion(self) -> Sequence[float]:
        """Mean joint speed of the usual content by emotion, m/s."""

    @property
    def energy_by_content(self) -> Sequence[Sequence[float]]:
        """Mean joint speed by content and emotion, m/s; none where the model has no contents."""


def usual_content(labels: Sequence[str]) -> Float[Array, "C"]:
    """Return the weights where nobody asks for a content: that of the first label is 1."""
    return np.eye(1, len(labels), dtype=np.float32)[0]


def content_weights(text: str, labels: Sequence[str], model: str) -> Float[Array, "C"]:
    """Return weights of contents as a user writes them; an empty text is the usual content.

    Args:
        text: `LABEL[:WEIGHT][,LABEL[:WEIGHT]…]`, weights from 0 with a sum up to 1.
        labels: Labels of the model's contract, the usual one first.
        model: Its name, for the error.

    Raises:
        ConditionError: If the model has no contents or lacks one, or weights are out of range.
    """
    return named_contents(parse_weights(text, "content") if text else {}, labels, model)


def named_contents(
    named: Mapping[str, float], labels: Sequence[str], model: str
) -> Float[Array, "C"]:
    """Return a weight for every content of a model; the usual content where none is named.

    Args:
        named: Weights from 0 with a sum up to 1.
        labels: Labels of the model's contract, the usual one first.
        model: Its name, for the error.

    Raises:
        ConditionError: As for `content_weights`.
    """
    if not named:
        return usual_content(labels)
    if not labels:
        got = ", ".join(named)
        raise ConditionError(f"content: expected none for {model}, which has none, got {got!r}")
    return check_content(ordered_weights(named, labels, "content"))


def check_content(weights: Float[Array, "*batch C"]) -> Float[Array, "*batch C"]:
    """Return content weights that are in range.

    Raises:
        ConditionError: If a weight is negative or no number, or their sum is above 1.
    """
    if not (np.all(weights >= 0) and np.all(weights.sum(-1) <= 1 + _ROUNDING)):
        raise ConditionError(
            f"content: expected weights from 0 with a sum up to 1, got {weights.tolist()}"
        )
    return weights


def usual_speed_in(
    content: Float[Array, "*batch C"], emotion: Float[Array, "*batch E"], speeds: Speeds
) -> Float[Array, "*batch"]:
    """Return the mean joint speed that is usual for weights of contents and emotions, m/s.

    Contents mix in the logarithm; what their sum lacks to 1 is of the usual content.

    Args:
        content: Weights as `check_content` returns them.
        emotion: Weights as `motion.emotion.check_weights` returns them.
        speeds: Contract of the model.
    """
    usual = usual_speed(emotion, speeds.emotions, speeds.energy_by_emotion)
    mixed = usual
    for weight, row in zip(np.moveaxis(content, -1, 0), speeds.energy_by_content, strict=True):
        if weight.any():  # a power of 0 is exactly 1
            mixed = mixed * (usual_speed(emotion, speeds.emotions, row) / usual) ** weight
    return mixed
