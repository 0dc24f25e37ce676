"""The proof that a kind of model learns: motions with known laws, in minutes on a CPU.

Every kind is trained by the very code that trains partners, exported, and played by the engine. Two
things are measured on clips it has not seen. What comes next: the mean distance of the joints of
the next four frames from what came, beside persistence, which stays where it is, and the floor,
which knows the law and errs by its noise alone. And whether it goes on by the law from
its own frames alone: how far frequency and amplitude of what oscillates, and where something
travels its speed, are from the law's, each as a share of it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any

import numpy as np

from motion import features
from motion.clip import Clip
from motion.model.engine import Conditions, Engine
from motion.model.rollout import rollout
from training.corpus.corpus import FPS
from training.evaluation.synthetic import NOISE, SYNTHETIC_MOTIONS, SyntheticMotion
from training.fit.export import export
from training.fit.recipe import Recipe
from training.fit.train import train
from training.models.kinds import KINDS

Play = Callable[[str, Sequence[Clip], Sequence[Clip]], list[Clip]]
"""Goes on from clips of a label; also takes what truly follows, for the references that cheat."""

CLIPS, CLIP_SECONDS = 12, 12.0
"""Clips of each label to learn from, and their length in seconds."""

INPUT_SECONDS, OUTPUT_SECONDS = 3.0, 12.0
WINDOWS = 8
"""Clips of each label to measure on."""

NEXT = 4
"""Frames that count as what comes next."""

WINDOW_FRAMES = 128
STEPS = 1500

DISTURBANCES = {"own_sample_share": 0.25, "input_noise": 0.05}

NEXT_SHARE, LAW_SHARE = 0.5, 0.25
"""A kind has learnt a motion if its next frames err by less than this share of persistence, and
neither frequency nor amplitude by more than that share of the law's."""


PROVABLE = tuple(kind for kind, network in KINDS.items() if not network.OBSERVES_DANCER)
"""Kinds that learn any skeleton; `training.evaluation.reaction` measures the others."""


@dataclass(frozen=True)
class Score:
    """How well something goes on with a synthetic motion.

    Attributes:
        next_error: Mean distance of the joints in the next frames, metres.
        frequency_error: Mean share by which frequencies are off.
        amplitude_error: Mean share by which amplitudes, and the speed of travel, are off.
        nats: Negative log likelihood of held-out raw features, nats per frame; NaN without one.
        seconds: Processor time of its training; NaN for who needs none.
    """

    next_error: float
    frequency_error: float
    amplitude_error: float
    nats: float = float("nan")
    seconds: float = float("nan")


def recipe_for(kind: str, synthetic: SyntheticMotion, steps: int = STEPS) -> Recipe:
    """Return the recipe by which a kind learns a synthetic motion."""
    disturbance = KINDS[kind].DISTURBANCE
    found: dict[str, Any] = {
        "seed": 1,
        "data": {
            "emotions": list(synthetic.labels),
            "shares": dict.fromkeys(synthetic.labels, 1.0),
            "tokens": WINDOW_FRAMES // KINDS[kind].PROOF_SIZES.get("frames_per_token", 1),
            "dropout": {"context": 0.0},
        },
        "playing": {"temperature": 0.2},
        "model": {"kind": kind, **KINDS[kind].PROOF_SIZES},
        "optimiser": {
            "learning_rate": 2e-3,
            "weight_decay": 0.01,
            "batch_size": 16,
            "warm_up_steps": steps // 10,
            disturbance: DISTURBANCES.get(disturbance, 0.0),
        },
        "trainer": {
            "max_steps": steps,
            "accelerator": "cpu",
            "gradient_clip_val": 1.0,
            "val_check_interval": steps,
            "limit_val_batches": 2,
            "num_sanity_val_steps": 0,
            "log_every_n_steps": 50,
            "enable_progress_bar": False,
        },
    }
    return Recipe.model_validate(found)


def prove(
    kinds: Sequence[str] = PROVABLE,
    synthetics: Sequence[SyntheticMotion] = SYNTHETIC_MOTIONS,
    steps: int = STEPS,
) -> Iterator[tuple[SyntheticMotion, str, Score]]:
    """Yield how well each kind learns each synthetic motion, after persistence and the law itself.

    Args:
        kinds: Some of `PROVABLE`.
        synthetics: Motions to learn.
        steps: Training steps.
    """
    for synthetic in synthetics:
        yield synthetic, "persistence", _measured(synthetic, _persist)
        yield synthetic, "law", _measured(synthetic, _by_law)
        for kind in kinds:
            yield synthetic, kind, _proved(kind, synthetic, steps)


def learnt(score: Score, persistence: Score) -> bool:
    """Tell whether something has learnt a synthetic motion."""
    ahead = score.next_error < NEXT_SHARE * persistence.next_error
    return ahead and max(score.frequency_error, score.amplitude_error) < LAW_SHARE


