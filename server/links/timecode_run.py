"""A timecode that comes frame by frame: its direction, and whether it stands; no clock."""

SILENCE = 0.25
"""Seconds without a frame after which the sender stands."""

JUMP = 0.5
"""Seconds between two frames from which on they tell a jump, and no direction."""


class TimecodeRun:
    """Remembers the newest frame of a timecode."""

    def __init__(self) -> None:
        """Begin before any."""
        self._newest: tuple[float, float] | None = None
        self._speed = 0.0

    def hear(self, position: float, now: float) -> float:
        """Take in a frame.

        Args:
            position: Its seconds since midnight.
            now: When it came, seconds.

        Returns:
            Seconds that it moves in a second: 1 forward, -1 in reverse, 0 before a second frame.
        """
        if self._newest is None or now - self._newest[1] > SILENCE:
            self._speed = 0.0
        elif 0.0 < abs(moved := position - self._newest[0]) < JUMP:
            self._speed = 1.0 if moved > 0.0 else -1.0
        self._newest = position, now
        return self._speed

    def stands(self, now: float) -> float | None:
        """Return where the sender stopped, once, when no frame comes any more; else None."""
        if self._newest is None or self._speed == 0.0 or now - self._newest[1] <= SILENCE:
            return None
        self._speed = 0.0
        return self._newest[0]
