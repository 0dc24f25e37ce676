"""The command that lets a relay serve the stages of other servers: `bhava relay`."""

from typing import Annotated, Literal

import typer

from server.options import (
    AllowHost,
    AllowOrigin,
    Host,
    Keys,
    LogFormat,
    LogLevel,
    Nats,
    OperatorKey,
    Port,
    Tls,
    TlsCert,
    TlsKey,
    TrustProxy,
)
from server.paths import KEYS


def relay(
    nats: Nats,
    host: Host = "127.0.0.1",
    port: Port = 8000,
    server: Annotated[
        str,
        typer.Option(
            help="Address of the server for operators and performers, if not as it tells itself."
        ),
    ] = "",
    operator_key: OperatorKey = None,
    guests: Annotated[
        Literal["nobody", "viewer"],
        typer.Option(help="Most that a client without a key or token may be."),
    ] = "viewer",
    tls: Tls = False,
    tls_cert: TlsCert = None,
    tls_key: TlsKey = None,
    keys: Keys = KEYS,
    allow_host: AllowHost = None,
    allow_origin: AllowOrigin = None,
    trust_proxy: TrustProxy = None,
    log_format: LogFormat = "text",
    log_level: LogLevel = "info",
) -> None:
    """Show the stages of servers that run with --nats to further viewers; needs no model."""
    import secrets
    import time

    from server.access.door import make_door
    from server.access.origins import OriginPolicy
    from server.access.tls import find_certificate
    from server.broker.connection import check_servers
    from server.broker.relay import Relay
    from server.broker.uplink import Uplink
    from server.listen import address, bind, serve
    from server.relay.app import create_relay_app
    from server.telemetry.faults import Faults
    from server.telemetry.logs import configure

    configure(log_format, log_level)
    servers = check_servers(nats)
    certificates = find_certificate(tls, tls_cert, tls_key, keys)
    policy = OriginPolicy(allow_host or [], allow_origin or [])
    asked = guests == "nobody"
    door = make_door(
        asked, keys, operator_key, not asked, guests if asked else "performer", certificates, policy
    )
    with bind(host, port) as listener:
        shown = Relay(time.monotonic, lambda: secrets.token_urlsafe(16), server.rstrip("/"))
        uplink = Uplink(shown, servers, secrets.token_hex(4), Faults())
        here = address(listener, door.scheme)
        serve(
            create_relay_app(shown, uplink, door, proxies=trust_proxy or ()),
            shown.close,
            listener,
            lambda: typer.echo(f"Bhava relays at {here}"),
            certificate=door.certificate,
            insist=True,
        )
