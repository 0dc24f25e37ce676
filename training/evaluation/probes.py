"""What a source does when something is changed: switches, take-ups, energy, intensity, blends."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float
from scipy import stats

from motion import features
from motion.clip import Clip
from motion.skeleton import LEG_LENGTH
from training.evaluation.measures import mended
from training.evaluation.reference import Reference
from training.evaluation.rollouts import ConditionChange, MotionSource, RolloutSpec, joined
from training.evaluation.scores import Estimate, drawn

Array = np.ndarray

SETTLE_SECONDS = 4.0
"""After which a context is forgotten by a context window of its length."""

BEFORE_SWITCH_SECONDS = 8.0
AFTER_SWITCH_SECONDS = 6.0
SWITCH_WINDOW_SECONDS = 2.0
LATEST_FLIP_SECONDS = AFTER_SWITCH_SECONDS - SWITCH_WINDOW_SECONDS / 2
"""Stands for a switch that was not seen to show."""

SWITCH_HOP_FRAMES = 3
AFTER_TAKE_UP_SECONDS = 2.0
HANDOVER_SECONDS = 0.3
DANCERS = 3
RESPONSE_SECONDS = 10.0
ENERGIES = (0.5, 0.75, 1.0, 1.25, 1.5, 2.0)
SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
INTENSITIES = (0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5)

Tick = Callable[[int], None]
"""Told how many frames have been danced since the last call, over all rollouts."""


@dataclass(frozen=True, eq=False)
class HeldOutClips:
    """Held-out clips: the contexts and dancers that every source is measured with.

    Attributes:
        contexts: By emotion, longest first, one at least.
        dancers: Clips of no emotion, which need resemble no training clip.
        fps: Frames per second of all.
    """

    contexts: list[list[Clip]]
    dancers: list[Clip]
    fps: float

    @property
    def emotions(self) -> int:
        """Number of emotions."""
        return len(self.contexts)

    def context_of(self, emotion: int) -> Clip:
        """Return the longest context of an emotion."""
        return self.contexts[emotion][0]

    def context_of_another(self, emotion: int, number: int) -> Clip:
        """Return a context of another emotion; numbers give one after the other."""
        others = [clips[0] for index, clips in enumerate(self.contexts) if index != emotion]
        return others[(emotion + number) % len(others)]

    def weights_of(self, emotion: int, intensity: float = 1.0) -> Float[Array, "E"]:
        """Return the weights of one emotion alone."""
        return intensity * np.eye(self.emotions)[emotion]

    def frame_count(self, seconds: float) -> int:
        """Return seconds as a number of frames."""
        return round(seconds * self.fps)


@dataclass(frozen=True, eq=False)
class Response:
    """What was measured while a control was turned.

    Attributes:
        asked: Values of the control, (V,).
        measured: By emotion and value, (E, V).
    """

    asked: Float[Array, "V"]
    measured: Float[Array, "E V"]

    @property
    def rank_correlation(self) -> Estimate:
        """Spearman's, mean over emotions; 0 for an emotion that does not respond at all."""
        constant = np.ptp(self.measured, axis=1) < 1e-9
        correlations = [
            0.0 if still else stats.spearmanr(self.asked, row).statistic
            for still, row in zip(constant, self.measured, strict=True)
        ]
        return drawn(correlations, np.mean)

    @property
    def slope(self) -> Estimate:
        """Change of what was measured for a change of what was asked, mean over emotions."""
        return drawn([np.polyfit(self.asked, row, 1)[0] for row in self.measured], np.mean)


