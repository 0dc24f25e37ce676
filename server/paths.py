"""Folders of the checkout that the server reads, whatever folder it was started in."""

from pathlib import Path

_CHECKOUT = Path(__file__).parents[1]

MODELS = _CHECKOUT / "models"
"""Holds a folder for each model."""

PAGES = _CHECKOUT / "web" / "dist"
"""Holds the pages once they are built."""
