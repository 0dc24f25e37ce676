"""What is shown on a stage, as two sides that a live show and a replayed one each have.

The scheduler's thread makes frames: `Show`. The event loop takes wishes in: `ShowControl`. The two
share nothing but what a show is given when it is made; `ShowReport` comes back with every frame.
"""

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from motion.clip import Clip
from motion.model.contract import Contract
from motion.partner.partner import PartnerFrame
from server.capture.landmarks import Sighting, SourceState
from server.interaction.frame_inputs import FrameInputs
from server.interaction.partner_pool import PartnerHandle, PartnerInputs
from server.sentence import Sentence
from server.takes.writer import TakeWriter
from server.wire.messages import Controls, Set
from server.wire.protocol import FrameMessage


class ShowReport(NamedTuple):
    """How a show is after a frame, for the event loop.

    Attributes:
        model: Name of the model that dances; the one that is wanted may still be loading.
        contract: Describes that model.
        partners: How many partners dance, or soon will.
        raised: How often partners had to be woken.
        recovered: How often partners had to be set up again.
        halted: Since when partners get no frames, for their model fails; None while it does not.
        take: The newest take that is recorded of it, or was until it failed; None without one.
        recorded: The controls at this frame of a recording; None in a live show.
        over: Whether the show has come to its end by itself.
    """

    model: str
    contract: Contract
    partners: int = 1
    raised: int = 0
    recovered: int = 0
    halted: float | None = None
    take: TakeWriter | None = None
    recorded: Controls | None = None
    over: bool = False


class Show(Protocol):
    """Makes the frames of one stage; belongs to the scheduler's thread."""

    @property
    def report(self) -> ShowReport:
        """How it is now."""

    def frame_inputs(self, now: float) -> FrameInputs:
        """Return all that decides the next frame."""

    def requests(self, inputs: FrameInputs, /) -> dict[PartnerHandle, PartnerInputs]:
        """Return what each of its partners needs for the frame."""

    def compose(
        self, inputs: FrameInputs, frames: Mapping[PartnerHandle, PartnerFrame], /
    ) -> FrameMessage:
        """Return the frame of the stage, from those of all partners."""

    def record(self, inputs: FrameInputs, encoded: bytes, /) -> None:
        """Write the bytes of the frame to the take, if there is one."""

    def end(self) -> None:
        """Let its partners go and end its take; may be called twice."""

    def close(self) -> None:
        """End it, and stop the source; may take a second."""


class SourceStatus(NamedTuple):
    """Where the performers of a show come from.

    Attributes:
        name: Name of the source, such as `camera:0`.
        state: Whether landmarks come.
        detail: Why it is lost; None otherwise.
        browser: Whether landmarks may come from a browser at any time.
    """

    name: str
    state: SourceState
    detail: Sentence | None = None
    browser: bool = False


class ShowControl(Protocol):
    """Takes in what clients wish of one show; belongs to the event loop.

    Attributes:
        refused: Why the newest change of model or the recording failed; None if it did not.
    """

    refused: Sentence | None

    @property
    def models(self) -> tuple[str, ...]:
        """Names of the models to choose from."""

    @property
    def controls(self) -> Controls:
        """The controls as clients are told them; a fade may still be on the way."""

    @property
    def source(self) -> SourceStatus:
        """Where performers come from now."""

    @property
    def sighting(self) -> Sighting | None:
        """What was seen last; None before anything was."""

    def set(self, wish: Set, report: ShowReport, now: float, /) -> None:
        """Change some of the controls.

        Raises:
            Refusal: `invalid_message` or `unknown_model`.
        """

    def take_up(self, performer_present: bool, /) -> None:
        """Let the partner take the performer up again.

        Raises:
            Refusal: `performer_absent`.
        """

    def hear_audience(self, emotion: Mapping[str, float], now: float, /) -> None:
        """Take in what the audience votes for, weight by label."""

    def resume(self, history: Clip, /) -> None:
        """Let the partner go on from what was shown elsewhere."""

    def receive(self, sighting: Sighting, /) -> None:
        """Take in what a performer's browser sees."""

    def settle(self, report: ShowReport, /) -> None:
        """Bring the controls in line with what became of them in the newest frame."""
