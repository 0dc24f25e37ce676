"""The vote on one stage: who may cast, what was cast, and what was refused."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from server.crowd.allowance import Allowance
from server.crowd.ballots import Ballots
from server.crowd.refusal import BallotProblem, BallotRefusal
from server.crowd.rolling_code import RollingCode
from server.crowd.tally import Result, SmoothedWeights, Tally, choices_of

MOST_NUMBERS = 20_000
"""Ballots whose last vote is kept in mind; beyond them that of the quietest is forgotten."""


class BallotBox:
    """The vote on one stage.

    Attributes:
        refused: How often ballots and votes were refused, by the reason.
        refusal: The newest of them, in words; empty before the first.
    """

    def __init__(self, stage: str, ballots: Ballots, new_code: Callable[[], str]) -> None:
        """Begin closed and empty.

        Args:
            stage: Name of the stage.
            ballots: Signs ballots.
            new_code: Gives a code that nobody can guess.
        """
        self.refused: Counter[BallotProblem] = Counter()
        self.refusal = ""
        self._tally = Tally()
        self._stage, self._ballots = stage, ballots
        self._code, self._allowance = RollingCode(new_code), Allowance()
        self._smoothed = SmoothedWeights()
        self._numbers: dict[str, int] = {}
        self._is_open = False

    def open(self, is_open: bool) -> None:
        """Let votes in, or let none in and forget those that there are; ballots stay valid."""
        if not is_open and self._is_open:
            self._tally, self._smoothed = Tally(), SmoothedWeights()
        self._is_open = is_open

    def code(self, now: float) -> str:
        """Return the code to show at a time, in seconds."""
        return self._code.current(now)

    def hand_out(self, code: str, address: str, now: float) -> str:
        """Return a new ballot.

        Args:
            code: Read off the stage page.
            address: IP address of the visitor.
            now: Seconds.

        Raises:
            BallotRefusal: `voting_closed`, `wrong_code`, `late_code` or `too_many_ballots`.
        """
        with self._counted():
            self._check_open()
            self._code.check(code, now)
            self._allowance.take(address, now)
            return self._ballots.sign(self._stage)

    def receive(
        self, ballot: str, label: str, number: int, labels: Sequence[str], now: float
    ) -> None:
        """Take a vote in.

        Args:
            ballot: As it was handed out.
            label: The emotion that is chosen.
            number: Larger with each vote of the ballot, so that none counts again.
            labels: Emotions to choose from.
            now: Seconds.

        Raises:
            BallotRefusal: `voting_closed`, `unknown_emotion`, `replayed_vote`, or why the ballot
                is not accepted.
        """
        with self._counted():
            self._check_open()
            voter = self._ballots.read(ballot, self._stage)
            if label not in labels:
                expected = f"expected one of {', '.join(labels)}"
                raise BallotRefusal("unknown_emotion", f"{expected}, got {label[:40]!r}")
            self._check_number(voter, number)
            self._tally.cast(voter, label, now)

    def cast(self, voter: str, label: str, now: float) -> None:
        """Take the choice of a voter who needs no ballot; a closed vote passes over it.

        Args:
            voter: Tells voters apart.
            label: The emotion that is chosen.
            now: Seconds.
        """
        if self._is_open:
            self._tally.cast(voter, label, now)

    def resume(self, weights: Mapping[str, float], now: float) -> None:
        """Begin with the voice of a crowd whose choices lie elsewhere; it fades like theirs.

        Args:
            weights: Its emotion weights, with a sum up to 1.
            now: Seconds.
        """
        self._tally, self._smoothed = Tally(), SmoothedWeights()
        for number, choice in enumerate(choices_of(weights, now)):
            self._tally.cast(f"elsewhere {number}", choice.label, choice.cast)

    def result(self, labels: Sequence[str], now: float) -> Result:
        """Return what the crowd wants of some labels at a time, in seconds."""
        return self._tally.result(labels, now)

    def weights(self, labels: Sequence[str], now: float) -> dict[str, float]:
        """Return the same as emotion weights that go without jumps, with a sum in [0, 1]."""
        return self._smoothed.follow(self.result(labels, now), now)

    def _check_open(self) -> None:
        if not self._is_open:
            raise BallotRefusal("voting_closed", "expected an open vote, got a closed one")

    def _check_number(self, voter: str, number: int) -> None:
        last = self._numbers.pop(voter, -1)
        self._numbers[voter] = max(last, number)
        if len(self._numbers) > MOST_NUMBERS:
            del self._numbers[next(iter(self._numbers))]
        if number <= last:
            raise BallotRefusal("replayed_vote", f"expected a vote after {last}, got {number}")

    @contextmanager
    def _counted(self) -> Iterator[None]:
        try:
            yield
        except BallotRefusal as refusal:
            self.refused[refusal.name] += 1
            self.refusal = refusal.detail
            raise
