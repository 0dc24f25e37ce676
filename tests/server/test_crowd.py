"""The vote without a server: the tally, the code, ballots, and how many an address may have."""

import time
from collections.abc import Callable

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from motion.emotion import MAX_INTENSITY, shared_weights, weights_of
from server.crowd import allowance, ballot_box, tally
from server.crowd.allowance import BURST, PER_MINUTE, Allowance
from server.crowd.ballot_box import BallotBox
from server.crowd.ballots import LIFETIME, Ballots
from server.crowd.refusal import BallotProblem, BallotRefusal
from server.crowd.rolling_code import PERIOD, RollingCode
from server.crowd.tally import FORGOTTEN, FULL_VOICE, HALF_LIFE, SmoothedWeights, Tally
from server.sites import site

LABELS = ("neutral", "happy", "sad")
SECRET = "a secret of sixty-four bytes, which is enough for any algorithm.."

choices = st.lists(
    st.tuples(st.integers(0, 30), st.sampled_from([*LABELS, "unheard of"]), st.floats(0, 60)),
    max_size=60,
)
"""Voter, label and seconds since the vote before."""


def counted(votes: list[tuple[int, str, float]], start: float = 0.0) -> tuple[Tally, float]:
    """A tally of votes, and the time of the last."""
    crowd, now = Tally(), start
    for voter, label, later in votes:
        now += later
        crowd.cast(str(voter), label, now)
    return crowd, now


def refused(name: BallotProblem, act: Callable[[], object]) -> BallotRefusal:
    """Expect a refusal of this name."""
    with pytest.raises(BallotRefusal, match=r"expected .*, got[ :]") as caught:
        act()
    assert caught.value.name == name
    return caught.value


# --- the tally ------------------------------------------------------------------------------


@given(choices, st.floats(0, 300))
def test_shares_sum_to_one_or_nobody_has_chosen(
    votes: list[tuple[int, str, float]], later: float
) -> None:
    crowd, now = counted(votes)
    shares, voters, voice = crowd.result(LABELS, now + later)
    assert set(shares) == set(LABELS)
    assert sum(shares.values()) == pytest.approx(1.0 if voters else 0.0)
    assert all(share >= 0 for share in shares.values())
    assert 0 <= voice <= min(1.0, voters / FULL_VOICE) + 1e-12  # weights fade, and are summed
    assert voters <= len({voter for voter, _, _ in votes})


@given(choices, st.floats(0, 300), st.sampled_from([0.0, 900.0, 2000.0, 1e6]))
def test_the_sums_are_those_of_all_choices_one_by_one(
    votes: list[tuple[int, str, float]], later: float, start: float
) -> None:
    crowd, now = counted(votes, start)
    last, at = dict[int, tuple[str, float]](), start
    for voter, label, wait in votes:
        at += wait
        last[voter] = label, at
    now += later
    ages = [(label, now - cast) for label, cast in last.values() if label in LABELS]
    live = [(label, 0.5 ** (age / HALF_LIFE)) for label, age in ages if age < FORGOTTEN]
    total = sum(weight for _, weight in live)
    result = crowd.result(LABELS, now)
    assert result.voters == len(live)
    assert result.voice == pytest.approx(min(1.0, total / FULL_VOICE), abs=1e-9)
    for label in LABELS:
        share = sum(weight for each, weight in live if each == label) / total if live else 0.0
        assert result.shares[label] == pytest.approx(share, abs=1e-9)


@given(choices, st.randoms())
def test_only_the_last_choice_of_each_voter_counts_whatever_the_order(
    votes: list[tuple[int, str, float]], chance: object
) -> None:
    at_once = [(voter, label, 0.0) for voter, label, _ in votes]
    last = list({voter: (voter, label, 0.0) for voter, label, _ in at_once}.values())
    chance.shuffle(last)  # type: ignore[attr-defined]
    crowd, other = counted(at_once)[0].result(LABELS, 0.0), counted(last)[0].result(LABELS, 0.0)
    assert crowd.shares == pytest.approx(other.shares)
    assert crowd[1:] == other[1:]


@given(choices, st.sampled_from(LABELS), st.integers(1, 50))
def test_a_flood_of_one_voter_moves_a_share_by_no_more_than_its_weight(
    votes: list[tuple[int, str, float]], label: str, flood: int
) -> None:
    crowd, now = counted(votes)
    crowd.cast("other", LABELS[0], now)
    before = crowd.result(LABELS, now)
    for _ in range(flood):
        crowd.cast("flooder", label, now)
    after = crowd.result(LABELS, now)
    total = 1 / max(after.shares[LABELS[0]], 1e-9)
    assert after.voters == before.voters + 1
    assert after.shares[label] - before.shares[label] <= 0.5 + 1e-9
    if before.voice == 1.0:
        assert after.shares[label] - before.shares[label] <= 1 / (FULL_VOICE + 1) + 1e-9
    assert total >= 1


