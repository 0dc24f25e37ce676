"""Who is followed from picture to picture: where they are, what they wear, who hides whom."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from jaxtyping import Float

from server.capture.appearance import unlike
from server.capture.landmarks import TRUNK, Landmarks, trunk_length
from server.capture.pairing import cheapest_pairs
from server.capture.pose_region import Region
from server.capture.pose_smoothing import PoseSmoother

Array = np.ndarray

KEPT = 1.5
"""Seconds for which somebody hidden is waited for."""
DOUBT = 0.5
"""Seconds of being followed after which a newcomer in a crowd is believed to be one: a region
between two people shows a body made of both."""
TWIN = 0.4
"""Trunk lengths within which two bodies are one, found twice."""
SAME = 0.25
"""Sides of a region within which one that is found is of who is followed there."""
CROWDED = 0.35
"""Sides of a region within which somebody else's may hide who is in it."""
STRANGE, STRANGER = 0.6, 1.2
"""How unlike the colours of somebody hidden may be who shows again, or of somebody beside whom
another is more like them; and how doubtful anybody."""
_FADE = 0.5  # seconds after which a change of colours is taken in by two thirds: lights change, too
_COVERED = 0.1  # seconds after which who is in front of whom is taken in by two thirds
_HEADING = 0.2  # seconds over which a velocity is told
_HALTS = 0.5  # seconds in which somebody hidden is expected to lose half of their speed


@dataclass(frozen=True, eq=False)
class Find:
    """A body found in a picture.

    Attributes:
        region: Where to look for it in the next one.
        smoother: Steadies its landmarks.
        landmarks: How it stands.
        worn: The colours of its trunk; None where they do not show.
    """

    region: Region
    smoother: PoseSmoother
    landmarks: Landmarks
    worn: Array | None


@dataclass(frozen=True, eq=False)
class Track:
    """Somebody who is followed.

    Attributes:
        number: Theirs, 1 to 255.
        region: Where to look for them.
        smoother: Steadies their landmarks.
        landmarks: How they stood last; None before they were found.
        worn: The colours of their trunk, as far as they are known.
        velocity: Pixels per second.
        covered: How unlike their own the colours on their trunk are of late, 0 to 1: of two who
            overlap, those of the one behind are less like it.
        hidden: Seconds for which they have not been found; 0 if they were in the last picture.
        followed: Seconds for which they were found.
        believed: Whether there is somebody, as far as one can tell.
    """

    number: int
    region: Region
    smoother: PoseSmoother = field(default_factory=PoseSmoother)
    landmarks: Landmarks | None = None
    worn: Array | None = None
    velocity: Float[Array, "2"] = field(default_factory=lambda: np.zeros(2))
    covered: float = 0.0
    hidden: float = 0.0
    followed: float = 0.0
    believed: bool = False

    def near(self, other: "Track") -> bool:
        """Tell whether one of the two may hide the other."""
        return sides_apart(self.region, other.region) < CROWDED

    def doubt(self, find: Find) -> float:
        """Return how little a body may be theirs: how unlike its colours, and how far away.

        From `STRANGER` on it is not.
        """
        unlike = self.unlike(find)
        if self.hidden and unlike > STRANGE:
            return STRANGER
        return unlike + sides_apart(find.region, self.region)

    def unlike(self, find: Find) -> float:
        """Return how unlike theirs a body's colours are, 0 to 1; 0 where colours are unknown."""
        return 0.0 if self.worn is None or find.worn is None else unlike(self.worn, find.worn)

    def expected(self, seconds: float) -> Region:
        """Return where to look for them, seconds after the last picture."""
        return replace(self.region, centre=self.region.centre + seconds * self.velocity)

    def met(self, find: Find, seconds: float, *, crowded: bool) -> "Track":
        """Return the same as found again.

        Args:
            find: Their body.
            seconds: Since the picture before.
            crowded: Whether its colours may be somebody else's in part.
        """
        velocity = self.velocity
        if seconds > 0 and not self.hidden:
            moved = (find.region.centre - self.region.centre) / seconds
            velocity = velocity + _share(seconds / _HEADING) * (moved - velocity)
        followed = self.followed + seconds
        return replace(
            self,
            region=find.region,
            smoother=find.smoother,
            landmarks=find.landmarks,
            worn=self._worn(find, 0.0 if crowded else seconds),
            velocity=velocity,
            covered=self.covered + _share(seconds / _COVERED) * (self.unlike(find) - self.covered),
            hidden=0.0,
            followed=followed,
            believed=self.believed or not crowded or followed >= DOUBT,
        )

    def missed(self, seconds: float) -> "Track":
        """Return the same as not found, seconds after the picture before."""
        slower = self.velocity * 0.5 ** (seconds / _HALTS)
        region = self.expected(seconds)
        return replace(self, region=region, velocity=slower, hidden=self.hidden + seconds)

    def _worn(self, find: Find, seconds: float) -> Array | None:
        if self.worn is None or find.worn is None:
            return find.worn if self.worn is None else self.worn
        return np.asarray(self.worn + _share(seconds / _FADE) * (find.worn - self.worn))


def assigned(finds: dict[int, Find], tracks: Sequence[Track]) -> dict[int, Find]:
    """Return the body of everybody who was found, by number.

    Args:
        finds: Bodies, by the number of the track whose region showed them.
        tracks: All. The body of a newcomer who is not believed yet may be of somebody known.
    """
    known = [track for track in tracks if track.believed]
    bodies = list(finds.values())
    doubts = [[_doubt(track, body, known) for body in bodies] for track in known]
    pairs = [(row, at) for row, at in cheapest_pairs(doubts) if doubts[row][at] < STRANGER]
    taken = {id(bodies[at]) for _, at in pairs}
    theirs = {known[row].number: bodies[at] for row, at in pairs}
    new = (track.number for track in tracks if not track.believed)
    return theirs | {n: finds[n] for n in new if n in finds and id(finds[n]) not in taken}


def _doubt(track: Track, body: Find, known: Sequence[Track]) -> float:
    """Return how little a body may be theirs; not at all if strange, and more like who is near."""
    unlike = track.unlike(body)
    others = [other for other in known if other is not track and track.near(other)]
    if unlike > STRANGE and any(other.unlike(body) < unlike for other in others):
        return STRANGER
    return track.doubt(body)


def regions_of(found: list[Region], tracks: Sequence[Track]) -> dict[int, int]:
    """Return, by the number of a track, which region that was found is theirs; each of one."""
    off = [[sides_apart(region, track.region) for region in found] for track in tracks]
    pairs = cheapest_pairs(off)
    return {tracks[row].number: at for row, at in pairs if off[row][at] < SAME}


def sides_apart(one: Region, other: Region) -> float:
    """Return how far two regions are apart, in sides of the larger."""
    return float(np.hypot(*(one.centre - other.centre))) / max(one.side, other.side)


def twins(one: Find, other: Find) -> bool:
    """Tell whether two bodies are one, by the mean distance of the corners of their trunks."""
    spans = one.landmarks.image[TRUNK] - other.landmarks.image[TRUNK]
    length = max(trunk_length(one.landmarks.image), trunk_length(other.landmarks.image))
    return float(np.hypot(*spans.T).mean()) <= TWIN * max(length, 1e-6)


def _share(passed: float) -> float:
    return float(1.0 - np.exp(-passed))
