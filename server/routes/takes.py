"""The HTTP interface to takes: their list, their files, and exports of their figures."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Depends, Response
from fastapi.responses import FileResponse, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from motion.errors import TakeError
from server.routes.common import WordedProblem
from server.sentence import Sentence
from server.takes.catalogue import TakeCatalogue
from server.takes.export import Cut
from server.takes.export_desk import ExportDesk, Running
from server.takes.reader import TakeInfo

PIECE = 64 * 1024
"""Bytes of a growing take that are read at once."""


class Wanted(BaseModel):
    """What of a take is to be exported.

    Attributes:
        format: Format of the file.
        figure: "partner" or "performer": the first there is; with ":ID", that of a dancer.
        start: Seconds from the beginning.
        end: Seconds from the beginning; None for the take's.
    """

    model_config = ConfigDict(extra="forbid")

    format: Literal["bvh", "glb", "npz", "mp4"]
    figure: Annotated[str, Field(pattern=r"^(partner|performer)(:\d{1,3})?$")] = "partner"
    start: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0
    end: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None


class ExportInfo(BaseModel):
    """How an export is getting on.

    Attributes:
        id: Number of the export.
        progress: In [0, 1].
        finished: Whether its file is there, at `/api/exports/ID/file`.
        failed: Why it never will be; empty if nothing is known against it.
    """

    id: int
    progress: float
    finished: bool
    failed: str


def create_takes_api(catalogue: TakeCatalogue, operators: Sequence[Any]) -> APIRouter:
    """Return the routes of takes under `/api`.

    Args:
        catalogue: Knows the takes; exports go beside them.
        operators: Dependencies that let operators pass, and nobody else.
    """
    router = APIRouter(prefix="/api", dependencies=list(operators))
    desk = ExportDesk()

    def found(name: str) -> Path:
        try:
            return catalogue.find(name)
        except (TakeError, OSError) as error:
            raise WordedProblem(404, Sentence.of("unknown_take", got=name[:80])) from error

    def begun(number: int) -> Running:
        if (running := desk.find(number)) is None:
            raise WordedProblem(404, Sentence.of("unknown_export", got=number))
        return running

    Take = Annotated[Path, Depends(found)]  # noqa: N806 - types
    Begun = Annotated[Running, Depends(begun)]  # noqa: N806

    @router.get("/takes")
    def listed() -> list[TakeInfo]:
        """List the takes."""
        return catalogue.takes()

    @router.get("/takes/{name}")
    def take(path: Take) -> Response:
        """Hand out a take; one that is being recorded as far as it is."""
        known = {info.name: info for info in catalogue.takes()}.get(path.name)
        if known is not None and known.finished:
            return FileResponse(path, filename=path.name)
        size = path.stat().st_size
        named = f"attachment; filename*=UTF-8''{quote(path.name)}"
        headers = {"Content-Length": str(size), "Content-Disposition": named}
        return StreamingResponse(_first(path, size), headers=headers)

    @router.post("/takes/{name}/exports", status_code=202)
    def export(path: Take, wanted: Wanted) -> ExportInfo:
        """Begin to export a figure."""
        end = float("inf") if wanted.end is None else wanted.end
        running = desk.begin(path, wanted.format, Cut(wanted.figure, wanted.start, end))
        if running is None:
            raise WordedProblem(503, Sentence.of("exports"))
        return _info(running)

    @router.get("/exports/{number}")
    def state(begun: Begun) -> ExportInfo:
        """Tell how an export is getting on."""
        return _info(begun)

    @router.get("/exports/{number}/file")
    def file(begun: Begun) -> FileResponse:
        """Hand out what was exported."""
        if not begun.export.poll().finished:
            raise WordedProblem(409, Sentence.of("unfinished_export"))
        return FileResponse(begun.out, filename=begun.out.name)

    @router.delete("/exports/{number}", status_code=204)
    def cancel(begun: Begun) -> None:
        """End an export; its file stays if it was finished."""
        desk.end(begun)

    return router


def _info(running: Running) -> ExportInfo:
    state = running.export.poll()
    return ExportInfo(
        id=running.number, progress=state.progress, finished=state.finished, failed=state.failed
    )


def _first(path: Path, size: int) -> Iterator[bytes]:
    """Yield the first bytes of a file that may grow meanwhile."""
    with path.open("rb") as file:
        while size > 0 and (piece := file.read(min(PIECE, size))):
            size -= len(piece)
            yield piece
