"""How far Bhava's landmarks are from MediaPipe's own, picture by picture: run by hand, never in CI.

    python3.11 -m venv /tmp/reference
    /tmp/reference/bin/pip install mediapipe==0.10.21 onnxruntime jaxtyping scipy
    /tmp/reference/bin/python -m tests.reference.mediapipe_agreement VIDEO

Both search every picture anew. Whoever follows people looks next where they were found, and then a
thousandth of a pixel grows within five pictures into the networks' own trembling, some millimetres.
Fails when more than one landmark of a hundred is off by more than a millimetre, or its visibility
by more than 0.01.
"""

import io
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import mediapipe
import numpy as np
from mediapipe.tasks.python import BaseOptions, vision
from mediapipe.tasks.python.metadata.metadata_writers.metadata_writer import MetadataWriter

from server.capture import pose_landmarks
from server.capture.landmarks import Landmarks
from server.capture.pose_networks import PoseNetworks
from server.capture.pose_region import cut

FARTHEST, STRANGEST = 1e-3, 0.01


def pictures(video: str) -> Iterator[np.ndarray]:
    """Yields the pictures of a video, no side longer than 640."""
    capture = cv2.VideoCapture(video)
    while True:
        found, image = capture.read()
        if not found:
            return
        scale = min(640 / max(image.shape[:2]), 1.0)
        yield cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)


def bundle() -> bytes:
    """Returns MediaPipe's own networks, as its landmarker wants them."""
    models = Path(mediapipe.__file__).parent / "modules"
    bare = (models / "pose_landmark" / "pose_landmark_full.tflite").read_bytes()
    landmarks, _ = MetadataWriter.create(bytearray(bare)).add_image_input([0.0], [255.0]).populate()
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as files:
        files.write(models / "pose_detection" / "pose_detection.tflite", "pose_detector.tflite")
        files.writestr("pose_landmarks_detector.tflite", bytes(landmarks))
    return archive.getvalue()


def theirs(landmarker: Any, image: np.ndarray) -> Landmarks | None:
    """Returns whom MediaPipe finds first."""
    rgb = cv2.cvtColor(image, cv2.COLOR_BGR2RGB)
    found = landmarker.detect(mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=rgb))
    if not found.pose_world_landmarks:
        return None
    marks = found.pose_world_landmarks[0]
    values = np.array([(mark.x, mark.y, mark.z, mark.visibility) for mark in marks])
    return Landmarks(values[:, :3], values[:, 3], np.zeros((len(marks), 2)))


def ours(networks: PoseNetworks, image: np.ndarray) -> Landmarks | None:
    """Returns whom Bhava finds first."""
    height, width = image.shape[:2]
    for region in networks.detect(image)[:1]:
        estimate = networks.estimate(cut(image, region, pose_landmarks.SIDE, stretch=True))
        if estimate.presence > pose_landmarks.PRESENT:
            return pose_landmarks.read(estimate, region, width, height)[0]
    return None


def main(video: str) -> bool:
    """Prints how far they are apart and tells whether that is near enough."""
    options = vision.PoseLandmarkerOptions(BaseOptions(model_asset_buffer=bundle()))
    landmarker = vision.PoseLandmarker.create_from_options(options)
    networks = PoseNetworks()
    far, strange, spent, alone = [], [], np.zeros(2), 0
    for image in pictures(video):
        start = time.process_time()
        reference = theirs(landmarker, image)
        between = time.process_time()
        found = ours(networks, image)
        spent += between - start, time.process_time() - between
        if found is None or reference is None:
            alone += (found is None) != (reference is None)
            continue
        far.append(np.linalg.norm(found.positions - reference.positions, axis=1))
        strange.append(np.abs(found.visibility - reference.visibility))
    marks, doubts = np.percentile(far, [50, 99, 100]), np.percentile(strange, [50, 99, 100])
    print(f"{len(far)} pictures with a person in both, {alone} in one only")
    print("apart, mm: median {:.3f}, 99 % {:.3f}, most {:.3f}".format(*(marks * 1000)))
    print("visibility: median {:.5f}, 99 % {:.5f}, most {:.5f}".format(*doubts))
    print(
        "processor ms a picture: MediaPipe {:.1f}, Bhava {:.1f}".format(*(spent / len(far) * 1e3))
    )
    return bool(marks[1] < FARTHEST and doubts[1] < STRANGEST)


if __name__ == "__main__":
    sys.exit(not main(sys.argv[1]))
