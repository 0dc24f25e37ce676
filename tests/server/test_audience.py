import asyncio
import itertools
import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.access.keyring import Role
from server.wire.audience import LAGGING, STEER_EVERY, Audience
from server.wire.messages import Hello, Pong
from server.wire.outbox import Outbox
from server.wire.protocol import Refusal
from server.wire.seat import EMPTY, GRACE, SILENT, SeatPolicy


def opened(seat: SeatPolicy = "refuse") -> Audience:
    tokens = (f"token-{number}" for number in itertools.count())
    return Audience(seat, lambda: next(tokens))


def joined(audience: Audience, role: Role, now: float = 0.0, **wishes: Any) -> Outbox:
    client = Outbox()
    audience.join(client, Hello(version=2, role=role, **wishes), now)
    return client


def refused(audience: Audience, role: Role, now: float = 0.0, **wishes: Any) -> str:
    with pytest.raises(Refusal) as caught:
        joined(audience, role, now, **wishes)
    return caught.value.name


def refused_set(audience: Audience, client: Outbox, *controls: str) -> list[str]:
    """Names of the controls that a client may not set, of those that it tries to."""
    with pytest.raises(Refusal, match="not_operator") as caught:
        audience.check_set(client, frozenset(controls))
    named = caught.value.detail.removeprefix("expected an operator to set ")
    return named[: named.index(", got a")].split(", ")


async def received(client: Outbox) -> list[Any]:
    """What waits for a client: names or types of control messages, frames, and the close code."""
    client.close(-1)
    items: list[Any] = []
    while not items or not isinstance(items[-1], int):
        item = await client.next()
        if isinstance(item, str):
            message = json.loads(item)
            item = message.get("name", message["type"])
        items.append(item)
    return items


class TestRoles:
    def test_each_has_a_token_of_its_own(self) -> None:
        audience = opened()
        for _ in range(3):
            joined(audience, "viewer", session="a token of my choice")
        tokens = {member.session for member in audience.members.values()}
        assert tokens == {"token-0", "token-1", "token-2"}

    async def test_a_stage_without_a_seat_makes_performers_viewers(self) -> None:
        audience = opened("closed")
        client = joined(audience, "performer")
        assert audience.members[client].role == "viewer"
        assert audience.performer is None
        assert await received(client) == ["source_not_browser", -1]


def performing(audience: Audience, now: float = 0.0, people: int = 1, **wishes: Any) -> Outbox:
    """A performer who has the seat."""
    client = joined(audience, "performer", now, **wishes)
    audience.note_landmarks(client, people, now)
    return client


def refused_landmarks(audience: Audience, client: Outbox, now: float) -> str:
    with pytest.raises(Refusal) as caught:
        audience.note_landmarks(client, 1, now)
    return caught.value.name