def test_a_choice_halves_and_is_forgotten_and_renewing_it_brings_it_back() -> None:
    crowd = Tally()
    crowd.cast("a", "happy", 0.0)
    crowd.cast("b", "sad", 0.0)
    crowd.cast("b", "sad", HALF_LIFE)
    assert crowd.result(LABELS, HALF_LIFE).shares["happy"] == pytest.approx(1 / 3)
    assert crowd.result(LABELS, FORGOTTEN).voters == 1
    assert crowd.result(LABELS, FORGOTTEN + HALF_LIFE).voters == 0


def test_few_voters_are_no_crowd() -> None:
    crowd, _ = counted([(voter, "happy", 0.0) for voter in range(2)])
    assert crowd.result(LABELS, 0.0).voice == pytest.approx(2 / FULL_VOICE)


def test_memory_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tally, "MOST_VOTERS", 3)
    crowd, now = counted([(0, "sad", 1.0), (1, "happy", 1.0), (0, "sad", 1.0), (2, "happy", 1.0)])
    crowd.cast("3", "happy", now)
    result = crowd.result(LABELS, now)
    assert result.voters == 3
    assert result.shares["sad"] > 0  # it was renewed; 1 was the oldest


@given(choices, st.lists(st.floats(0.01, 5), max_size=20), st.floats(0, 1), st.floats(0, 1.5))
def test_the_weights_are_ones_that_a_partner_can_dance(
    votes: list[tuple[int, str, float]], steps: list[float], share: float, intensity: float
) -> None:
    crowd, now = counted(votes)
    smoothed = SmoothedWeights()
    for step in steps:
        now += step
        weights = smoothed.follow(crowd.result(LABELS, now), now)
        assert sum(weights.values()) <= 1 + 1e-9
        assert all(weight > 0 for weight in weights.values())
        shared = shared_weights({"sad": intensity}, weights, share)
        assert weights_of(shared, LABELS).sum() <= MAX_INTENSITY + 1e-4


def test_weights_go_without_a_jump_and_arrive() -> None:
    crowd, now = counted([(voter, "happy", 0.0) for voter in range(5)])
    smoothed, path = SmoothedWeights(), []
    smoothed.follow(Tally().result(LABELS, now), now)
    for _ in range(30):
        now += 0.5
        for voter in range(5):
            crowd.cast(str(voter), "happy", now)
        path.append(smoothed.follow(crowd.result(LABELS, now), now).get("happy", 0.0))
    steps = [after - before for before, after in zip([0.0, *path], path, strict=False)]
    assert path[0] > 0.2
    assert max(steps) < 0.4
    assert path[5] > 0.9
    assert path[-1] == 1.0


@given(
    st.dictionaries(st.sampled_from(LABELS), st.floats(0, 0.5)),
    st.dictionaries(st.sampled_from(LABELS), st.floats(0, 0.3)),
)
def test_without_a_share_the_operators_weights_are_not_touched(
    own: dict[str, float], others: dict[str, float]
) -> None:
    assert shared_weights(own, others, 0.0) == own
    assert shared_weights(own, {}, 1.0) == own


# --- the code -------------------------------------------------------------------------------


def test_two_codes_are_valid_and_older_ones_are_late() -> None:
    count = iter(range(100))
    code = RollingCode(lambda: f"code-{next(count)}")
    first = code.current(0.0)
    assert code.current(PERIOD - 0.1) == first
    second = code.current(PERIOD)
    assert second != first
    code.check(first, 2 * PERIOD - 0.1)
    assert "30 s old" in refused("late_code", lambda: code.check(first, 2 * PERIOD)).detail
    code.check(second, 2 * PERIOD)
    refused("wrong_code", lambda: code.check("ä guess", 0.0))


def test_a_code_that_nobody_asked_for_is_none() -> None:
    code = RollingCode(lambda: "")
    refused("wrong_code", lambda: code.check("", 0.0))


# --- ballots --------------------------------------------------------------------------------


def test_a_ballot_is_read_until_its_time_is_over_whoever_restarts() -> None:
    now = [1000.0]
    ballot = Ballots(SECRET, lambda: now[0]).sign("left")
    again = Ballots(SECRET, lambda: now[0])
    voter = again.read(ballot, "left")
    assert again.read(ballot, "left") == voter
    assert again.read(again.sign("left"), "left") != voter
    now[0] += LIFETIME
    refused("late_ballot", lambda: again.read(ballot, "left"))


def test_a_ballot_of_another_stage_is_foreign() -> None:
    ballots = Ballots(SECRET, time.time)
    refused("foreign_ballot", lambda: ballots.read(ballots.sign("left"), "right"))


