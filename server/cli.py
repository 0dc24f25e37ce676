"""Commands of the live partner. What is heavy is imported when a command runs."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from server.bench.commands import DEFAULT_MODEL, Model, siege, soak
from server.paths import MODELS
from server.replay import replay

if TYPE_CHECKING:
    from motion.model.engine import Engine
    from server.capture.sources import SourceSpec

CAMERA = Path("/dev/video0")
AUTO = "auto"

Device = Annotated[Literal["cpu", "cuda"], typer.Option(help="Device that runs the model.")]


app = typer.Typer()
app.command()(replay)
app.command()(soak)
app.command()(siege)


@app.command()
def serve(
    source: Annotated[
        str,
        typer.Option(
            help="Where performers come from: demo, camera:N, video:PATH, rtsp://…, browser, or "
            "auto: the first camera, or the demo performer without one."
        ),
    ] = AUTO,
    model: Model = DEFAULT_MODEL,
    host: Annotated[
        str, typer.Option(help="Address to listen on; 0.0.0.0 lets other machines in.")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port to listen on; 0 picks a free one.")
    ] = 8000,
    seed: Annotated[
        int | None, typer.Option(min=0, help="Random seed of the motion; drawn if not given.")
    ] = None,
    device: Device = "cpu",
    stages: Annotated[int, typer.Option(min=1, max=1024, help="Largest number of stages.")] = 64,
    seat: Annotated[
        Literal["refuse", "take_over"],
        typer.Option(help="Answer to a second performer in a browser."),
    ] = "refuse",
    people: Annotated[
        int,
        typer.Option(
            min=1, max=4, help="How many people a camera on the server looks for; 1 is fastest."
        ),
    ] = 4,
    takes: Annotated[Path, typer.Option(help="Folder for recordings.")] = Path("takes"),
    cues: Annotated[Path, typer.Option(help="Folder for cue lists.")] = Path("cues"),
    osc_in: Annotated[
        str | None, typer.Option(help="Port for OSC: [HOST:]PORT[?from=NETWORKS&reply=PORT&may=…].")
    ] = None,
    osc_out: Annotated[
        list[str] | None, typer.Option(help="HOST:PORT to tell the controls to; repeatable.")
    ] = None,
    vmc_out: Annotated[
        list[str] | None,
        typer.Option(help="Receiver of a partner: HOST:PORT[?stage=…&figure=N&names=vrm1]."),
    ] = None,
    operator_key: Annotated[
        str | None,
        typer.Option(
            envvar="BHAVA_OPERATOR_KEY",
            help="Key that operators must give; without one, anybody may operate.",
        ),
    ] = None,
    log_format: Annotated[
        Literal["text", "json"], typer.Option(help="Format of the log on stderr, one event a line.")
    ] = "text",
    log_level: Annotated[
        Literal["debug", "info", "warning"], typer.Option(help="Lowest level to log.")
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
    from server.routes.links import LinkSettings
    from server.stages.assemble import make_default_stage, open_scheduler
    from server.stages.scheduler import ServerSettings
    from server.telemetry.logs import configure

    configure(log_format, log_level)
    share_one_arena()
    links = LinkSettings.parse(osc_in, osc_out or (), vmc_out or ())
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
            app = create_app(scheduler, takes=takes, cues=cues, links=links)
            listen_and_serve(app, scheduler.close, listener, lambda: typer.echo(where))


@app.command()
def generate(
    out: Annotated[Path, typer.Option(help="File to write: .bvh, .glb, .npz or .mp4.")],
    emotion: Annotated[
        str, typer.Option(help="LABEL[:WEIGHT][,LABEL[:WEIGHT]…]; the model's first if not given.")
    ] = "",
    text: Annotated[
        str | None, typer.Option(help="English prompt, for models that take text.")
    ] = None,
    content: Annotated[
        str,
        typer.Option(help="Content to dance, LABEL[:WEIGHT][,…]; the model's first if not given."),
    ] = "",
    energy: Annotated[
        float, typer.Option(help="Energy, 0.5 to 2; 1 is usual for the emotion.")
    ] = 1.0,
    seconds: Annotated[
        float, typer.Option(min=0.1, max=36000, help="Length of the motion.")
    ] = 20.0,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same motion.")] = 0,
    context: Annotated[
        Path | None, typer.Option(help="Motion file of any kind to take up.")
    ] = None,
    clip: Annotated[
        str, typer.Option(help="Name of the motion in the context file, if it holds several.")
    ] = "",
    switch: Annotated[
        list[str] | None,
        typer.Option(help="Change of emotion, SECONDS:LABEL[:WEIGHT]…; repeatable."),
    ] = None,
    fps: Annotated[
        float | None,
        typer.Option(min=1, max=240, help="Frame rate of the file; the model's if not given."),
    ] = None,
    model: Model = DEFAULT_MODEL,
    device: Device = "cpu",
) -> None:
    """Write the partner's dance to a file, faster than real time."""
    from rich.console import Console
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
        typer.echo(
            f"text: the model learnt nothing like {', '.join(strange)}; it follows the rest",
            err=True,
        )
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
        shown = track(dance, "Dancing", total=total, console=Console(stderr=True))
        poses = [frame.pose for frame in shown]
        danced = Clip.from_poses(poses, contract.fps, out.stem)
    else:
        danced = generate_clip(
            engine, cues, seconds, seed=seed, energy=energy, context=heard, content=content
        )
    write_clip(danced if fps is None else danced.resampled(fps), out)
    typer.echo(f"{out}: {seconds:g} s")


