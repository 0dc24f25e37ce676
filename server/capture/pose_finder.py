"""Who is in a picture, and where: people are found, then followed from picture to picture.

OpenCV and ONNX Runtime are imported only when they are needed, in the pose process.
"""

from dataclasses import dataclass

import numpy as np

from server.capture import pose_landmarks
from server.capture.landmarks import PEOPLE, Landmarks, Sighting
from server.capture.pose_networks import PoseNetworks
from server.capture.pose_region import Region
from server.capture.pose_smoothing import PoseSmoother

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
    """

    region: Region
    smoother: PoseSmoother


class PoseFinder:
    """Finds people, following them from picture to picture; who they are it cannot tell.

    The region of somebody who was found comes from their own landmarks, so that the picture is
    searched as a whole only while there may be more people than are known.
    """

    LOOK = 0.2
    """Seconds between searches while somebody is followed and there may be more."""
    SAME = 0.5
    """Intersection over union from which a region that is found is of somebody already followed."""
    TWIN = 0.8
    """Intersection over union from which two who are followed have become one."""

    def __init__(self, people: int = PEOPLE) -> None:
        """Take the number of people to look for, 1 to `PEOPLE`; nothing is loaded yet."""
        self._people = people
        self._networks: PoseNetworks | None = None
        self._tracks: list[_Track] = []
        self._looked = float("-inf")

    def find(self, picture: Picture) -> Sighting:
        """Return who is in a picture; times of successive pictures grow."""
        self._networks = self._networks or PoseNetworks()
        image = _shrunk(picture.image)
        self._look(self._networks, image, picture.time)
        tracks, self._tracks = self._tracks, []
        people = []
        for track in tracks:
            found = _follow(self._networks, image, track.region)
            if found and not self._followed(found[1], self.TWIN):
                people.append(track.smoother.update(found[0], picture.time))
                self._tracks.append(_Track(found[1], track.smoother))
        return Sighting(picture.time, tuple(people))

    def _look(self, networks: PoseNetworks, image: Image, now: float) -> None:
        """Search the picture for people who are not followed yet, when it is time to."""
        if len(self._tracks) >= self._people:
            return
        if self._tracks and 0.0 <= now - self._looked < self.LOOK:
            return
        self._looked = now
        for region in networks.detect(image):
            if not self._followed(region, self.SAME):
                self._tracks.append(_Track(region, PoseSmoother()))
        del self._tracks[self._people :]

    def _followed(self, region: Region, overlap: float) -> bool:
        return any(region.overlap(track.region) > overlap for track in self._tracks)


def _follow(
    networks: PoseNetworks, image: Image, region: Region
) -> tuple[Landmarks, Region] | None:
    """Return how the person in a region stands and where to look next; None if nobody does."""
    height, width = image.shape[:2]
    if not region.sound(width, height):
        return None
    estimate = networks.estimate(image, region)
    if estimate.presence <= pose_landmarks.PRESENT:
        return None
    return pose_landmarks.read(estimate, region, width, height)


def _shrunk(image: Image) -> Image:
    """Return an image no larger than people are looked for in."""
    import cv2

    height, width = image.shape[:2]
    scale = _LONGEST_SIDE / max(height, width)
    if scale >= 1.0:
        return image
    across, down = max(scale, 1.0 / width), max(scale, 1.0 / height)  # a pixel is left at least
    return np.asarray(cv2.resize(image, None, fx=across, fy=down, interpolation=cv2.INTER_AREA))
