"""One stage: its partners, its performer, its audience, and what operators set.

No socket and no clock lives here. `frame_inputs`, `requests`, `compose` and `record` are called by
the thread of the scheduler; everything else belongs to one event loop. What both share is replaced,
never changed.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from motion.emotion import weights_of
from motion.errors import BhavaError, ConditionError
from motion.model.contract import Contract
from motion.model.text import check_prompt
from motion.partner.partner import Frame
from motion.skeleton import CANONICAL
from server.capture.landmarks import Sighting
from server.capture.source_selector import SourceSelector
from server.interaction.dance import Dance, Opening
from server.interaction.fade import Fade
from server.interaction.frame_inputs import FrameInputs
from server.interaction.model_registry import ModelRegistry
from server.interaction.partner_pool import PartnerHandle, PartnerInputs, PartnerPool
from server.stages.lateness import Lateness
from server.takes.writer import TakeWriter
from server.telemetry.faults import Faults
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
from server.wire.protocol import FrameMessage, Refusal
from server.wire.session import Join, StageEvent

_log = logging.getLogger("bhava")

GOING_AWAY = 1001
"""Close code when the show is over."""

SUGGESTED = 60
"""Texts of a model that are told to clients."""

STALLED = 2.0
"""Seconds without a frame after which something is wrong."""


@dataclass(frozen=True, eq=False)
class Services:
    """What all stages of a scheduler share.

    Attributes:
        pool: In which all partners dance; of the scheduler's own thread.
        registry: The models.
        faults: Counts what goes wrong.
        open_take: Begins a take of a stage, by name, from an opening.
    """

    pool: PartnerPool
    registry: ModelRegistry
    faults: Faults
    open_take: Callable[[str, Opening], TakeWriter]


class Stage:
    """Where partners dance before their viewers.

    Attributes:
        name: As it is asked for.
        audience: Who is connected.
        selector: What is seen of performers.
        controls: As operators want them; a fade may still be on the way.
        newest: The newest frame; None before the first.
        refused: Why the newest change of model or the recording failed; empty if it did not.
        lateness: Of its frames.
        over: Whether the show has come to its end by itself.
    """

    def __init__(
        self,
        name: str,
        services: Services,
        selector: SourceSelector,
        audience: Audience,
        controls: Controls,
    ) -> None:
        """Set up a stage whose partner stands.

        Args:
            name: Of the stage.
            services: Of the scheduler.
            selector: Whose source has started.
            audience: Empty.
            controls: At the start; its model is loaded.
        """
        self.name, self.audience, self.selector = name, audience, selector
        self.controls = controls
        self.newest: FrameMessage | None = None
        self.refused = ""
        self.lateness = Lateness()
        self.over = False
        self._services = services
        self._fade = Fade(controls)
        self._encoded = b""
        self._asked = False
        self._model = self._told_model = controls.model
        self._wanted: Controls | None = None
        self._resolved = controls
        self._dance: Dance | None = None
        self._take: TakeWriter | None = None
        self._announced: Status | None = None
        self._told = controls

    # --- in the thread of the scheduler -----------------------------------------------------------

    def frame_inputs(self, now: float) -> FrameInputs:
        """Return all that decides the next frame."""
        asked, self._asked = self._asked, False
        wanted = self._fade.controls_at(now)
        if wanted.model != self._model and self._services.registry.ready(wanted.model):
            self._model = wanted.model
        if (wanted, self._model) != (self._wanted, self._resolved.model):
            self._wanted, self._resolved = wanted, self._resolve(wanted)
        self._begin_or_end_take(self._resolved)
        return FrameInputs(now, self.selector.latest(now), self._resolved, asked)

    def requests(self, inputs: FrameInputs) -> dict[PartnerHandle, PartnerInputs]:
        """Return what its partners are asked for."""
        if self._dance is None:
            opening = Opening(inputs.controls)
            self._dance = Dance(self._services.pool, self._services.faults, opening)
        return self._dance.requests(inputs)

    def compose(self, inputs: FrameInputs, frames: Mapping[PartnerHandle, Frame]) -> FrameMessage:
        """Return the frame of the stage, from the frames of the pool."""
        assert self._dance is not None
        return self._dance.compose(inputs, frames)

    def record(self, inputs: FrameInputs, encoded: bytes) -> None:
        """Write the bytes of its frame to its take, if there is one."""
        if self._take is not None:
            self._take.record(inputs, encoded)

    def end(self) -> None:
        """Let its partners go, and end its take."""
        if self._dance is not None:
            self._dance.close()
        if self._take is not None:
            self._take.stop()

    def _resolve(self, controls: Controls) -> Controls:
        """Leave out what the model that dances does not know."""
        labels = self._contract.emotions
        emotion = {label: x for label, x in controls.emotion.items() if label in labels}
        text = controls.text if self._contract.text_width else ""
        return controls.model_copy(update={"model": self._model, "emotion": emotion, "text": text})

    def _begin_or_end_take(self, controls: Controls) -> None:
        """Begin or end a take; a dance begins anew with it, so that the take holds all of it."""
        if self._take is not None and not (controls.recording and self._take.recording):
            self._take.stop()
        if controls.recording and self._take is None and self._dance is not None:
            opening = self._dance.opening(controls)
            self._dance.close()
            self._dance = Dance(self._services.pool, self._services.faults, opening)
            self._take = self._services.open_take(self.name, opening)
        elif not controls.recording:
            self._take = None

    # --- in the event loop ----------------------------------------------------------------------

    @property
    def status(self) -> Status:
        """How the stage is now."""
        source = self.selector.source
        frame = self.newest
        return Status(
            source=source.name,
            source_state=source.state,
            performer="present" if frame and frame.performer_present else "absent",
            people=sum(figure.kind for figure in frame.figures) if frame else 0,
            viewers=self.audience.viewers,
            late=self.lateness.share,
        )

    @property
    def actions(self) -> dict[str, int]:
        """How often partners had to be woken, and to be set up anew."""
        return self._dance.actions if self._dance else {"raised": 0, "recovered": 0}

    @property
    def partners(self) -> int:
        """How many partners dance on it, or soon will."""
        return self._dance.partners if self._dance else 1

    @property
    def take(self) -> str:
        """Name of the take that is being recorded; empty while none is."""
        take = self._take
        return take.path.name if take and take.recording else ""

    @property
    def backlog(self) -> int:
        """How many moments of its take wait for the disk."""
        take = self._take
        return take.backlog if take else 0

    @property
    def model(self) -> str:
        """Name of the model that it dances with; that of the controls may still be loading."""
        return self._model

    def ready(self, now: float) -> bool:
        """Tell whether partners dance and sightings come, or may come from a browser any time."""
        source = self.selector.source
        sightings = source.state == "delivering" or source is self.selector.browser
        frames = self.newest is not None and now - self.newest.time < STALLED
        halted = self._dance.halted if self._dance else None
        return sightings and frames and (halted is None or now - halted < STALLED)

    def publish(self, frame: FrameMessage, encoded: bytes) -> None:
        """Hand a frame to all, and what has changed since the last one."""
        self.newest, self._encoded = frame, encoded
        self.audience.send_frame(encoded, frame.sequence)
        self._check_wishes()
        if self._told_model != self._model:
            self._told_model = self._model
            for client in self.audience.members:
                client.send(self._hello(client))
        elif self.controls != self._told:
            self._told = self.controls
            self.audience.send_all(self.controls)
        status = self.status
        if status != self._announced:
            self._announced = status
            self.audience.send_all(status)

    def receive(self, client: Outbox, event: StageEvent, now: float) -> None:
        """Carry out what a client requests for.

        Raises:
            Refusal: If it may not be done, or not now.
        """
        match event:
            case Join(hello=hello):
                self._join(client, hello, now)
            case Set():
                self.set(event, now)
            case TakeUp():
                self.take_up()
            case Played(sequence=sequence):
                self.audience.played(client, sequence)
            case Sighting():
                self.audience.note_landmarks(client, now)
                self.selector.browser.receive(event)

    def leave(self, client: Outbox, now: float) -> None:
        """Forget a client; may be called for one that never joined."""
        if client in self.audience.members:
            _log.debug("client left", extra={"stage": self.name})
        self.audience.leave(client, now)

    def close(self, code: int = GOING_AWAY) -> None:
        """Show everybody out."""
        self.audience.close(code)

    def set(self, wish: Set, now: float) -> None:
        """Change some of the controls.

        Raises:
            Refusal: `invalid_message` or `unknown_model`.
        """
        controls = self.controls.model_copy(update=wish.changes)
        self._check(controls)
        self._fade = self._fade.towards(controls, wish.changes.keys(), wish.fade, now)
        self.controls = controls
        self.refused = ""

    def take_up(self) -> None:
        """Let the partner take the performer up anew.

        Raises:
            Refusal: `performer_absent`.
        """
        if not (self.newest and self.newest.performer_present):
            raise Refusal("performer_absent", "expected a performer to take up, got none")
        self._asked = True

    @property
    def _contract(self) -> Contract:
        return self._services.registry.engine(self._model).contract

    def _join(self, client: Outbox, hello: Hello, now: float) -> None:
        member = self.audience.join(client, hello, now)
        _log.debug("client joined", extra={"stage": self.name, "role": member.role})
        client.send(self._hello(client))
        if self._encoded:
            client.send_frame(self._encoded)

    def _hello(self, client: Outbox) -> ServerHello:
        member = self.audience.members[client]
        return ServerHello(
            stage=self.name,
            session=member.session,
            role=member.role,
            model=self._model,
            models=self._services.registry.names,
            fps=self._contract.fps,
            stage_radius=self.controls.stage_radius,
            skeleton=SkeletonMessage.from_skeleton(CANONICAL),
            emotions=self._contract.emotions,
            texts=tuple(self._contract.energy_by_text)[:SUGGESTED],
            controls=self.controls,
            status=self.status,
        )

    def _check(self, controls: Controls) -> None:
        names = self._services.registry.names
        if controls.model not in names:
            expected = f"expected a model of {', '.join(names)}"
            raise Refusal("unknown_model", f"{expected}, got {controls.model!r}")
        # A model that is still to be loaded has labels that nobody knows yet.
        loaded = controls.model == self._model
        labels = self._contract.emotions if loaded else tuple(controls.emotion)
        try:
            weights_of(controls.emotion, labels)
            if loaded and controls.text not in ("", self.controls.text):
                check_prompt(controls.text, self._contract)
        except ConditionError as error:
            raise Refusal("invalid_message", str(error)) from error

    def _check_wishes(self) -> None:
        """Take back a model that cannot be loaded, and a recording that has failed."""
        why = self._services.registry.failed(self.controls.model)
        if why:
            self._services.registry.forget(self.controls.model)
            self._take_back({"model": self._model}, why)
        take = self._take
        if take is not None and take.failed and self.controls.recording:
            self._take_back({"recording": False}, take.failed)

    def _take_back(self, update: dict[str, object], why: str) -> None:
        self._services.faults.count(f"stage {self.name}", BhavaError(why))
        self.controls = self.controls.model_copy(update=update)
        self._fade = Fade(self.controls)
        self.refused = why
