"""What is in a corpus: a picture of six charts and two tables, written into its folder."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from motion.clip import Clip
from motion.kinematics import contacts
from motion.skeleton import LEG_LENGTH
from training.corpus.trimming import action_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PICTURE = "report.png"
TABLE = "report.md"

MOST = 20
"""Actions that are listed, the most common ones."""


@dataclass(frozen=True)
class LabelSummary:
    """All clips of one label.

    Attributes:
        label: `dance`, an emotion, a style or a data set.
        clips: Number of clips.
        minutes: Their duration.
        speed: Mean joint speed relative to the hips, leg lengths per second.
        contact: Share of frames in which a foot or its toes stand, mean of both feet, in [0, 1].
    """

    label: str
    clips: int
    minutes: float
    speed: float
    contact: float


@dataclass(frozen=True)
class ActionSummary:
    """All clips of one action.

    Attributes:
        action: As their label `content` says.
        clips: Number of clips.
        minutes: Their duration.
        seconds: Durations of the shortest clip, the one in the middle, and the longest.
    """

    action: str
    clips: int
    minutes: float
    seconds: tuple[float, float, float]


def main_label(clip: Clip) -> str:
    """Return the label under which a clip is counted: the most telling one that it has."""
    if clip.labels.get("content", "").startswith("dance"):
        return "dance"
    known = (clip.labels.get(key) for key in ("emotion", "style", "dataset"))
    return next((label for label in known if label), "unknown")


def summarise(clips: Sequence[Clip]) -> list[LabelSummary]:
    """Return a summary per label, longest first. Frames count alike, whatever clip they are in."""
    by_label: dict[str, list[Clip]] = defaultdict(list)
    for clip in clips:
        by_label[main_label(clip)].append(clip)
    summaries = [_summary(label, members) for label, members in by_label.items()]
    return sorted(summaries, key=lambda summary: -summary.minutes)


def most_common(clips: Sequence[Clip]) -> list[ActionSummary]:
    """Return a summary of each of the most common actions, that of most clips first."""
    by_action: dict[str, list[float]] = defaultdict(list)
    for clip in clips:
        by_action[action_of(clip) or "unknown"].append(clip.seconds)
    ordered = sorted(by_action.items(), key=lambda item: (-len(item[1]), item[0]))
    return [_action_summary(action, seconds) for action, seconds in ordered[:MOST]]


def _action_summary(action: str, seconds: Sequence[float]) -> ActionSummary:
    spread = min(seconds), float(np.median(seconds)), max(seconds)
    return ActionSummary(action, len(seconds), sum(seconds) / 60.0, spread)


def _summary(label: str, clips: Sequence[Clip]) -> LabelSummary:
    frames = [len(clip) for clip in clips]
    positions = [clip.world_positions() for clip in clips]
    speeds = [_speed(p, clip.fps) for p, clip in zip(positions, clips, strict=True)]
    standing = [
        contacts(p, clip.fps).reshape(len(p), 2, 2).any(axis=-1).mean()
        for p, clip in zip(positions, clips, strict=True)
    ]
    return LabelSummary(
        label,
        len(clips),
        sum(clip.seconds for clip in clips) / 60.0,
        float(np.average(speeds, weights=frames)),
        float(np.average(standing, weights=frames)),
    )


def _speed(positions: np.ndarray, fps: float) -> float:
    relative = positions[:, 1:] - positions[:, :1]
    if len(relative) < 2:
        return 0.0
    return float(np.linalg.norm(np.diff(relative, axis=0), axis=-1).mean() * fps / LEG_LENGTH)


def write_report(clips: Sequence[Clip], folder: Path) -> tuple[Path, Path]:
    """Draw the corpus into its folder.

    Args:
        clips: All clips of the corpus, one at least.
        folder: Where to write.

    Returns:
        The picture and the table.
    """
    summaries, actions = summarise(clips), most_common(clips)
    _draw(summaries, actions, [clip.seconds for clip in clips], folder / PICTURE)
    text = _table(summaries, clips) + _action_table(actions)
    (folder / TABLE).write_text(text, encoding="utf-8")
    return folder / PICTURE, folder / TABLE


def _table(summaries: Sequence[LabelSummary], clips: Sequence[Clip]) -> str:
    minutes = sum(summary.minutes for summary in summaries)
    lines = [
        "# Corpus",
        "",
        f"{len(clips)} clips, {minutes:.1f} minutes. Speed is the mean speed of the joints "
        "relative to the hips, in leg lengths per second; contact the share of time that a foot "
        "stands.",
        "",
        "| label | clips | minutes | speed | contact |",
        "|---|---|---|---|---|",
    ]
    rows = [
        f"| {s.label} | {s.clips} | {s.minutes:.1f} | {s.speed:.2f} | {s.contact:.2f} |"
        for s in summaries
    ]
    return "\n".join([*lines, *rows, "", f"![Charts of the corpus]({PICTURE})", ""])


def _action_table(actions: Sequence[ActionSummary]) -> str:
    lines = [
        "",
        "## Most common motions",
        "",
        "| motion | clips | minutes | shortest, s | median, s | longest, s |",
        "|---|---|---|---|---|---|",
    ]
    rows = [
        f"| {a.action} | {a.clips} | {a.minutes:.1f} | "
        + " | ".join(f"{seconds:.1f}" for seconds in a.seconds)
        + " |"
        for a in actions
    ]
    return "\n".join([*lines, *rows, ""])


def _draw(
    summaries: Sequence[LabelSummary],
    actions: Sequence[ActionSummary],
    seconds: Sequence[float],
    path: Path,
) -> None:
    from matplotlib.figure import Figure

    heights = [2.0 + 0.28 * rows for rows in (len(summaries), len(summaries), len(actions))]
    figure = Figure(figsize=(13.0, sum(heights)), layout="constrained")
    axes = figure.subplots(3, 2, height_ratios=heights)
    labels = [summary.label for summary in summaries]
    _bars(axes[0, 0], "Minutes", labels, [summary.minutes for summary in summaries], "#4c78a8")
    _histogram(axes[0, 1], seconds)
    _bars(
        axes[1, 0],
        "Mean joint speed, leg lengths / s",
        labels,
        [summary.speed for summary in summaries],
        "#e08a4f",
    )
    _bars(
        axes[1, 1],
        "Share of time that a foot stands",
        labels,
        [summary.contact for summary in summaries],
        "#59a37a",
    )
    motions = [summary.action for summary in actions]
    counts = [a.clips for a in actions]
    _bars(axes[2, 0], "Most common motions, clips", motions, counts, "#b279a2", "%d")
    medians = [a.seconds[1] for a in actions]
    _bars(axes[2, 1], "Their median length, seconds", motions, medians, "#9d755d")
    figure.suptitle(f"{len(seconds)} clips, {sum(seconds) / 60.0:.1f} minutes")
    figure.savefig(path, dpi=110)


def _bars(
    axes: "Axes",
    title: str,
    labels: Sequence[str],
    values: Sequence[float],
    colour: str,
    digits: str = "%.2f",
) -> None:
    bars = axes.barh(list(labels), list(values), color=colour)
    axes.bar_label(bars, fmt=digits, padding=3, fontsize=8)
    axes.invert_yaxis()
    axes.margins(x=0.12)
    axes.set_title(title)
    axes.spines[["top", "right"]].set_visible(False)


def _histogram(axes: "Axes", seconds: Sequence[float]) -> None:
    axes.hist(seconds, bins=np.geomspace(min(seconds) * 0.99, max(seconds) * 1.01, 40).tolist())
    axes.set_xscale("log")
    ticks = [tick for tick in (0.5, 1, 2, 5, 10, 20, 50, 100) if tick <= max(seconds) * 1.2]
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.minorticks_off()
    axes.set_title("Clips by length, seconds")
    axes.spines[["top", "right"]].set_visible(False)
