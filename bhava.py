"""The command line of Bhava: what the parts of the repository offer, in one application."""

from typing import Any

import typer
from typer.core import TyperGroup

import server.cli
import training.cli
from motion.errors import BhavaError


class _Commands(TyperGroup):
    """Prints errors that a user can meet as one line, without a traceback."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except BhavaError as error:
            typer.echo(f"bhava: {' '.join(str(error).split())}", err=True)
            raise typer.Exit(1) from error


app = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    add_completion=False,
    help="A live dance partner that takes up a performer's motion and dances on in an emotion.",
)
app.add_typer(server.cli.app)
app.add_typer(training.cli.app)

if __name__ == "__main__":
    app()
