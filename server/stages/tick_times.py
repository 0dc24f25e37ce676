"""How long ticks take, and what a further stage would cost."""

from collections import deque

import numpy as np

SECONDS = 10.0
"""For which times are remembered."""

BARE = 4
"""Stages, each with a performer, whose work a tick costs however few there are; and partners whose
thinking a call of the model costs: one for 8 takes 1.5 times as long as one for 4, one for 16 takes
2.5 times."""

TOGETHER = 16
"""Partners who think in the same tick. A call of the model takes its weights out of the memory,
which for few partners is most of it: a call for 16 takes 0.84 of two calls for 8, but a call for 32
takes 0.92 of two for 16, and half the time between two frames."""

GROUPS = 8
"""Groups of partners who think one after the other: the model that ships has so many frames per
step. Where there are more partners, each group has its share of them."""


def turn(stages: int, tick: int) -> int:
    """Return how long before it must the partner of a further stage thinks, frames.

    Partners of stages made one after the other think together, then those of the next, whenever
    each was made. Nobody thinks at the last moment, which is in a tick: all do after one.

    Args:
        stages: How many there are.
        tick: Number of the tick that follows.
    """
    group = 1 + stages // TOGETHER if stages < GROUPS * TOGETHER else stages
    before = group + tick
    # Whose group has its turn at the last moment goes with one of the others.
    return before if before % GROUPS else before + 1 + stages % (GROUPS - 1)


def thinkers(stages: int) -> float:
    """Return how many of the partners of so many stages think in the same tick at most."""
    return max(min(stages, TOGETHER), stages / GROUPS)


class TickTimes:
    """The newest times of ticks."""

    def __init__(self, fps: float) -> None:
        self._seconds: deque[float] = deque(maxlen=round(SECONDS * fps))
        # Of frames for each stage, and of thinking for each partner who thinks.
        self._shares: deque[tuple[float, float]] = deque(maxlen=self._seconds.maxlen)

    def count(self, frames: float, thinking: float, stages: int) -> None:
        """Note a tick of some stages.

        Args:
            frames: Seconds until the frames were there.
            thinking: Seconds in which partners thought of what comes later.
            stages: How many.
        """
        self._seconds.append(frames + thinking)
        self._shares.append((frames / (BARE + stages), thinking / (BARE + thinkers(stages))))

    def expected(self, stages: int) -> float:
        """Return the 95th percentile that a tick of so many stages would have, seconds.

        Each tick counts by the stages that it had: those that were made since have no part in it.
        """
        if not self._shares:
            return 0.0
        grown = np.array([BARE + stages, BARE + thinkers(stages)])
        return float(np.percentile(np.array(self._shares) @ grown, 95))

    @property
    def p95(self) -> float:
        """95th percentile, seconds; 0 before the first."""
        return float(np.percentile(list(self._seconds), 95)) if self._seconds else 0.0
