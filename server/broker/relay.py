"""What a relay knows of its origins and their stages.

No socket and no clock lives here: messages in, and what is to be asked out.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from server.broker.messages import Cued, Report, Told
from server.broker.origin_clock import OriginClock
from server.broker.relayed_stage import RelayedStage
from server.broker.tick_frames import decode_tick
from server.wire.messages import Controls, Refused, ServerHello
from server.wire.protocol import Refusal, shifted_frame, time_of_frame

GOING_AWAY = 1001
"""Close code when the relay ends."""

STALE = 1.0
"""Age of a frame, seconds, from which on it is not shown."""

SILENT = 0.5
"""Seconds without frames of a stage after which another origin may show it."""

LOST = 2.0
"""Seconds without a frame after which viewers are told that nothing comes from the stage."""

FORGOTTEN = 60.0
"""Seconds without a word after which an origin is forgotten, and its stages without viewers are."""


@dataclass
class Upstream:
    """One origin.

    Attributes:
        heard: This relay's clock at its newest word, seconds.
        clock: Its clock.
        edition: Which of its rare messages was heard last; None before its report.
        address: Where operators and performers find it; empty if it does not know.
    """

    heard: float
    clock: OriginClock = field(default_factory=OriginClock)
    edition: int | None = None
    address: str = ""


class Relay:
    """The stages of all origins; belongs to the event loop.

    Attributes:
        stages: By name.
        origins: By name.
        stale: Frames that came too late to be shown.
        contested: Frames of a stage that another origin shows.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        new_token: Callable[[], str],
        address: str = "",
        keeps_lost: bool = False,
    ) -> None:
        """Begin without any.

        Args:
            clock: Monotonic time in seconds.
            new_token: Gives a token that nobody can guess.
            address: Where operators and performers go; empty if the origins tell it.
            keeps_lost: Whether stages of origins that are gone are kept, for whoever takes them
                over.
        """
        self.stages: dict[str, RelayedStage] = {}
        self.origins: dict[str, Upstream] = {}
        self.stale = self.contested = 0
        self._clock, self._new_token, self._address = clock, new_token, address
        self._keeps_lost = keeps_lost

    def address_of(self, name: str) -> str:
        """Return where operators and performers of a stage go; empty while nobody has told it."""
        stage = self.stages.get(name)
        origin = self.origins.get(stage.origin) if stage else None
        return self._address or (origin.address if origin else "")

    @property
    def address(self) -> str:
        """Where operators and performers go who have named no stage that there is."""
        told = (each.address for each in self.origins.values() if each.address)
        return self._address or next(told, "")

    def stage(self, name: str) -> RelayedStage:
        """Return a stage.

        Raises:
            Refusal: `unknown_stage`.
        """
        if name not in self.stages:
            names = ", ".join(self.stages) or "an origin, none of which is there"
            raise Refusal("unknown_stage", f"expected a stage of {names}, got {name!r}")
        return self.stages[name]

    def close(self) -> None:
        """Tell all viewers that the show is over."""
        for stage in self.stages.values():
            stage.audience.close(GOING_AWAY)

    def living(self) -> list[str]:
        """Return the names of the origins that are heard."""
        now = self._clock()
        return [name for name in self.origins if self._silence(name, now) <= SILENT]

    @property
    def has_met_all(self) -> bool:
        """Whether the stages of all origins that are heard are known."""
        return all(self.origins[name].edition is not None for name in self.living())

    def is_live(self, stage: RelayedStage) -> bool:
        """Tell whether frames of a stage come."""
        return stage.shown is not None and self._clock() - stage.shown < LOST

    def receive_frames(self, origin: str, data: bytes) -> bool:
        """Show the frames of a tick.

        Args:
            origin: Name of their origin.
            data: The message.

        Returns:
            Whether something of the origin was missed: it is to be asked for its report.

        Raises:
            ValueError: If it is none.
            Refusal: If a frame of it is none.
        """
        edition, frames = decode_tick(data)
        now = self._clock()
        upstream = self.origins.setdefault(origin, Upstream(now))
        upstream.heard = now
        ahead = upstream.clock.ahead
        if upstream.edition is None or ahead is None:
            return True
        orphaned = False
        for name, frame in frames:
            stage = self.stages.get(name)
            if stage is None:
                continue
            if stage.origin == origin:
                stage.heard = now
                self._show(stage, shifted_frame(frame, -ahead), now)
            elif now - stage.heard > SILENT:
                orphaned = True
            else:
                self.contested += 1
        return orphaned or upstream.edition != edition

    def receive_told(self, origin: str, data: bytes) -> None:
        """Tell viewers what has become of a stage.

        Raises:
            ValueError: If it is no such message.
        """
        upstream, told = self.origins.get(origin), Told.decoded(data)
        if upstream is None or upstream.edition is None:
            return  # its report is on its way, or will be asked for
        if told.edition != (upstream.edition + 1) % 2**32:
            return  # one was missed before it; the next frames tell so
        upstream.edition = told.edition
        stage, message = self.stages.get(told.stage), told.message
        if isinstance(message, ServerHello):
            self._adopt(origin, message)
        elif stage is None or stage.origin != origin:
            return
        elif isinstance(message, Refused):
            del self.stages[told.stage]
            stage.end(message)
        elif isinstance(message, Cued):
            stage.cued = message
        elif isinstance(message, Controls):
            stage.hear(self._on_our_clock(origin, message))
        else:
            stage.hear(message)

    def receive_report(self, origin: str, report: Report) -> None:
        """Take in all that an origin shows."""
        upstream = self.origins.setdefault(origin, Upstream(self._clock()))
        upstream.edition, upstream.address = report.edition, report.address
        for hello in report.stages:
            self._adopt(origin, hello)
            stage = self.stages[hello.stage]
            if stage.origin == origin:
                stage.cued = report.cued.get(hello.stage)

    def receive_clock(self, origin: str, asked: float, answered: float) -> None:
        """Take in an origin's clock.

        Args:
            origin: Its name.
            asked: This relay's clock when it was asked, seconds.
            answered: The origin's clock, seconds.
        """
        now = self._clock()
        self.origins.setdefault(origin, Upstream(now)).clock.receive(asked, answered, now)

    def look(self) -> None:
        """Tell viewers of stages from which nothing comes; forget what has been gone for long."""
        now = self._clock()
        for name, stage in list(self.stages.items()):
            if not self.is_live(stage):
                stage.lose()
            gone = self._silence(stage.origin, now) > FORGOTTEN
            if gone and not stage.audience.members and not self._keeps_lost:
                del self.stages[name]
        for name in list(self.origins):
            if self._silence(name, now) > FORGOTTEN:
                del self.origins[name]

    def _show(self, stage: RelayedStage, frame: bytes, now: float) -> None:
        time = time_of_frame(frame)
        late = now - time > STALE or (stage.shown is not None and time <= stage.shown)
        if late:
            self.stale += 1
        else:
            stage.show(frame, time)

    def _adopt(self, origin: str, hello: ServerHello) -> None:
        """Show a stage of an origin, unless another that is there shows one of that name."""
        stage = self.stages.get(hello.stage)
        ours = self._on_our_clock(origin, hello.controls)
        hello = hello.model_copy(update={"controls": ours})
        now = self._clock()
        if stage is None:
            stage = self.stages[hello.stage] = RelayedStage(origin, hello, self._new_token)
            stage.heard = now
        elif stage.origin == origin or now - stage.heard > SILENT:
            stage.adopt(origin, hello)
            stage.heard = now

    def _on_our_clock(self, origin: str, controls: Controls) -> Controls:
        beat, ahead = controls.beat, self.origins[origin].clock.ahead or 0.0
        if beat is None:
            return controls
        return controls.model_copy(update={"beat": beat.model_copy(update={"at": beat.at - ahead})})

    def _silence(self, origin: str, now: float) -> float:
        known = self.origins.get(origin)
        return float("inf") if known is None else now - known.heard
