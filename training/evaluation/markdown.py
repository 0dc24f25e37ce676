"""Tables and numbers of reports as Markdown."""

from collections.abc import Sequence

import numpy as np

from training.evaluation.scores import Estimate


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def with_interval(estimate: Estimate | None) -> str:
    """Return a value and, where it is known, its interval; a dash for no estimate."""
    if estimate is None:
        return "-"
    value, low, high = estimate
    if not np.isfinite([low, high]).all() or low == high:
        return number(value)
    return f"{number(value)} [{number(low)}, {number(high)}]"


def number(value: float) -> str:
    """Return three digits, or none behind the point of a count; a dash for an unknown value."""
    if np.isnan(value):
        return "-"
    if np.isinf(value):
        return "never"
    if value == int(value):
        return f"{value:.0f}"
    return f"{value:z.2f}" if abs(value) < 10 else f"{value:.1f}"
