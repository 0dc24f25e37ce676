"""One stage of an origin as a relay shows it to its own viewers.

No socket and no clock lives here.
"""

from collections import deque
from collections.abc import Callable

from server.broker.messages import Cued
from server.wire.audience import Audience
from server.wire.messages import Controls, Played, Refused, ServerHello, Status
from server.wire.outbox import Outbox
from server.wire.protocol import Refusal, sequence_of_frame
from server.wire.session import Join, StageEvent

REMEMBERED = 128
"""Frames that are kept, so that a dance can go on from them elsewhere."""


class RelayedStage:
    """The viewers of a stage, and what they must know of it; all times are of the relay's clock.

    Attributes:
        origin: Name of the origin whose frames are shown.
        audience: Who watches here.
        hello: The origin's, for a viewer without a session.
        shown: Time of the newest frame, seconds; None before the first.
        heard: This relay's clock when its origin last sent a frame of it, seconds.
        recent: Its newest frames.
        lost: Whether viewers were told that nothing comes from the stage.
        cued: Its cue list; None if it has none. No viewer is told.
    """

    def __init__(self, origin: str, hello: ServerHello, new_token: Callable[[], str]) -> None:
        """Begin without viewers and frames.

        Args:
            origin: Name of its origin.
            hello: The origin's.
            new_token: Gives a token that nobody can guess.
        """
        self.origin, self.hello = origin, hello
        self.audience = Audience("closed", new_token, frozenset())
        self.shown: float | None = None
        self.lost = False
        self.cued: Cued | None = None
        self.heard = float("-inf")
        self.recent: deque[bytes] = deque(maxlen=REMEMBERED)

    def receive(self, client: Outbox, event: StageEvent, now: float) -> None:
        """Carry out what a client asks for: to watch.

        Raises:
            Refusal: For all else.
        """
        match event:
            case Join(hello=hello):
                member = self.audience.join(client, hello, now)
                client.send(self._hello(member.session))
                if self.recent:
                    client.send_frame(self.recent[-1])
            case Played(sequence=sequence):
                self.audience.played(client, sequence)
            case _:
                raise Refusal("not_operator", "expected a viewer at a relay, got another")

    def leave(self, client: Outbox, lost: bool) -> None:
        """Forget a client."""
        self.audience.leave(client, lost)

    def show(self, frame: bytes, time: float) -> None:
        """Hand a frame to all."""
        self.recent.append(frame)
        self.shown = time
        self.audience.send_frame(frame, sequence_of_frame(frame))
        if self.lost:
            self.lost = False
            self.audience.send_all(self._status)

    def lose(self) -> None:
        """Tell all that nothing comes from the stage; they keep its newest frame."""
        if not self.lost:
            self.lost = True
            self.audience.send_all(self._status)

    def adopt(self, origin: str, hello: ServerHello) -> None:
        """Go on with what an origin tells of the stage, which may be another origin."""
        self.origin = origin
        before, self.hello = self.hello, hello
        if _but_state(before) != _but_state(hello):
            for client, member in self.audience.members.items():
                client.send(self._hello(member.session))
            return
        if before.controls != hello.controls:
            self.audience.send_all(hello.controls)
        if before.status != hello.status:
            self.audience.send_all(self._status)

    def hear(self, message: Controls | Status) -> None:
        """Tell all what has changed."""
        self.hello = self.hello.model_copy(update={message.type: message})
        self.audience.send_all(self._status if isinstance(message, Status) else message)

    def end(self, refused: Refused) -> None:
        """Show all out."""
        self.audience.dismiss(refused.refusal)

    @property
    def _status(self) -> Status:
        told = self.hello.status
        return told.model_copy(update={"source_state": "lost"}) if self.lost else told

    def _hello(self, session: str) -> ServerHello:
        return self.hello.model_copy(update={"session": session, "status": self._status})


def _but_state(hello: ServerHello) -> ServerHello:
    """Return a hello without what has messages of its own."""
    return hello.model_copy(update={"controls": None, "status": None})
