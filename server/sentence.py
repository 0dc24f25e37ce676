"""What the server tells people: sentences by key, which the pages word in each language.

The English words stand in `sentences.json`, which the web pages read, too.
"""

import errno
import json
import socket
from dataclasses import dataclass
from pathlib import Path

from motion.errors import CueError, HouseFullError, SetupError, SourceError, StageError, TakeError

ENGLISH: dict[str, str] = json.loads(
    Path(__file__).with_name("sentences.json").read_text(encoding="utf-8")
)
"""Words by key, with the names of values in braces."""

SYSTEM: dict[int, str] = {
    errno.EACCES: "no_permission",
    errno.EADDRINUSE: "port_taken",
    errno.EADDRNOTAVAIL: "no_such_address",
    errno.EAFNOSUPPORT: "no_such_address",
    errno.ECONNREFUSED: "nobody_listens",
    errno.ECONNRESET: "connection_cut",
    errno.EDQUOT: "disk_full",
    errno.EHOSTUNREACH: "no_way",
    errno.EIO: "disk_broken",
    errno.EISDIR: "is_folder",
    errno.EMFILE: "too_many_files",
    errno.EMSGSIZE: "packet_too_long",
    errno.ENETDOWN: "no_way",
    errno.ENETUNREACH: "no_way",
    errno.ENFILE: "too_many_files",
    errno.ENODEV: "no_network",
    errno.ENOENT: "no_such_file",
    errno.ENOSPC: "disk_full",
    errno.ENOTDIR: "no_folder",
    errno.EPERM: "no_permission",
    errno.EPIPE: "connection_cut",
    errno.EROFS: "disk_read_only",
    errno.ETIMEDOUT: "no_answer",
    socket.EAI_AGAIN: "no_name_server",
    socket.EAI_NONAME: "no_such_name",
}
"""Keys of what operating systems say, by its number; that of names is negative where it counts."""


@dataclass(frozen=True)
class Sentence:
    """One sentence; its text is English.

    Attributes:
        key: One of `ENGLISH`.
        values: By the names that the words hold; a reason may be a sentence, too.
    """

    key: str
    values: dict[str, "Value"]

    @staticmethod
    def of(key: str, **values: "Value") -> "Sentence":
        """Return the sentence of a key."""
        return Sentence(key, values)

    def __str__(self) -> str:
        return ENGLISH[self.key].format_map(self.values)


Value = str | int | float | Sentence


def sentence_of(error: BaseException) -> Sentence:
    """Return what an error says: in words of ours where there are any, else as a quotation."""
    if isinstance(error, Worded):
        return error.sentence
    if isinstance(error, TimeoutError):
        return Sentence.of("no_answer")
    if isinstance(error, OSError):
        if error.errno in SYSTEM:
            return Sentence(SYSTEM[error.errno], {})
        return quoted(error.strerror or str(error))
    return quoted(str(error) or type(error).__name__)


def quoted(text: str) -> Sentence:
    """Return what others say, which no page words in another language."""
    return Sentence.of("quoted", text=text)


class Unusable(ValueError):  # noqa: N818 - an adjective, as what it tells of is no fault of ours
    """A packet or message that a link cannot use.

    Attributes:
        sentence: "expected X, got Y".
    """

    def __init__(self, key: str, **values: Value) -> None:
        """Take the key and the values of a sentence; its text costs nothing until it is read."""
        super().__init__()
        self.sentence = Sentence(key, values)

    def __str__(self) -> str:
        return str(self.sentence)


class Worded(Exception):  # noqa: N818 - a part of errors
    """An error that pages word in each language.

    Attributes:
        sentence: "expected X, got Y".
    """

    def __init__(self, key: str, **values: Value) -> None:
        """Take the key and the values of a sentence."""
        self.sentence = Sentence(key, values)
        super().__init__(str(self.sentence))


class OpenError(Worded, SetupError):
    """A link that cannot be opened."""


class AddressError(Worded, SetupError, ValueError):
    """An address of a link or source that means nothing."""


class MissingCueError(Worded, CueError):
    """A cue that is not in the list."""


class LostSourceError(Worded, SourceError):
    """A source that cannot be opened, or gives nothing any more."""


class TakenNameError(Worded, StageError):
    """A name that another stage has."""


class NoRoomError(Worded, HouseFullError):
    """A stage that the server has no room for."""


class UnfitTakeError(Worded, TakeError):
    """A take that cannot be used for what is asked."""
