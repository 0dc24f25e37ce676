"""The web application of a relay: the socket, the pages, and how it is doing."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import APIRouter, FastAPI, HTTPException, Request, Response, WebSocket
from fastapi.responses import PlainTextResponse, RedirectResponse
from pydantic import BaseModel

from motion.errors import BrokerError
from server.access.door import Door
from server.access.keyring import Keyring
from server.broker.forwarded import MOST_BYTES, REQUEST_HEADERS, ForwardedRequest
from server.broker.relay import Relay
from server.broker.relayed_stage import RelayedStage
from server.broker.uplink import Uplink
from server.paths import PAGES
from server.relay.relay_metrics import RelayMetrics
from server.routes.common import http_error
from server.routes.entrance import add_entrance
from server.routes.pages import add_pages
from server.telemetry.metrics import CONTENT_TYPE, Exposition
from server.wire.connection import Connection
from server.wire.messages import Hello
from server.wire.protocol import Refusal

ELSEWHERE = ("/console", "/console.html", "/dance", "/dance.html")
"""Pages of operators and performers, who need the server itself."""

REVIEW_EVERY = 1.0
"""Seconds between two looks at the keys of viewers."""


class RelayedStageState(BaseModel):
    """How a stage fares at a relay.

    Attributes:
        name: Name of the stage.
        live: Whether frames come.
        viewers: How many watch here.
        dropped: Frames that they did not get since newer ones came or they fell behind.
    """

    name: str
    live: bool
    viewers: int
    dropped: int


class RelayReadiness(BaseModel):
    """Whether the show can be seen here.

    Attributes:
        ready: Whether frames of some stage come.
        connected: Whether the NATS server is there.
        stages: How each stage fares.
        stale: Frames that came too late to be shown.
        contested: Frames of a stage that another server shows.
        faults: How often each kind of error happened, without stopping the relay.
    """

    ready: bool
    connected: bool
    stages: list[RelayedStageState]
    stale: int
    contested: int
    faults: dict[str, int]


def create_relay_app(
    relay: Relay,
    uplink: Uplink,
    door: Door,
    clock: Callable[[], float] = time.monotonic,
    pages: Path = PAGES,
    proxies: Sequence[str] = (),
) -> FastAPI:
    """Return the application; its lifespan is that of the relay.

    Args:
        relay: Has the stages.
        uplink: Feeds it.
        door: Who is let in.
        clock: Monotonic time in seconds, the relay's.
        pages: Folder of the built pages.
        proxies: Addresses and networks of proxies that tell their clients' addresses.
    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        tasks = [
            asyncio.create_task(uplink.run()),
            asyncio.create_task(_review_keys(relay, door.keyring)),
        ]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)

    metrics = Exposition()
    metrics.registry.register(RelayMetrics(relay, uplink))
    app = FastAPI(title="Bhava relay", lifespan=lifespan, docs_url=None, redoc_url=None)
    add_entrance(app, door, clock, proxies)

    @app.websocket("/ws")
    async def stream(websocket: WebSocket) -> None:
        if not relay.stages:  # pages take a refusal of the stage for good, and this for a while
            await websocket.send_denial_response(Response(status_code=503))
            return
        host = websocket.client.host if websocket.client else ""
        await Connection(
            websocket,
            lambda hello: _admitted(relay, door, hello, host),
            clock,
            note_refusal=lambda refused: metrics.refusals.labels(refused.name).inc(),
        ).run()

    @app.get("/healthz")
    async def health() -> dict[str, bool]:
        """Answer as long as the relay is alive."""
        return {"alive": True}

    @app.get("/readyz", responses={503: {"model": RelayReadiness}})
    async def readiness(response: Response) -> RelayReadiness:
        """Tell whether the show can be seen here; status 503 if not."""
        ready = any(map(relay.is_live, relay.stages.values()))
        response.status_code = 200 if ready else 503
        return RelayReadiness(
            ready=ready,
            connected=uplink.broker.connected,
            stages=[_state(relay, name, stage) for name, stage in relay.stages.items()],
            stale=relay.stale,
            contested=relay.contested,
            faults=dict(uplink.faults.counts),
        )

    @app.get("/metrics", include_in_schema=False)
    async def told() -> Response:
        """Tell Prometheus."""
        return Response(metrics.text(clock()), media_type=CONTENT_TYPE)

    async def elsewhere(request: Request) -> Response:
        """Send operators and performers to the server itself."""
        asked = request.query_params.get("stage", Hello.model_fields["stage"].default)
        address = relay.address_of(asked) or relay.address
        if not address:
            return PlainTextResponse("expected a server behind this relay, got none yet", 503)
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"{address}{request.url.path}{query}")

    app.include_router(_create_votes_api(uplink))
    for path in ELSEWHERE:
        app.add_api_route(path, elsewhere, include_in_schema=False)

    add_pages(app, pages)
    return app


def _create_votes_api(uplink: Uplink) -> APIRouter:
    """Return the routes of votes, which the origin answers."""
    router = APIRouter(prefix="/api/stages/{name}")

    async def forward(name: str, request: Request) -> Response:
        """Let the origin of the stage answer."""
        body = await request.body()
        if len(body) > MOST_BYTES:
            raise HTTPException(413, f"expected at most {MOST_BYTES} bytes, got {len(body)}")
        known = {key: request.headers[key] for key in REQUEST_HEADERS if key in request.headers}
        asked = ForwardedRequest(
            method=request.method,
            path=request.scope["path"],
            headers=known,
            body=body.decode(errors="replace"),
            address=request.client.host if request.client else "",
        )
        try:
            answer = await uplink.forward(name, asked)
        except Refusal as refusal:
            raise http_error(refusal) from refusal
        except BrokerError as error:
            raise HTTPException(503, str(error)) from error
        return Response(answer.body, answer.status, answer.headers)

    for path, methods in (
        ("ballots", ["POST"]),
        ("votes", ["GET", "POST"]),
        ("votes/code.svg", ["GET"]),
    ):
        router.add_api_route(f"/{path}", forward, methods=methods, include_in_schema=False)
    return router


async def _review_keys(relay: Relay, keyring: Keyring) -> None:
    """Show those out whose keys are over, for ever."""
    while True:
        await asyncio.sleep(REVIEW_EVERY)
        for name, stage in relay.stages.items():
            stage.audience.review(keyring, name)


def _admitted(relay: Relay, door: Door, hello: Hello, host: str) -> RelayedStage:
    """Return the stage that a hello asks for.

    Raises:
        Refusal: `not_granted` to all but viewers, as for a viewer without the key that it needs.
    """
    if hello.role != "viewer":
        place = relay.address_of(hello.stage) or relay.address or "the server itself"
        raise Refusal("not_granted", f"expected a viewer at a relay, got a {hello.role}: {place}")
    denial = door.keyring.denial(hello.key or "", "viewer", hello.stage, host)
    if denial is not None:
        raise Refusal(*denial)
    return relay.stage(hello.stage)


def _state(relay: Relay, name: str, stage: RelayedStage) -> RelayedStageState:
    return RelayedStageState(
        name=name,
        live=relay.is_live(stage),
        viewers=stage.audience.viewers,
        dropped=stage.audience.dropped,
    )
