"""The sentences that links tell operators."""

import ast
import string
from collections.abc import Iterator
from pathlib import Path

from server.wire.sentence import (
    ENGLISH,
    AddressError,
    MissingCueError,
    OpenError,
    Sentence,
    Unusable,
)

SERVER = Path(__file__).parents[2] / "server"
MAKERS = {
    "Sentence.of",
    "OscError",
    *(kind.__name__ for kind in (Unusable, OpenError, AddressError, MissingCueError)),
}


def test_a_sentence_is_said_in_english_with_its_values_as_they_are() -> None:
    said = Sentence.of("universe", wanted=2, got="{wanted}")
    assert str(said) == "expected universe 2, got {wanted}"
    assert str(Unusable(*("universe",), **said.values)) == str(said)
    assert str(OpenError("port", place="here:1", reason="in use")).endswith("got here:1: in use")


def test_links_say_every_sentence_and_no_other_each_with_its_values() -> None:
    said = dict.fromkeys(ENGLISH, False)
    for path in SERVER.rglob("*.py"):
        for key, names in _made(ast.parse(path.read_text())):
            wanted = {name for _, name, _, _ in string.Formatter().parse(ENGLISH[key]) if name}
            assert names == wanted, f"{path}: expected the values {wanted} of {key}, got {names}"
            said[key] = True
    assert [key for key, was in said.items() if not was] == []


def _made(tree: ast.AST) -> Iterator[tuple[str, set[str | None]]]:
    """Yield the key and the names of the values of each sentence that is made with a key."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in MAKERS:
            for key in _keys(node.args[0]):
                yield key, {each.arg for each in node.keywords}


def _keys(node: ast.expr) -> list[str]:
    """Return the key; where a variable chooses it, the two that a port and a host have."""
    return [node.value] if isinstance(node, ast.Constant) else ["port", "host"]
