"""Looks at keys again while their holders are there: a token ends, or is revoked."""

from collections.abc import Callable, Sequence

from server.stages.scheduler import Scheduler
from server.stages.stage import Stage

EVERY = 1.0
"""Seconds between two looks."""


class KeyWatch:
    """Shows those out whose keys are over; an attendant of the scheduler."""

    def __init__(self, scheduler: Scheduler, clock: Callable[[], float]) -> None:
        """Begin.

        Args:
            scheduler: Its stages are looked at.
            clock: Monotonic time in seconds.
        """
        self._scheduler, self._clock = scheduler, clock
        self._due = clock() + EVERY

    def before_tick(self) -> None:
        """Look at all keys, if it is time."""
        if (now := self._clock()) < self._due:
            return
        self._due = now + EVERY
        for name, stage in self._scheduler.stages.items():
            stage.audience.review(self._scheduler.settings.keyring, name)

    def after_tick(self, shown: Sequence[Stage]) -> None:
        """Do nothing more."""
