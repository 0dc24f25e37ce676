"""What every application of the house has at its door, be it a server's or a relay's."""

from collections.abc import Callable, Sequence

from fastapi import FastAPI, Response
from fastapi.responses import FileResponse

from server.access.door import Door
from server.access.origin_guard import OriginGuard
from server.guard.admission import LOOPBACK, Admission
from server.guard.traffic import Traffic
from server.networks import Networks


def add_entrance(
    app: FastAPI, door: Door | None, clock: Callable[[], float], proxies: Sequence[str]
) -> None:
    """Bound and count who comes, check names and pages, and hand out the authority's certificate.

    Args:
        app: The application.
        door: Names and pages that are let in; without one all are.
        clock: Monotonic time in seconds.
        proxies: Addresses and networks of proxies that tell their clients' addresses.
    """
    trusted = Admission(trusted=Networks((*LOOPBACK, *proxies)))
    app.state.traffic = Traffic(clock, Networks(proxies), trusted)
    if door is None:
        return
    app.add_middleware(OriginGuard, policy=door.policy)
    if (authority := door.authority) is not None:

        @app.get("/authority.crt", include_in_schema=False)
        async def authority_certificate() -> Response:
            """Hand out what a phone is to trust."""
            return FileResponse(authority, media_type="application/x-x509-ca-cert")
