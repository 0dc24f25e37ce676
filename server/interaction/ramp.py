"""Values that go from where they are to where they should be, without a jump."""


class Ramp:
    """A value that goes to each new goal in a time of its own, starting and ending at rest."""

    SECONDS = 0.3
    """Of a change of mode: as quick as can be without a pop."""

    def __init__(self, value: float = 0.0) -> None:
        self._start = self._goal = value
        self._since, self._takes = float("-inf"), self.SECONDS

    def move_towards(self, goal: float, now: float, seconds: float = SECONDS) -> float:
        """Return the value now, on its way to a goal.

        Args:
            goal: May change at any time.
            now: Seconds; never decreases.
            seconds: Which a new goal takes.
        """
        if goal != self._goal:
            self._start, self._goal = self.value_at(now), goal
            self._since, self._takes = now, seconds
        return self.value_at(now)

    def value_at(self, now: float) -> float:
        """Return the value at a time."""
        part = min(1.0, (now - self._since) / self._takes)
        return self._start + (self._goal - self._start) * eased(part)


def eased(part: float) -> float:
    """Return how far a movement from 0 to 1 of least jerk has come.

    References:
        T. Flash and N. Hogan, "The coordination of arm movements", J. Neuroscience 5(7), 1985.
    """
    return part**3 * (10.0 - 15.0 * part + 6.0 * part**2)
