"""A timecode that runs a cue list: which cues its passing lets go; no clock and no IO."""

from collections.abc import Sequence

from server.cues.cue_sheet import Cue

FREEWHEEL = 2.0
"""Seconds for which the timecode runs on by itself after it was told last."""

SLIP = 0.15
"""Seconds by which it may be told to be behind while it runs forward, or ahead while it runs back:
less than this is jitter of who tells it, and no jump."""


class TimecodeChase:
    """Follows a timecode through the cues that have a time.

    Whatever the timecode does, the stage becomes what the list says for its time: what was passed
    forward goes, in order, however far the jump; after a way back, all up to there goes again.

    Attributes:
        reached: Where it was when it was asked last, seconds since midnight; None before.
    """

    def __init__(self) -> None:
        """Begin before any timecode."""
        self._told: tuple[float, float, float] | None = None
        self.reached: float | None = None

    def tell(self, position: float, speed: float, now: float) -> None:
        """Take in where the timecode is.

        Args:
            position: Its seconds since midnight.
            speed: Seconds that it moves in a second: 1 forward, -1 in reverse, 0 where it stands.
            now: The clock when it was there, seconds.
        """
        self._told = position, speed, now

    def due(self, cues: Sequence[Cue], now: float) -> list[Cue]:
        """Return the cues that go now, in order, each counting before the next; often none.

        Args:
            cues: The list.
            now: The clock, seconds; grows from call to call.
        """
        if self._told is None:
            return []
        before, reached = self.reached, self._position(now)
        self.reached = reached
        timed = sorted((cue for cue in cues if cue.at is not None), key=_at)
        if before is None:
            return [cue for cue in timed if _at(cue) <= reached]
        if before <= reached:
            return [cue for cue in timed if before < _at(cue) <= reached]
        if any(reached < _at(cue) <= before for cue in timed):
            return [cue for cue in timed if _at(cue) <= reached]
        return []

    def _position(self, now: float) -> float:
        assert self._told is not None
        position, speed, told = self._told
        position += speed * min(max(now - told, 0.0), FREEWHEEL)
        if self.reached is None:
            return position
        moved = position - self.reached
        slips = moved * speed < 0.0 and abs(moved) < SLIP
        return self.reached if slips else position


def _at(cue: Cue) -> float:
    assert cue.at is not None
    return cue.at
