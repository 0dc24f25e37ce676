"""The emotion that a line of a chat asks for, or none where that is not clear.

References:
    Unicode Technical Standard 39, "Unicode Security Mechanisms": letters that look alike. The few
    of Greek and Cyrillic that pass for Latin ones are enough for the words here.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import cache

import numpy as np
from jaxtyping import Float

from motion.model.text import WORDS as WORD_VECTORS
from motion.model.text import encoder
from server.chat.words import EXAMPLES, NEGATIONS, WORDS

Array = np.ndarray

LONGEST = 200
"""Characters of a line that are looked at."""

NEAR = 0.25
"""Cosine from which on a line is like a sentence."""

CLEAR = 0.06
"""Cosine by which the best emotion must be ahead of the next."""

_CYRILLIC = {
    0x430: "a",
    0x435: "e",
    0x43E: "o",
    0x440: "p",
    0x441: "c",
    0x443: "y",
    0x445: "x",
    0x456: "i",
    0x458: "j",
    0x455: "s",
    0x4BB: "h",
    0x501: "d",
}
_GREEK = {
    0x3B1: "a",
    0x3BF: "o",
    0x3C1: "p",
    0x3C4: "t",
    0x3C5: "u",
    0x3BD: "v",
    0x3B9: "i",
    0x3BA: "k",
    0x3B3: "y",
}
_TYPED = str.maketrans("@013457$", "aoleasts")
_ALIKE: dict[int, int | str] = {**_CYRILLIC, **_GREEK, **_TYPED}
"""Latin letters by the code points that pass for them."""

_ENGLISH = frozenset(
    [
        *("the", "this", "that", "it", "its", "is", "are", "i", "im", "you", "my", "and", "of"),
        *("to", "with", "for", "make", "go", "let", "lets", "what", "like", "feel", "needs"),
        *("do", "can", "she", "he", "her", "his", "they"),
    ]
)
"""Words of which English sentences have one, and those of its neighbours seldom."""

_LETTERS = re.compile(r"[^\W\d_]+")
_COMMAND = re.compile(r"\s*!\s*(\S+)")


class Feeling:
    """Reads lines for the emotions of a model."""

    def __init__(self, labels: Sequence[str]) -> None:
        """Learn the words for some labels.

        Args:
            labels: Emotions to choose from; one that no language knows has its label alone.
        """
        self._labels: dict[str, str] = {}
        for label in labels:
            for word in (label, *WORDS.get(label, "").split()):
                self._labels[_key(word)] = label
        self._examples = [label for label in labels if label in EXAMPLES]

    def read(self, text: str, likeness: bool = True) -> str | None:
        """Return the label that a line asks for; None if it asks for none, or for several.

        Args:
            text: A line, of which the first 200 characters count.
            likeness: Whether to compare it with sentences where no word tells, which takes a
                millisecond.
        """
        text = text[:LONGEST]
        if command := _COMMAND.match(text):
            return self._labels.get(_key(command[1]))
        words = _words(text)
        if _NEGATIONS.intersection(words):
            return None
        told = [self._labels[word] for word in words if word in self._labels]
        if told:
            counts = Counter(told)
            best = max(told, key=lambda label: counts[label])
            return best if list(counts.values()).count(counts[best]) == 1 else None
        return self._likest(text) if likeness and _is_english(text) else None

    def _likest(self, text: str) -> str | None:
        if len(self._examples) < 2:
            return None
        sentence = encoder(WORD_VECTORS).encode(text)[0]
        alike = [float((_examples(label) @ sentence).max()) for label in self._examples]
        second, best = sorted(alike)[-2:]
        clear = best >= NEAR and best - second >= CLEAR
        return self._examples[alike.index(best)] if clear else None


@cache
def _examples(label: str) -> Float[Array, "N W"]:
    return np.stack([encoder(WORD_VECTORS).encode(text)[0] for text in EXAMPLES[label]])


def _is_english(text: str) -> bool:
    return text.isascii() and not _ENGLISH.isdisjoint(re.findall("[a-z]+", text.lower()))


def _words(text: str) -> list[str]:
    """Return the words and emoji of a line as the table has them, each once."""
    plain = _plain(text)
    signs = [sign for sign in plain if unicodedata.category(sign) == "So"]
    return list(dict.fromkeys([*map(_squeezed, _LETTERS.findall(plain)), *signs]))


def _key(word: str) -> str:
    """Return a word of the table as lines are compared with it."""
    return next(iter(_words(word)), "")


def _plain(text: str) -> str:
    """Return a text without case, accents and look-alikes."""
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    kept = (sign for sign in apart if unicodedata.category(sign) not in ("Mn", "Cf", "Me"))
    return "".join(kept).replace("'", "").replace("\u2019", "").translate(_ALIKE)


def _squeezed(word: str) -> str:
    """Return a word without repeated letters: `haaappyyy` is `happy`."""
    return re.sub(r"(.)\1+", r"\1", word)


_NEGATIONS = frozenset(_key(word) for word in NEGATIONS.split())
