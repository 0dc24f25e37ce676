"""An evaluation as Markdown, JSON and pictures."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from training.evaluation import evaluate, plots
from training.evaluation.aims import Aim, aims_of, verdict
from training.evaluation.body_table import BodyRow, body_section
from training.evaluation.evaluate import Result
from training.evaluation.markdown import number, table, with_interval
from training.evaluation.opinions import (
    OnDance,
    SecondOpinions,
    dance_section,
    second_section,
)
from training.evaluation.retrieval import LEVELS, Precision
from training.evaluation.scores import BY_EMOTION, Estimate

MARKS = {True: "✓", False: "✗", None: "-"}

COLUMNS = (
    ("speed", "speed / real"),
    ("slowest", "slowest minute"),
    ("liveliest", "liveliest minute"),
    ("freeze", "freeze"),
    ("drift", "drift"),
    ("accuracy", "emotion"),
    ("accuracy_same", "emotion, same context"),
    ("accuracy_contradicting", "emotion, contradicting"),
    ("switch_seconds", "switch, s"),
    ("switch_frames", "switch, frames"),
    ("frechet", "Fréchet, embedding"),
    ("frechet_kinetic", "Fréchet, kinetic"),
    ("jerk", "jerk / real"),
    ("jerk_99", "jerk p99 / real"),
    ("skate", "skate / real"),
    ("handover", "handover / real p99"),
    ("diversity", "diversity / real"),
    ("arrow", "arrow of time / real"),
    ("frame_ms_50", "ms a frame, p50"),
    ("frame_ms_95", "p95"),
    ("step_ms_50", "ms a bare step"),
    ("held_out_nats_per_frame", "nats per frame"),
    ("energy_rank", "energy, rank correlation"),
    ("energy_slope", "energy, slope"),
    ("intensity_rank", "intensity, rank correlation"),
    ("blend_rank", "blend, rank correlation"),
    ("travel", "travel, leg lengths/s"),
    ("hand", "hand above the shoulder"),
    ("turning", "turning, rad/s"),
    ("height", "height, leg lengths"),
    ("reach", "reach, leg lengths"),
    ("as_people_dance", "as people dance each emotion"),
    ("speed_order", "emotions in order of speed"),
    ("second_judge", "second judge"),
    ("second_judge_least", "second judge, least emotion"),
    ("to_audience", "faces the audience"),
    ("farthest", "farthest, m"),
    ("off_stage", "off stage"),
    ("broken", "not finite, frames"),
    ("recoveries", "recoveries"),
)
"""Scores and their names in the table, in its order."""


@dataclass(frozen=True, eq=False)
class Report:
    """An evaluation of several sources.

    Attributes:
        labels: The emotions.
        real: Real motion.
        results: Results of the sources.
        failures: Why others could not be measured, by their name.
        real_accuracy: The classifier's accuracy on unseen real clips, by the set of clips.
        machine: What the times were measured on.
        fps: Frames per second of the motion.
        seconds: Length of each long rollout.
        retrieval: How well prompts are shown, where a model takes text.
        bodies: Dance content and posture of models, real dance and real walks.
        on_dance: What the judges make of dance.
        second: What the second judge says, where it was asked.
        content: Content that was asked for and that real motion shows; empty for any.
        standard: What real motion the ratios are held against, in words.
    """

    labels: tuple[str, ...]
    real: Result
    results: Sequence[Result]
    failures: Mapping[str, str]
    real_accuracy: Mapping[str, Estimate]
    machine: str
    fps: float
    seconds: float
    retrieval: Sequence[Precision] = ()
    bodies: Sequence[BodyRow] = ()
    on_dance: Sequence[OnDance] = ()
    second: SecondOpinions | None = None
    content: str = ""
    standard: str = ""


def write_report(report: Report, folder: Path) -> Path:
    """Write a report and its pictures into a folder; return the Markdown file."""
    folder.mkdir(parents=True, exist_ok=True)
    everything = [report.real, *report.results]
    plots.draw(everything, report.labels, report.fps, folder)
    content = json.dumps(_plain(_content(report)), indent=2, ensure_ascii=False, allow_nan=False)
    (folder / "report.json").write_text(content + "\n", encoding="utf-8")
    path = folder / "report.md"
    path.write_text(to_markdown(report), encoding="utf-8")
    return path


def to_markdown(report: Report) -> str:
    """Return a report as Markdown, with its pictures beside it."""
    parts = ["# Evaluation", _classifier(report), _failures(report), "## Summary", _summary(report)]
    parts += [_retrieval(report), body_section(report.bodies)]
    parts += [second_section(report.second, report.labels) if report.second else ""]
    parts += [dance_section(report.on_dance, report.labels)]
    parts += ["## Aims", _verdicts(report), _how(report), "![Fréchet distance](frechet.png)"]
    parts += [_section(result) for result in (report.real, *report.results)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _classifier(report: Report) -> str:
    accuracies = [
        f"{with_interval(estimate)} of {name}" for name, estimate in report.real_accuracy.items()
    ]
    return (
        "The emotion classifier recognises "
        + ", ".join(accuracies)
        + f" (chance {1 / len(report.labels):.3f}); every clip was classified by a network that "
        "has not seen it."
    )


def _failures(report: Report) -> str:
    return "\n".join(f"**Not measured:** {name}: {why}" for name, why in report.failures.items())


def _summary(report: Report) -> str:
    """One row for each measure and one column for each source: more measures than sources."""
    everything = [report.real, *report.results]
    rows = [
        [title, *(with_interval(result.scores.get(name)) for result in everything)]
        for name, title in COLUMNS
    ]
    return table(["", *(result.name for result in everything)], rows)


def _retrieval(report: Report) -> str:
    if not report.retrieval:
        return ""
    rows = [[one.name, *map(with_interval, one.at_ranks)] for one in report.retrieval]
    levels = [f"R@{level}" for level in LEVELS]
    texts = report.retrieval[0].texts
    head = f"## Prompts\n\nPrecision of retrieval among the {texts} texts of held-out clips."
    return f"{head}\n\n{table(['', *levels], rows)}"


def _verdicts(report: Report) -> str:
    verdicts = [
        verdict(result.scores, report.real.scores, report.content) for result in report.results
    ]
    aims = aims_of(report.content)
    rows = [
        [
            measure,
            "; ".join(_aim(aim) for aim in aims if aim.measure == measure),
            *(MARKS[held[measure]] for held in verdicts),
        ]
        for measure in dict.fromkeys(aim.measure for aim in aims)
    ]
    rows.append(
        ["**held**", "", *(str(sum(v is True for v in held.values())) for held in verdicts)]
    )
    return table(["measure", "aim", *(result.name for result in report.results)], rows)


def _aim(aim: Aim) -> str:
    unit = " times real" if aim.of_real else ""
    bounds = [f"at least {aim.low:g}{unit}"] if aim.low is not None else []
    bounds += [f"at most {aim.high:g}{unit}"] if aim.high is not None else []
    return f"{_title(aim.score)} {', '.join(bounds)}"


def _how(report: Report) -> str:
    return (
        f"Rollouts of {report.seconds:.0f} s after 4 s to settle, {len(evaluate.SEEDS)} seeds, "
        "contexts of the same and of other emotions, all from held-out clips. "
        f"{report.standard} Numbers in brackets: "
        "95 % intervals, rollouts or clips drawn anew. Every emotion counts alike. `real` is each "
        "fold of the real clips against all others; its Fréchet distances are the floor. "
        f"Times are those of one thread on {report.machine}. A switch that was not seen to show "
        "counts as 5 s."
    )


def _section(result: Result) -> str:
    rows = [
        [label, *(number(scores[name]) for name in BY_EMOTION)]
        for label, scores in result.by_emotion.items()
    ]
    pictures = ["confusion"] if result.confusion else []
    if result.name != "real":
        pictures += ["speed", "jerk", "responses", "motion"]
    parts = [f"## {result.name}"]
    parts += [table(["", *map(_title, BY_EMOTION)], rows)] if rows else []
    parts += [f"![{picture} of {result.name}]({result.name}-{picture}.png)" for picture in pictures]
    return "\n\n".join(parts)


def _title(score: str) -> str:
    return dict(COLUMNS).get(score, score)


def _content(report: Report) -> dict[str, object]:
    return {
        "labels": report.labels,
        "content": report.content,
        "seconds": report.seconds,
        "machine": report.machine,
        "real_accuracy": {name: e._asdict() for name, e in report.real_accuracy.items()},
        "failures": dict(report.failures),
        "retrieval": {one.name: one.at_ranks for one in report.retrieval},
        "bodies": [asdict(row) for row in report.bodies],
        "judges_on_dance": [asdict(one) for one in report.on_dance],
        "second_judge": asdict(report.second) if report.second else None,
        "results": [_of_result(result, report) for result in (report.real, *report.results)],
    }


def _of_result(result: Result, report: Report) -> dict[str, object]:
    return {
        "name": result.name,
        "scores": {name: estimate._asdict() for name, estimate in result.scores.items()},
        "verdict": verdict(result.scores, report.real.scores, report.content),
        "by_emotion": result.by_emotion,
        "confusion": result.confusion,
        "piece_seconds": result.segment_seconds,
        "speed_by_minute": result.speed_by_minute,
        "frechet_by_minute": result.frechet_by_minute,
        "responses": {
            name: {"asked": response.asked, "measured": response.measured}
            for name, response in result.responses.items()
        },
    }


def _plain(value: object) -> object:
    """Return what JSON can hold: lists for arrays, null for what is not finite."""
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, np.ndarray | list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value.item() if isinstance(value, np.generic) else value
