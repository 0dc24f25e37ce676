"""One partner with its performer and its viewers: who sees what, and who may change what.

No socket or clock lives here. `advance` may run in a thread of its own; everything else belongs
to one event loop.
"""

from motion.company import STAGE_RADIUS
from motion.contract import Contract
from motion.emotion import check_energy, weights_of
from motion.errors import ConditionError
from motion.skeleton import CANONICAL
from server.dance import Dance
from server.faults import Faults
from server.landmarks import Landmarks
from server.messages import (
    Controls,
    Emotion,
    Energy,
    Played,
    Refused,
    Role,
    ServerHello,
    ServerMessage,
    SkeletonMessage,
    Status,
    TakeUp,
)
from server.outbox import Outbox
from server.protocol import FrameMessage, Refusal, encode_frame
from server.session import Join

GOING_AWAY = 1001
"""Close code when the show is over."""

STALLED = 2.0
"""Seconds without a frame after which something is wrong."""
StageEvent = Join | Emotion | Energy | TakeUp | Played | Landmarks


class Stage:
    """Where the partner dances before its viewers.

    Attributes:
        contract: Of the partner's model.
        faults: What went wrong so far.
        controls: What colours the motion, shared by all.
        newest: The newest frame; None before the first.
    """

    def __init__(
        self, contract: Contract, dance: Dance, faults: Faults, accepts_performers: bool
    ) -> None:
        self.contract = contract
        self.faults = faults
        self.newest: FrameMessage | None = None
        self._encoded = b""
        self._dance = dance
        self._accepts_performers = accepts_performers
        self._performer: Outbox | None = None
        self._played: dict[Outbox, int | None] = {}
        self.controls = Controls(emotion={contract.emotions[0]: 1.0}, energy=1.0)
        self._weights = weights_of(self.controls.emotion, contract.emotions)
        self._announced = self.status

    @property
    def status(self) -> Status:
        """How the stage is now."""
        performer = self._dance.performer
        return Status(
            source=performer.source.name,
            source_state=performer.source.state,
            performer="present" if performer.present else "absent",
            viewers=len(self._played),
        )

    @property
    def source_detail(self) -> str:
        """Why the source is lost; empty otherwise."""
        return self._dance.performer.source.detail

    @property
    def behind(self) -> list[int]:
        """For each viewer that acknowledges, how many frames it has not shown yet."""
        if self.newest is None:
            return []
        newest = self.newest.sequence % 2**32
        return [max(0, newest - played) for played in self._played.values() if played is not None]

    def ready(self, now: float) -> bool:
        """Tell whether frames flow and landmarks do, or may come from a browser at any time."""
        source = self._dance.performer.source
        landmarks = source.state == "delivering" or source is self._dance.performer.browser
        return landmarks and self.newest is not None and now - self.newest.time < STALLED

    def advance(self, now: float) -> FrameMessage:
        """Return the next frame."""
        return self._dance.advance(now, self._weights, self.controls.energy)

    def publish(self, frame: FrameMessage) -> None:
        """Hand a frame to all, encoded once, and what has changed since the last one."""
        self.newest, self._encoded = frame, encode_frame(frame)
        for viewer in self._played:
            viewer.send_frame(self._encoded)
        status = self.status
        if status != self._announced:
            self._announced = status
            self._send_all(status)

    def receive(self, viewer: Outbox, event: StageEvent) -> None:
        """Carry out what a client asks for.

        Raises:
            Refusal: If it may not be done, or not now.
        """
        match event:
            case Join(role=role):
                self._join(viewer, role)
            case Emotion(weights=weights):
                self._choose(weights, self.controls.energy)
            case Energy(value=energy):
                self._choose(self.controls.emotion, energy)
            case TakeUp():
                self._take_up()
            case Played(sequence=sequence):
                self._played[viewer] = sequence
            case Landmarks():
                self._follow(viewer, event)

    def leave(self, viewer: Outbox) -> None:
        """Forget a client; may be called for one that never joined."""
        self._played.pop(viewer, None)
        if viewer is self._performer:
            self._performer = None

    def close(self) -> None:
        """Tell all that the show is over."""
        for viewer in self._played:
            viewer.close(GOING_AWAY)

    def _join(self, viewer: Outbox, role: Role) -> None:
        if role == "performer":
            self._admit_performer(viewer)
        self._played[viewer] = None
        viewer.send(self._hello())
        if self._encoded:
            viewer.send_frame(self._encoded)

    def _admit_performer(self, newcomer: Outbox) -> None:
        if not self._accepts_performers:
            name = self._dance.performer.source.name
            detail = f"expected a source that lets browsers in, got {name}; you are a viewer"
            newcomer.send(Refused(name="source_not_browser", detail=detail))
            return
        if self._performer is not None:
            taken = Refusal("performer_taken", "expected one performer, got another")
            if self._dance.performer.browser.state == "delivering":
                raise taken
            self._dismiss(self._performer, taken)
        self._performer = newcomer

    def _dismiss(self, viewer: Outbox, refusal: Refusal) -> None:
        assert refusal.close_code is not None
        viewer.send(Refused(name=refusal.name, detail=refusal.detail))
        viewer.close(refusal.close_code)

    def _hello(self) -> ServerHello:
        return ServerHello(
            model=self.contract.name,
            fps=self.contract.fps,
            stage_radius=STAGE_RADIUS,
            skeleton=SkeletonMessage.of(CANONICAL),
            emotions=self.contract.emotions,
            controls=self.controls,
            status=self.status,
        )

    def _choose(self, emotion: dict[str, float], energy: float) -> None:
        try:
            weights = weights_of(emotion, self.contract.emotions)
            chosen = Controls(emotion=emotion, energy=check_energy(energy))
        except ConditionError as error:
            raise Refusal("invalid_message", str(error)) from error
        if chosen != self.controls:
            self._weights, self.controls = weights, chosen
            self._send_all(chosen)

    def _take_up(self) -> None:
        if not self._dance.performer.present:
            raise Refusal("performer_absent", "expected a performer to take up, got none")
        self._dance.take_ups.request()

    def _follow(self, viewer: Outbox, landmarks: Landmarks) -> None:
        if viewer is not self._performer:
            raise Refusal("not_performer", "expected landmarks from the performer, got a viewer's")
        self._dance.performer.browser.receive(landmarks)

    def _send_all(self, message: ServerMessage) -> None:
        for viewer in self._played:
            viewer.send(message)
