"""Where a dancer's phrase ends: the call of call and response."""

MOVING = 0.25
"""Mean joint speed, m/s, from which someone dances; a gesture of one arm is about as fast."""

RESTING = 0.15
"""Below which they rest; the landmarks of one who stands still tremble by half of it."""

PAUSE = 0.7
"""Seconds of rest that end a phrase; a pause within one is shorter."""

SHORTEST, LONGEST = 1.0, 12.0
"""Seconds; less is a fidget, and after more the partner does not wait any longer."""


class Phrases:
    """Listens for phrases in a dancer's speed."""

    def __init__(self) -> None:
        self._began: float | None = None
        self._moved = 0.0

    def ended(self, speed: float, now: float) -> float | None:
        """Return the length of the phrase that has just ended, seconds; None while none has.

        Args:
            speed: Mean joint speed of the dancer, m/s.
            now: Seconds; never decreases.
        """
        if speed > (RESTING if self._began is not None else MOVING):
            self._began = now if self._began is None else self._began
            self._moved = now
        if self._began is None:
            return None
        length = self._moved - self._began
        if now - self._moved < PAUSE and length < LONGEST:
            return None
        self._began = None
        return length if length >= SHORTEST else None
