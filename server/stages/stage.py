"""One stage as the event loop knows it: its audience, its newest frame, and how it is.

No socket and no clock lives here. The scheduler's thread makes the frames (`Stage.show`); what it
hands over comes with each of them.
"""

import logging
from collections import deque
from collections.abc import Mapping
from typing import NamedTuple

from motion.clip import Clip
from motion.skeleton import CANONICAL
from server.access.keyring import Role
from server.capture.landmarks import Sighting
from server.sentence import Sentence
from server.stages.lateness import Lateness
from server.stages.show import Show, ShowControl, ShowReport, SourceStatus
from server.wire.audience import Audience
from server.wire.messages import (
    Controls,
    Hello,
    Played,
    ServerHello,
    Set,
    SkeletonMessage,
    Status,
    TakeUp,
)
from server.wire.outbox import Outbox
from server.wire.protocol import FrameMessage
from server.wire.session import Join, StageEvent

_log = logging.getLogger("bhava")

GOING_AWAY = 1001
"""Close code when the show is over."""

SUGGESTED = 60
"""Texts of a model that are told to clients."""

RELAPSES, RELAPSED = 3, 10.0
"""Partners set up again within so many seconds that something is wrong with their model."""

STALLED = 2.0
"""Seconds without a frame after which something is wrong."""


TELL_EVERY = 0.1
"""Seconds between two tellings of the controls: a fader that is moved gives 30 values a second, and
a message to each of many viewers costs more than the frame."""


class Known(NamedTuple):
    """What of a stage its clients know; another one whenever they are told something.

    Attributes:
        model: Name of the model.
        controls: As they were told last.
        status: As it was told last; None before the first frame.
    """

    model: str
    controls: Controls
    status: Status | None


