"""The HTTP interface to cue lists: read, saved, and gone through."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from motion.errors import CueError
from server.cues.cue_book import CueBook
from server.cues.cue_sheet import Cue, CueSheet
from server.routes.common import WordedProblem, http_error, stage_of
from server.sentence import MissingCueError, Sentence, sentence_of
from server.stages.cue_desk import CueDesk
from server.stages.scheduler import Scheduler
from server.stages.stage import Stage
from server.wire.protocol import Refusal


class CueList(BaseModel):
    """What is prepared for a stage, and where its show is.

    Attributes:
        revision: Grows whenever the list is saved.
        cues: In the order of the show.
        presets: To be used at any time.
        current: Id of the cue that went last; None before the first.
        went: The server's clock when it did, seconds.
        damage: Why the file of the list could not be read; empty if it could.
    """

    revision: int
    cues: list[Cue]
    presets: list[Cue]
    current: str | None
    went: float | None
    damage: str

    @staticmethod
    def from_book(book: CueBook) -> "CueList":
        """Return a book as it travels."""
        return CueList(
            revision=book.revision,
            cues=book.sheet.cues,
            presets=book.sheet.presets,
            current=book.current,
            went=book.went,
            damage=book.damage,
        )


class Edit(CueSheet):
    """A list that is to be saved.

    Attributes:
        revision: Revision of the list that was changed.
    """

    revision: Annotated[int, Field(ge=0)]


class Go(BaseModel):
    """Which cue is to go.

    Attributes:
        cue: Its id; None for the one after the current.
    """

    model_config = ConfigDict(extra="forbid")

    cue: str | None = None


class Timecode(BaseModel):
    """Where a timecode is that runs the list.

    Attributes:
        position: Its seconds since midnight.
        speed: 1 where it runs forward, -1 in reverse, 0 where it stands.
        age: Seconds since it was there.
    """

    model_config = ConfigDict(extra="forbid")

    position: Annotated[float, Field(ge=0, lt=86400)]
    speed: Literal[-1, 0, 1] = 1
    age: Annotated[float, Field(ge=0, le=1)] = 0.0


def create_cues_api(
    desk: CueDesk, scheduler: Scheduler, clock: Callable[[], float], operators: Sequence[Any]
) -> APIRouter:
    """Return the routes of cue lists under `/api`.

    Args:
        desk: Holds the lists.
        scheduler: Steps the stages that the lists are for.
        clock: Monotonic time in seconds.
        operators: Dependencies that let operators pass, and nobody else.
    """
    router = APIRouter(prefix="/api/stages/{name}/cues", dependencies=list(operators))
    writing = asyncio.Lock()
    Found = Annotated[Stage, Depends(stage_of(scheduler))]  # noqa: N806 - a type

    @router.get("")
    async def listed(stage: Found) -> CueList:
        """Tell what is prepared, and where the show is."""
        return CueList.from_book(desk.book(stage))

    @router.put("")
    async def save(stage: Found, edit: Edit) -> CueList:
        """Save the list, unless somebody else has done so meanwhile."""
        book = desk.book(stage)
        sheet = CueSheet(cues=edit.cues, presets=edit.presets)
        async with writing:
            if edit.revision != book.revision:
                said = Sentence.of("revision", wanted=book.revision, got=edit.revision)
                raise WordedProblem(409, said)
            try:
                await asyncio.to_thread(book.save, sheet)
            except CueError as error:
                raise WordedProblem(507, sentence_of(error)) from error
        desk.tell(stage)
        return CueList.from_book(book)

    @router.post("/go")
    async def go(stage: Found, wish: Go) -> CueList:
        """Let a cue go."""
        try:
            desk.go(stage, wish.cue, clock())
        except MissingCueError as error:
            raise WordedProblem(404, error.sentence) from error
        except Refusal as refusal:
            raise http_error(refusal) from refusal
        return CueList.from_book(desk.book(stage))

    @router.post("/timecode", status_code=204)
    async def timecode(stage: Found, told: Timecode) -> None:
        """Tell a timecode whenever it starts, stops or jumps, and once a second while it runs."""
        desk.chase(stage, told.position, told.speed, clock() - told.age)

    return router
