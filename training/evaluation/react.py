"""The command that measures responses to a dancer. What is heavy is imported when it runs."""

from pathlib import Path
from typing import Annotated

import typer

from motion.errors import BhavaError


def react(
    model: Annotated[
        list[Path] | None, typer.Option(help="Folder of a model that observes another dancer.")
    ] = None,
    pairs: Annotated[
        Path | None,
        typer.Option(
            help="Folder of NAME.partner.npz and NAME.performer.npz from bhava partner: measures "
            "what was taken up, instead."
        ),
    ] = None,
    corpus: Annotated[
        Path | None,
        typer.Option(help="Corpus with couples, made by bhava prepare; those held out count."),
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for the report.")] = Path("report"),
) -> None:
    """Measure how a model reacts to another dancer, against a partner that ignores them."""
    from motion.model.engine import Engine
    from training.corpus.corpus import load_corpus, split_held_out
    from training.evaluation import taking_up
    from training.evaluation.reaction import held_out_duets, measure, write_report

    if pairs:
        typer.echo(taking_up.write_report(taking_up.read_take_ups(pairs), out).read_text())
        return
    if not model:
        raise BhavaError("expected --model or --pairs, got neither")
    duets = held_out_duets(split_held_out(load_corpus(corpus))[1] if corpus else [])
    results = [measure(Engine.load(folder), duets) for folder in model]
    typer.echo(write_report(results, out).read_text())
