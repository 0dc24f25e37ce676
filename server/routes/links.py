"""The links of a server, tied to its stages, and the HTTP interface that tells how they fare."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel

from motion.errors import CueError, SetupError
from server.links.link import Link, Place
from server.links.osc_link import Desk, OscLink, OscPort
from server.links.patch import Action, Go, Patch, StageView
from server.links.rack import Rack
from server.links.vmc_out import VmcOut, VmcTarget
from server.stages.cue_desk import CueDesk
from server.stages.scheduler import Scheduler
from server.stages.stage import Stage
from server.wire.messages import Set


@dataclass(frozen=True)
class LinkSettings:
    """Which links there are.

    Attributes:
        osc_in: Where OSC comes in; None lets none come in.
        osc_out: Are always told the controls.
        vmc_out: Who is sent a partner.
    """

    osc_in: OscPort | None = None
    osc_out: tuple[Place, ...] = ()
    vmc_out: tuple[VmcTarget, ...] = ()

    @staticmethod
    def parse(osc_in: str | None, osc_out: Sequence[str], vmc_out: Sequence[str]) -> "LinkSettings":
        """Read what the command line names.

        Raises:
            SetupError: If a place, network or target is not written as expected.
        """
        if osc_in is None and osc_out:
            raise SetupError("expected --osc-in with --osc-out, got none")
        return LinkSettings(
            None if osc_in is None else OscPort.parse(osc_in),
            tuple(map(Place.parse, osc_out)),
            tuple(map(VmcTarget.parse, vmc_out)),
        )


class LinkState(BaseModel):
    """How a link fares.

    Attributes:
        name: Kind and place.
        failed: Why it could not be opened; empty if it could.
        received: Packets that came.
        sent: Packets that went.
        refused: Messages and packets that were not accepted or could not be sent.
        newest: The newest that was accepted, in words.
        refusal: The newest that was not, and why.
    """

    name: str
    failed: str
    received: int
    sent: int
    refused: int
    newest: str
    refusal: str


class LinkAttendant:
    """Ties links to the stages of a scheduler; belongs to the event loop.

    Attributes:
        rack: The links.
        patch: The addresses that they have.
    """

    def __init__(
        self,
        settings: LinkSettings,
        scheduler: Scheduler,
        cues: CueDesk | None,
        clock: Callable[[], float],
    ) -> None:
        """Make the links; none is opened.

        Args:
            settings: Which.
            scheduler: Steps the stages.
            cues: Cue lists that links may go through; None for none.
            clock: Monotonic time in seconds.
        """
        self._scheduler, self._cues, self._clock = scheduler, cues, clock
        self.patch = Patch(settings.osc_in.may if settings.osc_in else frozenset())
        self.rack = Rack(self._links(settings), scheduler.services.faults)

    def before_tick(self) -> None:
        """Carry out what came since the tick before."""
        self.rack.flush()

    def after_tick(self, shown: Sequence[Stage]) -> None:
        """Tell the links what is new."""
        if self.rack.links:
            self.rack.show([(_view(stage), stage.newest) for stage in shown if stage.newest])

    def states(self) -> list[LinkState]:
        """Return how all links fare."""
        return [
            LinkState(
                name=link.name, failed=self.rack.failed.get(link.name, ""), **vars(link.traffic)
            )
            for link in self.rack.links
        ]

    def _links(self, settings: LinkSettings) -> list[Link]:
        links: list[Link] = [VmcOut(target) for target in settings.vmc_out]
        if settings.osc_in is not None:
            desk = Desk(self._views, self._set, self._act)
            port, targets = settings.osc_in, settings.osc_out
            links.append(OscLink(port, self.patch, desk, self._clock, targets))
        return links

    def _views(self) -> list[StageView]:
        return [_view(stage) for stage in self._scheduler.stages.values()]

    def _set(self, name: str, wish: Set) -> None:
        self._scheduler.stage(name).set(wish, self._clock())

    def _act(self, name: str, action: Action) -> None:
        stage = self._scheduler.stage(name)
        if not isinstance(action, Go):
            stage.take_up()
        elif self._cues is None:
            raise CueError("expected a server with cue lists, got one without")
        else:
            self._cues.go(stage, action.cue, self._clock())


def create_links_api(attendant: LinkAttendant, operators: Sequence[Any]) -> APIRouter:
    """Return the route of links under `/api`.

    Args:
        attendant: Has the links.
        operators: Dependencies that let operators pass, and nobody else.
    """
    router = APIRouter(prefix="/api", dependencies=list(operators))

    @router.get("/links")
    async def links() -> list[LinkState]:
        """Tell how all links to instruments fare."""
        return attendant.states()

    return router


def _view(stage: Stage) -> StageView:
    return StageView(stage.name, stage.report.contract.emotions, stage.controls)
