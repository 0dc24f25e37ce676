"""The networks that find people and how they stand, in ONNX Runtime, one thread each.

ONNX Runtime is imported only when it is needed, in the pose process.
"""

from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import UInt8

from server.capture import pose_detector, pose_people
from server.capture.pose_landmarks import Estimate
from server.capture.pose_region import Region, cut

Array = np.ndarray

FOLDER = Path(__file__).parent / "networks"


class PoseNetworks:
    """Finds people in a picture, and how each of them stands; remembers nothing."""

    def __init__(self, people: int = 1) -> None:
        """Load what finds one person, or any number.

        BlazePose's own detector finds one of two who stand side by side; MoveNet finds both.
        """
        self._several = people > 1
        self._detector = _session("people" if self._several else "detector")
        self._landmarker = _session("landmarks")

    def detect(self, image: UInt8[Array, "H W 3"]) -> list[Region]:
        """Return where people are in a picture, blue first, the surest first."""
        return self._detect_people(image) if self._several else self._detect_one(image)

    def _detect_people(self, image: UInt8[Array, "H W 3"]) -> list[Region]:
        shown, scale = pose_people.framed(image)
        middles, points = self._detector.run(["middles", "points"], {"picture": shown[None]})
        return pose_people.regions(middles[0, :, :, 0], points[0], scale)

    def _detect_one(self, image: UInt8[Array, "H W 3"]) -> list[Region]:
        whole = Region.whole(image.shape[1], image.shape[0])
        shown = cut(image, whole, pose_detector.SIDE, stretch=False)
        boxes, scores = self._detector.run(["boxes", "scores"], {"picture": shown[None]})
        return pose_detector.regions(boxes[0], scores[0], whole)

    def estimate(self, shown: UInt8[Array, "256 256 3"]) -> Estimate:
        """Return how the person stands whose region of a picture is shown, blue first."""
        names = ["landmarks", "presence", "heatmaps", "world"]
        landmarks, presence, heatmaps, world = (
            values[0] for values in self._landmarker.run(names, {"picture": shown[None]})
        )
        return Estimate(landmarks, float(presence), heatmaps, world)


def _session(name: str) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(
        FOLDER / f"{name}.onnx", options, providers=["CPUExecutionProvider"]
    )
