"""Commands of the live partner. What is heavy is imported when a command runs."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from server.paths import MODELS
from server.replay import replay

if TYPE_CHECKING:
    from motion.model.engine import Engine
    from server.capture.sources import SourceSpec

DEFAULT_MODEL = "default"
CAMERA = Path("/dev/video0")
AUTO = "auto"

Model = Annotated[str, typer.Option(help="A folder of models/.")]
Device = Annotated[Literal["cpu", "cuda"], typer.Option(help="What the model runs on.")]


app = typer.Typer()
app.command()(replay)


@app.command()
def serve(
    source: Annotated[
        str,
        typer.Option(
            help="Where the performer is seen: demo, camera:N, video:PATH, rtsp://…, browser, or "
            "auto: the first camera, else the demo performer."
        ),
    ] = AUTO,
    model: Model = DEFAULT_MODEL,
    host: Annotated[
        str, typer.Option(help="Address to listen on; 0.0.0.0 lets other machines in.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free port.")] = 8000,
    seed: Annotated[
        int | None, typer.Option(min=0, help="Of all chance in the motion; drawn if not given.")
    ] = None,
    device: Device = "cpu",
    stages: Annotated[
        int, typer.Option(min=1, max=1024, help="The most stages that may be made.")
    ] = 64,
    seat: Annotated[
        Literal["refuse", "take_over"],
        typer.Option(help="What happens to a performer in a browser when another one comes."),
    ] = "refuse",
    people: Annotated[
        int,
        typer.Option(
            min=1, max=4, help="How many a camera on the server looks for; 1 is the cheapest."
        ),
    ] = 4,
    takes: Annotated[Path, typer.Option(help="Folder of the recordings.")] = Path("takes"),
    cues: Annotated[Path, typer.Option(help="Folder of the cue lists.")] = Path("cues"),
    operator_key: Annotated[
        str | None,
        typer.Option(
            envvar="BHAVA_OPERATOR_KEY",
            help="What operators must know; anybody may be one if not given.",
        ),
    ] = None,
    log_format: Annotated[
        Literal["text", "json"], typer.Option(help="A line for each event, on stderr.")
    ] = "text",
    log_level: Annotated[
        Literal["debug", "info", "warning"], typer.Option(help="The least that is logged.")
    ] = "info",
) -> None:
    """Show a partner that dances with a performer, live, in any browser."""
    import secrets
    import time
    from contextlib import closing

    from server.app import create_app
    from server.capture.sources import open_source
    from server.listen import address, bind
    from server.listen import serve as listen_and_serve
    from server.memory import share_one_arena
    from server.stages.assemble import make_default_stage, open_scheduler
    from server.stages.scheduler import ServerSettings
    from server.telemetry.logs import configure

    configure(log_format, log_level)
    share_one_arena()
    with bind(host, port) as listener:
        settings = ServerSettings(most_stages=stages, operator_key=operator_key)
        scheduler = open_scheduler(MODELS, device, takes, settings, time.monotonic)
        scheduler.services.registry.engine(model)
        spec = _source_spec(source)
        with closing(open_source(spec, time.monotonic, people)) as performer:
            performer.start()
            browsers = source == AUTO or spec.kind in ("browser", "demo")
            chance = secrets.randbits(32) if seed is None else seed
            make_default_stage(scheduler, performer, model, chance, seat if browsers else "closed")
            where = f"Bhava dances at {address(listener)} ({performer.name})"
            app = create_app(scheduler, takes=takes, cues=cues)
            listen_and_serve(app, scheduler.close, listener, lambda: typer.echo(where))


@app.command()
def generate(
    out: Annotated[Path, typer.Option(help="File to write: .bvh, .glb, .npz or .mp4.")],
    emotion: Annotated[
        str, typer.Option(help="LABEL[:WEIGHT][,LABEL[:WEIGHT]…]; the model's first if not given.")
    ] = "",
    text: Annotated[
        str | None, typer.Option(help="What to do, in English, for models that take text.")
    ] = None,
    content: Annotated[
        str, typer.Option(help="What to dance, LABEL[:WEIGHT][,…]; the model's first if not given.")
    ] = "",
    energy: Annotated[float, typer.Option(help="0.5 to 2; 1 is usual for the emotion.")] = 1.0,
    seconds: Annotated[float, typer.Option(min=0.1, max=36000, help="How long.")] = 20.0,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same motion.")] = 0,
    context: Annotated[
        Path | None, typer.Option(help="A file of motion to take up, of any kind.")
    ] = None,
    clip: Annotated[
        str, typer.Option(help="Which motion of the context, where it holds several.")
    ] = "",
    switch: Annotated[
        list[str] | None, typer.Option(help="SECONDS:LABEL[:WEIGHT]…, a change of emotion.")
    ] = None,
    fps: Annotated[
        float | None,
        typer.Option(min=1, max=240, help="Frames a second of the file; the model's if not given."),
    ] = None,
    model: Model = DEFAULT_MODEL,
    device: Device = "cpu",
) -> None:
    """Let the partner dance into a file, faster than real time."""
    from rich.progress import track

    from motion.clip import Clip
    from motion.formats.clip_files import check_suffix, read_clip, write_clip
    from motion.model.text import check_prompt
    from motion.partner.offline import generate_clip, generate_frames, parse_emotion_change
    from motion.skeleton import CANONICAL

    check_suffix(out)
    engine = load_engine(model, device)
    labels = engine.contract.emotions
    cues = [
        parse_emotion_change(cue, labels) for cue in [f"0:{emotion or labels[0]}", *(switch or [])]
    ]
    contract = engine.contract
    if text is not None and (strange := check_prompt(text, contract)):
        typer.echo(f"text: nothing like {', '.join(strange)} was learnt; the rest counts", err=True)
    heard = read_clip(context, contract.skeleton, clip) if context else None
    if contract.skeleton is CANONICAL:
        dance = generate_frames(
            engine,
            cues,
            seconds,
            seed=seed,
            energy=energy,
            context=heard,
            text=text or "",
            content=content,
        )
        total = round(seconds * contract.fps)
        poses = [frame.pose for frame in track(dance, "Dancing", total=total)]
        danced = Clip.from_poses(poses, contract.fps, out.stem)
    else:
        danced = generate_clip(
            engine, cues, seconds, seed=seed, energy=energy, context=heard, content=content
        )
    write_clip(danced if fps is None else danced.resampled(fps), out)
    typer.echo(f"{out}: {seconds:g} s")


@app.command()
def models() -> None:
    """List the models that are there: kind, size, context, licence and emotions."""
    from motion.errors import ModelContractError
    from motion.model.contract import GRAPH_FILE, Contract

    for folder in sorted(path for path in MODELS.iterdir() if path.is_dir()):
        contract = Contract.load(folder)
        graph = folder / GRAPH_FILE
        if not graph.exists():
            raise ModelContractError(f"{graph}: expected an ONNX graph, got no file")
        size = f"{graph.stat().st_size / 1e6:.1f} MB"
        context = f"context {contract.context_frames / contract.fps:.1f} s"
        typer.echo(
            f"{contract.name}: {contract.kind}, {size}, {context}, {contract.licence}; "
            f"{', '.join(contract.emotions)}"
        )


@app.command()
def doctor(
    model: Model = DEFAULT_MODEL,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port that should be free.")] = 8000,
) -> None:
    """Look for all that a show may need; fails if nothing works without what lacks."""
    from server.doctor import examine

    marks = {"ok": "ok", "less": "--", "bad": "!!"}
    grades = []
    for finding in examine(model, port, Path.cwd()):
        typer.echo(f"{marks[finding.grade]}  {finding.name}: {finding.found}")
        if finding.meaning:
            typer.echo(f"    {finding.meaning}")
        grades.append(finding.grade)
    if "bad" in grades:
        raise typer.Exit(1)


@app.command()
def bench(
    model: Model = DEFAULT_MODEL,
    video: Annotated[
        Path | None,
        typer.Option(
            exists=True, dir_okay=False, help="Of a person; the rows that need one are named."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    curves: Annotated[
        Path | None,
        typer.Option(help="Draw how cost grows over stages and viewers: .svg or .png."),
    ] = None,
) -> None:
    """Measure how fast this machine is: from landmarks to a frame at thousands of viewers."""
    import json
    from itertools import chain

    from rich.console import Console

    from server.bench.bench import frame_rows
    from server.bench.curves import draw_curves
    from server.bench.fanout import fanout_rows
    from server.bench.live import live_rows
    from server.bench.people import people_rows
    from server.bench.report import as_table, to_json
    from server.bench.stages import stage_rows

    engine, folder = load_engine(model), MODELS / model
    measured = chain(
        frame_rows(engine, folder, video),
        live_rows(model, video),
        people_rows(video) if video else (),
        stage_rows(engine, folder),
        fanout_rows(),
    )
    rows = []
    with Console(stderr=True).status("Measuring") as status:
        for row in measured:
            rows.append(row)
            status.update(f"Measured {row.name}")
    if curves:
        draw_curves(rows, curves)
    if as_json:
        typer.echo(json.dumps(to_json(rows), indent=2))
    else:
        Console().print(as_table(rows))


@app.command()
def soak(
    minutes: Annotated[float, typer.Option(min=0.2, max=1440, help="How long.")] = 30.0,
    model: Model = DEFAULT_MODEL,
    viewers: Annotated[int, typer.Option(min=1, help="How many watch at a time.")] = 100,
) -> None:
    """Let a server play before a crowd that comes and goes; fails if anything grows or lags."""
    import json

    from server.bench.served import Sample
    from server.bench.soak import soak as play

    def report(sample: Sample) -> None:
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


def load_engine(model: str, device: Literal["cpu", "cuda"] = "cpu") -> "Engine":
    """Return the model of a name, loaded.

    Raises:
        ModelContractError: If there is none, or it does not fit.
        SetupError: If the device is not there.
    """
    from motion.model.engine import Engine

    return Engine.load(MODELS / model, device)


def _source_spec(source: str) -> "SourceSpec":
    """Return what a source means; `auto` is the first camera, else the demo performer."""
    from server.capture.sources import SourceSpec

    if source == AUTO:
        source = "camera:0" if CAMERA.exists() else "demo"
    return SourceSpec.parse(source)
