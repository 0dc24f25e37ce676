"""How cost grows, drawn: over stages and over viewers."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from motion.errors import SetupError
from server.bench.relays import AT_RELAY, FOR_RELAYS
from server.bench.report import machine
from server.bench.row import Row
from server.stages.scheduler import FRAME_RATE

BARE_CALL, BARE_PROTOCOL = "bare call of onnxruntime", "bare asyncio protocol"
PANELS = (
    ("a tick of", "stages", "ms a tick", BARE_CALL, "linear", 1000 / FRAME_RATE),
    ("processor time per message", "viewers", "µs a message", BARE_PROTOCOL, "log", None),
    (
        "age of frames, 99 %",
        "viewers",
        "ms to a viewer, 99 %",
        BARE_PROTOCOL,
        "log",
        1000 / FRAME_RATE,
    ),
)
"""How the rows' names begin, what they grow with, what is told of them, their peer, the scale of
both axes, and a limit."""

VIEWERS = 1000
"""Of each relay in the panel of relays."""


def draw_curves(rows: Sequence[Row], path: Path) -> None:
    """Draw the rows that were measured with several counts of stages or viewers.

    Args:
        rows: Rows of a whole run.
        path: File to write; its suffix tells the format.

    Raises:
        SetupError: If matplotlib is not installed.
    """
    try:
        import matplotlib.pyplot as plt
    except ImportError as error:
        raise SetupError("expected matplotlib, got none: install bhava[train]") from error
    settings = {"svg.hashsalt": "bhava", "svg.fonttype": "none", "font.family": "sans-serif"}
    plt.rcParams.update({**settings, "font.size": 9})
    figure, axes = plt.subplots(1, len(PANELS) + 1, figsize=(14, 3.4), layout="constrained")
    _draw_relays(axes[-1], rows)
    for axis, (name, count, unit, peer, scale, limit) in zip(axes[:-1], PANELS, strict=True):
        _draw(axis, [row for row in rows if row.count and row.name.startswith(name)], peer)
        if limit is not None:
            axis.axhline(limit, color="0.6", linestyle=":", label="a frame's time")
        axis.set(xlabel=count, ylabel=unit, xscale=scale, yscale=scale)
        axis.xaxis.set_major_formatter("{x:g}")
        axis.yaxis.set_major_formatter("{x:g}")
        axis.margins(y=0.3 if scale == "log" else 0.8)
        if scale == "linear":
            axis.set_ylim(bottom=0)
    for axis in axes:
        axis.legend(frameon=False)
        axis.spines[["top", "right"]].set_visible(False)
    about = machine()
    figure.suptitle(f"{about['processor']}, one core for the server", fontsize=9, color="0.4")
    figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)
    plt.close(figure)


def _draw(axis: Any, rows: Sequence[Row], peer: str) -> None:
    counts = [row.count for row in rows]
    medians = [row.median or 0.0 for row in rows]
    p95 = [row.p95 or 0.0 for row in rows]
    bare = [row.median / row.ratio if row.median and row.ratio else 0.0 for row in rows]
    axis.plot(counts, medians, "o-", color="#c2410c", label="Bhava")
    axis.fill_between(counts, medians, p95, color="#c2410c", alpha=0.15)
    axis.plot(counts, bare, "s--", color="#475569", label=peer)


def _draw_relays(axis: Any, rows: Sequence[Row]) -> None:
    """Draw the cores that an audience takes over relays: what was measured, and its multiples.

    Relays share nothing but the broker, so that each is taken to cost what the one did.
    """
    origin = [row for row in rows if row.count and row.name.startswith(FOR_RELAYS)]
    counts = [row.count or 0 for row in origin]
    shares = [(row.median or 0.0) / 100 for row in origin]
    axis.plot(counts, shares, "o-", color="#c2410c", label="the server")
    of_one = [row for row in rows if row.count == VIEWERS and row.name.startswith(AT_RELAY)]
    for row in of_one:
        cores = (row.median or 0.0) * 1e-6 * VIEWERS * FRAME_RATE
        axis.plot(1, cores, "s", color="#475569", label="one relay, measured")
        further = {"color": "#475569", "label": "all relays, extrapolated"}
        axis.plot(counts, [count * cores for count in counts], "--", **further)
    axis.set(
        xlabel=f"relays of {VIEWERS:,} viewers each", ylabel="cores", xscale="log", yscale="log"
    )
    axis.xaxis.set_major_formatter("{x:g}")
    axis.yaxis.set_major_formatter("{x:g}")
