"""The web application around one stage: the socket, the pages, and how it is doing."""

import asyncio
import mimetypes
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI, Response, WebSocket
from fastapi.responses import PlainTextResponse
from fastapi.staticfiles import StaticFiles
from pydantic import BaseModel
from starlette.types import Scope

from server.connection import SEND_TIMEOUT, Connection
from server.messages import Controls, Status
from server.pacer import ticks
from server.session import HELLO_TIMEOUT
from server.stage import Stage

PAGES = Path(__file__).parents[1] / "web" / "dist"
NO_PAGES = "The pages are not built yet: `make run` builds them. The stream itself is at /ws."


class State(BaseModel):
    """How the stage is doing.

    Attributes:
        model: Name of the partner's model.
        ready: Whether frames flow and landmarks do, or may at any time.
        status: As the viewers are told it.
        source_detail: Why the source is lost; empty otherwise.
        controls: As the viewers are told them.
        behind: For each viewer that acknowledges, how many frames it has not shown yet.
        faults: How often each kind of error happened, without stopping the show.
    """

    model: str
    ready: bool
    status: Status
    source_detail: str
    controls: Controls
    behind: list[int]
    faults: dict[str, int]


async def perform(
    stage: Stage, clock: Callable[[], float], sleep: Callable[[float], Awaitable[None]]
) -> None:
    """Let the stage give its frames, at its rate, for ever.

    The work of a frame is done in one thread of its own: a slow model then costs its own frames
    only, and the hand-over (0.1 ms) is small beside a frame's 33 ms.
    """
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(1, "dance") as worker:
        async for now in ticks(stage.contract.fps, clock, sleep):
            try:
                stage.publish(await loop.run_in_executor(worker, stage.advance, now))
            except Exception as error:
                stage.faults.count("stage", error)


def create_app(
    stage: Stage,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    pages: Path = PAGES,
    hello_timeout: float = HELLO_TIMEOUT,
    send_timeout: float = SEND_TIMEOUT,
) -> FastAPI:
    """Return the application; its lifespan is the stage's performance.

    Args:
        stage: What it shows.
        clock: Monotonic time in seconds; the frames' times are of it.
        sleep: Waits for a number of seconds, between the frames.
        pages: Folder of the built pages.
        hello_timeout: Seconds within which a client must introduce itself.
        send_timeout: Seconds after which a client that takes nothing is cut off.
    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        performance = asyncio.create_task(perform(stage, clock, sleep))
        try:
            yield
        finally:
            performance.cancel()
            await asyncio.wait([performance])

    app = FastAPI(title="Bhava", lifespan=lifespan, docs_url=None, redoc_url=None)

    @app.websocket("/ws")
    async def stream(websocket: WebSocket) -> None:
        await Connection(websocket, stage, clock, hello_timeout, send_timeout).run()

    @app.get("/healthz")
    async def health() -> dict[str, bool]:
        """Answer as long as the server is alive."""
        return {"alive": True}

    @app.get("/readyz", responses={503: {"model": State}})
    async def readiness(response: Response) -> State:
        """Tell whether the show can be seen; status 503 if not."""
        state = _state(stage, clock())
        response.status_code = 200 if state.ready else 503
        return state

    @app.get("/api/state")
    async def state() -> State:
        """Tell how the stage is doing."""
        return _state(stage, clock())

    _add_pages(app, pages)
    return app


def _state(stage: Stage, now: float) -> State:
    return State(
        model=stage.contract.name,
        ready=stage.ready(now),
        status=stage.status,
        source_detail=stage.source_detail,
        controls=stage.controls,
        behind=stage.behind,
        faults=dict(stage.faults.counts),
    )


class _Pages(StaticFiles):
    """The built pages: names under `assets/` carry a hash of their content, others may change."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        hashed = path.startswith("assets/") and response.status_code == 200
        caching = "public, max-age=31536000, immutable" if hashed else "no-cache"
        response.headers["Cache-Control"] = caching
        return response


def _add_pages(app: FastAPI, pages: Path) -> None:
    # The system's table may lack these, and browsers insist on them.
    mimetypes.add_type("text/javascript", ".js")
    mimetypes.add_type("application/wasm", ".wasm")
    if (pages / "index.html").exists():
        app.mount("/", _Pages(directory=pages, html=True))
        return

    @app.get("/", include_in_schema=False)
    async def no_pages() -> Response:
        return PlainTextResponse(NO_PAGES, 503)
