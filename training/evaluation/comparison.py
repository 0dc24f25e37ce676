"""Several models measured side by side, beside real motion and what keeps the measures honest."""

import platform
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from motion.clip import Clip
from motion.errors import BhavaError
from motion.model.engine import Engine
from training.corpus.corpus import split_held_out
from training.evaluation import retrieval, scores
from training.evaluation.evaluate import (
    Result,
    danced_frames,
    evaluate,
    evaluate_real,
    exactly,
    held_out_clips_of,
    step_times,
)
from training.evaluation.probes import HeldOutClips
from training.evaluation.reference import Reference
from training.evaluation.report import Report
from training.evaluation.rollouts import ModelSource, MotionSource, Persistence

LIKELIHOOD = "held_out_nats_per_frame"
"""In the `quality` of a contract: written by the training, which knows the densities."""


class Progress(Protocol):
    """Is told how an evaluation goes on."""

    def begin(self, doing: str, total: int) -> None:
        """Something begins that takes `total` steps, 0 if nobody knows."""

    def advance(self, steps: int) -> None:
        """Some steps were done."""


def compare(
    models: Sequence[Path],
    clips: Sequence[Clip],
    *,
    seconds: float,
    progress: Progress,
    cache: Path | None = None,
) -> Report:
    """Measure models, persistence and real motion.

    A model that fails does not keep the others from being measured; nor does an interruption lose
    those that are done.

    Args:
        models: Model folders, of the same emotions; at least one that can be loaded.
        clips: A corpus.
        seconds: Length of each long rollout.
        progress: Takes how it goes on.
        cache: Folder for trained classifiers.

    Raises:
        BhavaError: If no model can be loaded or the corpus does not serve.
    """
    engines, failures = _load(models)
    labels = engines[0].contract.emotions
    held_out = held_out_clips_of(split_held_out(clips)[1], labels)
    reference = Reference.measure(
        clips, labels, cache=cache, progress=lambda doing: progress.begin(doing, 0)
    )
    progress.begin("measuring real clips against each other", 0)
    real = evaluate_real(reference)
    sources: dict[str, tuple[MotionSource, Engine | None]] = {
        engine.contract.name: (ModelSource(engine), engine) for engine in engines
    }
    sources[Persistence.name] = (Persistence(labels), None)
    results: list[Result] = []
    for name, (source, engine) in sources.items():
        try:
            progress.begin(name, danced_frames(held_out, seconds))
            results.append(_measured(source, engine, held_out, reference, seconds, progress))
        except KeyboardInterrupt:
            left = list(sources)[list(sources).index(name) :]
            failures |= dict.fromkeys(left, "interrupted")
            break
        except Exception as error:  # whatever is wrong with one model, the others have their rows
            failures[name] = f"{type(error).__name__}: {error}"
    return Report(
        labels,
        real,
        results,
        failures,
        _real_accuracy(reference, clips),
        f"{platform.machine()}, {_processor()}",
        held_out.fps,
        seconds,
        _retrieved(engines, clips, progress),
    )


def _retrieved(
    engines: Sequence[Engine], clips: Sequence[Clip], progress: Progress
) -> list[retrieval.Precision]:
    """Measure how well the models that take text show it."""
    taught, held_out = split_held_out(clips)
    found: list[retrieval.Precision] = []
    for engine in engines:
        if engine.contract.text_width and retrieval.prompts_of(held_out):
            frames = retrieval.danced_frames(engine, held_out)
            progress.begin(f"{engine.contract.name}: prompts", frames)
            found += retrieval.retrieve(engine, taught, held_out, progress.advance)
    return list({precision.name: precision for precision in found}.values())


def _load(models: Sequence[Path]) -> tuple[list[Engine], dict[str, str]]:
    engines: list[Engine] = []
    failures: dict[str, str] = {}
    for folder in models:
        try:
            engine = Engine.load(folder)
            _require_alike(engine, engines)
        except BhavaError as error:
            failures[str(folder)] = str(error)
        else:
            engines.append(engine)
    if not engines:
        reasons = "; ".join(failures.values())
        raise BhavaError(f"models: expected one that can be loaded, got {reasons}")
    return engines, failures


def _require_alike(engine: Engine, others: Sequence[Engine]) -> None:
    contract = engine.contract
    for other in others:
        if contract.name == other.contract.name:
            raise BhavaError(f"expected models of different names, got {contract.name} twice")
        if contract.emotions != other.contract.emotions:
            raise BhavaError(
                f"{contract.name}: expected the emotions of {other.contract.name}, "
                f"{list(other.contract.emotions)}, got {list(contract.emotions)}"
            )


def _measured(
    source: MotionSource,
    engine: Engine | None,
    held_out: HeldOutClips,
    reference: Reference,
    seconds: float,
    progress: Progress,
) -> Result:
    result = evaluate(source, held_out, reference, seconds=seconds, tick=progress.advance)
    if engine is not None:
        result.scores.update(step_times(engine))
        if LIKELIHOOD in engine.contract.quality:
            result.scores[LIKELIHOOD] = exactly(engine.contract.quality[LIKELIHOOD])
    return result


def _real_accuracy(reference: Reference, clips: Sequence[Clip]) -> dict[str, scores.Estimate]:
    held_out = {clip.name for clip in split_held_out(clips)[1]}
    kept = [
        [one for one, clip in zip(group, mine, strict=True) if clip.name in held_out]
        for group, mine in zip(reference.rollouts, reference.clips, strict=True)
    ]
    sets = {"real clips": reference.rollouts, "clips held out from the models": kept}
    return {
        f"{sum(map(len, groups))} {name}": scores.estimate(scores.accuracy, groups, reference)
        for name, groups in sets.items()
    }


def _processor() -> str:
    """Return the processor's name where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(": ")[1] for line in lines if line.startswith("model name")), "")
