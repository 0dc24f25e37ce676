import numpy as np

from motion import features
from motion.clip import Clip, Pose
from motion.stage_bounds import bend_inwards, face_audience, hold_back


def walking_straight(*speeds: float) -> np.ndarray:
    still = features.from_clip(Clip.from_poses([Pose.standing()] * 2, 30))[:1]
    frames = np.repeat(still, len(speeds), 0)
    frames[:, features.PART["root_velocity"]] = [[0.0, speed] for speed in speeds]
    return frames


def test_walkers_never_leave_the_stage_and_come_back():
    speeds = np.tile([0.5, 1.5, 2.5], 4)
    root = np.zeros((12, 3))
    root[:, 2] = np.repeat([0.0, 1.0, 2.5, -2.0], 3)
    distances = []
    for _ in range(4000):
        before, bent = root, bend_inwards(walking_straight(*speeds), root, 2.0)
        root = features.next_root(root, bent, 30.0)
        root[:, :2] = hold_back(root[:, :2], before[:, :2], 2.0, 1 / 30)
        distances.append(np.hypot(root[:, 0], root[:, 1]))
    assert np.max(distances) < 2.05
    assert (np.min(distances[800:], axis=0) < 1.85).all(), "inwards rather than along the edge"


def test_the_middle_of_the_stage_is_free():
    frames, root = walking_straight(1.0), np.array([[0.5, 0.5, 1.0]])
    np.testing.assert_array_equal(bend_inwards(frames, root, 2.0), frames)
    place = root[:, :2] + 0.02
    np.testing.assert_array_equal(hold_back(place, root[:, :2], 2.0, 1 / 30), place)


def test_who_has_a_foot_free_turns_to_the_audience_on_the_shorter_way():
    facing = np.array([0.0, 1.5, -1.5, 3.0, -3.0])
    root = np.column_stack([np.zeros((5, 2)), facing])
    for _ in range(300):
        frames = walking_straight(*[0.4] * 5)
        frames[:, features.PART["contacts"]] = [1.0, 1.0, 0.0, 0.0]
        turned = face_audience(frames, root, 2.0)
        root = features.next_root(root, turned, 30.0)
        root[:, :2] = 0.0
    assert np.abs(root[:, 2]).max() < 0.2


def test_who_stands_on_both_feet_or_faces_the_audience_is_not_turned():
    frames = walking_straight(0.0, 0.4)
    frames[0, features.PART["contacts"]] = 1.0
    frames[1, features.PART["contacts"]] = 0.0
    root = np.array([[0.0, 0.0, 2.0], [0.0, 0.0, 0.0]])
    np.testing.assert_array_equal(face_audience(frames, root, 2.0), frames)


def test_in_a_walk_the_turn_is_slow():
    frames = walking_straight(1.0)
    frames[:, features.PART["contacts"]] = 0.0
    turned = face_audience(frames, np.array([[0.0, 0.0, 3.0]]), 2.0)
    assert 0 < np.abs(turned - frames).max() < 0.35