class Stage:
    """Where a show is shown to its viewers; belongs to the event loop.

    Attributes:
        name: As it is asked for.
        show: Makes the frames; for the scheduler's thread alone.
        control: Takes in what clients wish of the show.
        audience: Who is connected.
        newest: The newest frame; None before the first.
        encoded: Its bytes; empty before the first.
        told: What its clients know.
        report: How the show was after it.
        lateness: How punctual its frames are.
    """

    def __init__(self, name: str, show: Show, control: ShowControl, audience: Audience) -> None:
        """Set up a stage before its first frame.

        Args:
            name: Name of the stage.
            show: Not begun.
            control: The event loop's side of the show.
            audience: Empty.
        """
        self.name, self.show, self.audience = name, show, audience
        self.newest: FrameMessage | None = None
        self.report: ShowReport = show.report
        self.lateness = Lateness()
        self.control = control
        self.encoded = b""
        self._recoveries: deque[float] = deque(maxlen=RELAPSES)
        self.told = Known(self.report.model, control.controls, None)
        self._told_at = float("-inf")

    @property
    def controls(self) -> Controls:
        """The controls as clients are told them; a fade may still be on the way."""
        return self.control.controls

    @property
    def refused(self) -> Sentence | None:
        """Why the newest change of model or the recording failed; empty if it did not."""
        return self.control.refused

    @property
    def source(self) -> SourceStatus:
        """Where performers come from now."""
        return self.control.source

    @property
    def sighting(self) -> Sighting | None:
        """What was seen last; None before anything was."""
        return self.control.sighting

    @property
    def status(self) -> Status:
        """How the stage is now, as clients are told it."""
        source = self.source
        frame = self.newest
        return Status(
            source=source.name,
            source_state=source.state,
            performer="present" if self._performer_present else "absent",
            people=sum(figure.kind for figure in frame.figures) if frame else 0,
            viewers=self.audience.viewers,
            late=self.lateness.share,
        )

    @property
    def actions(self) -> dict[str, int]:
        """How often partners had to be woken, and to be set up again."""
        return {"raised": self.report.raised, "recovered": self.report.recovered}

    @property
    def take(self) -> str:
        """Name of the take that is being recorded; empty while none is."""
        take = self.report.take
        return take.path.name if take and take.recording else ""

    @property
    def backlog(self) -> int:
        """How many moments of its take wait for the disk."""
        take = self.report.take
        return take.backlog if take else 0

    def ready(self, now: float) -> bool:
        """Tell whether partners dance and sightings come, or may come from a browser any time."""
        source, halted = self.source, self.report.halted
        sightings = source.state == "delivering" or source.browser
        frames = self.newest is not None and now - self.newest.time < STALLED
        often = len(self._recoveries) == RELAPSES and now - self._recoveries[0] < RELAPSED
        return sightings and frames and not often and (halted is None or now - halted < STALLED)

    def publish(self, frame: FrameMessage, encoded: bytes, report: ShowReport) -> None:
        """Hand a frame to all, and what has changed since the last one."""
        if report.recovered > self.report.recovered:
            self._recoveries.append(frame.time)
        self.newest, self.encoded, self.report = frame, encoded, report
        self._tell_model()
        # The frame goes before all else: what there is to tell may take longer to encode.
        self.audience.send_frame(encoded, frame.sequence)
        self.control.settle(report)
        self._tell_changes(frame.time)

    def receive(self, client: Outbox, event: StageEvent, now: float) -> None:
        """Carry out what a client asks for.

        Raises:
            Refusal: If it may not be done, or not now.
        """
        match event:
            case Join(hello=hello):
                self._join(client, hello, now)
            case Set():
                self.audience.check_set(client, frozenset(event.changes))
                self.set(event, now)
            case TakeUp():
                self.audience.check_take_up(client)
                self.take_up()
            case Played(sequence=sequence):
                self.audience.played(client, sequence)
            case Sighting():
                self.audience.note_landmarks(client, len(event.people), now)
                self.control.receive(event)

    def leave(self, client: Outbox, lost: bool) -> None:
        """Forget a client, which lost its link or left; may be called for one that never joined."""
        if client in self.audience.members:
            _log.debug("client left", extra={"stage": self.name})
        self.audience.leave(client, lost)

    def close(self, code: int = GOING_AWAY) -> None:
        """Show everybody out."""
        self.audience.close(code)

    def set(self, wish: Set, now: float) -> None:
        """Change some of the controls, wherever the wish comes from.

        May be called any number of times between two frames: the next frame heeds the newest value
        of each control, and clients are told at most every `TELL_EVERY` seconds.

        Raises:
            Refusal: `invalid_message` or `unknown_model`.
        """
        self.control.set(wish, self.report, now)

    def hear_audience(self, emotion: Mapping[str, float], now: float) -> None:
        """Take in what the audience votes for.

        Args:
            emotion: Weight by label, with a sum up to 1.
            now: The server's clock, seconds.
        """
        self.control.hear_audience(emotion, now)

    def resume(self, history: Clip) -> None:
        """Let the first partner go on from what was shown elsewhere."""
        self.control.resume(history)

    def take_up(self) -> None:
        """Let the partner take the performer up again.

        Raises:
            Refusal: `performer_absent`.
        """
        self.control.take_up(self._performer_present)

    def hello(self, role: Role, session: str) -> ServerHello:
        """Return what a client is told first.

        Args:
            role: What it is.
            session: Token with which it may come back.
        """
        contract = self.report.contract
        return ServerHello(
            stage=self.name,
            session=session,
            role=role,
            model=self.report.model,
            models=self.control.models,
            fps=contract.fps,
            stage_radius=self.controls.stage_radius,
            skeleton=SkeletonMessage.from_skeleton(CANONICAL),
            emotions=contract.emotions,
            contents=contract.contents,
            texts=tuple(contract.energy_by_text)[:SUGGESTED],
            controls=self.controls,
            status=self.status,
        )

    @property
    def _performer_present(self) -> bool:
        return self.newest is not None and self.newest.performer_present

    def _tell_model(self) -> None:
        """Send a hello to all if the model is another.

        Frames carry weights without labels: who reads the first one of a model needs its labels.
        """
        if self.told.model != self.report.model:
            self.told = self.told._replace(model=self.report.model)
            for client, member in self.audience.members.items():
                client.send(self.hello(member.role, member.session))

    def _tell_changes(self, now: float) -> None:
        """Send controls and status to all where they are new."""
        if now - self._told_at >= TELL_EVERY and self.controls != self.told.controls:
            self.told, self._told_at = self.told._replace(controls=self.controls), now
            self.audience.send_all(self.controls)
        # What status holds changes seldom: most frames cost a comparison and no message.
        status = self.status
        if status != self.told.status:
            self.told = self.told._replace(status=status)
            self.audience.send_all(status)

    def _join(self, client: Outbox, hello: Hello, now: float) -> None:
        member = self.audience.join(client, hello, now)
        _log.debug("client joined", extra={"stage": self.name, "role": member.role})
        client.send(self.hello(member.role, member.session))
        if self.encoded:
            client.send_frame(self.encoded)
