"""The emotion that a line of a chat asks for."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.chat.feeling import Feeling
from server.chat.words import EXAMPLES, WORDS

LABELS = ("neutral", "happy", "sad", "angry", "proud", "afraid", "tired", "excited")
LANGUAGES = Path(__file__).parents[2] / "web/src/language"
FEELING = Feeling(LABELS)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("!happy", "happy"),
        (" ! Fröhlich please", "happy"),
        ("make it SAD", "sad"),
        ("mehr Wut!!!", "angry"),
        ("muede", "tired"),
        ("HAAAAPPYYY", "happy"),
        ("😢😢😢😢", "sad"),
        ("❤️", "happy"),
        ("👑🏽", "proud"),
        ("sad sad happy sorrow", "sad"),
        ("h\N{CYRILLIC SMALL LETTER A}\N{CYRILLIC SMALL LETTER ER}py", "happy"),
        ("s\N{GREEK SMALL LETTER ALPHA}d", "sad"),
        ("\N{MATHEMATICAL BOLD SMALL S}\N{MATHEMATICAL BOLD SMALL A}d", "sad"),
        ("h4ppy", "happy"),
        ("an\N{ZERO WIDTH SPACE}gry", "angry"),
        ("it needs to rest in bed now", "tired"),
        ("I feel like weeping", "sad"),
    ],
)
def test_a_line_asks_for_an_emotion(text: str, label: str) -> None:
    assert FEELING.read(text) == label


@pytest.mark.parametrize(
    "text",
    [
        "",
        "!",
        "!unheard of",
        "not happy",
        "don't be sad",
        "nicht traurig",
        "happy or sad",
        "😀😢",
        "hello everybody",
        "what time does the show start",
        "el baile es muy bonito",
        "que bailarina tan triste",
        "ダンスがすごい",
        "это очень красиво",
        "x" * 201 + " happy",
    ],
)
def test_a_line_that_is_not_clear_asks_for_none(text: str) -> None:
    assert FEELING.read(text) is None


@given(st.text(max_size=300))
def test_any_line_is_read(text: str) -> None:
    assert FEELING.read(text) in (*LABELS, None)


def test_a_models_own_label_is_a_word_as_it_is() -> None:
    feeling = Feeling(("Mélancolie", "happy"))
    assert feeling.read("more melancolie") == "Mélancolie"
    assert feeling.read("sad") is None
    assert Feeling(()).read("happy") is None


@pytest.mark.parametrize("language", ["english", "german"])
def test_every_name_of_an_emotion_on_the_pages_is_a_word(language: str) -> None:
    text = (LANGUAGES / f"{language}.ts").read_text()
    block = re.search(r"\n  emotion: \{(.*?)\n  \}", text, re.DOTALL)
    assert block
    names = re.findall(r'(\w+): "([^"]+)"', block[1])
    assert {label for label, _ in names} == set(WORDS)
    for label, name in names:
        assert FEELING.read(name) == label


def test_examples_are_of_labels_that_have_words() -> None:
    assert set(EXAMPLES) <= set(WORDS)
