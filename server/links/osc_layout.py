"""A surface for tablets: a session of Open Stage Control with a widget for every OSC address.

References:
    Open Stage Control, https://openstagecontrol.ammd.net/docs/widgets/properties-reference/
"""

import json
from collections.abc import Iterator
from typing import Any

from server.links.addresses import Address
from server.links.patch import ROOT, Patch, StageView

VERSION = "1.29.2"
"""Version of Open Stage Control that loads these sessions as they are; newer ones do, too."""

COLUMNS = 3


def encode_layout(stage: StageView) -> str:
    """Return the session as JSON; messages go where Open Stage Control was told to send."""
    widgets = [
        widget
        for path, address in Patch().table(stage.labels).items()
        for widget in _widgets(f"/{ROOT}/{stage.name}/{path}", path, address)
    ]
    root = {
        "type": "root",
        "id": "root",
        "layout": "grid",
        "gridTemplate": COLUMNS,
        "widgets": widgets,
    }
    session = {
        "createdWith": "Open Stage Control",
        "version": VERSION,
        "type": "session",
        "content": root,
    }
    return json.dumps(session, indent=1)


def _widgets(full: str, path: str, address: Address) -> Iterator[dict[str, Any]]:
    """Yield what sets an address; nothing where that is text."""
    named = {"id": path, "label": path.rpartition("/")[2], "address": full}
    if address.kind in ("number", "weight", "beat"):
        assert address.range is not None
        span = {"min": address.range.least, "max": address.range.most}
        fader = {"type": "fader", **named, "range": span, "horizontal": True, "typeTags": "f"}
        yield _captioned(path, fader)
    elif address.kind in ("trigger", "cue"):
        # True lets the next cue go, where a number would always mean the same one.
        yield {"type": "button", **named, "mode": "tap", "on": True, "typeTags": "T"}
    elif address.choices and address.kind == "word":
        switch = {"type": "switch", **named, "values": list(address.choices), "typeTags": "s"}
        yield _captioned(path, switch)


def _captioned(path: str, widget: dict[str, Any]) -> dict[str, Any]:
    """Return a panel with a widget below its name: only buttons show labels of their own."""
    caption = {"type": "text", "id": f"{path} name", "default": path, "height": 30}
    return {
        "type": "panel",
        "id": f"{path} panel",
        "layout": "vertical",
        "widgets": [caption, {**widget, "expand": True}],
    }
