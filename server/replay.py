"""The command that plays, exports and recomputes takes. What is heavy is imported when it runs."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from motion.errors import TakeError
from server.options import (
    AllowHost,
    AllowOrigin,
    Host,
    Keys,
    OpenToAll,
    OperatorKey,
    Port,
    Tls,
    TlsCert,
    TlsKey,
    TrustProxy,
    WithoutKey,
)
from server.paths import KEYS

if TYPE_CHECKING:
    from server.access.door import Door
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
    host: Host = "127.0.0.1",
    port: Port = 8000,
    operator_key: OperatorKey = None,
    open_to_all: OpenToAll = False,
    guests: WithoutKey = "performer",
    tls: Tls = False,
    tls_cert: TlsCert = None,
    tls_key: TlsKey = None,
    keys: Keys = KEYS,
    allow_host: AllowHost = None,
    allow_origin: AllowOrigin = None,
    trust_proxy: TrustProxy = None,
    device: Annotated[
        Literal["cpu", "cuda"], typer.Option(help="Device that recomputes the model.")
    ] = "cpu",
) -> None:
    """Play a recording in any browser, export it, or compute it again."""
    from math import inf

    from server.access.door import make_door
    from server.access.invitation import is_reachable
    from server.access.origins import OriginPolicy
    from server.access.tls import find_certificate
    from server.takes.export import Cut
    from server.takes.playback import Playback
    from server.takes.read_ahead import ReadAhead
    from server.takes.reader import Take

    if export is not None:
        _export(take, export, Cut(figure, start, inf if end is None else end))
    elif recompute:
        _recompute(Take(take), device)
    else:
        certificates = find_certificate(tls, tls_cert, tls_key, keys)
        policy = OriginPolicy(allow_host or (), allow_origin or ())
        proxies = trust_proxy or []
        reachable = is_reachable(host, proxies)
        door = make_door(reachable, keys, operator_key, open_to_all, guests, certificates, policy)
        playback = Playback(Take(take), start, speed, loop, ReadAhead)
        _play(playback, door, host, port, proxies)


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


def _play(playback: "Playback", door: "Door", host: str, port: int, proxies: list[str]) -> None:
    import time

    from server.access.invitation import is_reachable
    from server.app import create_app
    from server.listen import address, bind, serve
    from server.stages.replay_show import replay_scheduler
    from server.telemetry.logs import configure

    configure("text", "warning")
    with bind(host, port) as listener:
        scheduler = replay_scheduler(playback, time.monotonic, door.keyring)
        here = address(listener, door.scheme)

        def listening() -> None:
            typer.echo(f"{playback.take.path} plays at {here}")
            if is_reachable(host, proxies):
                typer.echo(door.invitation(here, ""))

        serve(
            create_app(scheduler, door=door, proxies=proxies),
            scheduler.close,
            listener,
            listening,
            over=lambda: not scheduler.stages,
            certificate=door.certificate,
        )
