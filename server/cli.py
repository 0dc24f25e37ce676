"""Commands of the live partner. What is heavy is imported when a command runs."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from server.bench.commands import siege, soak
from server.memory import importing
from server.options import DEFAULT_MODEL, Device, Model
from server.paths import MODELS
from server.picture.command import picture
from server.relay.command import relay
from server.replay import replay
from server.serving import serve, token

if TYPE_CHECKING:
    from motion.model.engine import Engine

app = typer.Typer()
app.command()(serve)
app.command()(token)
app.command()(replay)
app.command()(relay)
app.command()(picture)
app.command()(soak)
app.command()(siege)


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
    with importing():
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
    start: Annotated[
        float, typer.Option(min=0, help="Second of the motion or video to start from.")
    ] = 0.0,
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
        sightings = seen_in(performer, start)
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
    from server.bench.link_session import link_session_rows
    from server.bench.links import link_rows
    from server.bench.live import live_rows
    from server.bench.osc import osc_rows
    from server.bench.people import people_rows
    from server.bench.relays import relay_rows
    from server.bench.report import as_table, to_json
    from server.bench.stages import stage_rows
    from server.bench.votes import vote_rows

    engine, folder = load_engine(model), MODELS / model
    measured = chain(
        frame_rows(engine, folder, video),
        link_rows(),
        link_session_rows(),
        live_rows(model, video),
        osc_rows(model),
        people_rows(video) if video else (),
        stage_rows(engine, folder),
        vote_rows(model),
        fanout_rows(),
        relay_rows(),
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
