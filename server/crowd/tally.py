"""The choices of a crowd, and the emotion weights that they amount to."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

HALF_LIFE = 20.0
"""Seconds in which a choice halves that its voter does not renew."""

FORGOTTEN = 6 * HALF_LIFE
"""Age in seconds at which a choice, 1/64 by then, counts no more."""

FULL_VOICE = 5.0
"""Weight of choices from which on the crowd has its whole share. Below it one voter cannot pass
for a crowd, and as choices fade the show goes back to its operator without a jump."""

MOST_VOTERS = 10_000
"""Choices that are kept; beyond them the oldest one gives way."""

LONGEST_COUNT = 1000.0
"""Seconds for which sums go on: a choice then weighs 2^50 times as much as the first."""

SMOOTHING = 0.75
"""Half-life of the way to a new result, seconds: after 3 s 15/16 of it are done."""

STEPS = 100
"""Of a weight from 0 to 1, as frames have them: a smaller change is none."""

_ROUNDING = 0.01
"""Of a step that may be missing: a weight that comes ever closer to 1 arrives."""


class Choice(NamedTuple):
    """The emotion that a voter chose, and when, seconds."""

    label: str
    cast: float


class Result(NamedTuple):
    """What a crowd wants.

    Attributes:
        shares: Share of each emotion, with a sum of 1; all 0 while nobody has chosen.
        voters: How many choices count.
        voice: How much of its share the crowd has, in [0, 1].
    """

    shares: dict[str, float]
    voters: int
    voice: float


class Tally:
    """One live choice for each voter, changed and renewed at will.

    A choice enters the sum of its label with a weight that grows with the time of its casting, and
    the sum is scaled down when it is read: neither costs more in a larger crowd.

    References:
        G. Cormode et al., "Forward Decay: A Practical Time Decay Model for Streaming Systems",
        ICDE 2009.
    """

    def __init__(self) -> None:
        """Begin without a choice."""
        self._choices: dict[str, Choice] = {}  # the newest last
        self._sums: dict[str, float] = {}
        self._counts = Counter[str]()
        self._origin = 0.0

    def cast(self, voter: str, label: str, now: float) -> None:
        """Take a voter's choice in place of an earlier one.

        Args:
            voter: Tells voters apart.
            label: Label of an emotion.
            now: Seconds; never before an earlier call.
        """
        self._forget_old(now)
        self._remove(voter)
        if len(self._choices) >= MOST_VOTERS:
            self._remove(next(iter(self._choices)))
        self._add(voter, Choice(label, now))

    def result(self, labels: Sequence[str], now: float) -> Result:
        """Count the choices of labels that there are; a choice of another label waits.

        Args:
            labels: Emotions to choose from.
            now: Seconds; never before an earlier call.
        """
        self._forget_old(now)
        faded = 0.5 ** ((now - self._origin) / HALF_LIFE)
        weights = {label: faded * self._sums.get(label, 0.0) for label in labels}
        voters, total = sum(self._counts[label] for label in weights), sum(weights.values())
        shares = {label: weight / total if total else 0.0 for label, weight in weights.items()}
        return Result(shares, voters, min(1.0, total / FULL_VOICE))

    def _forget_old(self, now: float) -> None:
        while self._choices:
            voter, choice = next(iter(self._choices.items()))
            if now - choice.cast < FORGOTTEN:
                break
            self._remove(voter)
        if now - self._origin > LONGEST_COUNT:
            self._count_anew(now)

    def _count_anew(self, now: float) -> None:
        """Begin the sums again, before their numbers grow too large."""
        choices, self._choices = self._choices, {}
        self._sums, self._counts, self._origin = {}, Counter(), now
        for voter, choice in choices.items():
            self._add(voter, choice)

    def _add(self, voter: str, choice: Choice) -> None:
        self._choices[voter] = choice
        self._counts[choice.label] += 1
        self._sums[choice.label] = self._sums.get(choice.label, 0.0) + self._weight(choice)

    def _remove(self, voter: str) -> None:
        choice = self._choices.pop(voter, None)
        if choice is None:
            return
        self._counts[choice.label] -= 1
        rest = self._sums[choice.label] - self._weight(choice)
        # What rounding leaves over must not pass for a vote.
        self._sums[choice.label] = max(0.0, rest) if self._counts[choice.label] else 0.0

    def _weight(self, choice: Choice) -> float:
        return float(2.0 ** ((choice.cast - self._origin) / HALF_LIFE))


def choices_of(weights: Mapping[str, float], now: float) -> list[Choice]:
    """Return choices, the oldest first, that amount to emotion weights: those of few voters.

    Args:
        weights: With a sum up to 1.
        now: Seconds.
    """
    choices = []
    for label, weight in weights.items():
        part, whole = math.modf(FULL_VOICE * weight)
        choices += [Choice(label, now)] * int(whole)
        if part > 0:
            choices.append(Choice(label, now + HALF_LIFE * math.log2(part)))
    return sorted(choices, key=lambda choice: choice.cast)


class SmoothedWeights:
    """Emotion weights that follow a result without jumps."""

    def __init__(self) -> None:
        """Begin with a crowd that wants nothing."""
        self._weights: dict[str, float] = {}
        self._at = 0.0

    def follow(self, result: Result, now: float) -> dict[str, float]:
        """Return weights with a sum in [0, 1]; what weighs nothing is left out.

        Args:
            result: As it is now.
            now: Seconds.
        """
        kept = 0.5 ** ((now - self._at) / SMOOTHING)
        self._at = now
        goal = {label: share * result.voice for label, share in result.shares.items()}
        self._weights = {
            label: kept * self._weights.get(label, 0.0) + (1 - kept) * weight
            for label, weight in goal.items()
        }
        # Down to a step, never up: their sum must not pass 1.
        steps = {x: math.floor(STEPS * weight + _ROUNDING) for x, weight in self._weights.items()}
        return {label: count / STEPS for label, count in steps.items() if count}
