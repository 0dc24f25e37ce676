"""How punctual frames are."""

HALF_LIFE_FRAMES = 300.0
"""Ten seconds at 30 frames a second."""

STEP = 0.05
"""Shares are told in these steps: what is told to all must not change all the time."""


class Lateness:
    """Share of the frames that came too late for their time, lately.

    Attributes:
        frames: How many came in all.
        late: How many of them were late.
    """

    def __init__(self) -> None:
        self.frames = self.late = 0
        self._share = 0.0

    def count(self, late: bool) -> None:
        """Note a frame."""
        self.frames += 1
        self.late += late
        keep = 0.5 ** (1.0 / HALF_LIFE_FRAMES)
        self._share = keep * self._share + (1.0 - keep) * late

    @property
    def share(self) -> float:
        """The share, in [0, 1]."""
        return round(self._share / STEP) * STEP


class Overload:
    """Tells once when frames come late for long, and again only after they came in time."""

    SLOW, WELL = 0.25, 0.05
    """Shares of late frames at which the machine is too slow, and is not any more."""

    def __init__(self) -> None:
        self._told = False

    def begins(self, share: float) -> bool:
        """Take in the share of frames that were late, lately, and tell whether to warn now."""
        began = share >= self.SLOW and not self._told
        self._told = share >= self.SLOW or (self._told and share > self.WELL)
        return began
