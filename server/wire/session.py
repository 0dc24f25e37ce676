"""One connection as a state machine: messages in, events out.

No socket, clock or queue lives here; who owns the socket carries out the events.
"""

from dataclasses import dataclass

from server.access.keyring import Role
from server.capture.landmarks import Sighting
from server.sentence import Sentence
from server.wire.messages import (
    ClientMessage,
    Hello,
    Ping,
    Played,
    Pong,
    Refused,
    Set,
    TakeUp,
    decode_message,
)
from server.wire.protocol import MESSAGE_LIMIT, Refusal, decode_landmarks

HELLO_TIMEOUT = 5.0
"""Seconds within which the first message must come."""

MESSAGES_PER_SECOND = 120
"""Above twice the rate of a performer's landmarks and a viewer's acknowledgements together."""


@dataclass(frozen=True)
class Join:
    """The client has said hello: let it in."""

    hello: Hello


@dataclass(frozen=True)
class Close:
    """End the connection with a code."""

    code: int


StageEvent = Join | Set | TakeUp | Played | Sighting
"""What a stage is to carry out."""

Event = StageEvent | Pong | Refused | Close
"""What a message leads to: something for the stage, an answer to send, or the end."""


class Session:
    """What one client may say next, and what it has said.

    Attributes:
        role: What the client said to be, None before its hello.
        closed: Whether a `Close` was given out; nothing is accepted after it.
    """

    def __init__(self) -> None:
        self.role: Role | None = None
        self.closed = False
        self._rate = _Rate()

    def receive(self, message: str | bytes, now: float) -> list[Event]:
        """Take in one message.

        Args:
            message: Text (control) or bytes (landmarks), as they came.
            now: The server's clock, seconds.

        Returns:
            What to do, in this order.
        """
        if self.closed:
            return []
        try:
            if not self._rate.admits(now):
                return []
            return self._events(message, now)
        except Refusal as refusal:
            return self.refuse(refusal)

    @property
    def too_fast(self) -> bool:
        """Whether the newest message came above the rate limit; reading on may wait a little."""
        return self._rate.exceeded

    def refuse(self, refusal: Refusal) -> list[Event]:
        """Answer with a refusal; a fatal one ends the session."""
        refused = Refused.from_refusal(refusal)
        if refusal.close_code is None:
            return [refused]
        self.closed = True
        return [refused, Close(refusal.close_code)]

    def expire(self) -> list[Event]:
        """The time for the hello is over."""
        if self.role or self.closed:
            return []
        detail = f"expected hello within {HELLO_TIMEOUT:g} s, got none"
        return self.refuse(Refusal("hello_timeout", detail))

    def _events(self, message: str | bytes, now: float) -> list[Event]:
        size = len(message) if isinstance(message, bytes) else len(message.encode(errors="replace"))
        if size > MESSAGE_LIMIT:
            raise Refusal("oversized", f"expected at most {MESSAGE_LIMIT} bytes, got {size}")
        if isinstance(message, bytes):
            return [self._landmarks(message)]
        return self._control(decode_message(message), now)

    def _landmarks(self, message: bytes) -> Sighting:
        if self.role is None:
            raise Refusal("hello_expected", "expected hello first, got a binary message")
        sighting = decode_landmarks(message).sighting
        if self.role != "performer":
            raise Refusal("not_performer", Sentence.of("viewers_landmarks"))
        return sighting

    def _control(self, message: ClientMessage, now: float) -> list[Event]:
        if self.role is None:
            return [self._hello(message)]
        match message:
            case Hello():
                raise Refusal("invalid_message", "expected one hello, got another")
            case Ping(client_time=client_time):
                return [Pong(client_time=client_time, server_time=now)]
            case Set() | TakeUp() if self.role == "viewer":
                expected = f"expected {message.type} from an operator or performer"
                raise Refusal("not_operator", f"{expected}, got {self._who}")
            case _:
                return [message]

    def _hello(self, message: ClientMessage) -> Join:
        if not isinstance(message, Hello):
            raise Refusal("hello_expected", f"expected hello first, got {message.type}")
        self.role = message.role
        return Join(message)

    @property
    def _who(self) -> str:
        return f"one from a {self.role}"


class _Rate:
    """Counts messages per second; what is too much is refused once a second, else ignored."""

    def __init__(self) -> None:
        self._since = float("-inf")
        self._count = 0

    @property
    def exceeded(self) -> bool:
        return self._count > MESSAGES_PER_SECOND

    def admits(self, now: float) -> bool:
        if now - self._since >= 1.0:
            self._since, self._count = now, 0
        self._count += 1
        if self._count == MESSAGES_PER_SECOND + 1:
            raise Refusal("too_fast", Sentence.of("too_fast", most=MESSAGES_PER_SECOND))
        return not self.exceeded
