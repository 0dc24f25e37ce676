"""The HTTP interface: stages, their controls, and how they are doing."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated

import numpy as np
from fastapi import APIRouter, Depends
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from motion.errors import BhavaError, HouseFullError, StageError
from server.capture.demo import Camera
from server.capture.landmarks import Sighting
from server.capture.sources import Clock, SourceSpec, source_pattern
from server.routes.common import WordedProblem, http_error, only, stage_of
from server.sentence import Sentence, UnfitTakeError, sentence_of
from server.stages.assemble import first_controls, usual_seat
from server.stages.open_source import open_source
from server.stages.replay_show import add_replay
from server.stages.scheduler import DEFAULT, Scheduler
from server.stages.stage import Stage
from server.takes.catalogue import TakeCatalogue
from server.takes.playback import Playback
from server.takes.read_ahead import ReadAhead
from server.takes.reader import Take
from server.wire.messages import Controls, Set, Status
from server.wire.protocol import Refusal
from server.wire.seat import SeatPolicy
from server.wire.told import Told

ALLOWED = source_pattern("browser", "demo", "camera", "stream", "vmc", "take")
"""Sources that may be named over HTTP; a video is not, for its path is one of the server's disk."""


MOST_BYTES = 160
"""Of a stage's name in UTF-8: with what its takes are called besides, a file's name holds 255."""


def _short_enough(name: str) -> str:
    if (size := len(name.encode())) > MOST_BYTES:
        raise ValueError(f"expected a name of at most {MOST_BYTES} bytes, got {size}")
    return name


StageName = Annotated[
    str, Field(pattern=r"^[\w-]([\w -]{0,62}[\w-])?$"), AfterValidator(_short_enough)
]
"""Letters and digits of any script, hyphens, and blanks within."""


class StageState(BaseModel):
    """How a stage is doing.

    Attributes:
        name: Name of the stage.
        ready: Whether partners dance and sightings come, or may come at any time.
        status: As the viewers are told it.
        source_detail: Why the source is lost; empty otherwise.
        controls: As the viewers are told them.
        refused: Why the newest change of model or the recording failed; empty if it did not.
        partners: How many partners dance.
        take: Name of the take that is being recorded; empty while none is.
        behind: For each viewer that acknowledges, how many frames it has not shown yet.
        actions: How often partners had to be woken, and to be set up anew.
    """

    name: str
    ready: bool
    status: Status
    source_detail: Told | None
    controls: Controls
    refused: Told | None
    partners: int
    take: str
    behind: list[int]
    actions: dict[str, int]

    @staticmethod
    def from_stage(stage: Stage, now: float) -> "StageState":
        """Return how a stage is doing now."""
        return StageState(
            name=stage.name,
            ready=stage.ready(now),
            status=stage.status,
            source_detail=Told.of_any(stage.source.detail),
            controls=stage.controls,
            refused=Told.of_any(stage.refused),
            partners=stage.report.partners,
            take=stage.take,
            behind=stage.audience.behind,
            actions=stage.actions,
        )


class NewStage(BaseModel):
    """A stage to be made.

    Attributes:
        name: Not that of another.
        source: `browser`, `demo`, `camera:N`, `rtsp://…`, `vmc:[HOST:]PORT`, or `take:NAME`: that
            take plays there.
        seed: Seed of all chance in the motion; None draws one.
        seat: What happens to a performer when there is another; None closes the seat where the
            source is one of the server's own.
    """

    model_config = ConfigDict(extra="forbid")

    name: StageName
    source: Annotated[str, Field(pattern=ALLOWED)] = "browser"
    seed: Annotated[int, Field(ge=0, lt=2**32)] | None = None
    seat: SeatPolicy | None = None


class Seen(BaseModel):
    """What was found in a picture.

    Attributes:
        time: The server's clock when it was taken, seconds; None before the first picture.
        people: For each their 33 landmarks: place in the picture in picture heights from its
            middle, x right, y down, and visibility in [0, 1]. Those whose source tells their pose
            are shown as a camera before the stage would see them.
    """

    time: float | None = None
    people: list[list[list[float]]] = []

    @staticmethod
    def from_sighting(sighting: Sighting | None) -> "Seen":
        """Return a sighting as it travels."""
        if sighting is None:
            return Seen()
        people = [
            np.column_stack([person.image, person.visibility]).round(3).tolist()
            for person in (*sighting.people, *map(Camera().see, sighting.poses))
        ]
        return Seen(time=sighting.time, people=people)


RoomElsewhere = Callable[[], Awaitable[Sentence]]
"""Tells in words which other servers have room for a further stage."""


def create_api(
    scheduler: Scheduler,
    clock: Clock,
    takes: TakeCatalogue | None = None,
    room: RoomElsewhere | None = None,
) -> APIRouter:
    """Return the routes under `/api`.

    Args:
        scheduler: Steps the stages.
        clock: Monotonic time in seconds.
        takes: Knows the takes that stages may play.
        room: Knows of other servers; None if there are none.
    """
    router = APIRouter(prefix="/api")
    _add_reading(router, scheduler, clock)
    _add_making(router, scheduler, clock, takes, room)
    _add_changing(router, scheduler, clock)
    return router


