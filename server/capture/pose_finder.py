"""Who is in a picture, and where: MediaPipe's pose landmarker for several people.

OpenCV and MediaPipe are imported only when they are needed, in the pose process.
"""

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from server.capture.landmarks import PEOPLE, Landmarks, Sighting

Image = np.ndarray

_LONGEST_SIDE = 640  # pixels; MediaPipe looks at 256 of each person


@dataclass(frozen=True, eq=False)
class Picture:
    """An image, BGR (H, W, 3), and when it was taken, seconds of the monotonic clock."""

    time: float
    image: Image


class PoseFinder:
    """Finds people, following them from picture to picture; who they are it cannot tell.

    To follow somebody costs about 20 ms of one core for each picture of 640x480 (two people 45 ms);
    to look for more of them costs 15 ms besides, so ask for no more than may come.

    Attributes:
        made: How often the landmarker was made.
    """

    LIFE = 900.0
    """Seconds after which the landmarker is made anew, once nobody is there to miss a picture.

    Making it takes a third of a second. 11,000 pictures of none, one and two people did not make
    it grow by a megabyte, but it is to run for months.
    """

    def __init__(self, people: int = PEOPLE) -> None:
        """Take the number of people to look for, 1 to `PEOPLE`; nothing is loaded yet."""
        self.made = 0
        self._people = people
        self._landmarker: Any = None
        self._born = 0.0
        self._stamp = 0

    def find(self, picture: Picture) -> Sighting:
        """Return who is in a picture; times of successive pictures grow."""
        if self._landmarker is None:
            self._renew(picture.time)
        image = _shrunk(picture.image)
        people = tuple(self._look(image, picture.time))
        if not people and picture.time > self._born + self.LIFE:
            self._renew(picture.time)
        return Sighting(picture.time, people)

    def _look(self, image: Image, time: float) -> list[Landmarks]:
        import cv2
        import mediapipe

        self._stamp = max(self._stamp + 1, int(time * 1000))
        rgb = cv2.cvtColor(image, cv2.COLOR_BGR2RGB)
        wrapped = mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=rgb)
        found = self._landmarker.detect_for_video(wrapped, self._stamp)
        aspect = image.shape[1] / image.shape[0]
        pairs = zip(found.pose_world_landmarks, found.pose_landmarks, strict=True)
        return [_landmarks(world, placed, aspect) for world, placed in pairs]

    def _renew(self, now: float) -> None:
        if self._landmarker is not None:
            self._landmarker.close()
        self._landmarker = _landmarker(self._people)
        self._born = now
        self.made += 1


def _landmarks(world: list[Any], placed: list[Any], aspect: float) -> Landmarks:
    """Return what MediaPipe found of one person, in our units."""
    values = np.array([(mark.x, mark.y, mark.z, mark.visibility) for mark in world])
    image = (np.array([(mark.x, mark.y) for mark in placed]) - 0.5) * [aspect, 1.0]
    return Landmarks(values[:, :3], values[:, 3], image)


def _landmarker(people: int) -> Any:
    from mediapipe.tasks.python import BaseOptions, vision

    return vision.PoseLandmarker.create_from_options(
        vision.PoseLandmarkerOptions(
            base_options=BaseOptions(model_asset_buffer=_bundle()),
            running_mode=vision.RunningMode.VIDEO,
            num_poses=people,
        )
    )


def _bundle() -> bytes:
    """Return the models that MediaPipe ships, bundled as its landmarker wants them.

    It refuses a model that does not say how its input is normalised: the detector does, and for
    the other one it is written down here.
    """
    import mediapipe
    from mediapipe.tasks.python.metadata.metadata_writers.metadata_writer import MetadataWriter

    models = Path(mediapipe.__file__).parent / "modules"
    bare = (models / "pose_landmark" / "pose_landmark_full.tflite").read_bytes()
    writer = MetadataWriter.create(bytearray(bare)).add_image_input([0.0], [255.0])
    landmarks, _ = writer.populate()
    bundle = io.BytesIO()
    with zipfile.ZipFile(bundle, "w", zipfile.ZIP_STORED) as archive:
        archive.write(models / "pose_detection" / "pose_detection.tflite", "pose_detector.tflite")
        archive.writestr("pose_landmarks_detector.tflite", bytes(landmarks))
    return bundle.getvalue()


def _shrunk(image: Image) -> Image:
    """Return an image no larger than people are looked for in."""
    import cv2

    scale = _LONGEST_SIDE / max(image.shape[:2])
    if scale >= 1.0:
        return image
    return np.asarray(cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))
