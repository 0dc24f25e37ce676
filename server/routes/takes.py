"""The HTTP interface to takes: their list, their files, and exports of their figures."""

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, HTTPException
from fastapi.responses import FileResponse
from pydantic import BaseModel, ConfigDict, Field

from server.takes.export import Cut, Export
from server.takes.reader import TakeInfo, takes
from server.takes.take import SUFFIX

MOST_EXPORTS = 2
"""That may run at once: each takes a core."""


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
    start: Annotated[float, Field(ge=0)] = 0.0
    end: Annotated[float, Field(ge=0)] | None = None


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


def create_takes_api(folder: Path, operators: Sequence[Any]) -> APIRouter:
    """Return the routes of takes under `/api`.

    Args:
        folder: Holds the takes; exports go beside them.
        operators: Dependencies that let operators pass, and nobody else.
    """
    router = APIRouter(prefix="/api", dependencies=list(operators))
    exports: dict[int, tuple[Export, Path]] = {}
    numbers = itertools.count(1)

    def found(name: str) -> Path:
        path = folder / name
        # Names come from outside: nothing but a take of this folder is given away.
        if path.suffix != SUFFIX or path.parent != folder or not path.is_file():
            raise HTTPException(404, f"expected a take, got {name!r}")
        return path

    def running(number: int) -> tuple[Export, Path]:
        if number not in exports:
            raise HTTPException(404, f"expected an export, got {number}")
        return exports[number]

    def info(number: int) -> ExportInfo:
        state = exports[number][0].poll()
        return ExportInfo(
            id=number, progress=state.progress, finished=state.finished, failed=state.failed
        )

    Take = Annotated[Path, Depends(found)]  # noqa: N806 - types
    Running = Annotated[tuple[Export, Path], Depends(running)]  # noqa: N806

    @router.get("/takes")
    def listed() -> list[TakeInfo]:
        """List the takes."""
        return takes(folder)

    @router.get("/takes/{name}")
    def take(path: Take) -> FileResponse:
        """Hand out a take; one that is being recorded as far as it is."""
        return FileResponse(path, filename=path.name)

    @router.post("/takes/{name}/exports", status_code=202)
    def export(path: Take, wanted: Wanted) -> ExportInfo:
        """Begin to export a figure."""
        busy = [number for number in exports if not (info(number).finished or info(number).failed)]
        if len(busy) >= MOST_EXPORTS:
            raise HTTPException(503, f"expected at most {MOST_EXPORTS} exports, got another")
        number = next(numbers)
        out = path.with_name(f"{path.stem}-{number}.{wanted.format}")
        end = float("inf") if wanted.end is None else wanted.end
        exports[number] = Export(path, out, Cut(wanted.figure, wanted.start, end)), out
        return info(number)

    @router.get("/exports/{number}")
    def state(number: int, _: Running) -> ExportInfo:
        """Tell how an export is getting on."""
        return info(number)

    @router.get("/exports/{number}/file")
    def file(number: int, export: Running) -> FileResponse:
        """Hand out what was exported."""
        if not info(number).finished:
            raise HTTPException(409, "expected an export that is finished, got one that is not")
        return FileResponse(export[1], filename=export[1].name)

    @router.delete("/exports/{number}", status_code=204)
    def cancel(number: int, export: Running) -> None:
        """End an export; its file stays if it was finished."""
        export[0].cancel()
        del exports[number]

    return router
