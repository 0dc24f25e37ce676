"""Several models measured side by side, beside real motion and what keeps the measures honest."""

import platform
from collections.abc import Mapping, Sequence
from pathlib import Path

from motion.clip import Clip
from motion.errors import BhavaError
from motion.model.engine import Engine
from training.corpus.contents import CONTENTS
from training.corpus.corpus import split_held_out
from training.evaluation import retrieval, scores
from training.evaluation.body_table import real_rows, rollout_rows, set_rows
from training.evaluation.evaluate import (
    Result,
    danced_frames,
    evaluate,
    evaluate_real,
    exactly,
    held_out_clips_of,
    step_times,
)
from training.evaluation.looks import count_look, fingerprint_of, read_looks
from training.evaluation.motion_statistics import window_statistics
from training.evaluation.opinions import (
    OnDance,
    SecondOpinions,
    of_real_clips,
    of_rollouts,
    on_dance,
    train_second_judge,
)
from training.evaluation.probes import HeldOutClips
from training.evaluation.progress import Progress
from training.evaluation.reference import Reference
from training.evaluation.report import Report
from training.evaluation.rollouts import ModelSource, MotionSource, Persistence

LIKELIHOOD = "held_out_nats_per_frame"
"""In the `quality` of a contract: written by the training, which knows the densities."""


def compare(
    models: Sequence[Path],
    clips: Sequence[Clip],
    *,
    seconds: float,
    progress: Progress,
    content: str = "",
    cache: Path | None = None,
    beside: Mapping[str, Sequence[Clip]] | None = None,
    ledger: Path | None = None,
) -> Report:
    """Measure models, persistence and real motion.

    A model that fails does not keep the others from being measured; nor does an interruption lose
    those that are done.

    Args:
        models: Model folders, of the same emotions; at least one that can be loaded.
        clips: A corpus.
        seconds: Length of each long rollout.
        progress: Takes how it goes on.
        content: What models are asked to dance and are held against. If empty, the usual content
            of the first model that tells contents apart; for none, all clips that bear an emotion.
        cache: Folder for trained classifiers.
        beside: Further clips by name, whose bodies are measured beside the corpus's.
        ledger: File that counts the looks of the second judge, which is not asked if None.

    Raises:
        BhavaError: If no model can be loaded, or corpus or ledger do not serve.
    """
    if ledger:
        read_looks(ledger)  # a damaged one is told before hours of work, not after
    loaded, failures = _load(models)
    contents = [engine.contract.contents for engine in loaded.values()]
    content = content or next((known[0] for known in contents if known), "")
    if content and content not in CONTENTS:
        raise BhavaError(f"content: expected one of {', '.join(CONTENTS)}, got {content}")
    engines = list(loaded.values())
    labels = engines[0].contract.emotions
    held_out = held_out_clips_of(split_held_out(clips)[1], labels)
    reference = Reference.measure(
        clips,
        labels,
        content=content,
        cache=cache,
        progress=lambda doing: progress.begin(doing, 0),
    )
    progress.begin("measuring real clips against each other", 0)
    real = evaluate_real(reference)
    sources: dict[str, tuple[MotionSource, Engine | None]] = {
        engine.contract.name: (ModelSource(engine, content), engine) for engine in engines
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
    progress.begin("measuring bodies", 0)
    bodies = [row for one in results for row in rollout_rows(one.name, labels, one.rollouts)]
    bodies += real_rows(clips, labels)
    bodies += [row for name, more in (beside or {}).items() for row in set_rows(name, more)]
    on_dance, second = _opinions(reference, clips, results, loaded, ledger)
    if second:
        for one in (real, *results):
            one.scores.update(second.scores_of(one.name))
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
        bodies,
        on_dance,
        second,
        content,
        reference.standard.described(),
    )


def _opinions(
    reference: Reference,
    clips: Sequence[Clip],
    results: Sequence[Result],
    models: Mapping[Path, Engine],
    ledger: Path | None,
) -> tuple[list[OnDance], SecondOpinions | None]:
    """Ask the judges: the first about dance, the second, if it may look, about everything."""
    first = on_dance(
        "first", lambda clip: reference.classifier.classify(clip).probabilities, clips, reference
    )
    if ledger is None:
        return [first], None
    judge = train_second_judge(reference)
    second = on_dance(
        "second", lambda clip: judge.classify(window_statistics(clip)), clips, reference
    )
    opinions = {one.name: of_rollouts(judge, one.rollouts) for one in results}
    looks = {
        engine.contract.name: count_look(ledger, engine.contract.name, fingerprint_of(folder))
        for folder, engine in models.items()
        if engine.contract.name in opinions
    }
    real = of_real_clips(judge, reference)
    return [first, second], SecondOpinions(real, opinions, looks, read_looks(ledger))


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


def _load(models: Sequence[Path]) -> tuple[dict[Path, Engine], dict[str, str]]:
    engines: dict[Path, Engine] = {}
    failures: dict[str, str] = {}
    for folder in models:
        try:
            engine = Engine.load(folder)
            _require_alike(engine, list(engines.values()))
        except BhavaError as error:
            failures[str(folder)] = str(error)
        else:
            engines[folder] = engine
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
