"""One line of a chat, as far as a vote needs it."""

from typing import NamedTuple


class ChatLine(NamedTuple):
    """A line of a chat; it is read and forgotten.

    Attributes:
        author: Tells authors of its chat apart; never shown and never stored as it is.
        text: As it was written.
    """

    author: str
    text: str
