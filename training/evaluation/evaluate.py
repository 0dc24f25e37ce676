"""Measure sources of motion against held-out real motion, with models as the server runs them."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from jaxtyping import Float

from motion.clip import Clip
from motion.errors import BhavaError
from motion.model.engine import Conditions, Engine, Noise
from motion.partner.partner import Partner
from training.corpus.trimming import active
from training.evaluation import measures, scores
from training.evaluation.probes import (
    SETTLE_SECONDS,
    HeldOutClips,
    Response,
    Tick,
    probe_blend,
    probe_energy,
    probe_handover,
    probe_intensity,
    probe_switch,
    probed_frames,
)
from training.evaluation.reference import Reference
from training.evaluation.rollouts import ConditionChange, MotionSource, RolloutSpec, joined
from training.evaluation.scores import SEGMENT_SECONDS, Estimate
from training.evaluation.segments import Groups, Rollout, Segment

Array = np.ndarray

SEEDS = (1, 2, 3)
SAMPLE_SECONDS = 10.0
TIMED_FRAMES = 300


@dataclass(frozen=True, eq=False)
class Result:
    """What was measured of one source, or of real motion.

    Attributes:
        name: Name of the source.
        scores: By name; nan where it cannot be told.
        by_emotion: Some of the scores for each emotion alone.
        confusion: Shares of windows by emotion asked for and taken for, for contexts of the same
            and of other emotions, (E, E).
        segment_seconds: Length of what counts as a minute: 60, less in a short run.
        speed_by_minute: Speed over real, (E, M).
        frechet_by_minute: Distance from real motion, (M,).
        spectrum: Power density of the jerk, by emotion, (E, S).
        responses: How speed follows the energy asked for, and how the classifier's probability of
            an emotion follows its intensity and its share in a blend; none of real motion.
        samples: The first seconds of a rollout of each emotion.
        rollouts: The rollouts that the scores are of, by emotion.
    """

    name: str
    scores: dict[str, Estimate]
    by_emotion: dict[str, dict[str, float]]
    confusion: dict[str, Float[Array, "E E"]]
    segment_seconds: float
    speed_by_minute: Float[Array, "E M"]
    frechet_by_minute: Float[Array, "M"]
    spectrum: Float[Array, "E S"]
    responses: dict[str, Response] = field(default_factory=dict)
    samples: list[Clip] = field(default_factory=list, repr=False)
    rollouts: Groups = field(default=(), repr=False)


def held_out_clips_of(clips: Sequence[Clip], labels: tuple[str, ...]) -> HeldOutClips:
    """Return the clips to measure a source with, each ending at the centre of the stage.

    Args:
        clips: Real clips that no model has learnt from.
        labels: Emotions, of each of which there must be a clip of 1 s or more.

    Raises:
        BhavaError: If one has none.
    """
    moving = [_centred(active(clip)) for clip in clips]
    long_enough = [clip for clip in moving if clip.seconds >= measures.SHORTEST_SECONDS]
    contexts = [
        sorted((c for c in long_enough if c.labels.get("emotion") == label), key=_longest_first)
        for label in labels
    ]
    empty = [label for label, clips in zip(labels, contexts, strict=True) if not clips]
    if empty:
        raise BhavaError(
            f"held-out clips: expected some of 1 s or more of each of {list(labels)}, got none of "
            f"{empty}"
        )
    strangers = [clip for clip in long_enough if clip.labels.get("emotion") not in labels]
    dancers = sorted(strangers, key=_longest_first) or [clips[0] for clips in contexts]
    return HeldOutClips(contexts, dancers, long_enough[0].fps)


def evaluate(
    source: MotionSource,
    held_out: HeldOutClips,
    reference: Reference,
    *,
    seconds: float,
    tick: Tick,
) -> Result:
    """Roll a source out in every emotion and measure it.

    Args:
        source: What is measured.
        held_out: The clips that it goes on from.
        reference: Real motion of the same emotions.
        seconds: Length of each long rollout, after it has settled.
        tick: Told of the frames danced.
    """
    segment_seconds = min(SEGMENT_SECONDS, seconds / 2)
    groups, samples = measure_rollouts(source, held_out, reference, seconds, segment_seconds, tick)
    found = scores.score(groups, reference)
    found |= probe_switch(source, held_out, reference, tick)
    found["handover"] = probe_handover(source, held_out, reference, tick)
    responses = {
        name: probe(source, held_out, reference, tick)
        for name, probe in (
            ("energy", probe_energy),
            ("intensity", probe_intensity),
            ("blend", probe_blend),
        )
    }
    found |= {f"{name}_rank": one.rank_correlation for name, one in responses.items()}
    found["energy_slope"] = responses["energy"].slope
    found["recoveries"] = exactly(source.recoveries)
    return Result(
        source.name,
        found,
        responses=responses,
        samples=samples,
        rollouts=groups,
        **_details(groups, reference, segment_seconds),
    )


def evaluate_real(reference: Reference) -> Result:
    """Measure all real motion of the reference's standard as if it were generated.

    Each clip is classified by a network that has not seen it, and each fold of the clips is held
    against all others: the floor of the Fréchet distances. Of motion without emotions no accuracy
    can be told.
    """
    groups = reference.standard.rollouts_by_emotion()
    own = replace(reference, standard=reference.standard.for_real_motion())
    found = {
        name: scores.estimate(one, groups, own)
        for name, one in scores.SCORES.items()
        if one in scores.REAL
    }
    if not own.standard.bears_emotions:
        del found["accuracy"]
    floors = [(fold.embedded_floor, fold.kinetic_floor) for fold in reference.unseen]
    for name, values in zip(("frechet", "frechet_kinetic"), zip(*floors, strict=True), strict=True):
        found[name] = scores.drawn(values, np.mean)
    found["handover"] = exactly(1.0)
    details = _details(groups, own, SEGMENT_SECONDS)
    if not own.standard.bears_emotions:
        details |= {"by_emotion": {}, "confusion": {}}
    return Result("real", found, **details)


def measure_rollouts(
    source: MotionSource,
    held_out: HeldOutClips,
    reference: Reference,
    seconds: float,
    segment_seconds: float,
    tick: Tick,
) -> tuple[list[list[Rollout]], list[Clip]]:
    """Dance in every emotion, from contexts of it and of others, and measure segment by segment.

    Returns:
        Rollouts by emotion, and the first seconds of one of each.
    """
    emotions, scenes, specs = zip(*_long_specs(held_out, reference.labels), strict=True)
    settle, length = held_out.frame_count(SETTLE_SECONDS), held_out.frame_count(segment_seconds)
    segments: list[list[Segment]] = [[] for _ in specs]
    waiting: list[list[Clip]] = [[] for _ in specs]
    samples: dict[int, Clip] = {}
    skipped = 0
    for chunk in source.roll_out(specs, settle + int(seconds // segment_seconds) * length):
        tick(chunk.taken_up.size)
        skip = min(settle - skipped, chunk.taken_up.shape[1])
        skipped += skip
        for index, clip in enumerate(chunk.clips):
            waiting[index].append(clip[skip:])
            if sum(map(len, waiting[index])) >= length:
                whole = joined(waiting[index])
                segments[index].append(Segment.measure(whole[:length], reference.classifier))
                waiting[index] = [whole[length:]]
                sample = measures.mended(whole[: held_out.frame_count(SAMPLE_SECONDS)])[0]
                samples.setdefault(emotions[index], sample)
    groups: list[list[Rollout]] = [[] for _ in reference.labels]
    for emotion, (scene, contradicting), danced in zip(emotions, scenes, segments, strict=True):
        groups[emotion].append(Rollout(emotion, scene, contradicting, tuple(danced)))
    named = [replace(samples[index], name=label) for index, label in enumerate(reference.labels)]
    return groups, named


def step_times(engine: Engine) -> dict[str, Estimate]:
    """Return milliseconds of one partner's frame, post-processing included, and of a bare step.

    Of the thread's own time, so that other work on the machine does not count.
    """
    contract = engine.contract
    partner, emotion = Partner(engine, 0), np.eye(len(contract.emotions))[0]
    frames = _milliseconds(lambda: partner.advance(emotion), TIMED_FRAMES)
    one = np.ones((1, 1), np.float32)
    conditions = Conditions(emotion[None].astype(np.float32), one, one, one)
    states, noise = engine.initial_states(), Noise.zeros(contract)
    inputs = np.zeros((1, *contract.inputs["frames"]), np.float32)
    steps = _milliseconds(lambda: engine.step(inputs, conditions, states, noise), TIMED_FRAMES // 4)
    return {
        "frame_ms_50": scores.drawn(frames, np.median),
        "frame_ms_95": scores.drawn(frames, lambda values: np.percentile(values, 95)),
        "step_ms_50": scores.drawn(steps, np.median),
    }


def exactly(value: float) -> Estimate:
    """Return an estimate that has no interval."""
    return Estimate(float(value), float("nan"), float("nan"))


def danced_frames(held_out: HeldOutClips, seconds: float) -> int:
    """Return how many frames `evaluate` has a source dance, over all rollouts."""
    specs = len(_long_specs(held_out, ("",) * held_out.emotions))
    return specs * held_out.frame_count(SETTLE_SECONDS + seconds) + probed_frames(held_out)


def _long_specs(
    held_out: HeldOutClips, labels: tuple[str, ...]
) -> list[tuple[int, tuple[str, bool], RolloutSpec]]:
    """One context of the emotion with every seed, and with every seed another of other emotions."""
    specs = []
    for emotion, label in enumerate(labels):
        change = ConditionChange(0, held_out.weights_of(emotion))
        for number, seed in enumerate(SEEDS):
            same, other = held_out.context_of(emotion), held_out.context_of_another(emotion, number)
            specs.append((emotion, (label, False), RolloutSpec(same, seed, (change,))))
            scene = (f"{label} from {number}", True)
            specs.append((emotion, scene, RolloutSpec(other, seed, (change,))))
    return specs


def _details(groups: Groups, reference: Reference, segment_seconds: float) -> dict[str, Any]:
    labels, minutes = reference.labels, min(len(one.segments) for group in groups for one in group)
    everything = [one for group in groups for one in group]
    contexts = {"same": False, "contradicting": True}
    parts = {name: scores.where(groups, contradicting=flag) for name, flag in contexts.items()}
    return {
        "by_emotion": {
            label: {
                name: scores.SCORES[name](only(groups, index), reference)
                for name in scores.BY_EMOTION
            }
            for index, label in enumerate(labels)
            if groups[index]
        },
        "confusion": {
            name: scores.confusion(part, len(labels)) for name, part in parts.items() if any(part)
        },
        "segment_seconds": segment_seconds,
        "speed_by_minute": scores.speed_by_minute(groups, reference),
        "frechet_by_minute": np.array(
            [scores.frechet_of_minutes(groups, reference, slice(m, m + 1)) for m in range(minutes)]
        ),
        "spectrum": np.stack(
            [
                np.mean([t.spectrum for one in group or everything for t in one.traces], axis=0)
                for group in groups
            ]
        ),
    }


def only(groups: Groups, emotion: int) -> Groups:
    """Return the groups with that of one emotion alone left in."""
    return [group if index == emotion else [] for index, group in enumerate(groups)]


def _milliseconds(call: Callable[[], object], times: int) -> list[float]:
    for _ in range(times // 10):
        call()
    taken = []
    for _ in range(times):
        begun = time.thread_time()
        call()
        taken.append(1e3 * (time.thread_time() - begun))
    return taken


def _centred(clip: Clip) -> Clip:
    return replace(clip, hips=clip.hips - clip.hips[-1] * [1.0, 0.0, 1.0])


def _longest_first(clip: Clip) -> tuple[int, str]:
    return -len(clip), clip.name
