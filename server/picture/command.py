"""The command that gives the stage's picture to other programs: `bhava picture`."""

from typing import Annotated, Literal

import typer

from server.options import Host


def picture(
    to: Annotated[
        Literal["camera", "ndi"],
        typer.Option(help="A virtual camera of this machine, or an NDI source on the network."),
    ],
    name: Annotated[
        str, typer.Option(help="Name of the camera or source; the first camera, or Bhava.")
    ] = "",
    size: Annotated[str, typer.Option(help="Size of the picture, WIDTHxHEIGHT.")] = "1280x720",
    host: Host = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port that pages send to.")] = 8088,
    token: Annotated[
        str,
        typer.Option(
            envvar="BHAVA_PICTURE_TOKEN",
            help="Token that senders must show; needed where other machines may send.",
        ),
    ] = "",
    allow_origin: Annotated[
        list[str] | None,
        typer.Option(help="Page of another machine that may send: https://show.example:8000."),
    ] = None,
) -> None:
    """Receive a stage's picture by WHIP, and show it as a virtual camera or an NDI source."""
    import time

    from rich.console import Console

    from motion.errors import SetupError
    from server.access.invitation import is_loopback
    from server.listen import Server, address, bind, configured
    from server.picture.outlet import OUTLETS, Size, needed
    from server.picture.player import Player
    from server.picture.report import Report
    from server.telemetry.logs import configure

    wanted = Size.parse(size)
    needed("aiortc", "aiortc", "BSD licence", to)
    from server.picture.whip import WhipReceiver, create_whip_app

    configure("text", "warning")
    console = Console(highlight=False, markup=False, soft_wrap=True)
    with bind(host, port) as listener, console.status("Waiting for a picture") as line:
        if not token and not is_loopback(listener.getsockname()[0]):
            raise SetupError(f"expected --token, since other machines reach {host}, got none")
        player = Player(lambda: OUTLETS[to](name, wanted), wanted)
        receiver = WhipReceiver(player, token, time.monotonic, console.print)
        report = Report(player, line.update, console.print)
        app = create_whip_app(receiver, allow_origin or [], report.each_second)

        def begin() -> None:
            player.start()
            console.print(f"Bhava takes a picture at {address(listener)}/whip, for {player.title}")

        Server(configured(app), player.close, begin).run([listener])