class TestSeat:
    def test_an_empty_hello_takes_no_seat_and_keeps_none(self) -> None:
        audience = opened()
        idle = joined(audience, "performer")
        assert audience.performer is None
        dancer = performing(audience)
        assert audience.performer is dancer
        assert refused_landmarks(audience, idle, 0.1) == "performer_taken"
        assert audience.performer is dancer

    async def test_a_second_performer_is_refused(self) -> None:
        audience = opened()
        first = performing(audience, 5.0)
        assert refused(audience, "performer", 5.0 + SILENT - 0.1) == "performer_taken"
        assert audience.performer is first

    async def test_a_silent_performer_gives_way(self) -> None:
        audience = opened()
        first = performing(audience)
        second = joined(audience, "performer", SILENT)
        assert audience.performer is first
        audience.note_landmarks(second, 1, SILENT)
        assert audience.performer is second
        assert await received(first) == ["performer_taken", 4409]
        assert refused_landmarks(audience, first, 2 * SILENT) == "not_performer"
        audience.leave(first, lost=True)
        assert audience.performer is second

    def test_who_was_silent_goes_on_if_nobody_came(self) -> None:
        audience = opened()
        first = performing(audience)
        audience.note_landmarks(first, 1, 100.0)
        assert refused(audience, "performer", 100.1) == "performer_taken"

    async def test_an_empty_room_gives_way_after_a_while(self) -> None:
        audience = opened()
        first = performing(audience, people=0)
        for second in range(int(EMPTY)):
            audience.note_landmarks(first, 0, float(second))
            assert refused(audience, "performer", float(second)) == "performer_taken"
        audience.note_landmarks(first, 0, EMPTY)
        audience.note_landmarks(joined(audience, "performer", EMPTY), 1, EMPTY)
        assert await received(first) == ["performer_taken", 4409]

    def test_somebody_in_the_picture_keeps_the_seat(self) -> None:
        audience = opened()
        first = performing(audience)
        for second in range(int(3 * EMPTY)):
            audience.note_landmarks(first, int(second % EMPTY == EMPTY - 1), float(second))
            assert refused(audience, "performer", float(second)) == "performer_taken"

    async def test_the_newcomer_takes_over_where_that_is_the_policy(self) -> None:
        audience = opened("take_over")
        first = performing(audience)
        second = joined(audience, "performer", 0.1)
        assert audience.performer is first
        audience.note_landmarks(second, 1, 0.1)
        assert audience.performer is second
        assert await received(first) == ["performer_taken", 4409]
        assert refused_landmarks(audience, first, 0.2) == "not_performer"
        assert audience.performer is second

    async def test_an_operator_frees_the_seat(self) -> None:
        audience = opened()
        audience.free_seat()
        first = performing(audience)
        audience.free_seat()
        assert audience.performer is None
        assert refused_landmarks(audience, first, 0.1) == "not_performer"
        assert await received(first) == ["seat_freed", 4411]
        second = performing(audience, 0.2)
        token = audience.members[second].session
        audience.leave(second, lost=True)
        assert refused(audience, "performer", 0.3) == "performer_taken"
        audience.free_seat()
        third = performing(audience, 0.3)
        assert audience.performer is third
        assert refused(audience, "performer", 0.3, session=token) == "performer_taken"

    def test_only_the_performer_is_heard(self) -> None:
        audience = opened()
        performing(audience)
        for role in ("viewer", "operator"):
            client = joined(audience, role)
            assert refused_landmarks(audience, client, 0.0) == "not_performer"

    def test_only_the_performer_and_operators_take_up(self) -> None:
        audience = opened()
        idle, dancer = joined(audience, "performer"), performing(audience)
        for client in (dancer, joined(audience, "operator")):
            audience.check_take_up(client)
        for client in (idle, joined(audience, "viewer"), Outbox()):
            with pytest.raises(Refusal, match="not_performer"):
                audience.check_take_up(client)

    def test_only_the_performer_sets_mode_and_emotion(self) -> None:
        audience = opened("take_over")
        performer = joined(audience, "performer")
        assert refused_set(audience, performer, "mode") == ["mode"]
        audience.note_landmarks(performer, 1, 0.0)
        audience.check_set(performer, frozenset({"mode", "emotion"}))
        assert refused_set(audience, performer, "emotion", "energy") == ["energy"]
        assert refused_set(audience, joined(audience, "viewer"), "mode") == ["mode"]
        audience.check_set(joined(audience, "operator"), frozenset({"mode", "energy"}))
        performing(audience, 0.1)
        assert refused_set(audience, performer, "mode") == ["mode"]

    def test_who_has_no_seat_sets_nothing(self) -> None:
        audience = opened("closed")
        assert refused_set(audience, joined(audience, "performer"), "mode") == ["mode"]

    def test_all_controls_may_be_reserved_to_operators(self) -> None:
        audience = Audience("refuse", lambda: "token", frozenset())
        assert refused_set(audience, performing(audience), "mode") == ["mode"]
        audience.check_set(joined(audience, "operator"), frozenset({"mode"}))

    @pytest.mark.parametrize("back_after", [0.0, GRACE - 0.1])
    def test_the_seat_is_kept_for_a_lost_link(self, back_after: float) -> None:
        audience = opened()
        lost = performing(audience, 1.0)
        token = audience.members[lost].session
        audience.leave(lost, lost=True)
        assert audience.performer is None
        assert refused(audience, "performer", 1.0 + back_after) == "performer_taken"
        back = performing(audience, 1.0 + back_after, session=token)
        assert audience.performer is back
        assert audience.members[back].session == token

    def test_the_seat_of_a_lost_link_is_free_after_a_while(self) -> None:
        audience = opened()
        audience.leave(performing(audience, 1.0), lost=True)
        newcomer = performing(audience, 1.0 + GRACE)
        assert audience.performer is newcomer

    def test_coming_back_without_landmarks_does_not_prolong_it(self) -> None:
        audience = opened()
        client = performing(audience, 1.0)
        for moment in (4.0, 7.0, 10.0):
            token = audience.members[client].session
            audience.leave(client, lost=True)
            client = joined(audience, "performer", moment, session=token)
        assert refused(audience, "performer", 1.0 + GRACE - 0.1) == "performer_taken"
        joined(audience, "performer", 1.0 + GRACE)

    def test_a_polite_close_frees_the_seat_at_once(self) -> None:
        audience = opened()
        audience.leave(performing(audience), lost=False)
        newcomer = performing(audience)
        assert audience.performer is newcomer

    def test_who_comes_back_as_a_viewer_frees_the_seat(self) -> None:
        audience = opened()
        lost = performing(audience, 1.0)
        token = audience.members[lost].session
        audience.leave(lost, lost=True)
        joined(audience, "viewer", 1.1, session=token)
        newcomer = performing(audience, 1.2)
        assert audience.performer is newcomer

    async def test_who_is_back_before_being_missed_replaces_the_old_link(self) -> None:
        audience = opened()
        old = performing(audience)
        token = audience.members[old].session
        back = performing(audience, 0.5, session=token)
        assert audience.viewers == 1
        assert audience.performer is back
        assert await received(old) == [1000]
        audience.played(old, 7)
        audience.leave(old, lost=True)
        assert audience.performer is back


