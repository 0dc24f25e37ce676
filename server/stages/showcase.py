"""What the built-in demo shows by itself: a duet that goes from emotion to emotion."""

from collections.abc import Callable, Sequence

from server.stages.stage import Stage
from server.wire.messages import Controls, Set

EACH = 6.4
"""Seconds of one emotion, three bars of the demo performer: a newcomer sees two within 10 s."""

FADE = 1.0
"""Seconds from one to the next, slow enough to be seen as a change of the same dancer."""


class Showcase:
    """Directs a stage until somebody else changes its controls; an attendant of the scheduler."""

    def __init__(self, stage: Stage, clock: Callable[[], float]) -> None:
        """Begin with the next tick.

        Args:
            stage: Where the demo performer dances.
            clock: Monotonic time in seconds.
        """
        self._stage, self._clock = stage, clock
        self._left: Controls = stage.controls
        self._shown = 0
        self._due = float("-inf")

    def before_tick(self) -> None:
        """Show the next emotion when it is due."""
        now = self._clock()
        if now < self._due or self._stage.controls != self._left:
            return
        # The first one is that of a stage where nobody chose.
        emotions = self._stage.report.contract.emotions[1:]
        if not emotions:
            return
        emotion = {emotions[self._shown % len(emotions)]: 1.0}
        wish = Set(emotion=emotion, mode="duet", placement="beside", fade=FADE)
        self._stage.set(wish, now)
        self._left, self._due = self._stage.controls, now + EACH
        self._shown += 1

    def after_tick(self, shown: Sequence[Stage]) -> None:
        """Nothing to note."""
