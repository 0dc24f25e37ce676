"""Offline motion from the live partner: the same engine, sampling and post-processing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from motion import emotion
from motion.clip import Clip
from motion.engine import Engine
from motion.errors import ConditionError
from motion.partner import Frame, Partner
from motion.text import tokens_of

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Cue:
    """A change of emotion at a time.

    Attributes:
        seconds: From the start of the clip.
        weights: Over the model's emotions, (E,).
    """

    seconds: float
    weights: Float[Array, "E"]


def parse_cue(text: str, labels: Sequence[str]) -> Cue:
    """Read `SECONDS:LABEL[:WEIGHT][,LABEL[:WEIGHT]…]`.

    Raises:
        ConditionError: If it is not of this form or does not fit the labels.
    """
    seconds, separator, named = text.partition(":")
    try:
        at = float(seconds)
    except ValueError:
        at = -1.0
    if not separator or not 0 <= at < float("inf"):
        raise ConditionError(f"switch: expected SECONDS:LABEL, got {text!r}")
    return Cue(at, emotion.weights_of(emotion.parse(named), labels))


def frames(
    engine: Engine,
    cues: Sequence[Cue],
    seconds: float,
    *,
    seed: int,
    energy: float = 1.0,
    context: Clip | None = None,
    text: str = "",
) -> Iterator[Frame]:
    """Yield the partner's frames; the same arguments give the same motion.

    Args:
        engine: The model.
        cues: At least one; the first counts from the start.
        seconds: How long.
        seed: Of all chance in the motion.
        energy: 1 is usual for the emotion; in [0.5, 2].
        context: A dancer to take up; without one the partner begins standing.
        text: A prompt, if the model takes text.
    """
    partner = Partner(engine, seed)
    partner.text[:] = tokens_of(text, engine.contract)
    if context is not None:
        partner.take_up(context)
    cues = sorted(cues, key=lambda cue: cue.seconds)
    for frame in range(round(seconds * partner.fps)):
        now = frame / partner.fps
        current = [cue for cue in cues if cue.seconds <= now] or cues[:1]
        yield partner.advance(current[-1].weights, emotion.check_energy(energy))