class TestFrames:
    async def test_all_get_frames_and_messages(self) -> None:
        audience = opened()
        clients = [joined(audience, "viewer"), joined(audience, "operator")]
        audience.send_frame(b"frame", 1)
        audience.send_all(Pong(client_time=0.0, server_time=0.0))
        for client in clients:
            assert await received(client) == [b"frame", "pong", -1]

    async def test_who_has_left_gets_nothing(self) -> None:
        audience = opened()
        client = joined(audience, "viewer")
        for _ in range(2):
            audience.leave(client, lost=True)
        audience.send_frame(b"frame", 1)
        assert await received(client) == [-1]

    async def test_all_are_shown_out(self) -> None:
        audience = opened()
        client = joined(audience, "viewer")
        audience.close(1001)
        assert await received(client) == [1001]

    def test_how_far_each_is_behind(self) -> None:
        audience = opened()
        [quick, slow, _] = [joined(audience, "viewer") for _ in range(3)]
        audience.send_frame(b"", 2**32 - 2)
        audience.played(slow, 2**32 - 5)
        audience.send_frame(b"", 3)
        audience.played(quick, 3)
        assert audience.behind == [0, 8]


def shares(delay_of: list[int]) -> list[float]:
    """Let one viewer acknowledge every frame, some frames late; return its share, second by second.

    Args:
        delay_of: How late, in frames, in each second.
    """
    audience = opened()
    sent: list[int] = []

    class Counting(Outbox):
        def send_frame(self, frame: bytes) -> None:
            sent.append(len(frame))

    client = Counting()
    audience.join(client, Hello(version=2, role="viewer"), 0.0)
    counts = []
    for sequence in range(30 * len(delay_of)):
        audience.played(client, max(0, sequence - delay_of[sequence // 30]))
        audience.send_frame(b"", sequence)
        if sequence % 30 == 29:
            counts.append(len(sent) / 30)
            sent.clear()
    return counts


def test_who_keeps_up_gets_every_frame() -> None:
    assert shares([STEER_EVERY * 3] * 5) == [1.0] * 5


def test_who_falls_behind_gets_fewer_and_recovers_step_by_step() -> None:
    seconds = shares([0, *[LAGGING * 2] * 5, *[0] * 4])
    assert seconds[0] == 1.0
    assert seconds[5] == pytest.approx(1 / 8, abs=0.04)
    assert seconds[5] < seconds[6] < 1.0
    assert seconds[-1] == 1.0


def test_who_never_acknowledges_gets_every_frame() -> None:
    audience = opened()
    client = joined(audience, "viewer")
    for sequence in range(1000):
        audience.send_frame(b"", sequence)
    assert (client.waiting, audience.skipped) == (1, 0)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["join", "leave", "hear"]),
            st.sampled_from(["viewer", "performer", "operator"]),
            st.integers(0, 5),
            st.floats(0, 4),
        ),
        max_size=40,
    ),
    st.sampled_from(["refuse", "take_over", "closed"]),
)
def test_there_is_one_performer_at_most_and_it_is_a_member(
    script: list[tuple[str, Role, int, float]], seat: SeatPolicy
) -> None:
    asyncio.run(_played_out(script, opened(seat)))


async def _played_out(script: list[tuple[str, Role, int, float]], audience: Audience) -> None:
    clients = [Outbox() for _ in range(6)]
    sessions: dict[Outbox, str] = {}
    now = 0.0
    for act, role, number, wait in script:
        now += wait
        client = clients[number]
        with suppress(Refusal):
            if act == "leave":
                audience.leave(client, lost=now % 2 < 1)
            elif act == "hear":
                audience.note_landmarks(client, number % 2, now)
            elif client not in audience.members:
                hello = Hello(version=2, role=role, session=sessions.get(client))
                sessions[client] = audience.join(client, hello, now).session
        performer = audience.performer
        assert performer is None or audience.members[performer].role == "performer"
        tokens = [member.session for member in audience.members.values()]
        assert len(set(tokens)) == len(tokens)
