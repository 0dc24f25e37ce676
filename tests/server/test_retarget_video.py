"""A real dancer, from video to poses: whole, steady, on the floor, and like what is seen."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from motion.clip import Pose
from motion.kinematics import world_from_local, world_matrices
from motion.skeleton import CANONICAL
from server.capture import landmarks as lm
from server.capture.ground import soles
from server.capture.landmarks import Landmarks
from server.capture.pose_finder import Picture, PoseFinder
from server.capture.pose_process import Address, pictures
from server.capture.retarget import Retargeter

FRAMES = 396
LIMBS = {
    ("leftUpperArm", "leftLowerArm"): (lm.LEFT_SHOULDER, lm.LEFT_ELBOW),
    ("rightUpperArm", "rightLowerArm"): (lm.RIGHT_SHOULDER, lm.RIGHT_ELBOW),
    ("leftLowerArm", "leftHand"): (lm.LEFT_ELBOW, lm.LEFT_WRIST),
    ("rightLowerArm", "rightHand"): (lm.RIGHT_ELBOW, lm.RIGHT_WRIST),
    ("leftUpperLeg", "leftLowerLeg"): (lm.LEFT_HIP, lm.LEFT_KNEE),
    ("rightUpperLeg", "rightLowerLeg"): (lm.RIGHT_HIP, lm.RIGHT_KNEE),
    ("leftLowerLeg", "leftFoot"): (lm.LEFT_KNEE, lm.LEFT_ANKLE),
    ("rightLowerLeg", "rightFoot"): (lm.RIGHT_KNEE, lm.RIGHT_ANKLE),
}


def every_frame(video: Path) -> Iterator[Picture]:
    """Yields the pictures of a video as fast as they are asked for, none skipped."""
    import cv2

    capture = cv2.VideoCapture(str(video))
    for frame in range(FRAMES):
        found, image = capture.read()
        assert found
        yield Picture(frame / 30, image)


@pytest.fixture(scope="module")
def landmarks(shared_video: Path) -> list[Landmarks]:
    finder = PoseFinder(1)
    return [finder.find(picture).people[0] for picture in every_frame(shared_video)]


@pytest.fixture(scope="module")
def poses(landmarks: list[Landmarks]) -> list[Pose]:
    retargeter = Retargeter()
    return [retargeter.update(seen, frame / 30) for frame, seen in enumerate(landmarks)]


@pytest.fixture(scope="module")
def joints(poses: list[Pose]) -> np.ndarray:
    hips = np.stack([pose.hips for pose in poses])
    return world_from_local(CANONICAL, hips, np.stack([pose.rotations for pose in poses]))[0]


def directions(positions: np.ndarray, start: int, end: int) -> np.ndarray:
    bone = positions[:, end] - positions[:, start]
    return bone / np.linalg.norm(bone, axis=-1, keepdims=True)


def test_pose_is_finite_and_never_jumps(joints: np.ndarray):
    assert np.isfinite(joints).all()
    assert np.linalg.norm(np.diff(joints, axis=0), axis=-1).max() < 0.5


def test_lower_foot_is_on_the_floor(joints: np.ndarray):
    feet = CANONICAL.indices("leftFoot", "rightFoot", "leftToes", "rightToes")
    heights = joints[:, feet, 1] - CANONICAL.rest_positions[feet, 1]
    assert np.percentile(np.abs(heights.min(axis=1)), 95) < 0.05


def test_lower_foot_never_floats(poses: list[Pose]):
    heights = []
    for pose in poses:
        positions, turned = world_matrices(CANONICAL, pose.hips, pose.rotations)
        heights.append(min(soles(positions, turned)))
    assert min(heights) > -0.01
    assert max(heights) < 0.04


def test_dancer_turns_around_once(joints: np.ndarray):
    left, right = CANONICAL.indices("leftUpperLeg", "rightUpperLeg")
    across = joints[:, left, 0] - joints[:, right, 0]
    assert across[330:336].max() < 0
    assert np.median(across) > 0.1


@pytest.mark.parametrize("bone", LIMBS)
def test_bones_point_where_the_landmarks_say(bone, joints, landmarks):
    start, end = LIMBS[bone]
    positions = np.stack([seen.positions for seen in landmarks]) * [1.0, -1.0, -1.0]
    visible = np.stack([seen.visibility for seen in landmarks])[:, end] > 0.5
    shown = directions(joints, *CANONICAL.indices(*bone))
    cosine = (shown * directions(positions, start, end)).sum(axis=-1)[visible]
    angles = np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0)))
    print(f"{bone[0]}: median {np.median(angles):.1f}, 95 % within {np.percentile(angles, 95):.1f}")
    assert np.median(angles) < 8
    assert np.percentile(angles, 95) < 25


def test_pictures_of_the_video_come_upright(shared_video: Path):
    picture = next(pictures(Address("video", str(shared_video))))
    assert picture.image.shape == (1280, 720, 3)
