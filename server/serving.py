"""The show itself, and who is let in: `bhava serve` and `bhava token`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from server.options import (
    DEFAULT_MODEL,
    AllowHost,
    AllowOrigin,
    Device,
    Host,
    Keys,
    LogFormat,
    LogLevel,
    Model,
    Nats,
    OpenToAll,
    OperatorKey,
    Port,
    Tls,
    TlsCert,
    TlsKey,
    Traces,
    TrustProxy,
    WithoutKey,
)
from server.paths import KEYS, MODELS

if TYPE_CHECKING:
    from server.capture.sources import SourceSpec

CAMERA = Path("/dev/video0")
AUTO = "auto"


def serve(
    source: Annotated[
        str,
        typer.Option(
            help="Source of performers: demo, camera:N, video:PATH, rtsp://…, "
            "vmc:[HOST:]PORT[?from=NETWORKS], browser, or auto: the first camera, or the demo "
            "performer without one."
        ),
    ] = AUTO,
    model: Model = DEFAULT_MODEL,
    host: Host = "127.0.0.1",
    port: Port = 8000,
    seed: Annotated[
        int | None, typer.Option(min=0, help="Random seed of the motion; drawn if not given.")
    ] = None,
    device: Device = "cpu",
    stages: Annotated[int, typer.Option(min=1, max=1024, help="Largest number of stages.")] = 64,
    seat: Annotated[
        Literal["refuse", "take_over", "closed"] | None,
        typer.Option(
            help="Answer to a performer in a browser while another performs there; closed lets no "
            "browser perform. If not given, refuse with the sources browser and demo, and closed "
            "with all others: no visitor replaces a camera."
        ),
    ] = None,
    reserve_controls: Annotated[
        bool,
        typer.Option(
            help="Let nobody but operators set mode and emotion. Otherwise the performer in a "
            "browser may set them too."
        ),
    ] = False,
    people: Annotated[
        int,
        typer.Option(
            min=1,
            max=4,
            help="Number of people that a camera on the server looks for; 1 is fastest.",
        ),
    ] = 4,
    takes: Annotated[Path, typer.Option(help="Folder for recordings.")] = Path("takes"),
    cues: Annotated[Path, typer.Option(help="Folder for cue lists.")] = Path("cues"),
    links: Annotated[
        Path, typer.Option(help="File for links to instruments that the console adds.")
    ] = Path("links.json"),
    osc_in: Annotated[
        list[str] | None,
        typer.Option(help="Port for OSC: [HOST:]PORT[?from=NETWORKS&reply=PORT&may=…]."),
    ] = None,
    osc_out: Annotated[
        list[str] | None, typer.Option(help="HOST:PORT that receives the controls; repeatable.")
    ] = None,
    osc_query: Annotated[
        list[str] | None,
        typer.Option(help="Port that tells the OSC addresses: [HOST:]PORT[?osc=PORT&from=…]."),
    ] = None,
    vmc_out: Annotated[
        list[str] | None,
        typer.Option(help="Receiver of a partner: HOST:PORT[?stage=…&figure=N&names=vrm1]."),
    ] = None,
    artnet_out: Annotated[
        list[str] | None,
        typer.Option(help="Lamps, by Art-Net: HOST[:PORT][?universe=N&start=N&stage=…&figure=N]."),
    ] = None,
    sacn_out: Annotated[
        list[str] | None,
        typer.Option(help="Lamps, by sACN: HOST[:PORT] or multicast[?universe=N&priority=N&…]."),
    ] = None,
    artnet_in: Annotated[
        list[str] | None,
        typer.Option(help="Desk, by Art-Net: HOST[:PORT][?universe=N&start=N&from=NETWORKS&…]."),
    ] = None,
    sacn_in: Annotated[
        list[str] | None,
        typer.Option(help="Desk, by sACN: HOST[:PORT] or multicast[?universe=N&from=…]."),
    ] = None,
    ableton_link: Annotated[
        list[str] | None,
        typer.Option(help="Stage that may go by the tempo of an Ableton Link session."),
    ] = None,
    midi_in: Annotated[
        list[str] | None,
        typer.Option(help="MIDI input of this machine: NAME[?stage=…&system=jack&may=…]."),
    ] = None,
    public_url: Annotated[
        str,
        typer.Option(
            envvar="BHAVA_PUBLIC_URL",
            help="Address under which the audience's phones find this server, for the QR code of "
            "votes: https://show.example.",
        ),
    ] = "",
    twitch: Annotated[
        str, typer.Option(help="Channel of Twitch whose chat votes for the emotion as well.")
    ] = "",
    youtube: Annotated[
        str,
        typer.Option(
            help="Live video of YouTube whose chat votes; BHAVA_YOUTUBE_KEY holds the key for it."
        ),
    ] = "",
    twitch_url: Annotated[str, typer.Option(help="Another server of Twitch's chat.")] = "",
    youtube_url: Annotated[str, typer.Option(help="Another address of YouTube's API.")] = "",
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
    nats: Nats = "",
    address: Annotated[
        str,
        typer.Option(
            envvar="BHAVA_ADDRESS",
            help="Address that relays send operators and performers to; found if not given.",
        ),
    ] = "",
    take_over: Annotated[
        bool,
        typer.Option(help="Take over stages of other servers at the same NATS server that vanish."),
    ] = False,
    log_format: LogFormat = "text",
    log_level: LogLevel = "info",
    traces: Traces = "",
) -> None:
    """Show a partner that dances with a performer, live, in any browser."""
    from server.memory import importing, share_one_arena

    share_one_arena()
    with importing():  # all that is heavy, for itself and for what follows
        from server.interaction.model_registry import ModelRegistry
        from server.telemetry.faults import Faults

        models = ModelRegistry.from_folder(MODELS, device, Faults())
        models.ready(model)  # begins to load it, while the rest is imported
        from server.app import create_app

    import time
    from contextlib import closing
    from dataclasses import replace

    from server.access.certificates import seen_from_outside
    from server.access.door import make_door
    from server.access.invitation import is_reachable
    from server.access.origins import OriginPolicy
    from server.access.tls import find_certificate
    from server.links.kinds import specs_of
    from server.listen import address as address_of
    from server.listen import bind
    from server.listen import serve as listen_and_serve
    from server.networks import hosts_of, web_address
    from server.stages.assemble import make_default_stage, open_scheduler, usual_seat
    from server.stages.chats import ChatSettings
    from server.stages.crowd_desk import CrowdSettings
    from server.stages.open_source import open_source
    from server.stages.origin import BrokerSettings
    from server.stages.scheduler import DEFAULT, ServerSettings
    from server.stages.showcase import Showcase
    from server.telemetry.logs import configure
    from server.telemetry.traces import trace
    from server.wire.audience import PERFORMERS_CONTROLS

    configure(log_format, log_level)
    if traces:
        trace(traces)
    named = specs_of(
        {
            "osc-in": osc_in,
            "osc-out": osc_out,
            "osc-query": osc_query,
            "vmc-out": vmc_out,
            "artnet-out": artnet_out,
            "sacn-out": sacn_out,
            "artnet-in": artnet_in,
            "sacn-in": sacn_in,
            "ableton-link": ableton_link,
            "midi-in": midi_in,
        }
    )
    certificates = find_certificate(tls, tls_cert, tls_key, keys)
    broker, told = BrokerSettings.parse(nats), web_address("--address", address)
    crowd = CrowdSettings.open(public_url, keys)
    chat = ChatSettings.parse(twitch, youtube, twitch_url, youtube_url)
    hosts, origins = [*(allow_host or []), *hosts_of(told)], allow_origin or []
    policy = OriginPolicy([*hosts, *crowd.hosts], [*origins, *crowd.origins])
    proxies = trust_proxy or []
    reachable = is_reachable(host, proxies)
    door = make_door(reachable, keys, operator_key, open_to_all, guests, certificates, policy)
    with bind(host, port) as listener:
        settings = ServerSettings(
            most_stages=stages,
            keyring=door.keyring,
            performers_controls=frozenset() if reserve_controls else PERFORMERS_CONTROLS,
        )
        scheduler = open_scheduler(MODELS, models, takes, settings, time.monotonic)
        models.engine(model)
        spec = _source_spec(source)
        with closing(open_source(spec, time.monotonic, people)) as performer:
            performer.start()
            chance = scheduler.draw_seed() if seed is None else seed
            make_default_stage(scheduler, performer, model, chance, seat or usual_seat(spec))
            if spec.kind == "demo":
                stage = scheduler.stage(DEFAULT)
                scheduler.attendants.append(Showcase(stage, time.monotonic))
            here = address_of(listener, door.scheme)
            found = seen_from_outside(here) if reachable else here

            def listening() -> None:
                typer.echo(f"Bhava dances at {here} ({performer.name})")
                if reachable:
                    typer.echo(door.invitation(here, "dance"))

            app = create_app(
                scheduler,
                takes=takes,
                cues=cues,
                links=named,
                link_file=links,
                crowd=crowd,
                chat=chat,
                broker=broker and replace(broker, address=told or found, takes_over=take_over),
                door=door,
                proxies=proxies,
            )
            listen_and_serve(
                app, scheduler.close, listener, listening, certificate=door.certificate, insist=True
            )


def token(
    role: Annotated[
        Literal["operator", "performer", "viewer"], typer.Option(help="Role of the holder.")
    ] = "operator",
    stage: Annotated[str, typer.Option(help="Stage that it opens; * for every stage.")] = "*",
    hours: Annotated[float, typer.Option(min=0.01, max=8760, help="Hours that it is valid.")] = 8.0,
    address: Annotated[str, typer.Option(help="Address of the server.")] = "http://localhost:8000",
    revoke: Annotated[str, typer.Option(help="Name of a token to revoke.")] = "",
    keys: Keys = KEYS,
) -> None:
    """Print a link that lets its holder in for some hours, or revoke one."""
    from server.access.invitation import link, qr_code
    from server.access.keyring import EVERY_STAGE, Tokens

    tokens = Tokens(keys)
    if revoke:
        tokens.revoke(revoke)
        typer.echo(f"The token {revoke} is revoked.")
        return
    signed, grant = tokens.sign(role, stage, 3600 * hours)
    page = {"operator": "console", "performer": "dance", "viewer": ""}[role]
    way = link(address, page, signed, "" if stage == EVERY_STAGE else stage)
    typer.echo(f"{way}\n{qr_code(way)}")
    typer.echo(f"Valid for {hours:g} h; `bhava token --revoke {grant.jti}` revokes it earlier.")


def _source_spec(source: str) -> "SourceSpec":
    """Return what a source means; `auto` is the first camera, else the demo performer."""
    from server.capture.sources import SourceSpec

    if source == AUTO:
        source = "camera:0" if CAMERA.exists() else "demo"
    return SourceSpec.parse(source)
