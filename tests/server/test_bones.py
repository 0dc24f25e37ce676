"""Bones and single landmarks, against plain references."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from motion.skeleton import CANONICAL
from server.capture import landmarks as lm
from server.capture.bones import BoneFinder
from server.capture.demo import Camera, demo_dance
from server.capture.filters import OneEuro
from server.capture.landmarks import image_scale

LINES = {
    ("leftUpperArm", 0, 1): (lm.LEFT_SHOULDER, lm.LEFT_ELBOW),
    ("rightUpperArm", 0, -1): (lm.RIGHT_SHOULDER, lm.RIGHT_ELBOW),
    ("leftLowerArm", 0, 1): (lm.LEFT_ELBOW, lm.LEFT_WRIST),
    ("rightLowerArm", 0, -1): (lm.RIGHT_ELBOW, lm.RIGHT_WRIST),
    ("hips", 0, 1): (lm.RIGHT_HIP, lm.LEFT_HIP),
    ("chest", 0, 1): (lm.RIGHT_SHOULDER, lm.LEFT_SHOULDER),
    ("head", 0, 1): (lm.RIGHT_EAR, lm.LEFT_EAR),
    ("leftFoot", 2, 1): (lm.LEFT_HEEL, lm.LEFT_TOE),
    ("rightFoot", 2, 1): (lm.RIGHT_HEEL, lm.RIGHT_TOE),
}


def seen() -> list[np.ndarray]:
    poses = demo_dance(np.arange(60) / 30, 4)
    return [Camera().see(pose).positions * [1.0, -1.0, -1.0] for pose in poses]


def test_bones_lie_along_their_landmarks_and_are_rotations():
    finder = BoneFinder()
    for positions in seen():
        world = finder.update(positions, True)
        assert Rotation.from_matrix(world).as_matrix() == pytest.approx(world, abs=1e-9)
        for (joint, axis, sign), (start, end) in LINES.items():
            span = positions[end] - positions[start]
            along = sign * span / np.linalg.norm(span)
            np.testing.assert_allclose(world[CANONICAL.index(joint)][:, axis], along, atol=1e-9)


def test_a_trunk_whose_hips_are_not_seen_stands_upright():
    hips = BoneFinder().update(seen()[0], False)[0]
    np.testing.assert_allclose(hips[:, 1], [0.0, 1.0, 0.0], atol=1e-9)


def test_any_finite_landmarks_give_finite_bones():
    rng, finder = np.random.default_rng(0), BoneFinder()
    for _ in range(50):
        positions = rng.normal(size=(lm.COUNT, 3)) * (rng.random((lm.COUNT, 1)) < 0.7)
        assert np.isfinite(finder.update(positions, bool(rng.random() < 0.5))).all()


class Eager(OneEuro):
    CUTOFF = 0.1
    SLOPE = 40.0


@pytest.mark.parametrize("kind", [OneEuro, Eager])
def test_landmarks_are_smoothed_as_the_one_euro_filter_says(kind):
    rng, smoother = np.random.default_rng(0), kind()
    place, velocity = np.zeros((2, lm.COUNT, 3))
    everything, seconds = np.ones(lm.COUNT, bool), 1 / 30
    for number in range(30):
        found = rng.normal(scale=0.1, size=(lm.COUNT, 3))
        if number == 0:
            place = found
        else:
            velocity = velocity + _share(1.0, seconds) * ((found - place) / seconds - velocity)
            speed = np.linalg.norm(velocity, axis=1, keepdims=True)
            place = place + _share(kind.CUTOFF + kind.SLOPE * speed, seconds) * (found - place)
        made = smoother.update(found, everything, seconds)
        np.testing.assert_allclose(made, place, atol=1e-9)


def test_smoothed_landmarks_stay_as_they_were_handed_out():
    smoother, everything = OneEuro(), np.ones(lm.COUNT, bool)
    first = smoother.update(np.ones((lm.COUNT, 3)), everything, 1 / 30)
    smoother.update(np.zeros((lm.COUNT, 3)), everything, 1 / 30)
    assert (first == 1.0).all()


def _share(cutoff: float | np.ndarray, seconds: float) -> np.ndarray:
    return np.asarray(1.0 / (1.0 + 1.0 / (2 * np.pi * cutoff * seconds)))


def test_the_scale_of_a_picture_is_that_of_least_squares():
    rng = np.random.default_rng(0)
    world = rng.normal(size=(lm.COUNT, 3))
    image = 0.4 * world[:, :2] + [3.0, -1.0] + rng.normal(scale=0.01, size=(lm.COUNT, 2))
    centred = (part - part.mean(axis=0) for part in (world[:, :2], image))
    metres, heights = (part.reshape(-1, 1) for part in centred)
    expected = np.linalg.lstsq(metres, heights, rcond=None)[0].item()
    assert image_scale(world, image) == pytest.approx(expected, rel=1e-12)
    assert image_scale(np.zeros((4, 3)), np.ones((4, 2))) == 0.0