def probe_switch(
    source: MotionSource, held_out: HeldOutClips, reference: Reference, tick: Tick
) -> dict[str, Estimate]:
    """Measure how soon another emotion shows, and how soon anything changes because of it.

    Half of the emotions' pairs are switched from one to the other in mid-dance, each at another
    phase of a model's tokens, beside a twin of the same seed that is not. The emotion has
    changed when the 2 s about a frame look more like the new one than like the old; pairs in
    which the old one did not show before are left out.
    """
    at, after = (
        held_out.frame_count(BEFORE_SWITCH_SECONDS),
        held_out.frame_count(AFTER_SWITCH_SECONDS),
    )
    specs, pairs = [], []
    for old in range(held_out.emotions):
        change = ConditionChange(0, held_out.weights_of(old))
        specs.append(RolloutSpec(held_out.context_of(old), old, (change,)))
        twin = len(specs) - 1
        for step in range(1, held_out.emotions, 2):
            new = (old + step) % held_out.emotions
            event = at + len(specs) % 4
            specs.append(
                RolloutSpec(
                    held_out.context_of(old),
                    old,
                    (change, ConditionChange(event, held_out.weights_of(new))),
                )
            )
            pairs.append((twin, len(specs) - 1, old, new, event))
    danced = [clip for clip, _ in whole_rollouts(source, specs, at + after, tick)]
    frames = [_first_difference(danced[a], danced[b], event) for a, b, _, _, event in pairs]
    flips = [_flip(danced[b], reference, old, new, event) for _, b, old, new, event in pairs]
    shown = [flip for flip in flips if flip is not None]
    return {
        "switch_frames": Estimate(max(frames), float("nan"), float("nan")),
        "switch_seconds": drawn(shown, np.median),
        "switch_shown": drawn([flip is not None for flip in flips], np.mean),
    }


def probe_handover(
    source: MotionSource, held_out: HeldOutClips, reference: Reference, tick: Tick
) -> Estimate:
    """Return the 99th percentile of acceleration after take-ups over that of real motion.

    Of the joints' mean in the 0.3 s from the first frame and from a second dancer's take-up, over
    the 99th percentile of real motion of the emotion; so it is 1 for real motion itself.
    """
    take_up = held_out.frame_count(SETTLE_SECONDS)
    specs, emotions = [], []
    for emotion in range(held_out.emotions):
        for number in range(DANCERS):
            weights = held_out.weights_of(emotion)
            dancer = held_out.dancers[(emotion + number) % len(held_out.dancers)]
            changes = (
                ConditionChange(0, weights),
                ConditionChange(take_up, weights, dancer=dancer),
            )
            specs.append(RolloutSpec(held_out.context_of_another(emotion, number), number, changes))
            emotions.append(emotion)
    frames = take_up + held_out.frame_count(AFTER_TAKE_UP_SECONDS)
    accelerations = []
    for spec, emotion, (clip, taken_up) in zip(
        specs, emotions, whole_rollouts(source, specs, frames, tick), strict=True
    ):
        whole = joined([spec.context[-2:], clip])
        for frame in np.flatnonzero(taken_up):
            near = whole[frame : frame + 2 + held_out.frame_count(HANDOVER_SECONDS)]
            jolts = np.diff(near.world_positions(), 2, axis=0) * held_out.fps**2 / LEG_LENGTH
            mean = np.linalg.norm(jolts, axis=-1).mean(-1)
            accelerations.append(mean / reference.acceleration[emotion])
    return drawn(accelerations, lambda parts: np.percentile(np.concatenate(parts), 99))


def probe_energy(
    source: MotionSource, held_out: HeldOutClips, reference: Reference, tick: Tick
) -> Response:
    """Measure the joint speed over real at several energies."""
    specs = [
        RolloutSpec(
            held_out.context_of(emotion),
            1,
            (ConditionChange(0, held_out.weights_of(emotion), energy),),
        )
        for emotion in range(held_out.emotions)
        for energy in ENERGIES
    ]
    clips = _settled(source, specs, held_out, tick)
    speeds = np.array([features.joint_speed(clip).mean() / LEG_LENGTH for clip in clips])
    by_emotion = speeds.reshape(held_out.emotions, -1) / np.array(reference.speed)[:, None]
    return Response(np.array(ENERGIES), by_emotion)


def probe_intensity(
    source: MotionSource, held_out: HeldOutClips, reference: Reference, tick: Tick
) -> Response:
    """Measure the classifier's probability of the emotion at several intensities of it."""
    weights = [
        [held_out.weights_of(e, value) for value in INTENSITIES] for e in range(held_out.emotions)
    ]
    return Response(np.array(INTENSITIES), _shown(source, held_out, reference, tick, weights))