@app.command()
def partner(
    performer: Annotated[
        Path, typer.Argument(help="Performer: a motion file of any kind, or a video.")
    ],
    out: Annotated[Path, typer.Option(help="File for the partner: .bvh, .glb, .npz or .mp4.")],
    seen: Annotated[
        Path | None, typer.Option(help="File for the performer as the server saw them.")
    ] = None,
    mode: Annotated[
        Literal["continue", "mirror", "duet", "answer", "solo"],
        typer.Option(help="How the partner responds to the performer."),
    ] = "continue",
    emotion: Annotated[
        str, typer.Option(help="LABEL[:WEIGHT][,LABEL[:WEIGHT]…]; none if not given.")
    ] = "",
    influence: Annotated[
        float,
        typer.Option(min=0, max=1, help="How strongly the performer pulls the partner in a duet."),
    ] = 0.5,
    energy: Annotated[float, typer.Option(help="0.5 to 2; 1 is usual for the emotion.")] = 1.0,
    seconds: Annotated[
        float, typer.Option(min=1, max=3600, help="Longest duration; a video repeats.")
    ] = 20.0,
    start: Annotated[float, typer.Option(min=0, help="Second of the motion to start from.")] = 0.0,
    take_up: Annotated[
        float | None,
        typer.Option(min=0, help="Second at which the partner takes up the performer."),
    ] = None,
    clip: Annotated[str, typer.Option(help="Name of the motion, if the file holds several.")] = "",
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same motion.")] = 0,
    model: Model = DEFAULT_MODEL,
    device: Device = "cpu",
) -> None:
    """Let a partner dance with a recorded performer, and write both to files."""
    from motion.emotion import check_energy, parse_weights, weights_of
    from motion.formats.clip_files import check_suffix, read_clip, write_clip
    from motion.skeleton import CANONICAL
    from server.pairing import VIDEOS, dance_together, seen_by_camera, seen_in
    from server.wire.messages import Controls

    files = [path for path in (out, seen) if path]
    for path in files:
        check_suffix(path)
    engine = load_engine(model, device)
    weights = parse_weights(emotion) if emotion else {}
    weights_of(weights, engine.contract.emotions)
    controls = Controls(
        mode=mode,
        emotion=weights,
        influence=influence,
        energy=check_energy(energy),
        seed=seed,
        model=model,
    )
    if performer.suffix.lower() in VIDEOS:
        sightings = seen_in(performer)
    else:
        heard = read_clip(performer, CANONICAL, clip)
        sightings = seen_by_camera(heard[round(start * heard.fps) :])
    danced = dance_together(engine, sightings, controls, seconds, take_up=take_up)
    for path, motion in zip(files, (danced.partner, danced.performer), strict=False):
        write_clip(motion, path)
    times = ", ".join(f"{time:.2f}" for time in danced.taken_up) or "never"
    typer.echo(f"{out}: {danced.partner.seconds:g} s; taken up at {times} s")


@app.command()
def models() -> None:
    """List the installed models: kind, size, context, licence and emotions."""
    from motion.errors import ModelContractError
    from motion.model.contract import GRAPH_FILE, Contract

    for folder in sorted(path for path in MODELS.iterdir() if path.is_dir()):
        graph = folder / GRAPH_FILE
        try:
            contract = Contract.load(folder)
            if not graph.exists():
                raise ModelContractError(f"{graph}: expected an ONNX graph, got no file")
        except ModelContractError as error:
            typer.echo(f"{folder.name}: broken: {' '.join(str(error).split())}")
            continue
        size = f"{graph.stat().st_size / 1e6:.1f} MB"
        context = f"context {contract.context_frames / contract.fps:.1f} s"
        typer.echo(
            f"{contract.name}: {contract.kind}, {size}, {context}, {contract.licence}; "
            f"{', '.join(contract.emotions)}"
        )


@app.command()
def doctor(
    model: Model = DEFAULT_MODEL,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port that must be free.")] = 8000,
) -> None:
    """Check that the machine has everything a show needs; fail if an essential part is missing."""
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
        typer.Option(exists=True, dir_okay=False, help="Video of a person, which some rows need."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    curves: Annotated[
        Path | None,
        typer.Option(help="File for a plot of cost over stages and viewers, .svg or .png."),
    ] = None,
) -> None:
    """Measure the speed of this machine, from landmarks to frames at thousands of viewers."""
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