@pytest.mark.parametrize(
    ("claims", "secret", "algorithm"),
    [
        ({"aud": "left", "sub": "x", "exp": 2e9}, SECRET.upper(), "HS256"),
        ({"aud": "left", "sub": "x", "exp": 2e9}, None, "none"),
        ({"aud": "left", "sub": "x"}, SECRET, "HS256"),
        ({"aud": "left", "exp": 2e9}, SECRET, "HS256"),
        ({"aud": "left", "sub": "x", "exp": "later"}, SECRET, "HS256"),
        ({"aud": "left", "sub": "x", "exp": 2e9}, SECRET, "HS512"),
    ],
)
def test_a_forged_ballot_is_none(claims: dict[str, object], secret: str, algorithm: str) -> None:
    forged = jwt.encode(claims, secret, algorithm)
    refused("forged_ballot", lambda: Ballots(SECRET, time.time).read(forged, "left"))


@given(st.text(max_size=200))
def test_any_text_for_a_ballot_is_refused(text: str) -> None:
    refused("forged_ballot", lambda: Ballots(SECRET, time.time).read(text, "left"))


# --- one address ----------------------------------------------------------------------------


def test_a_full_house_behind_one_address_gets_its_ballots_and_a_flood_is_bounded() -> None:
    bucket = Allowance()
    for _ in range(BURST):
        bucket.take("203.0.113.7", 0.0)
    for _ in range(10_000 - BURST):
        refusal = refused("too_many_ballots", lambda: bucket.take("203.0.113.7", 0.0))
    assert refusal.wait == pytest.approx(60 / PER_MINUTE)
    bucket.take("198.51.100.1", 0.0)
    for _ in range(PER_MINUTE):
        bucket.take("203.0.113.7", 60.0)
    refused("too_many_ballots", lambda: bucket.take("203.0.113.7", 60.0))


def test_one_household_cannot_pass_for_many() -> None:
    assert site("2001:db8::1") == site("2001:db8::ffff:1") == "2001:db8::/64"
    assert site("2001:db8:0:1::1") != site("2001:db8::1")
    assert site("192.0.2.1") == "192.0.2.1"
    assert site("testclient") == "testclient"


def test_addresses_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(allowance, "MOST_ADDRESSES", 2)
    monkeypatch.setattr(allowance, "BURST", 1)
    bucket = Allowance()
    for number in range(3):
        bucket.take(f"10.0.0.{number}", 0.0)
    bucket.take("10.0.0.0", 0.0)
    refused("too_many_ballots", lambda: bucket.take("10.0.0.2", 0.0))


# --- the box --------------------------------------------------------------------------------


def opened() -> BallotBox:
    box = BallotBox("left", Ballots(SECRET, time.time), lambda: "sesame")
    box.open(True)
    return box


def test_a_vote_counts_once_and_a_replayed_one_does_not() -> None:
    box = opened()
    ballot = box.hand_out(box.code(0.0), "a", 0.0)
    box.receive(ballot, "happy", 0, LABELS, 0.0)
    box.receive(ballot, "sad", 1, LABELS, 1.0)
    refused("replayed_vote", lambda: box.receive(ballot, "happy", 0, LABELS, 2.0))
    refused("replayed_vote", lambda: box.receive(ballot, "happy", 1, LABELS, 2.0))
    result = box.result(LABELS, 2.0)
    assert (result.shares["sad"], result.voters) == (1.0, 1)
    assert box.refused == {"replayed_vote": 2}
    assert box.refusal == "expected a vote after 1, got 1"


def test_a_vote_for_what_is_not_offered_leaves_the_number_unused() -> None:
    box = opened()
    ballot = box.hand_out(box.code(0.0), "a", 0.0)
    refused("unknown_emotion", lambda: box.receive(ballot, "wild", 0, LABELS, 0.0))
    box.receive(ballot, "sad", 0, LABELS, 0.0)


def test_closing_forgets_the_votes_and_keeps_the_ballots() -> None:
    box = opened()
    ballot = box.hand_out(box.code(0.0), "a", 0.0)
    box.receive(ballot, "happy", 0, LABELS, 0.0)
    box.open(False)
    refused("voting_closed", lambda: box.receive(ballot, "happy", 1, LABELS, 0.0))
    refused("voting_closed", lambda: box.hand_out("sesame", "a", 0.0))
    assert box.result(LABELS, 0.0).voters == 0
    box.open(True)
    refused("replayed_vote", lambda: box.receive(ballot, "happy", 0, LABELS, 0.0))
    box.receive(ballot, "happy", 1, LABELS, 0.0)


def test_what_is_kept_of_ballots_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ballot_box, "MOST_NUMBERS", 2)
    box = opened()
    ballots = [box.hand_out(box.code(0.0), "a", 0.0) for _ in range(3)]
    for ballot in ballots:
        box.receive(ballot, "happy", 5, LABELS, 0.0)
    refused("replayed_vote", lambda: box.receive(ballots[2], "happy", 5, LABELS, 0.0))
    box.receive(ballots[0], "happy", 5, LABELS, 0.0)