def probe_blend(
    source: MotionSource, held_out: HeldOutClips, reference: Reference, tick: Tick
) -> Response:
    """Measure the classifier's probability of an emotion at several shares of it beside another."""
    weights = [
        [
            held_out.weights_of(e, share)
            + held_out.weights_of((e + 1) % held_out.emotions, 1 - share)
            for share in SHARES
        ]
        for e in range(held_out.emotions)
    ]
    return Response(np.array(SHARES), _shown(source, held_out, reference, tick, weights))


def probed_frames(held_out: HeldOutClips) -> int:
    """Return how many frames the probes dance in all."""
    switched = held_out.emotions * (1 + len(range(1, held_out.emotions, 2)))
    responses = held_out.emotions * (len(ENERGIES) + len(INTENSITIES) + len(SHARES))
    return (
        switched * held_out.frame_count(BEFORE_SWITCH_SECONDS + AFTER_SWITCH_SECONDS)
        + held_out.emotions * DANCERS * held_out.frame_count(SETTLE_SECONDS + AFTER_TAKE_UP_SECONDS)
        + responses * held_out.frame_count(SETTLE_SECONDS + RESPONSE_SECONDS)
    )


def whole_rollouts(
    source: MotionSource, specs: Sequence[RolloutSpec], frames: int, tick: Tick
) -> list[tuple[Clip, Bool[Array, "T"]]]:
    """Return whole rollouts, and with which of their frames a dancer was taken up."""
    chunks = []
    for chunk in source.roll_out(specs, frames):
        chunks.append(chunk)
        tick(chunk.taken_up.size)
    taken_up = np.concatenate([chunk.taken_up for chunk in chunks], axis=1)
    clips = [joined([chunk.clips[i] for chunk in chunks]) for i in range(len(specs))]
    return [(mended(clip)[0], flags) for clip, flags in zip(clips, taken_up, strict=True)]


def _shown(
    source: MotionSource,
    held_out: HeldOutClips,
    reference: Reference,
    tick: Tick,
    weights: Sequence[Sequence[Float[Array, "E"]]],
) -> Float[Array, "E V"]:
    """Return the classifier's probabilities of each emotion under its row of weights."""
    specs = [
        RolloutSpec(held_out.context_of_another(emotion, 0), 1, (ConditionChange(0, one),))
        for emotion, row in enumerate(weights)
        for one in row
    ]
    clips = _settled(source, specs, held_out, tick)
    probabilities = np.array(
        [reference.classifier.classify(clip).probabilities.mean(0) for clip in clips]
    )
    by_emotion = probabilities.reshape(held_out.emotions, -1, held_out.emotions)
    return np.stack([rows[:, emotion] for emotion, rows in enumerate(by_emotion)])


def _settled(
    source: MotionSource, specs: Sequence[RolloutSpec], held_out: HeldOutClips, tick: Tick
) -> list[Clip]:
    frames = held_out.frame_count(SETTLE_SECONDS + RESPONSE_SECONDS)
    danced = whole_rollouts(source, specs, frames, tick)
    return [clip[held_out.frame_count(SETTLE_SECONDS) :] for clip, _ in danced]


def _first_difference(twin: Clip, switched: Clip, event: int) -> float:
    """Return how many frames after an event the first one comes that it changed; 1 is the next."""
    apart = np.abs(twin.rotations - switched.rotations).max((1, 2))
    apart = np.maximum(apart, np.abs(twin.hips - switched.hips).max(1))
    changed = np.flatnonzero(apart[event:] > 1e-9)
    return float(changed[0]) + 1 if len(changed) else float("inf")


def _flip(clip: Clip, reference: Reference, old: int, new: int, event: int) -> float | None:
    """Return seconds from an event to the flip; None if the old emotion did not show."""
    half = round(SWITCH_WINDOW_SECONDS * clip.fps / 2)
    centres = np.arange(event - 2 * half, len(clip) - half, SWITCH_HOP_FRAMES)
    probabilities = reference.classifier.probabilities_around(clip, centres, SWITCH_WINDOW_SECONDS)
    ahead = probabilities[:, new] - probabilities[:, old]
    if ahead[centres < event - half].mean() >= 0:
        return None
    flipped = centres[(ahead > 0) & (centres >= event)]
    return float(flipped[0] - event) / clip.fps if len(flipped) else LATEST_FLIP_SECONDS
