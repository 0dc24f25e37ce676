"""From the networks' numbers to people and landmarks, on numbers made up."""

import numpy as np
import pytest

from server.capture import pose_detector, pose_landmarks
from server.capture.landmarks import COUNT, LEFT_WRIST
from server.capture.pose_landmarks import Estimate
from server.capture.pose_region import Region

WHOLE = Region.whole(640, 480)
UPRIGHT = Region(np.array([320.0, 240.0]), 256.0, 0.0)


def boxes(*people: tuple[int, float, float]) -> tuple[np.ndarray, np.ndarray]:
    """The network's numbers for (anchor, score, shift of the box in pixels) of each person."""
    values, scores = np.zeros((2254, 12), np.float32), np.full(2254, -20.0, np.float32)
    for anchor, score, shift in people:
        values[anchor] = [shift, 0, 40, 40, shift, 0, shift, -50, 0, 0, 0, 0]
        scores[anchor] = score
    return values, scores


def test_a_person_is_found_where_the_anchor_is():
    [region] = pose_detector.regions(*boxes((2 * (28 * 14 + 7), 3.0, 0.0)), WHOLE)
    expected = WHOLE.place(np.array([7.5, 14.5]) / 28)
    assert region.centre == pytest.approx(expected)
    assert region.side == pytest.approx(2.5 * 50 / 224 * 640)
    assert region.angle == pytest.approx(0.0)


def test_overlapping_boxes_are_averaged_by_score():
    sure, half = 20.0, 0.0
    [region] = pose_detector.regions(*boxes((400, sure, 0.0), (401, half, 9.0)), WHOLE)
    [alone] = pose_detector.regions(*boxes((400, sure, 0.0)), WHOLE)
    moved = (region.centre - alone.centre) * 224 / 640
    assert moved == pytest.approx([9.0 * 0.5 / 1.5, 0.0], abs=1e-5)


def test_people_apart_are_told_apart_the_surest_first():
    found = pose_detector.regions(*boxes((0, 1.0, 0.0), (50, 4.0, 0.0), (1500, 2.0, 0.0)), WHOLE)
    alone = [pose_detector.regions(*boxes((at, 1.0, 0.0)), WHOLE)[0] for at in (50, 1500, 0)]
    assert [list(region.centre) for region in found] == [list(region.centre) for region in alone]


def test_nobody_is_found_where_nothing_is_sure():
    assert pose_detector.regions(*boxes((400, -0.1, 0.0)), WHOLE) == []


def estimate(x: float = 128.0, y: float = 128.0, heat: dict | None = None) -> Estimate:
    landmarks = np.tile(np.array([x, y, 0.0, 2.0, 2.0], np.float32), (39, 1))
    landmarks[34, 1] = y - 80.0
    heatmaps = np.full((39, 64, 64), -30.0, np.float32)
    for (row, column), value in (heat or {}).items():
        heatmaps[LEFT_WRIST, row, column] = value
    world = np.zeros((39, 3), np.float32)
    world[LEFT_WRIST] = [0.5, 0.0, -0.2]
    return Estimate(landmarks, 0.9, heatmaps, world)


def test_landmarks_lie_in_picture_heights_from_its_middle():
    found, following = pose_landmarks.read(estimate(192.0, 64.0), UPRIGHT, 640, 480)
    assert found.image == pytest.approx(np.tile([64 / 480, -64 / 480], (COUNT, 1)))
    assert found.visibility == pytest.approx(np.full(COUNT, 1 / (1 + np.exp(-2.0))))
    assert following.centre == pytest.approx([384.0, 176.0])
    assert following.side == pytest.approx(200.0)


def test_the_world_turns_back_with_the_region():
    turned = Region(UPRIGHT.centre, UPRIGHT.side, np.pi / 2)
    found, _ = pose_landmarks.read(estimate(), turned, 640, 480)
    assert found.positions[LEFT_WRIST] == pytest.approx([0.0, 0.5, -0.2])


def test_a_heatmap_moves_its_landmark_to_the_middle_of_its_heat():
    heat = {(33, 33): 20.0, (33, 34): 20.0, (50, 50): 20.0}  # the last is too far to count
    found, _ = pose_landmarks.read(estimate(heat=heat), UPRIGHT, 640, 480)
    expected = UPRIGHT.place(np.array([33.5, 33.0]) / 64) - [320, 240]
    assert found.image[LEFT_WRIST] * 480 == pytest.approx(expected, abs=1e-3)
    assert found.image[LEFT_WRIST + 1] == pytest.approx([0.0, 0.0])


@pytest.mark.parametrize("at", [-500.0, -1.0, 0.0, 255.9, 256.0, 700.0])
def test_landmarks_beyond_the_region_stay_where_they_are(at):
    found, _ = pose_landmarks.read(estimate(at, at), UPRIGHT, 640, 480)
    assert found.image[0] * 480 == pytest.approx([at - 128.0, at - 128.0], abs=1e-3)


def test_doubtful_heat_moves_nothing():
    found, _ = pose_landmarks.read(estimate(heat={(33, 33): -0.5}), UPRIGHT, 640, 480)
    assert found.image[LEFT_WRIST] == pytest.approx([0.0, 0.0])
