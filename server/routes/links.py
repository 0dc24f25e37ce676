"""The links of a server, tied to its stages, and the HTTP interface to them."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, ValidationError

from server.links.desk import Desk
from server.links.fixture import encode_fixture
from server.links.kinds import KindName, LinkSpec
from server.links.osc_layout import encode_layout
from server.links.patch import DEFAULT, Action, Go, StageView
from server.links.rack import Rack, Slot
from server.routes.common import WordedProblem
from server.sentence import AddressError, MissingCueError, Sentence, sentence_of
from server.stages.cue_desk import CueDesk
from server.stages.scheduler import Scheduler
from server.stages.stage import Stage
from server.wire.messages import Set
from server.wire.told import Told

RETRY_EVERY = 5.0
"""Seconds between two attempts to open links that could not be opened."""


class LinkState(BaseModel):
    """How a link fares.

    Attributes:
        id: Tells it from all others as long as the server runs.
        kind: Name of its kind.
        address: As it was asked for.
        on: Whether it is in use.
        fixed: Whether the command line named it: it can be switched, but neither changed nor
            taken out.
        sends: Whether something goes out, so that it can be tested.
        testing: Whether a test runs.
        name: Kind and place, as it was opened.
        failed: Why it could not be opened; null if it could, or is off.
        received: Packets that came.
        sent: Packets that went.
        refused: Messages and packets that were not accepted or could not be sent.
        newest: The newest that was accepted; null while none was.
        refusal: Why the newest that was not accepted was not; null while all were.
    """

    id: int
    kind: KindName
    address: str
    on: bool
    fixed: bool
    sends: bool
    testing: bool
    name: str
    failed: Told | None
    received: int
    sent: int
    refused: int
    newest: Told | None
    refusal: Told | None

    @staticmethod
    def from_slot(slot: Slot) -> "LinkState":
        """Return a link as it travels."""
        spec, traffic = slot.spec, slot.link.traffic
        return LinkState(
            id=slot.id,
            kind=spec.kind,
            address=spec.address,
            on=spec.on,
            fixed=slot.fixed,
            sends=spec.sends,
            testing=slot.tested_from is not None,
            name=slot.link.name,
            failed=Told.of_any(slot.failed),
            received=traffic.received,
            sent=traffic.sent,
            refused=traffic.refused,
            newest=Told.of_any(traffic.newest),
            refusal=Told.of_any(traffic.refusal),
        )


class LinkChange(BaseModel):
    """A change of a link: members that are left out stay.

    Attributes:
        address: Another place or other options.
        on: Whether it is in use.
    """

    model_config = ConfigDict(extra="forbid")

    address: str | None = None
    on: bool | None = None


class LinkAttendant:
    """Ties links to the stages of a scheduler; belongs to the event loop.

    Attributes:
        rack: The links.
    """

    def __init__(
        self,
        scheduler: Scheduler,
        cues: CueDesk | None,
        clock: Callable[[], float],
        fixed: Sequence[LinkSpec] = (),
        path: Path | None = None,
    ) -> None:
        """Make the links; none is opened.

        Args:
            scheduler: Steps the stages.
            cues: Cue lists that links may go through; None for none.
            clock: Monotonic time in seconds.
            fixed: Links of the command line.
            path: File that keeps all other links; None keeps none.
        """
        self._scheduler, self._cues, self._clock = scheduler, cues, clock
        desk = Desk(self._views, self._set, self._act, self._chase, clock)
        self.rack = Rack(desk, scheduler.services.faults, fixed, path)

    async def run(self) -> None:
        """Try again to open links that could not be opened, for ever."""
        while True:
            await asyncio.sleep(RETRY_EVERY)
            await self.rack.retry()

    def before_tick(self) -> None:
        """Carry out what came since the tick before."""
        self.rack.flush()

    def after_tick(self, shown: Sequence[Stage]) -> None:
        """Tell the links what is new."""
        if self.rack.slots:
            self.rack.show([(_view(stage), stage.newest) for stage in shown if stage.newest])

    def _views(self) -> list[StageView]:
        return [_view(stage) for stage in self._scheduler.stages.values()]

    def _set(self, name: str, wish: Set) -> None:
        self._scheduler.stage(name).set(wish, self._clock())

    def _act(self, name: str, action: Action) -> None:
        stage = self._scheduler.stage(name)
        if not isinstance(action, Go):
            stage.take_up()
        elif self._cues is None:
            raise MissingCueError("no_cues")
        else:
            self._cues.go(stage, action.cue, self._clock())

    def _chase(self, name: str, position: float, speed: float, now: float) -> None:
        if self._cues is None:
            raise MissingCueError("no_cues")
        self._cues.chase(self._scheduler.stage(name), position, speed, now)


def create_links_api(rack: Rack, operators: Sequence[Any]) -> APIRouter:
    """Return the routes of links under `/api`.

    Args:
        rack: The links.
        operators: Dependencies that let operators pass, and nobody else.
    """
    router = APIRouter(prefix="/api/links", dependencies=list(operators))

    async def found(id: int) -> Slot:
        if id not in rack.slots:
            raise WordedProblem(404, Sentence.of("unknown_link", got=id))
        return rack.slots[id]

    Found = Annotated[Slot, Depends(found)]  # noqa: N806 - a type

    @router.get("")
    async def links() -> list[LinkState]:
        """Tell how all links to instruments fare."""
        return [LinkState.from_slot(slot) for slot in rack.slots.values()]

    @router.get("/files/open-stage-control.json")
    async def layout(stage: str = DEFAULT) -> Response:
        """Hand out a surface for tablets that sets every address of a stage."""
        for view in rack.desk.stages():
            if view.name == stage:
                return Response(encode_layout(view), media_type="application/json")
        raise WordedProblem(404, Sentence.of("unknown_stage", got=stage[:80]))

    @router.get(
        "/files/bhava.qxf",
        response_class=Response,
        responses={200: {"content": {"application/xml": {}}}},
    )
    async def fixture() -> Response:
        """Hand out Bhava as a fixture that lighting programs import."""
        return Response(encode_fixture(), media_type="application/xml")

    @router.post("", status_code=201)
    async def add(spec: LinkSpec) -> LinkState:
        """Put a link in; one that cannot be opened says why and is tried again."""
        try:
            return LinkState.from_slot(await rack.add(spec))
        except AddressError as error:
            raise WordedProblem(409, error.sentence) from error
        except OSError as error:
            raise WordedProblem(507, sentence_of(error)) from error

    @router.patch("/{id}")
    async def change(slot: Found, wish: LinkChange) -> LinkState:
        """Switch a link on or off, or give it another address."""
        if slot.fixed and wish.address not in (None, slot.spec.address):
            raise WordedProblem(409, Sentence.of("fixed_link"))
        changes = {**slot.spec.model_dump(), **wish.model_dump(exclude_none=True)}
        try:
            await rack.change(slot, LinkSpec.model_validate(changes))
        except ValidationError as error:
            raise RequestValidationError(error.errors()) from error
        except OSError as error:
            raise WordedProblem(507, sentence_of(error)) from error
        return LinkState.from_slot(slot)

    @router.delete("/{id}", status_code=204)
    async def remove(slot: Found) -> None:
        """Take a link out."""
        if slot.fixed:
            raise WordedProblem(409, Sentence.of("fixed_link"))
        try:
            await rack.remove(slot)
        except OSError as error:
            raise WordedProblem(507, sentence_of(error)) from error

    @router.post("/{id}/test", status_code=204)
    async def test(slot: Found) -> None:
        """Send a sweep of all that moves, for two seconds."""
        if not slot.spec.sends:
            raise WordedProblem(409, Sentence.of("no_sweep", got=slot.spec.kind))
        rack.test(slot)

    return router


def _view(stage: Stage) -> StageView:
    return StageView(stage.name, stage.report.contract.emotions, stage.controls)
