"""The commands that measure a server under load. What is heavy is imported when a command runs."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from server.options import DEFAULT_MODEL, Model

if TYPE_CHECKING:
    from server.bench.served import Sample


def soak(
    minutes: Annotated[float, typer.Option(min=0.2, max=1440, help="Length of the test.")] = 30.0,
    model: Model = DEFAULT_MODEL,
    viewers: Annotated[int, typer.Option(min=1, help="Number of simultaneous viewers.")] = 100,
) -> None:
    """Run a server for viewers who come and go; fail if anything grows or lags."""
    import json

    from server.bench.soak import soak as play

    def report(sample: "Sample") -> None:
        typer.echo(
            f"{sample.at:6.0f} s  {sample.memory / 2**20:6.1f} MB  {sample.viewers:4.0f} clients  "
            f"{sample.files:3.0f} files  {sample.tasks:3.0f} tasks  {sample.threads} threads  "
            f"{sample.late:.0f} of {sample.ticks:.0f} ticks late",
            err=True,
        )

    verdict = play(minutes, model, viewers, report)
    typer.echo(json.dumps(verdict.to_json(), indent=2))
    if verdict.failures:
        raise typer.Exit(1)


def siege(
    model: Model = DEFAULT_MODEL,
    out: Annotated[
        Path | None, typer.Option(dir_okay=False, help="Write the table to a file of Markdown.")
    ] = None,
) -> None:
    """Attack a server on this machine in every known way, and measure what its viewers notice."""
    from rich.console import Console

    from server.bench.report import machine
    from server.bench.siege import as_document, as_table, besiege

    outcomes = []
    with Console(stderr=True).status("Attacking") as status:
        for outcome in besiege(model):
            outcomes.append(outcome)
            status.update(f"Attacked with {outcome.attack}")
    Console(width=200).print(as_table(outcomes))
    if out is not None:
        about = machine()
        out.write_text(
            as_document(
                outcomes, f"{about['processor']}, {about['cores']} cores, load {about['load']}"
            )
        )
