"""Prompts: motion described in words, and how a model reads them.

An encoder turns a prompt into tokens: the first stands for the sentence, the others for its words.
A token of zeros is none, so a prompt of zeros is none either. Encoders are imported when one is
first asked for.
"""

import os
import re
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
from jaxtyping import Float

from motion.errors import ConditionError, SetupError
from motion.model.contract import Contract

Array = np.ndarray

TOKENS: Final = 21
"""Tokens of a prompt: the sentence, and its first 20 pieces of words."""

LONGEST: Final = 200
"""Characters of a prompt."""

ALIKE: Final = 0.2
"""Cosine from which on two words mean something alike; unrelated words stay below it."""

NEARBY: Final = 0.05
"""Difference of cosines by which a learnt text counts less for the energy of a prompt, e-fold."""

CLIP_WEIGHTS: Final = "BHAVA_CLIP"
"""Environment variable with the path of CLIP's weights."""

CLIP_ARCHITECTURE: Final = "ViT-B-32"


class TextEncoder(Protocol):
    """Turns prompts into numbers.

    Attributes:
        width: Width of a token.
    """

    width: int

    def encode(self, text: str) -> Float[Array, "tokens W"]:
        """Return `TOKENS` tokens, float32: the sentence, of unit length, words, zeros."""


class WordEncoder:
    """Vectors of word pieces, and their mean: small, offline, of English words.

    References:
        L. Miller, "WordLlama", 2024: token embeddings of a language model, trained further for
        sentence similarity.
    """

    SCALE: Final = 8.0
    """Length of a telling piece's vector, about."""

    def __init__(self) -> None:
        """Read what the package `wordllama` carries; the package itself is not imported."""
        from safetensors.numpy import load_file
        from tokenizers import Tokenizer

        found = find_spec("wordllama")
        if found is None or not found.submodule_search_locations:
            raise SetupError(
                "text: expected the package wordllama, got none: pip install wordllama"
            )
        folder = Path(found.submodule_search_locations[0])
        tokenizer = folder / "tokenizers/l2_supercat_tokenizer_config.json"
        weights = folder / "weights/l2_supercat_256.safetensors"
        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        (table,) = load_file(weights).values()
        self._table = table
        self.width = int(table.shape[1])

    def encode(self, text: str) -> Float[Array, "tokens W"]:
        """Return the tokens of a text; what is beyond 20 pieces counts for the sentence only."""
        pieces = self._pieces(text)
        tokens = np.zeros((TOKENS, self.width), np.float32)
        if len(pieces):
            tokens[0] = _unit(pieces.mean(0))
            tokens[1 : 1 + len(pieces)] = pieces[: TOKENS - 1] / self.SCALE
        return tokens

    def _pieces(self, text: str) -> Float[Array, "N W"]:
        ids = self._tokenizer.encode(text.strip().lower(), add_special_tokens=False).ids
        pieces: Array = self._table[ids].astype(np.float32)
        return pieces


class ClipEncoder:
    """CLIP's text tower: the sentence alone.

    References:
        A. Radford et al., "Learning Transferable Visual Models From Natural Language Supervision",
        arXiv:2103.00020.
    """

    width = 512

    def __init__(self) -> None:
        """Read the weights that `BHAVA_CLIP` names, with the package `open_clip`."""
        weights = os.environ.get(CLIP_WEIGHTS, "")
        if not Path(weights).is_file():
            raise SetupError(f"text: expected CLIP weights at ${CLIP_WEIGHTS}, got {weights!r}")
        if find_spec("open_clip") is None:
            raise SetupError(
                "text: expected the package open_clip, got none: pip install open_clip_torch"
            )
        import open_clip

        self._model: Any = open_clip.create_model(CLIP_ARCHITECTURE, pretrained=weights).eval()
        self._tokenize: Callable[[list[str]], Any] = open_clip.get_tokenizer(CLIP_ARCHITECTURE)

    def encode(self, text: str) -> Float[Array, "tokens W"]:
        """Return the tokens of a text, all but the first of them zeros."""
        tokens = np.zeros((TOKENS, self.width), np.float32)
        if text.strip():
            encoded = self._model.encode_text(self._tokenize([text])).detach().numpy()
            tokens[0] = _unit(encoded[0])
        return tokens


