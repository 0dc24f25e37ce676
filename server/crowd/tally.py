"""The choices of a crowd, and the emotion weights that they amount to."""

import math
from collections.abc import Sequence
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
    """One live choice for each voter, changed and renewed at will."""

    def __init__(self) -> None:
        """Begin without a choice."""
        self._choices: dict[str, Choice] = {}  # the newest last

    def cast(self, voter: str, label: str, now: float) -> None:
        """Take a voter's choice in place of an earlier one.

        Args:
            voter: Tells voters apart.
            label: Label of an emotion.
            now: Seconds; never before an earlier call.
        """
        self._choices.pop(voter, None)
        if len(self._choices) >= MOST_VOTERS:
            del self._choices[next(iter(self._choices))]
        self._choices[voter] = Choice(label, now)

    def result(self, labels: Sequence[str], now: float) -> Result:
        """Count the choices of labels that there are; a choice of another label waits.

        Args:
            labels: Emotions to choose from.
            now: Seconds.
        """
        weights, voters = dict.fromkeys(labels, 0.0), 0
        for label, cast in reversed(self._choices.values()):
            if now - cast >= FORGOTTEN:
                break
            if label in weights:
                weights[label] += 0.5 ** ((now - cast) / HALF_LIFE)
                voters += 1
        total = sum(weights.values())
        shares = {label: weight / total if total else 0.0 for label, weight in weights.items()}
        return Result(shares, voters, min(1.0, total / FULL_VOICE))


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
