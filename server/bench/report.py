"""What `bhava bench` prints: a table for people, JSON for programs."""

import os
import platform
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import onnxruntime
from rich.table import Table

from server.bench.row import Row


def machine() -> dict[str, Any]:
    """Return what the figures depend on."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 2),
        "system": platform.platform(),
        "python": platform.python_version(),
        "onnxruntime": onnxruntime.__version__,
    }


def to_json(rows: Sequence[Row]) -> dict[str, Any]:
    """Return the figures and the machine they are of."""
    return {"machine": machine(), "rows": [asdict(row) for row in rows]}


def as_table(rows: Sequence[Row]) -> Table:
    """Return the figures as a table."""
    about = machine()
    title = f"{about['processor']}, {about['cores']} cores, load {about['load']}"
    table = Table("what", "median", "p95", "unit", "aim", "to its peer", "note", title=title)
    for row in rows:
        aim = "" if row.aim is None else f"≤ {row.aim:g}"
        ratio = "" if row.ratio is None else f"{row.ratio:.2f} x"
        most = "" if row.most is None else f" (≤ {row.most:g})"
        style = None if row.met else "bold red"
        numbers = _number(row.median), _number(row.p95)
        table.add_row(row.name, *numbers, row.unit, aim, ratio + most, row.note, style=style)
    return table


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3g}" if value < 100 else f"{value:.0f}"


def _processor() -> str:
    """Return the processor's name where the system tells it."""
    try:
        with open("/proc/cpuinfo") as info:
            names = [
                line.split(":", 1)[1].strip() for line in info if line.startswith("model name")
            ]
    except OSError:
        names = []
    return names[0] if names else platform.machine()
