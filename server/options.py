"""Options that several commands share."""

from typing import Annotated, Literal

import typer

DEFAULT_MODEL = "dance"

Model = Annotated[str, typer.Option(help="Name of a folder in models/.")]
Device = Annotated[Literal["cpu", "cuda"], typer.Option(help="Device that runs the model.")]
