"""What no honest client sends: bytes that are almost messages, and clients in any order."""

import json
import math
import struct
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from motion.clip import Pose
from motion.skeleton import CANONICAL
from server.capture.landmarks import Landmarks, Sighting
from server.wire.audience import Audience
from server.wire.messages import Refused, decode_message
from server.wire.outbox import Outbox
from server.wire.protocol import (
    CLOSE_CODES,
    MESSAGE_LIMIT,
    PARTNER,
    Figure,
    FrameMessage,
    LandmarksMessage,
    Refusal,
    decode_frame,
    decode_landmarks,
    encode_frame,
    encode_frames,
    encode_landmarks,
)
from server.wire.session import Close, Join, Session
from tests.server.doubles import seen

T = TypeVar("T")
JOINTS = len(CANONICAL.joints)
PERSON = seen(0.0).people[0]
SEEN = encode_landmarks(LandmarksMessage(7, Sighting(1.0, (PERSON, PERSON))))
FIGURE = Figure(PARTNER, 0, Pose.standing(), np.ones(4, bool))
SHOWN = encode_frame(FrameMessage(7, 1.0, None, np.ones(8), (FIGURE, FIGURE)))
TEXTS = (
    '{"type":"hello","version":2,"role":"viewer"}',
    '{"type":"hello","version":2,"role":"performer"}',
    '{"type":"hello","version":2,"role":"operator","key":"sesame"}',
    '{"type":"set","energy":1,"emotion":{"happy":1},"beat":{"bpm":120,"at":0}}',
    '{"type":"take_up"}',
    '{"type":"played","sequence":1}',
    '{"type":"ping","client_time":1}',
)
OF_TEXTS = {"malformed_json", "unknown_message", "invalid_message", "unsupported_version"}

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


@st.composite
def damaged(draw: st.DrawFn, whole: bytes) -> bytes:
    """A message of which some bytes are others, that is cut off, or goes on."""
    data = bytearray(whole)
    for at in draw(st.lists(st.integers(0, len(data) - 1), max_size=6)):
        data[at] = draw(st.integers(0, 255))
    return bytes(data[: draw(st.integers(0, len(data)))]) + draw(st.binary(max_size=8))


@st.composite
def almost_messages(draw: st.DrawFn) -> str:
    """A control message of which a member is missing, or is anything."""
    members: dict[str, Any] = json.loads(draw(st.sampled_from(TEXTS)))
    name = draw(st.sampled_from(sorted(members)))
    if draw(st.booleans()):
        del members[name]
    else:
        members[name] = draw(json_values)
    return json.dumps(members)


def attempt(decode: Callable[[], T]) -> tuple[T | None, Refusal | None]:
    """What came of it: a value or a refusal, and never another error."""
    try:
        return decode(), None
    except Refusal as refusal:
        return None, refusal


@given(damaged(SHOWN))
def test_a_damaged_frame_decodes_to_rotations_or_is_refused(data: bytes) -> None:
    frame, refusal = attempt(lambda: decode_frame(data, JOINTS))
    assert refusal is None or refusal.name == "malformed_frame"
    for figure in frame.figures if frame else ():
        assert np.linalg.norm(figure.pose.rotations, axis=1) == pytest.approx(1.0)
        assert np.isfinite(figure.pose.hips).all()


@given(damaged(SEEN))
def test_damaged_landmarks_decode_to_numbers_or_are_refused(data: bytes) -> None:
    message, refusal = attempt(lambda: decode_landmarks(data))
    assert refusal is None or refusal.name == "malformed_frame"
    assert message is None or math.isfinite(message.sighting.time)
    for person in message.sighting.people if message else ():
        assert np.isfinite(person.positions).all()
        assert ((person.visibility >= 0) & (person.visibility <= 1)).all()


@given(st.lists(st.integers(0, 3), max_size=5), st.integers(0, 2**40))
def test_frames_that_are_packed_together_are_those_packed_alone(
    figures: list[int], sequence: int
) -> None:
    frames = [
        FrameMessage(sequence + i, float(i), None, np.ones(i), (FIGURE,) * count)
        for i, count in enumerate(figures)
    ]
    assert encode_frames(frames) == [encode_frame(frame) for frame in frames]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 1e300])
