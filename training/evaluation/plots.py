"""Pictures of an evaluation."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from motion.clip import Clip
from motion.draw import render
from training.evaluation import measures
from training.evaluation.evaluate import Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = ("#4c78a8", "#e08a4f", "#59a37a", "#c0504d", "#8f6bb1", "#8c6d4f", "#d684bd", "#7f7f7f")
AIM = "#59a37a"
DOTS_PER_INCH = 100


def draw(results: Sequence[Result], labels: Sequence[str], fps: float, folder: Path) -> None:
    """Draw the results into a folder: some pictures of all, some of each.

    Args:
        results: Real motion first.
        labels: The emotions.
        fps: Frames per second of the motion.
        folder: Where to write.
    """
    real, *others = results
    _save(_frechet(others, real), folder / "frechet.png")
    for result in results:
        if result.confusion:
            _save(_confusion(result, labels), folder / f"{result.name}-confusion.png")
    for result in others:
        _save(_speed(result, labels), folder / f"{result.name}-speed.png")
        _save(_spectra(result, real, labels, fps), folder / f"{result.name}-jerk.png")
        _save(_responses(result, labels), folder / f"{result.name}-responses.png")
        _contact_sheet(result, folder / f"{result.name}-motion.png")


def write_videos(name: str, clips: Sequence[Clip], folder: Path) -> list[Path]:
    """Write clips of a source as videos; return their paths."""
    paths = []
    for clip in clips:
        paths.append(folder / f"{name}-{clip.name}.mp4")
        render.write_video(clip, paths[-1], size=480)
    return paths


def _speed(result: Result, labels: Sequence[str]) -> "Figure":
    figure, (axes,) = _figure(7.5, 4.0, 1)
    minutes = result.segment_seconds / 60 * np.arange(1, result.speed_by_minute.shape[1] + 1)
    axes.axhspan(0.85, 1.15, color=AIM, alpha=0.15, linewidth=0, label="aim")
    for label, colour, row in zip(labels, _colours(labels), result.speed_by_minute, strict=True):
        axes.plot(minutes, row, color=colour, label=label, marker="o", markersize=3)
    axes.set(xlabel="minutes", ylabel="joint speed / real", xlim=(0, None), ylim=(0, None))
    axes.set_title(f"{result.name}: liveliness")
    _legend_beside(axes)
    return figure


def _frechet(results: Sequence[Result], real: Result) -> "Figure":
    from matplotlib.ticker import LogLocator

    figure, (axes,) = _figure(7.5, 4.0, 1)
    for result, colour in zip(results, _colours(results), strict=True):
        ends = result.segment_seconds / 60 * np.arange(1, len(result.frechet_by_minute) + 1)
        axes.plot(ends, result.frechet_by_minute, color=colour, label=result.name, marker="o", ms=3)
    floor = real.scores["frechet"].value
    axes.axhline(floor, color="black", linewidth=1, linestyle=":", label="real against real")
    axes.set(xlabel="minutes", ylabel="Fréchet distance", xlim=(0, None), yscale="log")
    axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axes.yaxis.set_major_formatter("{x:g}")
    axes.yaxis.set_minor_formatter("")
    axes.set_title("Distance from real motion, in the classifier's embedding")
    _legend_beside(axes)
    return figure


def _confusion(result: Result, labels: Sequence[str]) -> "Figure":
    figure, all_axes = _figure(5.2 * len(result.confusion), 4.8, len(result.confusion))
    for axes, (context, shares) in zip(all_axes, result.confusion.items(), strict=True):
        axes.imshow(shares, vmin=0, vmax=1, cmap="Blues")
        for (row, column), share in np.ndenumerate(shares):
            if share >= 0.005:
                ink = "white" if share > 0.55 else "black"
                axes.text(
                    column, row, f"{share:.2f}", ha="center", va="center", fontsize=7, color=ink
                )
        axes.set_xticks(range(len(labels)), labels, rotation=45, ha="right", fontsize=8)
        axes.set_yticks(range(len(labels)), labels, fontsize=8)
        axes.set(xlabel="taken for", ylabel="asked for")
        title = "each clip unseen" if result.name == "real" else f"context: {context} emotion"
        axes.set_title(f"{result.name}, {title}", fontsize=10)
    return figure


def _spectra(result: Result, real: Result, labels: Sequence[str], fps: float) -> "Figure":
    columns = min(4, len(labels))
    rows = -(-len(labels) // columns)
    figure, all_axes = _figure(2.75 * columns, 2.4 * rows + 0.4, columns, rows, alike=True)
    hertz = measures.frequencies(fps)[1:]
    for axes, label, found, wanted in zip(
        all_axes, labels, result.spectrum, real.spectrum, strict=False
    ):
        axes.plot(hertz, wanted[1:], color="black", linewidth=1, label="real")
        axes.plot(hertz, found[1:], color=COLOURS[1], label=result.name)
        axes.set_yscale("log")
        axes.set_title(label, fontsize=9)
        axes.tick_params(labelsize=7)
    for axes in all_axes[len(labels) :]:
        axes.set_visible(False)
    figure.supxlabel("Hz", fontsize=9)
    figure.supylabel("power density of the jerk", fontsize=9)
    handles, names = all_axes[0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside upper center", ncols=2, frameon=False, fontsize=9)
    return figure


def _responses(result: Result, labels: Sequence[str]) -> "Figure":
    names = {
        "energy": ("energy asked for", "joint speed / real"),
        "intensity": ("intensity asked for", "classifier's probability of the emotion"),
        "blend": (
            "share asked for, beside the next emotion",
            "classifier's probability of the emotion",
        ),
    }
    figure, all_axes = _figure(13.0, 3.8, len(names))
    for axes, (name, (xlabel, ylabel)) in zip(all_axes, names.items(), strict=True):
        response = result.responses[name]
        for label, colour, row in zip(labels, _colours(labels), response.measured, strict=True):
            axes.plot(response.asked, row, color=colour, label=label, marker="o", markersize=3)
        axes.set(xlabel=xlabel, ylabel=ylabel, ylim=(0, None if name == "energy" else 1.02))
        axes.set_title(f"{result.name}: {name}")
        axes.spines[["top", "right"]].set_visible(False)
    wanted = result.responses["energy"].asked
    all_axes[0].plot(wanted, wanted, color="black", linewidth=1, linestyle=":")
    _legend_beside(all_axes[-1])
    return figure


def _contact_sheet(result: Result, path: Path) -> None:
    import cv2

    sheet = render.contact_sheet(result.samples, frames=8, size=140)
    cv2.imwrite(str(path), sheet[..., ::-1])


def _figure(
    width: float, height: float, columns: int, rows: int = 1, *, alike: bool = False
) -> tuple["Figure", "list[Axes]"]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    all_axes = list(figure.subplots(rows, columns, squeeze=False, sharey=alike).ravel())
    return figure, all_axes


def _colours(things: Sequence[object]) -> list[str]:
    return [COLOURS[index % len(COLOURS)] for index in range(len(things))]


def _legend_beside(axes: "Axes") -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False, fontsize=8)


def _save(figure: "Figure", path: Path) -> None:
    figure.savefig(path, dpi=DOTS_PER_INCH)
