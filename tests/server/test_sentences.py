"""The sentences that the server tells people."""

import ast
import errno
import re
import string
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import server.sentence as sentences
from server.sentence import (
    ENGLISH,
    SYSTEM,
    LostSourceError,
    OpenError,
    Sentence,
    Unusable,
    Worded,
    quoted,
    sentence_of,
)
from server.wire.protocol import RefusalName
from server.wire.told import Told

ROOT = Path(__file__).parents[2]
MAKERS = {"Sentence.of", "OscError"} | {
    name
    for name, each in vars(sentences).items()
    if isinstance(each, type) and issubclass(each, Worded | Unusable) and each is not Worded
}
PROGRAMS = {
    "malformed_json",
    "unknown_message",
    "invalid_message",
    "malformed_frame",
    "oversized",
    "hello_expected",
    "hello_timeout",
}
"""Refusals that only the fault of a program brings about, and no wish of a person."""

CHOSEN = {"wanted": ["port", "host"], "key": ["network", "host_bits"]}
"""Keys by the variable that holds one of them."""


def test_a_sentence_is_said_in_english_with_its_values_as_they_are() -> None:
    said = Sentence.of("universe", wanted=2, got="{wanted}")
    assert str(said) == "expected universe 2, got {wanted}"
    assert str(Unusable(*("universe",), **said.values)) == str(said)
    assert str(OpenError("port", place="here:1", reason="in use")).endswith("got here:1: in use")


def test_what_the_system_says_is_said_in_words_of_ours_and_the_rest_is_quoted() -> None:
    assert sentence_of(OSError(errno.ENOSPC, "anything")) == Sentence.of("disk_full")
    assert sentence_of(OSError(errno.ELOOP, "a ring")) == quoted("a ring")
    assert sentence_of(TimeoutError()) == Sentence.of("no_answer")
    assert sentence_of(LostSourceError("same_picture")) == Sentence.of("same_picture")
    assert sentence_of(ValueError()) == quoted("ValueError")
    assert set(SYSTEM.values()) <= ENGLISH.keys()


def test_a_sentence_travels_with_the_sentences_in_it() -> None:
    why = Sentence.of("unwritable_take", take="a.take", reason=Sentence.of("disk_full"))
    told = Told.of(why)
    assert told.text == "a.take: cannot be written: the disk is full"
    assert Told.model_validate_json(told.model_dump_json()).sentence == why


def test_the_server_says_every_sentence_and_no_other_each_with_its_values() -> None:
    said = dict.fromkeys(ENGLISH, False) | dict.fromkeys(SYSTEM.values(), True)
    for path, tree in _server():
        for key, names in _made(tree):
            wanted = {name for _, name, _, _ in string.Formatter().parse(ENGLISH[key]) if name}
            assert names == wanted, f"{path}: expected the values {wanted} of {key}, got {names}"
            said[key] = True
    assert [key for key, was in said.items() if not was] == []


def test_every_refusal_that_a_person_can_meet_has_german_words() -> None:
    german = (ROOT / "web/src/language/german.ts").read_text()
    block = re.search(r"^  refusal: \{(.*?)^  \}", german, re.MULTILINE | re.DOTALL)
    assert block is not None
    by_name = set(re.findall(r"^    (\w+):", block[1], re.MULTILINE)) & set(get_args(RefusalName))
    assert len(by_name) > 8
    for path, tree in _server():
        for name in _texts_alone(tree):
            assert name in by_name | PROGRAMS, f"{path}: expected a sentence of {name}, got a text"


def test_no_problem_of_a_request_is_told_by_a_text_alone() -> None:
    for path, tree in _server("routes"):
        if path.name not in ("crowd.py",):  # the page of the vote words each by its name
            calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
            assert "HTTPException" not in map(_name, calls), path


def _server(folder: str = "") -> Iterator[tuple[Path, ast.AST]]:
    for path in (ROOT / "server" / folder).rglob("*.py"):
        yield path, ast.parse(path.read_text())


def _name(node: ast.AST) -> str:
    return ast.unparse(node.func) if isinstance(node, ast.Call) else ""


def _texts_alone(tree: ast.AST) -> Iterator[str]:
    """Yield the names of the refusals that are made of a text, which pages do not word."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node) in ("Refusal", "Denial"):
            name, said = node.args[0], node.args[1:]
            if isinstance(name, ast.Constant) and any(_is_text(each, tree) for each in said):
                yield str(name.value)


def _is_text(node: ast.expr, tree: ast.AST) -> bool:
    """Tell whether a value is a text, or a variable that holds one somewhere in the file."""
    if isinstance(node, ast.Name):
        given = [each for each in ast.walk(tree) if isinstance(each, ast.Assign)]
        return any(
            ast.unparse(each.targets[0]) == node.id and _is_text(each.value, tree)
            for each in given
            if not isinstance(each.value, ast.Name)
        )
    return isinstance(node, ast.Constant | ast.JoinedStr)


def _made(tree: ast.AST) -> Iterator[tuple[str, set[str | None]]]:
    """Yield the key and the names of the values of each sentence that is made with a key."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node) in MAKERS and node.args:
            names = {each.arg for each in node.keywords}
            for key in _keys(node.args[0]) if names != {None} else ():  # else it is handed on
                yield key, names


def _keys(node: ast.expr) -> list[str]:
    """Return the key; where a variable chooses it, those that it may be."""
    if isinstance(node, ast.Constant):
        return [node.value]
    return CHOSEN[ast.unparse(node)]
