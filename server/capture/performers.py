"""Everybody before the camera, each followed by who they are."""

from server.capture.landmarks import Sighting
from server.capture.performer import Performer
from server.capture.tracking import Tracker

NEARER = 1.15
"""How much larger than the nearest so far another must be to become it: two who dance side by side
do not take turns."""


FIRST_POSED = 128
"""Number of the first whose source tells their pose: above those that the tracker gives."""


class Performers:
    """Follows the people of one source; holds no clock and does no IO.

    Attributes:
        by_id: Those who are followed, present or not long gone.
    """

    def __init__(self) -> None:
        self.by_id: dict[int, Performer] = {}
        self._tracker = Tracker()
        self._nearest: int | None = None

    def update(self, sighting: Sighting, now: float) -> None:
        """Take in a picture.

        Args:
            sighting: What the source sees.
            now: The server's clock, seconds.
        """
        posed = dict(enumerate(sighting.poses, FIRST_POSED))
        seen = self._tracker.update(sighting) | posed
        for identity in seen:
            if identity not in self.by_id:
                self.by_id[identity] = Performer()
        for identity, performer in self.by_id.items():
            performer.update(seen.get(identity), sighting.time, now)

    def present(self, now: float) -> list[int]:
        """Return who is seen, in the order in which they came; others are forgotten in time."""
        if not self.by_id:
            return []
        here = [identity for identity, performer in self.by_id.items() if performer.present(now)]
        self.by_id = {
            identity: performer
            for identity, performer in self.by_id.items()
            if identity in here or performer.remembered(now)
        }
        return here

    def nearest(self, now: float) -> int | None:
        """Return who of those that are seen is nearest to the camera, or None."""
        sizes = {identity: self.by_id[identity].size for identity in self.present(now)}
        if not sizes:
            self._nearest = None
            return None
        if self._nearest in sizes:
            sizes[self._nearest] *= NEARER
        self._nearest = max(sizes, key=lambda identity: sizes[identity])
        return self._nearest