def _add_reading(router: APIRouter, scheduler: Scheduler, clock: Clock) -> None:
    """Add the routes that tell what there is."""
    viewers = only("viewer", scheduler)
    Found = Annotated[Stage, Depends(stage_of(scheduler))]  # noqa: N806 - a type

    @router.get("/models", dependencies=viewers)
    async def models() -> list[str]:
        """List the models."""
        return list(scheduler.services.registry.names)

    @router.get("/stages", dependencies=viewers)
    async def stages() -> list[StageState]:
        """List the stages."""
        return [StageState.from_stage(stage, clock()) for stage in scheduler.stages.values()]

    @router.get("/stages/{name}", dependencies=viewers)
    async def stage(stage: Found) -> StageState:
        """Tell how a stage is doing."""
        return StageState.from_stage(stage, clock())

    @router.get("/stages/{name}/landmarks", dependencies=only("operator", scheduler))
    async def landmarks(stage: Found) -> Seen:
        """Tell where the landmarks of all people lie in the newest picture."""
        return Seen.from_sighting(stage.sighting)


def _add_making(
    router: APIRouter,
    scheduler: Scheduler,
    clock: Clock,
    takes: TakeCatalogue | None,
    room: RoomElsewhere | None,
) -> None:
    """Add the routes that make a stage and end one."""
    operators = only("operator", scheduler)
    Found = Annotated[Stage, Depends(stage_of(scheduler))]  # noqa: N806 - a type

    @router.post("/stages", status_code=201, dependencies=operators)
    async def make(new: NewStage) -> StageState:
        """Make a stage, or tell why there is no room for it, and where there is."""
        try:
            made = await asyncio.to_thread(_made, new, scheduler, clock, takes)
            return StageState.from_stage(made, clock())
        except HouseFullError as error:
            why = sentence_of(error)
            others = Sentence.of("full", reason=why, room=await room()) if room else why
            raise WordedProblem(503, others) from error
        except StageError as error:
            raise WordedProblem(409, sentence_of(error)) from error
        except BhavaError as error:
            raise WordedProblem(422, sentence_of(error)) from error

    @router.delete("/stages/{name}", status_code=204, dependencies=operators)
    async def end(stage: Found) -> None:
        """End a stage; its clients are shown out."""
        if stage.name == DEFAULT:
            raise WordedProblem(409, Sentence.of("default_stage"))
        scheduler.end(stage.name)


def _add_changing(router: APIRouter, scheduler: Scheduler, clock: Clock) -> None:
    """Add the routes that change what a stage shows."""
    operators = only("operator", scheduler)
    Found = Annotated[Stage, Depends(stage_of(scheduler))]  # noqa: N806 - a type

    @router.patch("/stages/{name}/controls", dependencies=operators)
    async def change(stage: Found, wish: Set) -> Controls:
        """Change some of the controls."""
        try:
            stage.set(wish, clock())
        except Refusal as refusal:
            raise http_error(refusal) from refusal
        return stage.controls

    @router.post("/stages/{name}/take_up", status_code=204, dependencies=operators)
    async def take_up(stage: Found) -> None:
        """Let the partner take the performer up again."""
        try:
            stage.take_up()
        except Refusal as refusal:
            raise http_error(refusal) from refusal

    @router.delete("/stages/{name}/performer", status_code=204, dependencies=operators)
    async def free_seat(stage: Found) -> None:
        """Show the performer in a browser out, and free the seat."""
        stage.audience.free_seat()


def _made(new: NewStage, scheduler: Scheduler, clock: Clock, takes: TakeCatalogue | None) -> Stage:
    """Return a stage that was just made, if there is room for it."""
    spec = SourceSpec.parse(new.source)
    with scheduler.place(new.name, measured=spec.kind != "take"):
        return _set_up(new, spec, scheduler, clock, takes)


def _set_up(
    new: NewStage, spec: SourceSpec, scheduler: Scheduler, clock: Clock, takes: TakeCatalogue | None
) -> Stage:
    if spec.kind == "take":
        if takes is None:
            raise UnfitTakeError("no_takes")
        return add_replay(
            scheduler, new.name, Playback(Take(takes.find(spec.place)), feed=ReadAhead)
        )
    return _live_stage(new, spec, scheduler, clock)


def _live_stage(new: NewStage, spec: SourceSpec, scheduler: Scheduler, clock: Clock) -> Stage:
    model = scheduler.stage(DEFAULT).controls.model
    seed = scheduler.draw_seed() if new.seed is None else new.seed
    source = open_source(spec, clock)
    source.start()
    seat = new.seat or usual_seat(spec)
    try:
        return scheduler.make(new.name, source, first_controls(scheduler, model, seed), seat)
    except BhavaError:
        source.close()  # nobody else knows of it
        raise
