"""What the server tells operators: sentences by key, which the pages word in each language.

The English words stand in `sentences.json`, which the web pages read, too.
"""

import json
from pathlib import Path
from typing import NamedTuple

from motion.errors import CueError, SetupError

ENGLISH: dict[str, str] = json.loads(
    Path(__file__).with_name("sentences.json").read_text(encoding="utf-8")
)
"""Words by key, with the names of values in braces."""

Value = str | int | float


class Sentence(NamedTuple):
    """One sentence; its text is English.

    Attributes:
        key: One of `ENGLISH`.
        values: By the names that the words hold.
    """

    key: str
    values: dict[str, Value]

    @staticmethod
    def of(key: str, **values: Value) -> "Sentence":
        """Return the sentence of a key."""
        return Sentence(key, values)

    def __str__(self) -> str:
        return ENGLISH[self.key].format_map(self.values)


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
    """An address of a link that means nothing."""


class MissingCueError(Worded, CueError):
    """A cue that is not in the list."""
