"""A drawing as one page that a browser plays without a network or a server."""

import base64
import html
import json
from pathlib import Path
from string import Template

import numpy as np

from motion.draw.drawing import Drawing

TEMPLATE = Path(__file__).with_name("page.html")

UNKNOWN = -32768
"""Stands for every coordinate of a point that is not known."""


def to_page(drawing: Drawing) -> str:
    """Return the HTML; places are rounded to millimetres, within 32 m of the origin."""
    millimetres = np.clip(np.round(1000.0 * drawing.points), UNKNOWN + 1, -UNKNOWN - 1)
    known = np.isfinite(drawing.points).all(-1, keepdims=True)
    stored = np.where(known, millimetres, UNKNOWN).astype("<i2")
    motion = {
        "fps": drawing.fps,
        "points": drawing.points.shape[1],
        "millimetres": base64.b64encode(stored.tobytes()).decode(),
        "lines": drawing.lines.tolist(),
        "radii": drawing.radii.round(4).tolist(),
        "colours": drawing.colours.round(3).tolist(),
    }
    template = Template(TEMPLATE.read_text(encoding="utf-8"))
    return template.substitute(name=html.escape(drawing.name), motion=json.dumps(motion))
