"""What is common to all chats: lines become choices, within bounds, and authors become no one.

No socket and no clock lives here.
"""

import hashlib
import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from server.chat.chat_line import ChatLine
from server.chat.feeling import Feeling

LINES_PER_SECOND = 200
"""Lines that are looked at; the rest is counted only."""

LIKENESSES_PER_SECOND = 20
"""Lines that are compared with sentences, each a millisecond."""


@dataclass
class ChatState:
    """How a chat fares.

    Attributes:
        name: Kind and channel, such as `twitch CHANNEL`.
        state: Whether lines come.
        why: Why they do not; empty while they do.
        lines: Lines that came.
        votes: Lines that asked for an emotion.
        skipped: Lines that came too fast to be looked at.
    """

    name: str
    state: str = "connecting"
    why: str = ""
    lines: int = 0
    votes: int = 0
    skipped: int = 0

    def lost(self, why: str) -> None:
        """Note that no lines come, and why."""
        self.state, self.why = "lost", why

    def listening(self) -> None:
        """Note that lines come."""
        self.state, self.why = "listening", ""


class Listener:
    """Turns the lines of one chat into choices."""

    def __init__(
        self,
        state: ChatState,
        secret: bytes,
        labels: Callable[[], Sequence[str]],
        cast: Callable[[str, str], None],
    ) -> None:
        """Listen for a vote.

        Args:
            state: Counts.
            secret: Makes voters of authors; nobody who lacks it can tell authors by them.
            labels: Tells the emotions to choose from.
            cast: Takes a voter's choice of a label.
        """
        self.state = state
        self._secret, self._labels, self._cast = secret, labels, cast
        self._feeling, self._known = Feeling(()), tuple[str, ...]()
        self._second, self._looked, self._compared = 0, 0, 0

    def hear(self, line: ChatLine, now: float) -> None:
        """Take a line in.

        Args:
            line: As it came.
            now: Seconds.
        """
        self.state.lines += 1
        if int(now) != self._second:
            self._second, self._looked, self._compared = int(now), 0, 0
        if self._looked >= LINES_PER_SECOND:
            self.state.skipped += 1
            return
        self._looked += 1
        label = self._read(line.text)
        if label is not None:
            self.state.votes += 1
            self._cast(self._voter(line.author), label)

    def _read(self, text: str) -> str | None:
        labels = tuple(self._labels())
        if labels != self._known:
            self._feeling, self._known = Feeling(labels), labels
        label = self._feeling.read(text, likeness=False)
        if label is None and self._compared < LIKENESSES_PER_SECOND:
            self._compared += 1
            label = self._feeling.read(text)
        return label

    def _voter(self, author: str) -> str:
        named = f"{self.state.name} {author}".encode()
        return hmac.new(self._secret, named, hashlib.sha256).hexdigest()
