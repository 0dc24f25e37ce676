"""Who is in a picture, and where: the networks look at it, as those who are followed ask.

OpenCV and ONNX Runtime are imported only when they are needed, in the pose process.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from server.capture import pose_landmarks
from server.capture.appearance import colours
from server.capture.landmarks import PEOPLE, Landmarks, Sighting
from server.capture.pose_following import Following
from server.capture.pose_networks import PoseNetworks
from server.capture.pose_region import Region
from server.capture.pose_tracks import Find, Track
from server.capture.pose_view import clear_view

Image = np.ndarray

_LONGEST_SIDE = 640  # pixels; a network looks at 256 of each person


@dataclass(frozen=True, eq=False)
class Picture:
    """An image, BGR (H, W, 3), and when it was taken, seconds of the monotonic clock."""

    time: float
    image: Image


class PoseFinder:
    """Finds people, following them from picture to picture."""

    def __init__(self, people: int = PEOPLE) -> None:
        """Take the number of people to look for, 1 to `PEOPLE`; nothing is loaded yet."""
        self._people = people
        self._networks: PoseNetworks | None = None
        self._following = Following(people)

    def find(self, picture: Picture) -> Sighting:
        """Return who is in a picture; times of successive pictures grow."""
        self._networks = self._networks or PoseNetworks(self._people)
        eyes = _NetworkEyes(self._networks, _shrunk(picture.image))
        seen = self._following.update(eyes, picture.time)
        return Sighting(picture.time, tuple(_steadied(track, picture.time) for track in seen))


class _NetworkEyes:
    """Sees people in one image by the networks."""

    def __init__(self, networks: PoseNetworks, image: Image) -> None:
        self._networks = networks
        self._image = image

    def search(self) -> list[Region]:
        return self._networks.detect(self._image)

    def see(
        self,
        track: Track,
        region: Region,
        before: Sequence[Landmarks],
        behind: Sequence[Landmarks],
    ) -> Find | None:
        height, width = self._image.shape[:2]
        if not region.sound(width, height):
            return None
        side = pose_landmarks.SIDE
        shown = clear_view(self._image, region, side, track.landmarks, before, behind)
        estimate = self._networks.estimate(shown)
        if estimate.presence <= pose_landmarks.PRESENT:
            return None
        landmarks, following = pose_landmarks.read(estimate, region, width, height)
        return Find(following, track.smoother, landmarks, colours(self._image, landmarks))


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
