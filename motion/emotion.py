"""Emotion weights: what colours the motion. Labels belong to the model; nothing else fixes them."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

import numpy as np
from jaxtyping import Float

from motion.errors import ConditionError

Array = np.ndarray
Number = TypeVar("Number", float, np.ndarray)

MAX_INTENSITY = 1.5
"""Sum of the weights at which an emotion is most exaggerated; 1 is as people show it."""

ENERGY_RANGE = (0.5, 2.0)

NEUTRAL = "neutral"
"""Label of the emotion that is none, where a model has it."""

_ROUNDING = 1e-4


def parse_weights(text: str, condition: str = "emotion") -> dict[str, float]:
    """Read `LABEL[:WEIGHT][,LABEL[:WEIGHT]…]`, such as `happy:0.7,sad`; a bare label weighs 1.

    Args:
        text: As a user writes it.
        condition: Which weights these are, for the error.

    Raises:
        ConditionError: If a weight is no number.
    """
    weights = {}
    for part in text.split(","):
        label, _, weight = part.strip().partition(":")
        try:
            weights[label] = float(weight) if weight else 1.0
        except ValueError:
            raise ConditionError(
                f"{condition}: expected LABEL or LABEL:WEIGHT, got {part.strip()!r}"
            ) from None
    return weights


def weights_of(named: Mapping[str, float], labels: Sequence[str]) -> Float[Array, "E"]:
    """Return a weight for every label of a model; labels that are not named weigh 0.

    Args:
        named: Weights from 0 with a sum in [0, 1.5]: its intensity.
        labels: Labels of the model's contract.

    Raises:
        ConditionError: If a label is unknown or the weights are out of range.
    """
    return check_weights(ordered_weights(named, labels))


def ordered_weights(
    named: Mapping[str, float], labels: Sequence[str], condition: str = "emotion"
) -> Float[Array, "L"]:
    """Return a weight for every label in turn, of any size; labels that are not named weigh 0.

    Raises:
        ConditionError: If a label is unknown; it names the condition.
    """
    unknown = [label for label in named if label not in labels]
    if unknown:
        raise ConditionError(f"{condition}: expected labels of {list(labels)}, got {unknown[0]!r}")
    return np.array([named.get(label, 0.0) for label in labels], np.float32)


def check_weights(weights: Float[Array, "*batch E"]) -> Float[Array, "*batch E"]:
    """Return emotion weights that are in range.

    Raises:
        ConditionError: If a weight is negative or no number, or their sum is above 1.5.
    """
    with np.errstate(over="ignore"):
        total = weights.sum(-1)
    if not (np.all(weights >= 0) and np.all(total <= MAX_INTENSITY + _ROUNDING)):
        raise ConditionError(
            f"emotion: expected weights from 0 with a sum up to {MAX_INTENSITY}, "
            f"got {weights.tolist()}"
        )
    return weights


def with_weight(weights: Mapping[str, float], label: str, weight: float) -> dict[str, float]:
    """Return emotion weights with another one for a label; if need be the others give way.

    Args:
        weights: Weight by label.
        label: Label to change; it may be a new one.
        weight: In [0, 1.5].
    """
    others = {name: x for name, x in weights.items() if name != label}
    total, room = sum(others.values()), MAX_INTENSITY - weight
    part = room / total if total > room else 1.0
    return {**{name: part * x for name, x in others.items()}, label: weight}


def shared_weights(
    own: Mapping[str, float], others: Mapping[str, float], share: float
) -> dict[str, float]:
    """Return emotion weights of which others have a share.

    Args:
        own: Weight by label.
        others: Weight by label, with a sum in [0, 1]; as much of their share as is missing from 1
            stays with `own`.
        share: In [0, 1]; 0 returns `own` as it is.
    """
    if share == 0.0 or not others:
        return dict(own)
    kept = max(0.0, 1.0 - share * sum(others.values()))
    labels = sorted({*own, *others})
    return {x: kept * own.get(x, 0.0) + share * others.get(x, 0.0) for x in labels}


def check_energy(energy: Number) -> Number:
    """Return energies that are in range: 1 is usual for the emotion, 2 twice as lively.

    Raises:
        ConditionError: If one is not in [0.5, 2].
    """
    low, high = ENERGY_RANGE
    if not np.all((energy >= low) & (energy <= high)):
        raise ConditionError(f"energy: expected numbers in [{low}, {high}], got {energy}")
    return energy


def usual_speed(
    weights: Float[Array, "*batch E"], labels: Sequence[str], speeds: Sequence[float]
) -> Float[Array, "*batch"]:
    """Return the mean joint speed that is usual for emotion weights, m/s.

    Without emotion it is that of the neutral one, or the mean of all where none is neutral; every
    weight leads away from there in proportion in the logarithm, beyond 1 too.

    Args:
        weights: Weights as `check_weights` returns them.
        labels: Labels of the emotions.
        speeds: Mean joint speed of real motion in each emotion, m/s.
    """
    log_speeds = np.log(speeds)
    neutral = log_speeds[labels.index(NEUTRAL)] if NEUTRAL in labels else log_speeds.mean()
    return np.exp(neutral + weights @ (log_speeds - neutral))


def guidance_at(
    weights: Float[Array, "*batch E"], guidance: Float[Array, "*batch"]
) -> Float[Array, "*batch"]:
    """Return the guidance that gives emotion weights their intensity.

    A model's guidance g takes it from its motion without emotion to 1 + g times the way to that
    with it; this scales the way by the intensity. Intensity 0 gives -1, which is no emotion.

    Args:
        weights: Weights as `check_weights` returns them.
        guidance: At intensity 1.

    References:
        J. Ho and T. Salimans, "Classifier-Free Diffusion Guidance", arXiv:2207.12598.
    """
    return (1.0 + guidance) * weights.sum(-1) - 1.0
