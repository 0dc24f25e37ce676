import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.wire import messages
from server.wire.messages import decode_message
from server.wire.protocol import CLOSE_CODES, Refusal

GOLDEN = json.loads((Path(__file__).parents[1] / "golden/messages.json").read_text())
PROTOCOL = (Path(messages.__file__).parent / "PROTOCOL.md").read_text()


@pytest.mark.parametrize("message", GOLDEN["client"], ids=lambda message: message["type"])
def test_golden_messages_of_the_client(message: dict[str, object]) -> None:
    decoded = decode_message(json.dumps(message))
    assert decoded.model_dump(exclude_unset=True) == message


@pytest.mark.parametrize("message", GOLDEN["server"], ids=lambda message: message["type"])
def test_golden_messages_of_the_server(message: dict[str, object]) -> None:
    kinds = {
        "hello": messages.ServerHello,
        "controls": messages.Controls,
        "status": messages.Status,
        "cues": messages.Cues,
        "pong": messages.Pong,
        "refused": messages.Refused,
    }
    text = json.dumps(message)
    decoded = kinds[str(message["type"])].model_validate_json(text)
    assert json.loads(decoded.model_dump_json()) == message


@pytest.mark.parametrize(("text", "name"), GOLDEN["refused"].items())
def test_golden_refusals(text: str, name: str) -> None:
    with pytest.raises(Refusal) as caught:
        decode_message(text)
    assert caught.value.name == name


def test_set_changes_what_it_names() -> None:
    message = decode_message('{"type":"set","energy":1,"beat":null,"fade":2}')
    assert isinstance(message, messages.Set)
    assert message.changes == {"energy": 1.0, "beat": None}
    assert message.fade == 2.0
    assert messages.Controls(energy=2.0).model_copy(update=message.changes).energy == 1.0


def test_a_hello_leads_to_the_default_stage() -> None:
    hello = decode_message('{"type":"hello","version":2,"role":"viewer"}')
    assert isinstance(hello, messages.Hello)
    assert (hello.stage, hello.key, hello.session) == ("default", None, None)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(st.text() | json_values.map(json.dumps))
def test_any_text_decodes_or_is_refused(text: str) -> None:
    try:
        decode_message(text)
    except Refusal as refusal:
        json.dumps(refusal.detail).encode()


@given(
    st.sampled_from(["hello", "set", "take_up", "ping", "played"]),
    st.dictionaries(
        st.sampled_from(
            ["version", "role", "key", "emotion", "beat", "look", "client_time", "sequence"]
        ),
        json_values,
    ),
)
def test_any_members_decode_or_are_refused(kind: str, members: dict[str, object]) -> None:
    name = None
    try:
        assert decode_message(json.dumps({"type": kind, **members})).type == kind
    except Refusal as refusal:
        name = refusal.name
    assert name in (None, "invalid_message", "unsupported_version")


def test_a_refusal_says_what_was_expected_and_what_came() -> None:
    with pytest.raises(Refusal, match=r"set\.energy: .* valid number.*, got 'high'"):
        decode_message('{"type":"set","energy":"high"}')
    with pytest.raises(Refusal, match=r"expected one of hello, set, .*, got .*dance"):
        decode_message('{"type":"dance"}')


def test_an_endless_message_makes_a_short_refusal() -> None:
    with pytest.raises(Refusal) as caught:
        decode_message(json.dumps({"type": "set", "energy": "x" * 4000}))
    assert len(caught.value.detail) < 300


def test_the_document_names_every_control() -> None:
    for name in messages.Controls.model_fields.keys() - {"type"}:
        assert len([row for row in PROTOCOL.splitlines() if row.startswith(f"| `{name}` |")]) == 1


def test_the_document_names_every_refusal_with_its_code() -> None:
    for name in messages.RefusalName.__args__:  # type: ignore[attr-defined]
        rows = [row for row in PROTOCOL.splitlines() if row.startswith(f"| `{name}` |")]
        assert len(rows) == 1, name
        code = rows[0].strip("|").split("|")[-1].strip()
        assert code == str(CLOSE_CODES.get(name, ""))
