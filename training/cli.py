"""Commands of the training side."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer

from motion.errors import BhavaError, MotionFileError
from training.evaluation.react import react

app = typer.Typer()
app.command()(react)

CORPUS = Path("corpus")

Corpus = Annotated[Path, typer.Option(help="Corpus, made by bhava prepare.")]
Content = Annotated[str, typer.Option(help="Content to dance: dance, walk or gesture.")]
Models = Annotated[list[Path], typer.Option(help="Folder of a model; repeatable.")]


def _quiet(logger: str, module: str) -> None:
    """Keep the small talk of a library from the terminal."""
    import logging
    import warnings

    logging.getLogger(logger).setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", module=module)


@app.command()
def prepare(
    data: Annotated[
        list[Path],
        typer.Argument(
            help="Files, folders or zips: BVH, glTF, C3D, AMASS, HumanML3D, KIT, mariel_*."
        ),
    ],
    out: Annotated[Path, typer.Option(help="Folder of the corpus; extended if it exists.")],
    own_skeleton: Annotated[
        bool,
        typer.Option(
            "--own-skeleton",
            help="Keep the skeleton of the files, the same in all, instead of retargeting.",
        ),
    ] = False,
    unit: Annotated[
        float | None,
        typer.Option(min=1e-6, help="With --own-skeleton: metres per unit; detected if not given."),
    ] = None,
    up: Annotated[
        Literal["x", "y", "z"] | None,
        typer.Option(help="With --own-skeleton: the axis that points up; detected if not given."),
    ] = None,
    report: Annotated[
        bool, typer.Option("--report", help="Draw the contents of the corpus into its folder.")
    ] = False,
) -> None:
    """Turn motion capture into a labelled corpus: 30 fps, canonical skeleton or its own."""
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress

    from motion.rigs.own_skeleton import OwnAxes
    from training.corpus.prepare import prepare as run

    if (unit or up) and not own_skeleton:
        raise MotionFileError("expected --own-skeleton with --unit or --up, got none")
    console = Console()
    with Progress(*Progress.get_default_columns(), MofNCompleteColumn(), console=console) as bar:
        task = bar.add_task("Retargeting", total=None)
        outcome = run(
            data,
            out,
            lambda done, total: bar.update(task, completed=done, total=total),
            own_skeleton=own_skeleton,
            axes=OwnAxes(unit, up),
        )
    for skipped in outcome.skipped:
        console.print(f"skipped {skipped.source}: {skipped.reason}", markup=False, soft_wrap=True)
    for note in outcome.notes:
        console.print(f"note {note.source}: {note.text}", markup=False, soft_wrap=True)
    taken = {(e.labels["unit"], e.labels["up"]) for e in outcome.entries if "unit" in e.labels}
    for unit_taken, up_taken in sorted(taken):
        console.print(f"own skeleton: in {unit_taken}, {up_taken} up", markup=False)
    labels = [entry.labels for entry in outcome.entries if "ignored" in entry.labels]
    notes = {(known["dataset"], known["ignored"]) for known in labels}
    for dataset, ignored in sorted(notes):
        console.print(f"{dataset}: {ignored} ignored, every body is the same adult's", markup=False)
    minutes = sum(entry.seconds for entry in outcome.entries) / 60.0
    console.print(
        f"{out}: {outcome.done} clips made, {outcome.kept} kept, {len(outcome.skipped)} skipped; "
        f"{len(outcome.entries)} clips, {minutes:.1f} minutes in all",
        markup=False,
        soft_wrap=True,
    )
    if not outcome.done + outcome.kept:
        raise MotionFileError(f"expected clips of {', '.join(map(str, data))}, made none")
    if report:
        from training.corpus.corpus import load_corpus
        from training.corpus.corpus_report import write_report

        for path in write_report(load_corpus(out), out):
            console.print(str(path), markup=False, soft_wrap=True)


@app.command()
def train(
    recipe: Annotated[
        Path, typer.Argument(help="A recipe, such as training/recipes/default.toml.")
    ],
    corpus: Corpus = CORPUS,
    out: Annotated[
        Path | None, typer.Option(help="Folder for checkpoints and log; runs/RECIPE if not given.")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Continue from the last checkpoint in the folder.")
    ] = False,
    begin: Annotated[
        Path | None, typer.Option(help="A checkpoint whose weights to begin with.")
    ] = None,
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", help="Change a setting, such as trainer.max_steps=600; repeatable."),
    ] = None,
) -> None:
    """Train a motion model; watch it with TensorBoard on the folder."""
    from training.corpus.corpus import load_corpus, split_held_out
    from training.fit.recipe import Recipe
    from training.fit.train import train as run

    _quiet("lightning.pytorch", "lightning")
    loaded = Recipe.load(recipe, changes or [])
    clips, held_out = split_held_out(load_corpus(corpus))
    folder = out or Path("runs") / recipe.stem
    typer.echo(f"{len(clips)} clips to learn from, {len(held_out)} held out; log in {folder}")
    try:
        checkpoint = run(loaded, clips, held_out, folder, resume=resume, begin=begin)
    except KeyboardInterrupt:
        typer.echo(f"bhava: stopped; --resume continues from {folder}", err=True)
        raise typer.Exit(130) from None
    typer.echo(f"{checkpoint}: make a model of it with bhava export")


@app.command()
def poses(
    corpus: Corpus = CORPUS,
    latent: Annotated[int, typer.Option(min=1, help="Size of the latent.")] = 16,
) -> None:
    """Compare a pose autoencoder with convolutions along the bones to a plain one of its size."""
    from training.corpus.corpus import load_corpus, split_held_out
    from training.models.pose_autoencoder import compare

    clips, held_out = split_held_out(load_corpus(corpus))
    for found in compare(clips, held_out, latent=latent):
        typer.echo(
            f"{found.name}: {found.weights} weights, {found.millimetres:.1f} mm, "
            f"{found.degrees:.2f} degrees on {len(held_out)} held-out clips"
        )


@app.command()
def export(
    checkpoint: Annotated[Path, typer.Argument(help="Checkpoint, written by bhava train.")],
    out: Annotated[Path, typer.Option(help="Folder for the model; its name becomes the model's.")],
    licence: Annotated[str, typer.Option(help="Licence of the weights.")] = "CC BY-NC 4.0",
) -> None:
    """Write a checkpoint as a model folder, checked against torch."""
    from training.fit.export import export as run

    _quiet("torch.onnx", "torch")
    contract = run(checkpoint, out, licence=licence)
    typer.echo(f"{out}: {contract.kind} for {', '.join(contract.emotions)}")
    for name, value in contract.quality.items():
        typer.echo(f"{name}: {value:.2f}")


@app.command()
def prove(
    kinds: Annotated[
        list[str] | None, typer.Argument(help="Kinds of models; all if not given.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Markdown file for the table.")] = Path("proof.md"),
    steps: Annotated[int, typer.Option(min=1, help="Training steps for each motion.")] = 800,
) -> None:
    """Train kinds of models on plane motions with known laws, in minutes on a CPU."""
    import torch

    from training.evaluation.prove import PROVABLE, table
    from training.evaluation.prove import prove as run

    unknown = [kind for kind in kinds or [] if kind not in PROVABLE]
    if unknown:
        raise BhavaError(f"expected kinds of {', '.join(PROVABLE)}, got {unknown[0]}")
    for logger in ("lightning.pytorch", "torch.onnx"):
        _quiet(logger, logger.partition(".")[0])
    torch.set_num_threads(1)  # small networks
    scores = []
    for score in run(kinds or PROVABLE, steps=steps):
        scores.append(score)
        out.write_text(table(scores))
    typer.echo(out.read_text())


@app.command()
def evaluate(
    model: Models,
    corpus: Corpus = CORPUS,
    out: Annotated[Path, typer.Option(help="Folder for the report.")] = Path("report"),
    minutes: Annotated[
        float, typer.Option(min=0.25, help="Length of each rollout; 30 shows drift.")
    ] = 1.0,
    videos: Annotated[
        bool, typer.Option("--videos", help="Also write a video of each model and emotion.")
    ] = False,
    content: Content = "",
    beside: Annotated[
        list[Path] | None,
        typer.Option(help="Another corpus of bodies to measure for comparison; repeatable."),
    ] = None,
    second_judge: Annotated[
        Path | None,
        typer.Option(
            help="Also ask the second judge of emotion, and count this use in the given file; "
            "for models meant to ship, models/second-judge.json."
        ),
    ] = None,
) -> None:
    """Measure models against held-out real motion, as the server runs them."""
    import torch

    from training.corpus.corpus import load_corpus
    from training.evaluation.comparison import compare
    from training.evaluation.plots import write_videos
    from training.evaluation.report import write_report
    from training.fit.progress import ShownProgress

    torch.set_num_threads(1)  # small networks; the models have one thread too
    clips = load_corpus(corpus)
    with ShownProgress() as progress:
        report = compare(
            model,
            clips,
            seconds=60 * minutes,
            progress=progress,
            content=content,
            cache=corpus / "classifiers",
            beside={folder.name: load_corpus(folder) for folder in beside or []},
            ledger=second_judge,
        )
        progress.begin("drawing", 0)
        path = write_report(report, out)
        if videos:
            for result in report.results:
                progress.begin(f"{result.name}: videos", 0)
                write_videos(result.name, result.samples, out)
    typer.echo(path.read_text())
    if report.failures:
        raise typer.Exit(1)


@app.command()
def strips(
    model: Models,
    corpus: Corpus = CORPUS,
    out: Annotated[Path, typer.Option(help="New folder for the strips.")] = Path("strips"),
    key: Annotated[
        Path, typer.Option(help="New file for the names, to be hidden from readers.")
    ] = Path("strips-key.json"),
    each: Annotated[int, typer.Option(min=1, help="Strips for each emotion and model.")] = 2,
    seed: Annotated[int, typer.Option(min=0, help="Random seed of the choice.")] = 1,
    content: Content = "",
) -> None:
    """Draw strips of models and of real clips with their names hidden, for people to name."""
    from motion.model.engine import Engine
    from training.corpus.corpus import load_corpus, split_held_out
    from training.evaluation.evaluate import held_out_clips_of
    from training.evaluation.strips import draw_blind_test, write_strips
    from training.fit.progress import ShownProgress
    from training.show.strips import strip_picture

    clips = load_corpus(corpus)
    engines = [Engine.load(folder) for folder in model]
    labels = engines[0].contract.emotions
    held_out = held_out_clips_of(split_held_out(clips)[1], labels)
    with ShownProgress() as progress:
        drawn = draw_blind_test(engines, clips, held_out, each, seed, progress, content)
        progress.begin("drawing", 0)
        write_strips(drawn, labels, strip_picture, out, key)
    typer.echo(f"{out}: {len(drawn)} strips; {key} tells their names once everybody has answered")


@app.command()
def name(
    folder: Annotated[Path, typer.Argument(help="Folder made by bhava strips.")],
    reader: Annotated[
        str | None, typer.Option(help="Name of the reader to ask about every unnamed strip.")
    ] = None,
    key: Annotated[
        Path | None, typer.Option(help="Key file; scores all answers in the folder.")
    ] = None,
) -> None:
    """Ask a reader to name the emotion of every strip, or score what readers have answered."""
    from training.evaluation.naming import (
        ask_reader,
        naming_table,
        read_answer_files,
        score_readers,
    )
    from training.evaluation.strips import read_key

    if (reader is None) == (key is None):
        raise BhavaError("expected either --reader or --key")
    if reader:

        def ask(strip: str, labels: Sequence[str]) -> str:
            return typer.prompt(f"{folder / strip}.png: {', '.join(labels)}")

        typer.echo(f"{ask_reader(folder, reader, ask)}: all strips named")
    if key:
        typer.echo(naming_table(score_readers(read_key(key), read_answer_files(folder))))


@app.command()
def show(
    file: Annotated[Path, typer.Argument(help="File of motion or markers, of any kind.")],
    out: Annotated[
        Path | None,
        typer.Option(
            help="File to write: .mp4, .gif, .html, .png (a sheet of poses); else a browser."
        ),
    ] = None,
    clip: Annotated[str, typer.Option(help="Name of the motion, if the file holds several.")] = "",
    markers: Annotated[
        bool, typer.Option("--markers", help="Show the markers themselves, without a fitted body.")
    ] = False,
    own_skeleton: Annotated[
        bool, typer.Option("--own-skeleton", help="Keep the skeleton of the file.")
    ] = False,
) -> None:
    """Animate a file as bhava prepare reads it, or its markers with the lines between them."""
    from training.show.show import check_out, drawing_from, show_in_browser, write_drawing

    if out is not None:
        check_out(out)
    drawing, notes = drawing_from(file, clip, markers=markers, own_skeleton=own_skeleton)
    for note in notes:
        typer.echo(f"{file}: {note}", err=True)
    if out is None:
        typer.echo(f"{show_in_browser(drawing)}: opened in the browser")
        return
    with typer.progressbar(length=len(drawing), label="Drawing") as bar:
        write_drawing(drawing, out, lambda done: bar.update(done - bar.pos))
    typer.echo(f"{out}: {len(drawing) / drawing.fps:.1f} s")


@app.command()
def dream(
    checkpoint: Annotated[Path, typer.Argument(help="Checkpoint of kind lstm-vae.")],
    clip: Annotated[Path, typer.Argument(help="Motion file to rebuild.")],
    out: Annotated[Path, typer.Option(help="File to write: .bvh, .glb, .npz or .mp4.")],
    towards: Annotated[
        Path | None, typer.Option(help="Another clip, towards which the dance moves evenly.")
    ] = None,
    spread: Annotated[
        float,
        typer.Option(min=0, max=4, help="Strength of the variation; 0 rebuilds the clip."),
    ] = 0.0,
    seed: Annotated[int, typer.Option(min=0, help="Random seed of the variation.")] = 0,
) -> None:
    """Rebuild a clip from its latents, vary it, or dance from it to another."""
    from motion.formats.clip_files import check_suffix, read_clip, write_clip
    from training.fit.train import load_checkpoint
    from training.models.dreams import dream as run
    from training.models.dreams import require_latents

    check_suffix(out)
    network = require_latents(load_checkpoint(checkpoint).network)
    other = read_clip(towards) if towards else None
    danced = run(network.eval(), read_clip(clip), towards=other, spread=spread, seed=seed)
    write_clip(danced, out)
    typer.echo(f"{out}: {danced.seconds:.1f} s")