def test_numbers_that_no_browser_measures_do_not_travel(value: float) -> None:
    positions = PERSON.positions.copy()
    positions[3] = value
    strange = Landmarks(positions, PERSON.visibility, PERSON.image)
    with np.errstate(invalid="ignore"):
        data = encode_landmarks(LandmarksMessage(1, Sighting(1.0, (strange,))))
    [person] = decode_landmarks(data).sighting.people
    assert np.abs(person.positions).max() <= 32.768


@given(st.one_of(almost_messages(), json_values.map(json.dumps)))
def test_almost_a_message_is_refused_by_name(text: str) -> None:
    message, refusal = attempt(lambda: decode_message(text))
    assert message is not None or refusal is not None
    if refusal is not None:
        assert refusal.name in OF_TEXTS
        assert len(refusal.detail) < 500


@pytest.mark.parametrize(
    "text",
    ["[" * 2_000, '{"a":' * 500, '{"type":"ping","client_time":1e999}', "\x00", '"\\ud800"'],
    ids=["nested lists", "nested objects", "infinity", "nul", "half a character"],
)
def test_awkward_json_is_refused(text: str) -> None:
    with pytest.raises(Refusal):
        decode_message(text)


@pytest.mark.parametrize("message", ["x" * 1_000_000, b"x" * 1_000_000, "é" * MESSAGE_LIMIT])
def test_what_is_too_large_is_not_even_read(message: str | bytes) -> None:
    refused, closed = Session().receive(message, 0.0)
    assert (refused.name, closed) == ("oversized", Close(1009))  # type: ignore[union-attr]


class Evening(RuleBasedStateMachine):
    """Clients of one stage come, say anything at any time, and leave."""

    clients = Bundle("clients")

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        tokens = iter(range(10**9))
        self.audience = Audience("refuse", lambda: f"token-{next(tokens)}")

    @rule(target=clients)
    def connect(self) -> tuple[Session, Outbox]:
        return Session(), Outbox()

    @rule(seconds=st.sampled_from([0.0, 0.01, 0.5, 3.0, 12.0]))
    def wait(self, seconds: float) -> None:
        self.now += seconds

    @rule(
        client=clients,
        message=st.one_of(
            st.sampled_from([*TEXTS, SEEN]), damaged(SEEN), almost_messages(), st.text(max_size=20)
        ),
        times=st.sampled_from([1, 1, 1, 2, 200]),
    )
    def say(self, client: tuple[Session, Outbox], message: str | bytes, times: int) -> None:
        session, outbox = client
        for _ in range(times):
            self._carry_out(session, outbox, session.receive(message, self.now))

    @rule(client=clients)
    def time_out(self, client: tuple[Session, Outbox]) -> None:
        self._carry_out(*client, client[0].expire())

    @rule(client=clients, lost=st.booleans())
    def leave(self, client: tuple[Session, Outbox], lost: bool) -> None:
        self.audience.leave(client[1], lost)
        client[0].closed = True

    @rule(sequence=st.integers(0, 2**33))
    def play(self, sequence: int) -> None:
        self.audience.send_frame(SHOWN, sequence)

    def _carry_out(self, session: Session, outbox: Outbox, events: list[Any]) -> None:
        for event in events:
            _, refusal = attempt(lambda event=event: self._hand_on(outbox, event))
            if refusal is not None:
                first, *_ = session.refuse(refusal)
                assert first == Refused.from_refusal(refusal)
                assert session.closed == (refusal.name in CLOSE_CODES)

    def _hand_on(self, outbox: Outbox, event: Any) -> None:
        if isinstance(event, Join):
            self.audience.join(outbox, event.hello, self.now)
        elif isinstance(event, Sighting):
            self.audience.note_landmarks(outbox, len(event.people), self.now)
            assert self.audience.performer is outbox

    @invariant()
    def nobody_is_what_they_may_not_be(self) -> None:
        members = self.audience.members
        performer = self.audience.performer
        assert performer is None or members[performer].role == "performer"
        assert len({member.session for member in members.values()}) == len(members)
        assert self.audience.slowed <= len(members)
        assert all(behind >= 0 for behind in self.audience.behind)


TestEvening = Evening.TestCase
TestEvening.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)


def test_the_header_of_landmarks_is_read_as_it_is_written() -> None:
    """Guards `SEEN`: were it refused, what is damaged of it would show nothing."""
    assert struct.unpack_from("<BBBBId", SEEN) == (2, 2, 0, 2, 7, 1.0)
    assert len(decode_landmarks(SEEN).sighting.people) == 2
