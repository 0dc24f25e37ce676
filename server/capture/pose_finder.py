"""Who is in a picture, and where: people are found, then followed from picture to picture.

OpenCV and ONNX Runtime are imported only when they are needed, in the pose process.
"""

from dataclasses import dataclass, replace

import numpy as np

from server.capture import pose_landmarks
from server.capture.appearance import colours
from server.capture.landmarks import PEOPLE, Landmarks, Sighting
from server.capture.pose_networks import PoseNetworks
from server.capture.pose_region import Region
from server.capture.pose_tracks import KEPT, STRANGER, Find, Track, assigned, regions_of, twins
from server.capture.pose_view import clear_view

Image = np.ndarray

_LONGEST_SIDE = 640  # pixels; a network looks at 256 of each person


@dataclass(frozen=True, eq=False)
class Picture:
    """An image, BGR (H, W, 3), and when it was taken, seconds of the monotonic clock."""

    time: float
    image: Image


class PoseFinder:
    """Finds people, following them from picture to picture.

    The region of somebody who was found comes from their own landmarks, so that the picture is
    searched as a whole only now and then, while there may be more people than are known. Of people
    who overlap, each is looked for with the others painted over. Whoever is hidden is waited for,
    and known again by place and colours.
    """

    LOOK = 0.2
    """Seconds between searches while somebody is followed and there may be more."""

    def __init__(self, people: int = PEOPLE) -> None:
        """Take the number of people to look for, 1 to `PEOPLE`; nothing is loaded yet."""
        self._people = people
        self._networks: PoseNetworks | None = None
        self._tracks: list[Track] = []
        self._count = 0
        self._looked = self._before = float("-inf")

    def find(self, picture: Picture) -> Sighting:
        """Return who is in a picture; times of successive pictures grow."""
        self._networks = self._networks or PoseNetworks(self._people)
        image = _shrunk(picture.image)
        self._look(self._networks, image, picture.time)
        seconds = min(max(picture.time - self._before, 0.0), 1.0)
        self._before = picture.time
        found = assigned(self._find_each(self._networks, image, seconds), self._tracks)
        if len(found) < len(self._tracks):  # somebody was lost, and may soon be found elsewhere
            self._looked -= self.LOOK / 2
        self._tracks = self._gone_on(found, seconds)
        seen = [track for track in self._shown if track.believed]
        return Sighting(picture.time, tuple(_steadied(track, picture.time) for track in seen))

    def _look(self, networks: PoseNetworks, image: Image, now: float) -> None:
        """Search the picture for people who are not followed yet, when it is time to."""
        if len(self._shown) >= self._people and not any(map(self._crowded, self._tracks)):
            return
        if self._shown and 0.0 <= now - self._looked < self.LOOK:
            return
        self._looked = now
        self._anchor(networks.detect(image))

    def _anchor(self, found: list[Region]) -> None:
        """Follow strangers too, and look for those who are pressed where they were found."""
        here = [t for t in self._tracks if not t.hidden or self._crowded(t)]
        known = regions_of(found, here)
        tracks = [
            replace(track, region=found[known[track.number]])
            if track.number in known and (track.hidden or self._crowded(track))
            else track
            for track in self._tracks
        ]
        strangers = [r for row, r in enumerate(found) if row not in known.values()]
        room = max(self._people - len(self._shown), 0)
        self._tracks = tracks + [Track(self._next_number(), region) for region in strangers[:room]]

    @property
    def _shown(self) -> list[Track]:
        return [track for track in self._tracks if not track.hidden]

    def _next_number(self) -> int:
        """Return a number that nobody has had for long."""
        self._count = self._count % 255 + 1
        return self._count

    def _crowded(self, track: Track) -> bool:
        """Tell whether somebody else is very near."""
        return any(other is not track and track.near(other) for other in self._tracks)

    def _find_each(self, networks: PoseNetworks, image: Image, seconds: float) -> dict[int, Find]:
        """Return who is found, by number, seconds after the picture before; the foremost first."""
        finds: dict[int, Find] = {}
        order = sorted(self._tracks, key=lambda t: (not t.believed, t.hidden > 0, t.covered))
        for track in order:
            others = [other for other in order if other is not track and track.near(other)]
            before = [finds[o.number].landmarks for o in others if o.number in finds]
            if track.hidden and not before:
                continue  # nobody hides them: they have gone
            rest = [o for o in others if o.number not in finds and o.believed and not o.hidden]
            behind = [o.landmarks for o in rest if o.landmarks]
            find = self._follow(networks, image, track, seconds, before, behind)
            if find is None or any(twins(find, other) for other in finds.values()):
                continue
            if track.doubt(find) < STRANGER:
                finds[track.number] = find
        return finds

    def _follow(
        self,
        networks: PoseNetworks,
        image: Image,
        track: Track,
        seconds: float,
        before: list[Landmarks],
        behind: list[Landmarks],
    ) -> Find | None:
        """Return how who is followed stands, others painted over; None if they are not there."""
        height, width = image.shape[:2]
        region = track.expected(seconds) if before or behind else track.region
        if not region.sound(width, height):
            return None
        shown = clear_view(image, region, pose_landmarks.SIDE, track.landmarks, before, behind)
        estimate = networks.estimate(shown)
        if estimate.presence <= pose_landmarks.PRESENT:
            return None
        landmarks, following = pose_landmarks.read(estimate, region, width, height)
        return Find(following, track.smoother, landmarks, colours(image, landmarks))

    def _gone_on(self, found: dict[int, Find], seconds: float) -> list[Track]:
        """Return who is still followed, seconds after the picture before."""
        tracks = []
        for track in self._tracks:
            if track.number in found:
                crowded = self._crowded(track)
                tracks.append(track.met(found[track.number], seconds, crowded=crowded))
            elif track.believed and track.hidden + seconds < KEPT:
                tracks.append(track.missed(max(seconds, 1e-3)))
        return tracks


def _steadied(track: Track, time: float) -> Landmarks:
    """Return how somebody who was found stands."""
    assert track.landmarks is not None
    worn = None if track.worn is None else np.rint(track.worn).astype(np.uint8)
    seen = replace(track.landmarks, colours=worn, track=track.number)
    return track.smoother.update(seen, time)


def _shrunk(image: Image) -> Image:
    """Return an image no larger than people are looked for in."""
    import cv2

    height, width = image.shape[:2]
    scale = _LONGEST_SIDE / max(height, width)
    if scale >= 1.0:
        return image
    across, down = max(scale, 1.0 / width), max(scale, 1.0 / height)  # a pixel is left at least
    return np.asarray(cv2.resize(image, None, fx=across, fy=down, interpolation=cv2.INTER_AREA))
