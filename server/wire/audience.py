"""Who is connected to one stage, and as what: roles, the performer's seat, and each one's rate.

No socket and no clock lives here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from server.access.keyring import Keyring, Role
from server.sentence import Sentence
from server.wire.messages import Hello, Refused, ServerMessage
from server.wire.outbox import EncodedMessage, Outbox
from server.wire.protocol import Refusal
from server.wire.seat import Seat, SeatPolicy

PERFORMERS_CONTROLS = frozenset({"mode", "emotion"})
"""Controls that the performer in the seat may set without being an operator."""

STEER_EVERY = 15
"""Frames between two looks at who keeps up."""

LAGGING = 60
"""Frames not yet shown from which on a viewer gets half as many."""

CAUGHT_UP = 45
"""Frames not yet shown below which a viewer gets twice as many again."""

WIDEST_STRIDE = 8
NORMAL_CLOSURE = 1000


@dataclass(eq=False, slots=True)
class Member:
    """One client of a stage.

    Attributes:
        role: What it was granted, and has not lost.
        session: Token with which it may come back.
        key: By which it was let in; empty if it showed none.
        played: Sequence of the newest frame that it said to have shown; None before the first.
    """

    role: Role
    session: str
    key: str = ""
    played: int | None = None


class Audience:
    """The clients of one stage.

    Attributes:
        members: All of them, in the order in which they came.
        skipped: How many frames were not even meant for those who fell behind.
        elsewhere: How many watch through relays.
    """

    def __init__(
        self,
        seat: SeatPolicy,
        new_token: Callable[[], str],
        performers_controls: frozenset[str] = PERFORMERS_CONTROLS,
    ) -> None:
        """Open the doors.

        Args:
            seat: What happens to a performer when there is another.
            new_token: Gives a token that nobody can guess, such as `secrets.token_urlsafe`.
            performers_controls: Controls that the performer in the seat may set.
        """
        self.members: dict[Outbox, Member] = {}
        self._strides: dict[Outbox, int] = {}  # of those that get every 2nd, 4th or 8th frame
        self.skipped = self.elsewhere = 0
        self._gone_bytes = self._gone_dropped = 0
        self._seat = Seat(seat)
        self._new_token = new_token
        self._performers_controls = performers_controls
        self._newest = 0

    @property
    def performer(self) -> Outbox | None:
        """Who has the performer's seat; None while nobody has, or only a lost link."""
        return self._seat.holder

    @property
    def viewers(self) -> int:
        """How many clients there are, whatever their roles, those of relays included."""
        return len(self.members) + self.elsewhere

    @property
    def slowed(self) -> int:
        """How many clients get fewer frames since they fell behind."""
        return len(self._strides)

    @property
    def waiting(self) -> int:
        """How many messages wait for clients whose links are busy."""
        return sum(client.waiting for client in self.members)

    @property
    def sent_bytes(self) -> int:
        """How many were sent to all who are or were here, without headers."""
        return self._gone_bytes + sum(client.sent_bytes for client in self.members)

    @property
    def dropped(self) -> int:
        """How many frames clients did not get that are or were here."""
        return self.skipped + self._gone_dropped + sum(client.dropped for client in self.members)

    @property
    def behind(self) -> list[int]:
        """For each client that acknowledges, how many frames it has not shown yet."""
        return [
            self._lag(member.played)
            for member in self.members.values()
            if member.played is not None
        ]

    def join(self, newcomer: Outbox, hello: Hello, now: float) -> Member:
        """Let a client in.

        Args:
            newcomer: Where it is sent to.
            hello: What it wants to be, and may be.
            now: The server's clock, seconds.

        Returns:
            What it was granted: a viewer's role where the stage has no seat for performers.

        Raises:
            Refusal: `performer_taken`.
        """
        role = hello.role
        if role == "performer":
            role = self._offer_seat(newcomer, hello.session, now)
        returning = self._returns(hello.session, now)
        if returning and role != "performer":
            self._seat.free(hello.session)
        session = hello.session if returning and hello.session else self._new_token()
        member = self.members[newcomer] = Member(role, session, hello.key or "")
        return member

    def leave(self, client: Outbox, lost: bool) -> None:
        """Forget a client; any may leave.

        Args:
            client: Whoever it is.
            lost: Whether it did not say so; then a performer's seat is kept for a while.
        """
        self._strides.pop(client, None)
        if self.members.pop(client, None):
            self._gone_bytes += client.sent_bytes
            self._gone_dropped += client.dropped
        self._seat.leave(client, lost)

    def check_set(self, client: Outbox, controls: frozenset[str]) -> None:
        """Check that a client may set controls.

        Args:
            client: An operator may set all, the performer in the seat some, all others none.
            controls: By name.

        Raises:
            Refusal: `not_operator`, if some are not the client's to set.
        """
        member = self.members.get(client)  # none if just replaced by another link of its session
        if member and member.role == "operator":
            return
        allowed = self._performers_controls if client is self.performer else frozenset()
        if refused := controls - allowed:
            names = ", ".join(sorted(refused))
            role = member.role if member else "client that has left"
            raise Refusal("not_operator", f"expected an operator to set {names}, got a {role}")

    def check_take_up(self, client: Outbox) -> None:
        """Check that a client may let the partner take the performer up.

        Raises:
            Refusal: `not_performer`, if it neither operates nor has the seat.
        """
        member = self.members.get(client)
        if client is not self.performer and not (member and member.role == "operator"):
            raise Refusal("not_performer", Sentence.of("seat"))

    def note_landmarks(self, client: Outbox, people: int, now: float) -> None:
        """Note that landmarks came from a client; with the first it takes the seat.

        Args:
            client: Sent them.
            people: How many people they show.
            now: The server's clock, seconds.

        Raises:
            Refusal: `not_performer`, or `performer_taken` if somebody else has the seat.
        """
        member = self.members.get(client)
        if member is None or member.role != "performer":
            raise Refusal("not_performer", Sentence.of("viewers_landmarks"))
        if self._seat.bars(member.session, now):
            raise _taken()
        if before := self._seat.hear(client, member.session, people, now):
            self._turn_away(before, _taken())

    def free_seat(self) -> None:
        """Show the performer out, and keep the seat for nobody."""
        if before := self._seat.free():
            self._turn_away(before, Refusal("seat_freed", Sentence.of("seat_freed")))

    def review(self, keyring: Keyring, stage: str) -> None:
        """Show out those whose keys are over.

        Args:
            keyring: Tells which keys still grant a role.
            stage: Name of this stage.
        """
        grants = cache(keyring.still_grants)  # many may hold one link
        for client, member in self.members.items():
            if not grants(member.key, member.role, stage):
                expected = f"expected a key that makes its holder {member.role}"
                self._turn_away(client, Refusal("wrong_key", f"{expected}, got one that is over"))
                self._seat.leave(client, lost=False)

    def played(self, client: Outbox, sequence: int) -> None:
        """Note that a client has shown a frame."""
        if client in self.members:  # and not just replaced by another link of its session
            self.members[client].played = sequence

    def send_frame(self, frame: bytes, sequence: int) -> None:
        """Send an encoded frame to all who keep up, and every 2nd, 4th or 8th to others."""
        self._newest = sequence
        if sequence % STEER_EVERY == 0:
            self._steer()
        skipping = {client for client, stride in self._strides.items() if sequence % stride}
        self.skipped += len(skipping)
        for client in self.members:
            if client not in skipping:
                client.send_frame(frame)

    def send_all(self, message: ServerMessage) -> None:
        """Send a control message to all; it is encoded once."""
        encoded = EncodedMessage.of(message)
        for client in self.members:
            client.send_text(encoded)

    def dismiss(self, refusal: Refusal) -> None:
        """Show all out, with the reason."""
        for client in self.members:
            _dismiss(client, refusal)

    def close(self, code: int) -> None:
        """Show all out."""
        for client in self.members:
            client.close(code)

    def _returns(self, session: str | None, now: float) -> bool:
        """Tell whether a session goes on; a link of it that nobody has missed yet is cut."""
        for client, member in list(self.members.items()):
            if member.session == session:
                # The browser noticed first that its link broke. The performer's seat stays with the
                # session, so that nobody else can take it before the new link does.
                self.leave(client, lost=True)
                client.close(NORMAL_CLOSURE)
                return True
        # Nothing but a performer's seat outlives its link, so only that can be returned to.
        return self._seat.is_kept_for(session, now)

    def _offer_seat(self, newcomer: Outbox, session: str | None, now: float) -> Role:
        """Return what a would-be performer is: it has the seat with its first landmarks."""
        if self._seat.policy == "closed":
            detail = "expected a stage that lets browsers perform, got none; you are a viewer"
            newcomer.send(Refused.from_refusal(Refusal("source_not_browser", detail)))
            return "viewer"
        if self._seat.bars(session, now):
            raise _taken()
        return "performer"

    def _turn_away(self, client: Outbox, refusal: Refusal) -> None:
        """Show a client out; what it still sends on its way counts no more."""
        self.members[client].role = "viewer"
        _dismiss(client, refusal)

    def _steer(self) -> None:
        for client, member in self.members.items():
            if member.played is not None:
                stride = _steered(self._strides.pop(client, 1), self._lag(member.played))
                if stride > 1:
                    self._strides[client] = stride

    def _lag(self, played: int) -> int:
        lag = (self._newest - played) % 2**32
        return lag if lag < 2**31 else 0


def _taken() -> Refusal:
    return Refusal("performer_taken", "expected one performer, got another")


def _steered(stride: int, lag: int) -> int:
    if lag > LAGGING:
        return min(WIDEST_STRIDE, stride * 2)
    return max(1, stride // 2) if lag < CAUGHT_UP else stride


def _dismiss(client: Outbox, refusal: Refusal) -> None:
    assert refusal.close_code is not None
    client.send(Refused.from_refusal(refusal))
    client.close(refusal.close_code)
