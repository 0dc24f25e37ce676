"""The command that plays, exports and recomputes takes. What is heavy is imported when it runs."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from motion.errors import TakeError

if TYPE_CHECKING:
    from server.takes.export import Cut
    from server.takes.playback import Playback
    from server.takes.reader import Take


def replay(
    take: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Recording of a show.")],
    export: Annotated[
        Path | None,
        typer.Option(help="Instead of playing, write a figure to .bvh, .glb, .npz or .mp4."),
    ] = None,
    figure: Annotated[
        str,
        typer.Option(help="Figure to export: partner or performer, with :ID for a particular one."),
    ] = "partner",
    recompute: Annotated[
        bool,
        typer.Option(
            "--recompute", help="Instead of playing, recompute the frames and compare them."
        ),
    ] = False,
    start: Annotated[float, typer.Option(min=0, help="Seconds to skip at the start.")] = 0.0,
    end: Annotated[
        float | None, typer.Option(min=0, help="Where an export ends, seconds from the start.")
    ] = None,
    speed: Annotated[
        float, typer.Option(min=0.05, max=20, help="Playback speed; 1 is the speed of the show.")
    ] = 1.0,
    loop: Annotated[bool, typer.Option("--loop", help="Start again at the end.")] = False,
    host: Annotated[
        str, typer.Option(help="Address to listen on; 0.0.0.0 lets other machines in.")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port to listen on; 0 picks a free one.")
    ] = 8000,
    device: Annotated[
        Literal["cpu", "cuda"], typer.Option(help="Device that recomputes the model.")
    ] = "cpu",
) -> None:
    """Play a recording in any browser, export it, or compute it again."""
    from math import inf

    from server.takes.export import Cut
    from server.takes.playback import Playback
    from server.takes.read_ahead import ReadAhead
    from server.takes.reader import Take

    if export is not None:
        _export(take, export, Cut(figure, start, inf if end is None else end))
    elif recompute:
        _recompute(Take(take), device)
    else:
        _play(Playback(Take(take), start, speed, loop, ReadAhead), host, port)


def _export(take: Path, out: Path, cut: "Cut") -> None:
    from rich.console import Console
    from rich.progress import Progress

    from server.takes.export import export_take

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("Exporting", total=1.0)
        clip = export_take(take, out, cut, lambda part: progress.update(task, completed=part))
    typer.echo(f"{out}: {clip.seconds:.1f} s")


def _recompute(take: "Take", device: Literal["cpu", "cuda"]) -> None:
    from rich.console import Console
    from rich.progress import track

    from server.paths import MODELS
    from server.takes.recompute import difference, other_build, recompute, recorded_engines

    total = round(take.seconds * take.header.fps) + 1
    frames = recompute(take, recorded_engines(take, MODELS, device))
    count = 0
    errors = Console(stderr=True)
    for again in track(frames, "Computing", total=total, transient=True, console=errors):
        if not again.same:
            why = difference(again, len(take.header.skeleton.joints))
            build = other_build(take)
            at = f"frame {again.tick.number}, {again.tick.moment.now - take.began:.2f} s"
            raise TakeError(f"{take.path}: {at}: {why}{'; ' if build else ''}{build}")
        count += 1
    if take.damage:
        raise TakeError(f"{take.path}: {count} frames come out bit for bit, then: {take.damage}")
    typer.echo(f"{take.path}: {count} frames come out bit for bit")


def _play(playback: "Playback", host: str, port: int) -> None:
    import time

    from server.app import create_app
    from server.listen import address, bind, serve
    from server.stages.replay_show import replay_scheduler

    with bind(host, port) as listener:
        scheduler = replay_scheduler(playback, time.monotonic)
        where = f"{playback.take.path} plays at {address(listener)}"
        serve(
            create_app(scheduler),
            scheduler.close,
            listener,
            lambda: typer.echo(where),
            over=lambda: not scheduler.stages,
        )
