"""Emotion weights: what colours the motion. Labels belong to the model; nothing else fixes them."""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float

from motion.errors import ConditionError

Array = np.ndarray

MAX_WEIGHT = 1.5
ENERGY_RANGE = (0.5, 2.0)


def parse(text: str) -> dict[str, float]:
    """Read `LABEL[:WEIGHT][,LABEL[:WEIGHT]…]`, such as `happy:0.7,sad`; a bare label weighs 1.

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
                f"emotion: expected LABEL or LABEL:WEIGHT, got {part.strip()!r}"
            ) from None
    return weights


def weights_of(named: Mapping[str, float], labels: Sequence[str]) -> Float[Array, "E"]:
    """Return a weight for every label of a model; labels that are not named weigh 0.

    Args:
        named: Weights in [0, 1.5], not all 0.
        labels: Of the model's contract.

    Raises:
        ConditionError: If a label is unknown or a weight out of range.
    """
    unknown = [label for label in named if label not in labels]
    if unknown:
        raise ConditionError(f"emotion: expected labels of {list(labels)}, got {unknown[0]!r}")
    weights = np.array([named.get(label, 0.0) for label in labels], np.float32)
    if not np.all((weights >= 0) & (weights <= MAX_WEIGHT)):
        raise ConditionError(f"emotion: expected weights in [0, {MAX_WEIGHT}], got {dict(named)}")
    if weights.sum() <= 0:
        raise ConditionError(f"emotion: expected a weight above 0, got {dict(named)}")
    return weights


def check_energy(energy: float) -> float:
    """Return an energy that is in range: 1 is usual for the emotion, 2 twice as lively.

    Raises:
        ConditionError: If it is not in [0.5, 2].
    """
    low, high = ENERGY_RANGE
    if not low <= energy <= high:
        raise ConditionError(f"energy: expected a number in [{low}, {high}], got {energy}")
    return energy
