"""Controls on their way from one setting to another."""

import math

from server.wire.messages import Controls

STEPS_PER_SECOND = 5
"""How often a fade goes on: a model thinks anew about every change, and this looks smooth."""

_NUMBERS = ("energy", "temperature", "influence", "stage_radius")


class Fade:
    """Goes from one setting to another; what is no number changes at once."""

    def __init__(self, start: Controls, goal: Controls, seconds: float, now: float) -> None:
        """Begin.

        Args:
            start: The setting now.
            goal: The setting at the end.
            seconds: Between the two.
            now: Seconds; when it begins.
        """
        self.goal = goal
        self._start, self._seconds, self._began = start, seconds, now

    def over(self, now: float) -> bool:
        """Tell whether the goal is reached."""
        return self._seconds == 0 or now - self._began >= self._seconds

    def at(self, now: float) -> Controls:
        """Return the setting at a time."""
        if self.over(now):
            return self.goal
        steps = math.floor((now - self._began) * STEPS_PER_SECOND)
        part = max(0.0, steps / STEPS_PER_SECOND / self._seconds)
        numbers: dict[str, object] = {
            name: _between(getattr(self._start, name), getattr(self.goal, name), part)
            for name in _NUMBERS
        }
        labels = {*self._start.emotion, *self.goal.emotion}
        numbers["emotion"] = {
            label: _between(
                self._start.emotion.get(label, 0.0), self.goal.emotion.get(label, 0.0), part
            )
            for label in sorted(labels)
        }
        return self.goal.model_copy(update=numbers)


def _between(start: float, goal: float, part: float) -> float:
    return start + part * (goal - start)