WORDS: Final = "words"
"""The encoder that is always there."""

ENCODERS: Final[dict[str, Callable[[], TextEncoder]]] = {WORDS: WordEncoder, "clip": ClipEncoder}


@cache
def encoder(name: str) -> TextEncoder:
    """Return an encoder by name, loaded once.

    Raises:
        SetupError: If there is none of this name, or the machine lacks what it needs.
    """
    if name not in ENCODERS:
        raise SetupError(f"text encoder: expected one of {', '.join(ENCODERS)}, got {name!r}")
    return ENCODERS[name]()


def tokens_of(text: str, contract: Contract) -> Float[Array, "T"]:
    """Return a prompt as a model takes it: tokens and usual energy; zeros for the empty one.

    Raises:
        SetupError: If the machine lacks the model's encoder.
    """
    if not text or not contract.text_width:
        return np.zeros(contract.text_width, np.float32)
    tokens = encoder(contract.text_encoder).encode(text)
    return np.append(tokens, np.float32(usual_energy(tokens[0], contract)))


def usual_energy(sentence: Float[Array, "W"], contract: Contract) -> float:
    """Return the mean joint speed of what learnt texts like a sentence mean, m/s."""
    known = _sentences(tuple(contract.energy_by_text), contract.text_encoder)
    weights = np.exp((known @ sentence - 1.0) / NEARBY)
    with np.errstate(divide="ignore"):  # of a rig whose joints rest: then nothing is known
        levels = np.log([*contract.energy_by_text.values()])
    return float(np.exp(np.average(levels, weights=weights)))


def check_prompt(text: str, contract: Contract) -> list[str]:
    """Refuse what is no prompt; return the words that a model has learnt nothing like.

    Such words colour the sentence, and little more.

    Raises:
        ConditionError: If the model takes no text, or the prompt is empty, too long, or most
            of its words are like none that was learnt, as in another language.
    """
    if not contract.text_width:
        raise ConditionError(
            f"text: expected a model that takes text, got {contract.name}, which takes none"
        )
    if not 0 < len(text.strip()) <= LONGEST:
        got = f"one of {len(text)}" if text.strip() else "an empty one"
        raise ConditionError(f"text: expected a prompt of 1 to {LONGEST} characters, got {got}")
    words = telling_words(text)
    strange = [word for word in words if not _is_known(word, contract)]
    if not words or 2 * len(strange) > len(words):
        examples = ", ".join(repr(text) for text in [*contract.energy_by_text][:3])
        raise ConditionError(
            f"text: expected English words of motion, such as {examples}, got {text!r:.80}"
        )
    return strange


_SMALL_WORDS: Final = frozenset(
    [
        *("a", "an", "the", "and", "or", "then", "while", "both", "of", "to", "in", "on", "at"),
        *("with", "for", "is", "are", "it", "its", "he", "his", "she", "her", "they", "their"),
        *("person", "someone", "somebody", "man", "woman"),
    ]
)
"""Words that tell nothing of a motion."""


def telling_words(text: str) -> list[str]:
    """Return the words that tell what is done, in lower case, each once."""
    words = re.findall(r"[^\W\d_]+", text.lower())
    return list(dict.fromkeys(word for word in words if word not in _SMALL_WORDS))


@cache
def _sentences(texts: tuple[str, ...], name: str) -> Float[Array, "N W"]:
    return np.stack([encoder(name).encode(text)[0] for text in texts])


def _vocabulary(contract: Contract) -> tuple[str, ...]:
    texts = contract.energy_by_text
    return tuple(dict.fromkeys(word for text in texts for word in telling_words(text)))


def _is_known(word: str, contract: Contract) -> bool:
    if not word.isascii():
        return False
    name = contract.text_encoder
    alike = _sentences(_vocabulary(contract), name) @ encoder(name).encode(word)[0]
    return bool(alike.max() >= ALIKE)


def _unit(vector: Float[Array, "W"]) -> Float[Array, "W"]:
    return vector / max(float(np.linalg.norm(vector)), 1e-6)
