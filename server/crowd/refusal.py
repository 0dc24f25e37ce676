"""Why a ballot or a vote is not accepted, by name."""

from typing import Literal

BallotProblem = Literal[
    "voting_closed",
    "wrong_code",
    "late_code",
    "too_many_ballots",
    "forged_ballot",
    "late_ballot",
    "foreign_ballot",
    "replayed_vote",
    "unknown_emotion",
]


class BallotRefusal(Exception):  # noqa: N818 - a decision, not a fault
    """A ballot or a vote that is not accepted.

    Attributes:
        name: Name of the reason.
        detail: "expected X, got Y".
        wait: Seconds after which another attempt makes sense; 0 if none does.
    """

    def __init__(self, name: BallotProblem, detail: str, wait: float = 0.0) -> None:
        super().__init__(detail)
        self.name, self.detail, self.wait = name, detail, wait
