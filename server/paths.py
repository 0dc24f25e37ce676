"""Folders that the server reads, whatever folder it was started in."""

import os
from pathlib import Path

_CHECKOUT = Path(__file__).parents[1]

MODELS = _CHECKOUT / "models"
"""Holds a folder for each model."""

PAGES = _CHECKOUT / "web" / "dist"
"""Holds the pages once they are built."""

KEYS = Path(os.environ.get("XDG_DATA_HOME") or "~/.local/share").expanduser() / "bhava"
"""Holds what only this user may read: the operator's key, what signs tokens, certificates."""
