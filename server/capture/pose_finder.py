"""Who is in a picture, and where: people are found, then followed from picture to picture.

OpenCV and ONNX Runtime are imported only when they are needed, in the pose process.
"""

from dataclasses import dataclass, replace

import numpy as np

from server.capture import pose_landmarks
from server.capture.appearance import colours, unlike
from server.capture.landmarks import PEOPLE, TRUNK, Landmarks, Sighting, trunk_length
from server.capture.pairing import cheapest_pairs
from server.capture.pose_networks import PoseNetworks
from server.capture.pose_region import Region
from server.capture.pose_smoothing import PoseSmoother

Array = np.ndarray
Image = np.ndarray

_LONGEST_SIDE = 640  # pixels; a network looks at 256 of each person


@dataclass(frozen=True, eq=False)
class Picture:
    """An image, BGR (H, W, 3), and when it was taken, seconds of the monotonic clock."""

    time: float
    image: Image


@dataclass(frozen=True, eq=False)
class _Track:
    """Somebody who is followed.

    Attributes:
        region: Where to look for them in the next picture.
        smoother: Steadies their landmarks.
        worn: The colours of their trunk, as far as they are known.
    """

    region: Region
    smoother: PoseSmoother
    worn: Array | None = None


@dataclass(frozen=True, eq=False)
class _Find:
    """Somebody followed into a picture.

    Attributes:
        track: Who, and where to look next.
        landmarks: How they stand.
        doubt: How little it may be them: how unlike their colours, and how far from where they
            were, in sides of their region.
    """

    track: _Track
    landmarks: Landmarks
    doubt: float


class PoseFinder:
    """Finds people, following them from picture to picture; who they are it cannot tell.

    The region of somebody who was found comes from their own landmarks, so that the picture is
    searched as a whole only now and then, while there may be more people than are known.
    """

    LOOK = 0.2
    """Seconds between searches while somebody is followed and there may be more."""
    SAME = 0.25
    """Sides of a region within which one that is found is of who is followed there."""
    TWIN = 0.4
    """Trunk lengths within which two who are followed have become one."""
    CROWDED = 0.35
    """Sides of a region within which somebody else's makes one doubt whom landmarks are of."""
    PRESS = 0.07
    """Seconds between searches while two are so near."""
    FADE = 0.5
    """Seconds after which a change of colours is taken in by two thirds: lights change, too."""

    def __init__(self, people: int = PEOPLE) -> None:
        """Take the number of people to look for, 1 to `PEOPLE`; nothing is loaded yet."""
        self._people = people
        self._networks: PoseNetworks | None = None
        self._tracks: list[_Track] = []
        self._looked = self._before = float("-inf")

    def find(self, picture: Picture) -> Sighting:
        """Return who is in a picture; times of successive pictures grow."""
        self._networks = self._networks or PoseNetworks(self._people)
        image = _shrunk(picture.image)
        self._look(self._networks, image, picture.time)
        seconds = min(max(picture.time - self._before, 0.0), 1.0)
        self._before = picture.time
        followed = [self._follow(self._networks, image, track, seconds) for track in self._tracks]
        finds = _distinct([found for found in followed if found])
        if len(finds) < len(self._tracks):  # somebody was lost, and may soon be found elsewhere
            self._looked -= self.LOOK / 2
        self._tracks = [found.track for found in finds]
        people = [found.track.smoother.update(found.landmarks, picture.time) for found in finds]
        return Sighting(picture.time, tuple(people))

    def _look(self, networks: PoseNetworks, image: Image, now: float) -> None:
        """Search the picture for people who are not followed yet, when it is time to."""
        crowded = any(self._crowded(track) for track in self._tracks)
        if len(self._tracks) >= self._people and not crowded:
            return
        pause = self.PRESS if crowded else self.LOOK
        if self._tracks and 0.0 <= now - self._looked < pause:
            return
        self._looked = now
        self._anchor(networks.detect(image))

    def _anchor(self, found: list[Region]) -> None:
        """Follow strangers too, and look for those who are pressed where they were found."""
        known = _paired(found, [track.region for track in self._tracks])
        tracks = [
            replace(track, region=found[known[index]])
            if index in known and self._crowded(track)
            else track
            for index, track in enumerate(self._tracks)
        ]
        strangers = [r for row, r in enumerate(found) if row not in known.values()]
        tracks += [_Track(region, PoseSmoother()) for region in strangers]
        self._tracks = tracks[: self._people]

    def _crowded(self, track: _Track) -> bool:
        """Tell whether somebody else is very near."""
        return any(
            other is not track and _sides_apart(track.region, other.region) < self.CROWDED
            for other in self._tracks
        )

    def _follow(
        self, networks: PoseNetworks, image: Image, track: _Track, seconds: float
    ) -> _Find | None:
        """Return how who is followed stands, seconds later; None if they are not there."""
        height, width = image.shape[:2]
        if not track.region.sound(width, height):
            return None
        estimate = networks.estimate(image, track.region)
        if estimate.presence <= pose_landmarks.PRESENT:
            return None
        landmarks, region = pose_landmarks.read(estimate, track.region, width, height)
        worn = colours(image, landmarks)
        strange = 0.0 if worn is None or track.worn is None else unlike(worn, track.worn)
        crowded = self._crowded(track)
        moved = _sides_apart(region, track.region)
        kept = track.worn if crowded else _taken_in(track.worn, worn, seconds / self.FADE)
        seen = replace(landmarks, colours=worn)
        return _Find(_Track(region, track.smoother, kept), seen, strange + moved)


def _taken_in(known: Array | None, seen: Array | None, passed: float) -> Array | None:
    """Return colours that go from those known towards those seen."""
    if known is None or seen is None:
        return known if seen is None else seen
    return np.asarray(known + (1.0 - np.exp(-passed)) * (seen - known))


def _paired(found: list[Region], followed: list[Region]) -> dict[int, int]:
    """Return, for who is followed, which region that was found is theirs; each of one at most."""
    off = [[_sides_apart(region, other) for region in found] for other in followed]
    return {row: at for row, at in cheapest_pairs(off) if off[row][at] < PoseFinder.SAME}


def _sides_apart(one: Region, other: Region) -> float:
    return float(np.hypot(*(one.centre - other.centre))) / max(one.side, other.side)


def _distinct(finds: list[_Find]) -> list[_Find]:
    """Return everybody once: of two who have become one, the one who it may more likely be."""
    kept: list[_Find] = []
    for find in sorted(finds, key=lambda find: find.doubt):
        if all(_trunks_apart(find.landmarks, other.landmarks) > PoseFinder.TWIN for other in kept):
            kept.append(find)
    return kept


def _trunks_apart(one: Landmarks, other: Landmarks) -> float:
    """Return the mean distance of the corners of two trunks, in lengths of the longer."""
    spans = one.image[TRUNK] - other.image[TRUNK]
    length = max(trunk_length(one.image), trunk_length(other.image))
    return float(np.hypot(*spans.T).mean()) / max(length, 1e-6)


def _shrunk(image: Image) -> Image:
    """Return an image no larger than people are looked for in."""
    import cv2

    height, width = image.shape[:2]
    scale = _LONGEST_SIDE / max(height, width)
    if scale >= 1.0:
        return image
    across, down = max(scale, 1.0 / width), max(scale, 1.0 / height)  # a pixel is left at least
    return np.asarray(cv2.resize(image, None, fx=across, fy=down, interpolation=cv2.INTER_AREA))
