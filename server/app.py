"""The web application: the socket, the pages, the interface, and how the server is doing."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI, Response, WebSocket
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel

from server.access.door import Door
from server.links.kinds import LinkSpec
from server.links.link_metrics import LinkMetrics
from server.paths import PAGES
from server.routes.common import (
    PROBLEMS,
    WordedProblem,
    admission,
    explain_fault,
    explain_problem,
    only,
)
from server.routes.crowd import create_crowd_api
from server.routes.cues import create_cues_api
from server.routes.door import create_door_api
from server.routes.entrance import add_entrance
from server.routes.links import LinkAttendant, create_links_api
from server.routes.pages import add_pages
from server.routes.stages import StageState, create_api
from server.routes.takes import create_takes_api
from server.stages.chats import Chats, ChatSettings
from server.stages.crowd_desk import CrowdDesk, CrowdSettings
from server.stages.cue_desk import CueDesk
from server.stages.journal import Journal
from server.stages.key_watch import KeyWatch
from server.stages.node import Node
from server.stages.origin import BrokerSettings
from server.stages.scheduler import DEFAULT, Scheduler
from server.stages.stage_metrics import StageMetrics
from server.takes.catalogue import TakeCatalogue
from server.telemetry.metrics import CONTENT_TYPE
from server.wire.connection import SEND_TIMEOUT, Connection
from server.wire.session import HELLO_TIMEOUT


class Readiness(BaseModel):
    """Whether the show can be seen.

    Attributes:
        ready: Whether it can, on the stage that is always there.
        stages: How each stage is doing.
        late: Share of the ticks that came too late, lately.
        tick_ms: 95th percentile of what a tick takes.
        faults: How often each kind of error happened, without stopping the show.
    """

    ready: bool
    stages: list[StageState]
    late: float
    tick_ms: float
    faults: dict[str, int]


def create_app(
    scheduler: Scheduler,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    pages: Path = PAGES,
    takes: Path | None = None,
    cues: Path | None = None,
    links: Sequence[LinkSpec] = (),
    link_file: Path | None = None,
    crowd: CrowdSettings | None = None,
    chat: ChatSettings | None = None,
    broker: BrokerSettings | None = None,
    hello_timeout: float = HELLO_TIMEOUT,
    send_timeout: float = SEND_TIMEOUT,
    door: Door | None = None,
    proxies: Sequence[str] = (),
) -> FastAPI:
    """Return the application; its lifespan is that of the show.

    Args:
        scheduler: Steps the stages that it shows.
        clock: Monotonic time in seconds; the frames' times are of it.
        sleep: Waits for a number of seconds, between the frames.
        pages: Folder of the built pages.
        takes: Folder of the takes, if they are to be handed out.
        cues: Folder of the cue lists, if there are to be any.
        links: Links to instruments that the command line names.
        link_file: File that keeps the links that operators make; None keeps none.
        crowd: How the audience votes.
        chat: Which chats vote as well.
        broker: Where relays find the server, if there are to be any.
        hello_timeout: Seconds within which a client must introduce itself.
        send_timeout: Seconds after which a client that takes nothing is cut off.
        door: Names and pages that are let in, and the authority that is handed out; without one
            all are let in.
        proxies: Addresses and networks of proxies that tell their clients' addresses.
    """
    desk = None if cues is None else CueDesk(cues, scheduler.services.faults, clock)
    if desk is not None:
        scheduler.attendants.append(desk)
    attendant = LinkAttendant(scheduler, desk, clock, links, link_file)
    votes = CrowdDesk(crowd or CrowdSettings(), scheduler, clock, time.time)
    chats = Chats(chat or ChatSettings(), scheduler, votes, clock, asyncio.sleep)
    scheduler.attendants += [attendant, votes, KeyWatch(scheduler, clock)]

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await attendant.rack.open()
        performance = asyncio.create_task(scheduler.run(sleep))
        journal = asyncio.create_task(Journal().run(scheduler, clock))
        retrying = asyncio.create_task(attendant.run())
        reading = asyncio.create_task(chats.run())
        tasks = [performance, journal, retrying, reading]
        if node is not None:
            tasks.append(asyncio.create_task(node.run()))
        try:
            yield
        finally:
            attendant.rack.close()
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)

    app = FastAPI(title="Bhava", lifespan=lifespan, docs_url=None, redoc_url=None)
    node = None if broker is None else Node(broker, scheduler, clock, app, votes, desk)
    add_entrance(app, door, clock, proxies)
    app.add_exception_handler(RequestValidationError, explain_fault)
    app.add_exception_handler(WordedProblem, explain_problem)
    catalogue = None if takes is None else TakeCatalogue(takes, clock)
    app.include_router(
        create_api(scheduler, clock, catalogue, node.room if node else None), responses=PROBLEMS
    )
    operators = only("operator", scheduler)
    routes = create_links_api(attendant.rack, operators)
    app.include_router(routes, responses=PROBLEMS)
    app.include_router(create_door_api(scheduler), responses=PROBLEMS)
    routes = create_crowd_api(votes, chats, operators, scheduler)
    app.include_router(routes, responses=PROBLEMS)
    if desk is not None:
        routes = create_cues_api(desk, scheduler, clock, operators)
        app.include_router(routes, responses=PROBLEMS)
    if catalogue is not None:
        app.include_router(create_takes_api(catalogue, operators), responses=PROBLEMS)

    @app.websocket("/ws")
    async def stream(websocket: WebSocket) -> None:
        admit = admission(scheduler, websocket.client)
        await Connection(
            websocket, admit, clock, hello_timeout, send_timeout, scheduler.note_refusal
        ).run()

    @app.get("/healthz")
    async def health() -> dict[str, bool]:
        """Answer as long as the server is alive."""
        return {"alive": True}

    @app.get("/readyz", responses={503: {"model": Readiness}})
    async def readiness(response: Response) -> Readiness:
        """Tell whether the show can be seen; status 503 if not."""
        ready = scheduler.stage(DEFAULT).ready(clock())
        response.status_code = 200 if ready else 503
        return Readiness(
            ready=ready,
            stages=[StageState.from_stage(stage, clock()) for stage in scheduler.stages.values()],
            late=scheduler.lateness.share,
            tick_ms=1000 * scheduler.times.p95,
            faults=dict(scheduler.services.faults.counts),
        )

    scheduler.metrics.registry.register(StageMetrics(scheduler, clock))
    scheduler.metrics.registry.register(LinkMetrics(attendant.rack))

    @app.get("/metrics", include_in_schema=False)
    async def metrics() -> Response:
        """Tell Prometheus."""
        return Response(scheduler.metrics.text(clock()), media_type=CONTENT_TYPE)

    add_pages(app, pages)
    return app