def table(scores: Sequence[tuple[SyntheticMotion, str, Score]]) -> str:
    """Return the scores as a table in Markdown, a row for each motion and kind."""
    persistence = {
        synthetic.name: score for synthetic, who, score in scores if who == "persistence"
    }
    lines = [
        "| motion | kind | next, mm | frequency off | amplitude off | nats / frame | trained, s "
        "| learnt |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for synthetic, who, score in scores:
        nats, seconds = ("" if np.isnan(x) else f"{x:.0f}" for x in (score.nats, score.seconds))
        passed = learnt(score, persistence[synthetic.name])
        verdict = "" if who in ("persistence", "law") else "yes" if passed else "**no**"
        lines.append(
            f"| {synthetic.name} | {who} | {1000 * score.next_error:.1f} | "
            f"{score.frequency_error:.0%} | {score.amplitude_error:.0%} | "
            f"{nats} | {seconds} | {verdict} |"
        )
    return "\n".join(lines) + "\n"


def _proved(kind: str, synthetic: SyntheticMotion, steps: int) -> Score:
    clips = [
        synthetic.clip(label, CLIP_SECONDS, seed)
        for label in synthetic.labels
        for seed in range(CLIPS)
    ]
    held_out = [synthetic.clip(label, CLIP_SECONDS, 100) for label in synthetic.labels]
    with TemporaryDirectory() as folder:
        recipe, out, begun = recipe_for(kind, synthetic, steps), Path(folder), process_time()
        checkpoint = train(recipe, clips, held_out, out, resume=False)
        seconds = process_time() - begun
        contract = export(checkpoint, out / "model", licence="none")
        engine = Engine.load(out / "model")
        nats = contract.quality.get("held_out_nats_per_frame", float("nan"))
        score = _measured(synthetic, lambda label, inputs, _: _play(engine, label, inputs))
        return replace(score, nats=nats, seconds=seconds)


def _play(engine: Engine, label: str, inputs: Sequence[Clip]) -> list[Clip]:
    """Return how a model goes on from clips of a label."""
    contract, count = engine.contract, len(inputs)
    emotion = np.eye(len(contract.emotions), dtype=np.float32)[[contract.emotions.index(label)]]
    aim = contract.energy_by_emotion[contract.emotions.index(label)]
    unprompted = np.zeros(contract.text_width)  # as a prompt would be exaggerated
    rest = [[aim, contract.temperature, 0.0, *unprompted]]
    rows = np.repeat(np.concatenate([emotion, np.array(rest, np.float32)], 1), count, axis=0)
    conditions = Conditions.from_rows(rows, contract)
    frames = np.stack([features.from_clip(clip) for clip in inputs])
    steps = round(OUTPUT_SECONDS * FPS) // contract.frames_per_step
    outputs = islice(rollout(engine, frames, lambda _: conditions, np.random.default_rng(0)), steps)
    following = np.concatenate(list(outputs), axis=1)
    return [
        features.to_clip(frames, FPS, contract.layout, features.last_root(clip))
        for frames, clip in zip(following, inputs, strict=True)
    ]


def _persist(label: str, inputs: Sequence[Clip], true: Sequence[Clip]) -> list[Clip]:
    del label
    return [
        replace(
            clip,
            hips=np.repeat(clip.hips[-1:], len(follows), axis=0),
            rotations=np.repeat(clip.rotations[-1:], len(follows), axis=0),
        )
        for clip, follows in zip(inputs, true, strict=True)
    ]


def _by_law(label: str, inputs: Sequence[Clip], true: Sequence[Clip]) -> list[Clip]:
    del label, inputs
    return list(true)


def _measured(synthetic: SyntheticMotion, play: Play) -> Score:
    found = [_measured_label(synthetic, label, play) for label in synthetic.labels]
    return Score(*np.mean(found, axis=0).tolist())


def _measured_label(
    synthetic: SyntheticMotion, label: str, play: Play
) -> tuple[float, float, float]:
    seconds, begin = INPUT_SECONDS + OUTPUT_SECONDS, round(INPUT_SECONDS * FPS)
    seeds = range(200, 200 + WINDOWS)
    noisy, clean = (
        [synthetic.clip(label, seconds, seed, noise) for seed in seeds] for noise in (NOISE, 0.0)
    )
    outputs = play(label, [clip[:begin] for clip in noisy], [clip[begin:] for clip in clean])
    apart = [
        np.linalg.norm(
            clip[:NEXT].world_positions() - seen[begin : begin + NEXT].world_positions(), axis=-1
        ).mean()
        for clip, seen in zip(outputs, noisy, strict=True)
    ]
    law = synthetic.oscillation(synthetic.clip(label, 60.0, 0, 0.0))
    found = zip(*(synthetic.oscillation(clip) for clip in outputs), strict=True)
    off = [np.abs(np.array(each) / known - 1.0) for each, known in zip(found, law, strict=True)]
    frequency, amplitude = (float(np.minimum(each, 1.0).mean()) for each in off)
    return float(np.mean(apart)), frequency, amplitude
