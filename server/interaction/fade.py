"""Controls on their way from one setting to another."""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from server.wire.messages import Controls

STEPS_PER_SECOND = 5
"""How often a fade goes on: a model thinks anew about every change, and this looks smooth."""

FADING = {
    "emotion",
    "content",
    "energy",
    "temperature",
    "influence",
    "stage_radius",
    "audience_share",
    "audience_emotion",
}
"""Controls that are numbers; all others change at once."""


@dataclass(frozen=True)
class _Leg:
    """The way of one control.

    Attributes:
        start: Its value at the beginning.
        began: Seconds.
        seconds: Until the goal is reached, above 0.
    """

    start: float | dict[str, float]
    began: float
    seconds: float

    def over(self, now: float) -> bool:
        return now - self.began >= self.seconds

    def part(self, now: float) -> float:
        steps = math.floor((now - self.began) * STEPS_PER_SECOND)
        return max(0.0, steps / STEPS_PER_SECOND / self.seconds)


class Fade:
    """Goes to a setting, each control in its own time; never changes itself."""

    def __init__(self, goal: Controls, legs: Mapping[str, _Leg] | None = None) -> None:
        """Stand at a setting, but for the controls that are still on the way."""
        self.goal = goal
        self._legs = legs or {}

    def towards(
        self, goal: Controls, changes: Collection[str], seconds: float, now: float
    ) -> "Fade":
        """Return what goes on from here to another setting.

        Args:
            goal: The setting at the end.
            changes: Names of the controls that set out now; the others go on as they were.
            seconds: That these take.
            now: Seconds.
        """
        here = self.controls_at(now)
        legs = {name: leg for name, leg in self._legs.items() if name not in changes}
        if seconds > 0:
            fading = FADING.intersection(changes)
            legs |= {name: _Leg(getattr(here, name), now, seconds) for name in fading}
        return Fade(goal, legs)

    def controls_at(self, now: float) -> Controls:
        """Return the setting at a time: the same object, as long as nothing is on the way."""
        if not self._legs:
            return self.goal
        underway = {
            name: _between(leg.start, getattr(self.goal, name), leg.part(now))
            for name, leg in self._legs.items()
            if not leg.over(now)
        }
        return self.goal.model_copy(update=underway) if underway else self.goal


def _between(
    start: float | dict[str, float], goal: float | dict[str, float], part: float
) -> float | dict[str, float]:
    if isinstance(start, dict) and isinstance(goal, dict):
        labels = sorted({*start, *goal})
        return {x: _mix(start.get(x, 0.0), goal.get(x, 0.0), part) for x in labels}
    assert not isinstance(start, dict)
    assert not isinstance(goal, dict)
    return _mix(start, goal, part)


def _mix(start: float, goal: float, part: float) -> float:
    return start + part * (goal - start)
