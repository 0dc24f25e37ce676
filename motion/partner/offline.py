"""Offline motion from the live partner: the same engine, sampling and post-processing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from jaxtyping import Float

from motion import emotion, features
from motion.clip import Clip
from motion.content import content_weights
from motion.errors import ConditionError, MotionFileError
from motion.model.engine import Conditions, Engine
from motion.model.rollout import rollout
from motion.model.text import tokens_of
from motion.partner.partner import Partner, PartnerFrame
from motion.partner.reply import LEAST_HEARD, LONGEST, Reply

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class EmotionChange:
    """A change of emotion at a time.

    Attributes:
        seconds: From the start of the clip.
        weights: Over the model's emotions, (E,).
    """

    seconds: float
    weights: Float[Array, "E"]


def parse_emotion_change(text: str, labels: Sequence[str]) -> EmotionChange:
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
    return EmotionChange(at, emotion.weights_of(emotion.parse_weights(named), labels))


def generate_frames(
    engine: Engine,
    cues: Sequence[EmotionChange],
    seconds: float,
    *,
    seed: int,
    energy: float = 1.0,
    context: Clip | None = None,
    text: str = "",
    content: str = "",
) -> Iterator[PartnerFrame]:
    """Yield the partner's frames; the same arguments give the same motion.

    Args:
        engine: The model.
        cues: At least one; the first counts from the start.
        seconds: How long.
        seed: Random seed of the motion.
        energy: 1 is usual for the emotion; in [0.5, 2].
        context: A dancer to take up; without one the partner begins standing.
        text: A prompt, if the model takes text.
        content: What to dance, `LABEL[:WEIGHT][,…]` of the model's contents; the usual if empty.

    Raises:
        MotionFileError: If the context is too short to take up.
    """
    if context is not None:
        _require_length(context, engine)
    partner, cues = Partner(engine, seed), sorted(cues, key=lambda cue: cue.seconds)
    contract = engine.contract
    partner.text[:] = tokens_of(text, contract)
    partner.content[:] = content_weights(content, contract.contents, contract.name)
    reply = None
    if context is not None:
        partner.take_up(context)
        reply = _reply_to(context.resampled(partner.fps), emotion.check_energy(energy), seed)
    root = np.zeros(3) if context is None else features.last_root(context)
    for number in range(round(seconds * partner.fps)):
        weights = _weights_at(cues, number / partner.fps)
        lead = None
        if reply and not reply.over:
            named = dict(zip(contract.emotions, weights.tolist(), strict=True))
            lead = reply.next_lead(named, root, max(contract.frames_per_step, 3) + 1)
        frame = partner.advance(weights, emotion.check_energy(energy), lead)
        root = features.last_root(Clip.from_poses([frame.pose], partner.fps))
        yield frame


def _reply_to(heard: Clip, energy: float, seed: int) -> Reply | None:
    """Return what a partner makes of a context that is long enough to make something of it."""
    if heard.seconds < LEAST_HEARD:
        return None
    lately = heard[-round(LONGEST * heard.fps) :]
    return Reply.going_on(lately, energy, np.random.default_rng(seed))


def _require_length(context: Clip, engine: Engine) -> None:
    """Refuse a motion from which not even one token of a model can be heard."""
    contract = engine.contract
    there, least = len(context.resampled(contract.fps)), 1 + contract.frames_per_step
    if there < least:
        raise MotionFileError(
            f"{context.name}: expected a motion of at least {least} frames at {contract.fps:g} "
            f"fps to take up, got {there}"
        )


def _weights_at(cues: Sequence[EmotionChange], seconds: float) -> Float[Array, "E"]:
    """Return the weights that hold at a time, of cues in their order."""
    return ([cue for cue in cues if cue.seconds <= seconds] or cues[:1])[-1].weights


def generate_clip(
    engine: Engine,
    cues: Sequence[EmotionChange],
    seconds: float,
    *,
    seed: int,
    energy: float = 1.0,
    context: Clip | None = None,
    content: str = "",
) -> Clip:
    """Return the raw output of a model of any skeleton: no foot lock, no stage, no smoothing.

    Args:
        engine: The model.
        cues: At least one; the first counts from the start.
        seconds: How long.
        seed: Random seed of the motion.
        energy: 1 is usual for the emotion; in [0.5, 2].
        context: A motion to go on from; without one the model's usual frame.
        content: What to dance, as for `generate_frames`.

    Raises:
        MotionFileError: If the context is too short to go on from.
    """
    if context is not None:
        _require_length(context, engine)
    contract, rng = engine.contract, np.random.default_rng(seed)
    cues = sorted(cues, key=lambda cue: cue.seconds)
    done = content_weights(content, contract.contents, contract.name)
    usual = np.array(contract.energy_by_emotion, np.float32)
    if contract.contents:
        usual = done @ np.array(contract.energy_by_content, np.float32) / max(done.sum(), 1e-3)
    level = emotion.check_energy(energy)

    def conditions_at(frame: int) -> Conditions:
        weights = _weights_at(cues, frame / contract.fps).astype(np.float32)
        aim = level * float(weights @ usual) / max(float(weights.sum()), 1e-3)
        rest = np.array([aim, contract.temperature, contract.guidance], np.float32)
        return Conditions.from_rows(np.concatenate([weights, rest, done])[None], contract)

    start = np.tile(np.array(contract.start, np.float32), (contract.frames_per_step, 1))
    context_frames = (
        start if context is None else features.from_clip(context.resampled(contract.fps))
    )
    root = None if context is None else features.last_root(context)
    count, length = round(seconds * contract.fps), contract.frames_per_step
    steps = islice(rollout(engine, context_frames[None], conditions_at, rng), -(-count // length))
    frames = np.concatenate([step[0] for step in steps])[:count]
    return features.to_clip(frames, contract.fps, contract.layout, root)
