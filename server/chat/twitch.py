"""The chat of Twitch: IRC in the messages of a WebSocket, read without an account.

No socket lives here.

References:
    https://dev.twitch.tv/docs/chat/irc, RFC 1459, https://ircv3.net/specs/extensions/message-tags.
"""

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from motion.errors import SetupError
from server.chat.chat_line import ChatLine

ADDRESS = "wss://irc-ws.chat.twitch.tv"
CHANNEL = re.compile(r"[a-z0-9_]{1,25}")
NICK = "justinfan{}"
"""Name of a guest, with digits."""

_MESSAGE = re.compile(r"(?:@(?P<tags>\S*) +)?(?::\S+ +)?(?P<command>\S+)(?: +(?P<rest>.*))?")


class Reply(NamedTuple):
    """A line to send."""

    line: str


class Ended(NamedTuple):
    """The server wants the connection to end, and why."""

    why: str


class Joined(NamedTuple):
    """The channel is read from now on."""


TwitchEvent = ChatLine | Reply | Ended | Joined


def channel_name(text: str) -> str:
    """Return the name of a channel as IRC has it.

    Raises:
        SetupError: If it is no name of a channel.
    """
    name = text.removeprefix("#").lower()
    if not CHANNEL.fullmatch(name):
        raise SetupError(f"expected a channel of letters, digits and _, got {text!r}")
    return name


def opening(channel: str, digits: int) -> list[str]:
    """Return the lines with which a guest begins.

    Args:
        channel: Name of the channel.
        digits: Number of the guest.
    """
    return ["CAP REQ :twitch.tv/tags", f"NICK {NICK.format(digits)}", f"JOIN #{channel}"]


def receive(message: str) -> Iterator[TwitchEvent]:
    """Yield what a message of the WebSocket holds; what is of no use is passed over."""
    for line in message.split("\r\n"):
        found = _MESSAGE.fullmatch(line.rstrip("\n"))
        event = _event(found["command"], found["tags"], found["rest"] or "") if found else None
        if event is not None:
            yield event


def _event(command: str, tags: str | None, rest: str) -> TwitchEvent | None:
    _, _, text = rest.partition(":")
    match command:
        case "PING":
            return Reply(f"PONG :{text}")
        case "PRIVMSG":
            author = _tag(tags or "", "user-id")
            return ChatLine(author, _spoken(text)) if author else None
        case "366":  # end of the names of a channel that was joined
            return Joined()
        case "RECONNECT":
            return Ended("expected a lasting connection, got one that Twitch renews")
        case "NOTICE" if tags is None or "msg-id=" not in tags or "suspended" in tags:
            return Ended(f"expected a channel to read, got: {text[:100]}")
        case _:
            return None


def _spoken(text: str) -> str:
    """Return the words of a line that is written as an act (`/me`)."""
    return text.removeprefix("\x01ACTION ").rstrip("\x01")


def _tag(tags: str, name: str) -> Literal[""] | str:
    for tag in tags.split(";"):
        key, _, value = tag.partition("=")
        if key == name:
            return value
    return ""
