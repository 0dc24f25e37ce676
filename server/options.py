"""Options that several commands share."""

from pathlib import Path
from typing import Annotated, Literal

import typer

DEFAULT_MODEL = "dance"

Model = Annotated[str, typer.Option(help="Name of a folder in models/.")]
TrustProxy = Annotated[
    list[str] | None,
    typer.Option(
        envvar="BHAVA_TRUST_PROXY",
        help="Address or network of a proxy that tells its clients' addresses; repeatable.",
    ),
]
Nats = Annotated[
    str,
    typer.Option(
        envvar="BHAVA_NATS",
        help="NATS server, or several with commas between: nats://[USER:PASSWORD@]HOST:PORT.",
    ),
]
Device = Annotated[Literal["cpu", "cuda"], typer.Option(help="Device that runs the model.")]

Host = Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 lets other machines in.")]
Port = Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 picks a free one.")]

Keys = Annotated[
    Path, typer.Option(help="Folder for the key, the secret that signs tokens, and certificates.")
]
OperatorKey = Annotated[
    str | None,
    typer.Option(
        envvar="BHAVA_OPERATOR_KEY",
        help="Key that operators must give. Without one anybody on this machine may operate; "
        "for other machines one is made and kept, unless --open lets all in.",
    ),
]
OpenToAll = Annotated[
    bool, typer.Option("--open", help="Let anybody operate, from other machines as well.")
]
WithoutKey = Annotated[
    Literal["nobody", "viewer", "performer"],
    typer.Option(help="Most that a client without a key or token may be."),
]
Tls = Annotated[
    bool,
    typer.Option(help="Serve https with a certificate by an authority of this machine's own."),
]
TlsCert = Annotated[Path | None, typer.Option(help="Certificate for https, as PEM.")]
TlsKey = Annotated[Path | None, typer.Option(help="Its private key, as PEM.")]
AllowHost = Annotated[
    list[str] | None,
    typer.Option(
        envvar="BHAVA_ALLOW_HOST",
        help="Another host name of this server, such as show.example; * for any.",
    ),
]
AllowOrigin = Annotated[
    list[str] | None,
    typer.Option(help="Page elsewhere that may use the server: https://show.example."),
]
LogFormat = Annotated[
    Literal["text", "json"], typer.Option(help="Format of the log on stderr, one event a line.")
]
LogLevel = Annotated[Literal["debug", "info", "warning"], typer.Option(help="Lowest level to log.")]
Traces = Annotated[
    str,
    typer.Option(
        help="Collector of OpenTelemetry that is sent rare events: http://localhost:4318/v1/traces."
    ),
]
