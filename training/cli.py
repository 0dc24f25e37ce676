"""Commands of the training side."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer()

CORPUS = Path("corpus")


@app.command()
def prepare(
    data: Annotated[list[Path], typer.Argument(help="Files, folders and zip archives of BVH.")],
    out: Annotated[Path, typer.Option(help="Folder of the corpus; extended if it exists.")],
    report: Annotated[
        bool, typer.Option("--report", help="Draw what is in the corpus into its folder.")
    ] = False,
) -> None:
    """Retarget motion capture to the canonical skeleton, 30 fps, labels kept."""
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress

    from training.prepare import prepare as run

    console = Console()
    with Progress(*Progress.get_default_columns(), MofNCompleteColumn(), console=console) as bar:
        task = bar.add_task("Retargeting", total=None)
        outcome = run(data, out, lambda done, total: bar.update(task, completed=done, total=total))
    for skipped in outcome.skipped:
        console.print(f"skipped {skipped.source}: {skipped.reason}", markup=False, soft_wrap=True)
    minutes = sum(entry.seconds for entry in outcome.entries) / 60.0
    console.print(
        f"{out}: {outcome.done} clips made, {outcome.kept} kept, {len(outcome.skipped)} skipped; "
        f"{len(outcome.entries)} clips, {minutes:.1f} minutes in all",
        markup=False,
        soft_wrap=True,
    )
    if report:
        from training.corpus import load_corpus
        from training.corpus_report import write_report

        for path in write_report(load_corpus(out), out):
            console.print(str(path), markup=False, soft_wrap=True)


@app.command()
def train(
    recipe: Annotated[
        Path, typer.Argument(help="A recipe, such as training/recipes/default.toml.")
    ],
    corpus: Annotated[Path, typer.Option(help="Folder that bhava prepare made.")] = CORPUS,
    out: Annotated[
        Path | None, typer.Option(help="Folder for checkpoints and log; runs/RECIPE if not given.")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on from the folder's last checkpoint.")
    ] = False,
) -> None:
    """Train a motion model; watch it with TensorBoard on the folder."""
    from training.corpus import load_corpus, split_held_out
    from training.recipe import Recipe
    from training.train import train as run

    loaded = Recipe.load(recipe)
    clips, held_out = split_held_out(load_corpus(corpus))
    folder = out or Path("runs") / recipe.stem
    typer.echo(f"{len(clips)} clips to learn from, {len(held_out)} held out; log in {folder}")
    checkpoint = run(loaded, clips, held_out, folder, resume=resume)
    typer.echo(f"{checkpoint}: make a model of it with bhava export")


@app.command()
def export(
    checkpoint: Annotated[Path, typer.Argument(help="What bhava train wrote.")],
    out: Annotated[Path, typer.Option(help="Folder of the model; its name becomes the model's.")],
    licence: Annotated[str, typer.Option(help="Of the weights.")] = "CC BY-NC 4.0",
) -> None:
    """Write a checkpoint as a model folder, checked against torch."""
    from training.export import export as run

    contract = run(checkpoint, out, licence=licence)
    typer.echo(f"{out}: {contract.kind} for {', '.join(contract.emotions)}")


@app.command()
def evaluate(
    model: Annotated[list[Path], typer.Option(help="Folder of a model; may be repeated.")],
    corpus: Annotated[Path, typer.Option(help="Folder that bhava prepare made.")] = CORPUS,
    out: Annotated[Path, typer.Option(help="Folder for the report.")] = Path("report"),
    seconds: Annotated[float, typer.Option(min=10, help="Of each rollout.")] = 60.0,
) -> None:
    """Measure models against held-out real motion, as the server runs them."""
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    from motion.engine import Engine
    from training.corpus import load_corpus, split_held_out
    from training.evaluate import evaluate as run
    from training.evaluate import write_report

    clips, held_out = split_held_out(load_corpus(corpus))
    with Progress(SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn()) as bar:
        task = bar.add_task("loading")
        evaluations = [
            run(
                Engine.load(folder),
                clips,
                held_out,
                seconds=seconds,
                progress=lambda doing: bar.update(task, description=doing),
            )
            for folder in model
        ]
    typer.echo(write_report(evaluations, out).read_text())
