"""The performer's seat of a stage: taken with landmarks, and kept only while they come.

No socket and no clock lives here.
"""

from typing import Literal

from server.wire.outbox import Outbox

SeatPolicy = Literal["refuse", "take_over", "closed"]
"""What happens to a performer when there is another: the newcomer is refused, takes the seat over,
or finds no seat at all, since the stage keeps to a source of its own."""

SILENT = 2.0
"""Seconds without landmarks after which a performer gives way to another."""

GRACE = 10.0
"""Seconds without landmarks after which one gives way whose link was lost."""

EMPTY = 30.0
"""Seconds without anybody in the picture after which a performer gives way to another."""


class Seat:
    """Who has the seat, and for how long nobody else may take it.

    Attributes:
        policy: What happens to a performer when there is another.
        holder: Client that took it last; None while there is none, or its link is lost.
    """

    def __init__(self, policy: SeatPolicy) -> None:
        self.policy = policy
        self.holder: Outbox | None = None
        self._session: str | None = None  # of whoever has it, connected or not
        self._heard = self._seen = float("-inf")

    def is_kept(self, now: float) -> bool:
        """Tell whether somebody has it and has not been silent for too long."""
        patience = GRACE if self.holder is None else SILENT
        recent = now - self._heard < patience and now - self._seen < EMPTY
        return self._session is not None and recent

    def is_kept_for(self, session: str | None, now: float) -> bool:
        """Tell whether it is kept for a session."""
        return session is not None and session == self._session and self.is_kept(now)

    def bars(self, session: str | None, now: float) -> bool:
        """Tell whether another session has it and need not give way."""
        return self.policy == "refuse" and self.is_kept(now) and not self.is_kept_for(session, now)

    def hear(self, client: Outbox, session: str, people: int, now: float) -> Outbox | None:
        """Take in landmarks of a client that is not barred: with them it has the seat.

        Args:
            client: Sent them.
            session: Its token.
            people: How many people they show; at first, nobody may be in the picture yet.
            now: The server's clock, seconds.

        Returns:
            Who had the seat until now, if that is another client.
        """
        before, anew = self.holder, session != self._session
        self.holder, self._session, self._heard = client, session, now
        if people or anew:
            self._seen = now
        return None if before is client else before

    def leave(self, client: Outbox, lost: bool) -> None:
        """Forget a client; the seat is kept for one whose link was lost."""
        if client is not self.holder:
            return
        self.holder = None
        if not lost:
            self._session = None

    def free(self, session: str | None = None) -> Outbox | None:
        """Free it, if it is a session's or no matter whose; return who had it and is connected."""
        if session not in (None, self._session):
            return None
        before, self.holder, self._session = self.holder, None, None
        return before
