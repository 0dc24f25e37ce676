import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.access.keyring import Role
from server.capture.landmarks import Sighting
from server.wire.messages import Hello, Played, Pong, Refused, Set, TakeUp
from server.wire.protocol import LandmarksMessage, Refusal, encode_landmarks
from server.wire.session import MESSAGES_PER_SECOND, Close, Event, Join, Session

HELLO = '{"type":"hello","version":2,"role":"%s"}'
LANDMARKS = encode_landmarks(LandmarksMessage(1, Sighting.nobody(2.0)))


def joined(role: Role = "viewer") -> Session:
    session = Session()
    assert session.receive(HELLO % role, 0.0) == [Join(Hello(version=2, role=role))]
    return session


def refusals(events: list[Event]) -> list[str | int]:
    """Names of refusals and codes of closes, in order."""
    named = [event for event in events if isinstance(event, Refused | Close)]
    return [event.name if isinstance(event, Refused) else event.code for event in named]


messages = st.one_of(
    st.binary(max_size=5000),
    st.text(max_size=5000),
    st.sampled_from(
        [
            LANDMARKS,
            HELLO % "viewer",
            HELLO % "performer",
            HELLO % "operator",
            '{"type":"take_up"}',
            '{"type":"set","energy":1}',
            '{"type":"ping","client_time":1}',
        ]
    ),
)


@given(st.lists(st.tuples(messages, st.floats(0, 10))))
def test_nothing_that_a_client_sends_breaks_a_session(
    script: list[tuple[str | bytes, float]],
) -> None:
    session = Session()
    now = 0.0
    for message, wait in script:
        now += wait
        was_closed, role = session.closed, session.role
        events = session.receive(message, now)
        assert not (was_closed and events)
        assert session.closed == (was_closed or any(isinstance(e, Close) for e in events))
        if role is None:
            assert all(isinstance(e, Join | Refused | Close) for e in events)
        if role != "performer":
            assert not any(isinstance(e, Sighting) for e in events)
        if role not in ("operator", "performer"):
            assert not any(isinstance(e, Set) for e in events)


def test_hello_comes_first() -> None:
    for message in ('{"type":"take_up"}', LANDMARKS, b""):
        session = Session()
        assert refusals(session.receive(message, 0.0)) == ["hello_expected", 4400]
        assert session.closed


def test_what_is_no_message_may_precede_the_hello() -> None:
    session = Session()
    assert refusals(session.receive("{", 0.0)) == ["malformed_json"]
    assert session.receive(HELLO % "viewer", 0.0) == [Join(Hello(version=2, role="viewer"))]


def test_a_second_hello_is_refused() -> None:
    session = joined()
    assert refusals(session.receive(HELLO % "performer", 1.0)) == ["invalid_message"]
    assert session.role == "viewer"


def test_another_version_ends_the_session() -> None:
    session = Session()
    message = json.dumps({"type": "hello", "version": 3, "look": "new"})
    assert refusals(session.receive(message, 0.0)) == ["unsupported_version", 4406]
    assert session.receive(HELLO % "viewer", 0.0) == []


def test_only_a_late_hello_is_refused() -> None:
    assert refusals(Session().expire()) == ["hello_timeout", 4408]
    assert joined().expire() == []


def test_what_is_for_the_stage_is_handed_on() -> None:
    session = joined("operator")
    said = [
        ('{"type":"set","emotion":{"sad":1}}', Set(emotion={"sad": 1.0})),
        ('{"type":"take_up"}', TakeUp()),
        ('{"type":"played","sequence":7}', Played(sequence=7)),
    ]
    for text, event in said:
        assert session.receive(text, 1.0) == [event]


@pytest.mark.parametrize(
    "text",
    [
        '{"type":"set","energy":1}',
        '{"type":"set","mode":"mirror"}',
        '{"type":"take_up"}',
    ],
)
def test_a_viewer_may_not_operate(text: str) -> None:
    session = joined("viewer")
    assert refusals(session.receive(text, 1.0)) == ["not_operator"]
    assert not session.closed


def test_a_ping_is_answered_with_the_clock() -> None:
    message = '{"type":"ping","client_time":3.5}'
    assert joined().receive(message, 12.25) == [Pong(client_time=3.5, server_time=12.25)]


def test_landmarks_are_a_performers() -> None:
    [landmarks] = joined("performer").receive(LANDMARKS, 1.0)
    assert isinstance(landmarks, Sighting)
    assert landmarks.time == 2.0
    for other in ("viewer", "operator"):
        assert refusals(joined(other).receive(LANDMARKS, 1.0)) == ["not_performer"]


def test_malformed_landmarks_leave_the_session_open() -> None:
    session = joined("performer")
    assert refusals(session.receive(LANDMARKS[:-1], 1.0)) == ["malformed_frame"]
    assert not session.closed


def test_the_size_is_counted_in_bytes() -> None:
    assert refusals(joined().receive(b"\x01" * 4097, 1.0)) == ["oversized", 1009]
    assert refusals(joined().receive("é" * 2049, 1.0)) == ["oversized", 1009]
    assert refusals(joined().receive("é" * 2048, 1.0)) == ["malformed_json"]


def test_what_is_too_fast_is_refused_once_a_second() -> None:
    session = joined("operator")
    events = [session.receive('{"type":"take_up"}', 0.5) for _ in range(300)]
    assert sum(e == [TakeUp()] for e in events) == MESSAGES_PER_SECOND - 1
    assert [name for e in events for name in refusals(e)] == ["too_fast"]
    assert session.too_fast
    assert session.receive('{"type":"take_up"}', 1.6) == [TakeUp()]
    assert not session.too_fast


def test_a_performer_at_60_images_a_second_is_not_too_fast() -> None:
    session = joined("performer")
    for image in range(600):
        [landmarks] = session.receive(LANDMARKS, image / 60)
        assert isinstance(landmarks, Sighting)


def test_a_refusal_of_the_stage_ends_the_session_when_it_is_fatal() -> None:
    session = joined("performer")
    assert refusals(session.refuse(Refusal("performer_absent", "why"))) == ["performer_absent"]
    assert not session.closed
    assert refusals(session.refuse(Refusal("performer_taken", "why"))) == ["performer_taken", 4409]
    assert session.closed
