import numpy as np

from motion import features
from motion.clip import Clip, Pose
from motion.partner.stage_bounds import bend_inwards, face, hold_back


def walking_straight(*speeds: float) -> np.ndarray:
    still = features.from_clip(Clip.from_poses([Pose.standing()] * 2, 30))[:1]
    frames = np.repeat(still, len(speeds), 0)
    frames[:, features.PART["root_velocity"]] = [[0.0, speed] for speed in speeds]
    return frames


def test_walkers_never_leave_the_stage_and_come_back():
    speeds = np.tile([0.5, 1.5, 2.5], 4)
    root = np.zeros((12, 3))
    root[:, 2] = np.repeat([0.0, 1.0, 2.5, -2.0], 3)
    distances, radius = [], np.full(len(root), 2.0)
    for _ in range(4000):
        before, bent = root, bend_inwards(walking_straight(*speeds), root, radius)
        root = features.next_root(root, bent, 30.0)
        root[:, :2] = hold_back(root[:, :2], before[:, :2], radius, 1 / 30)
        distances.append(np.hypot(root[:, 0], root[:, 1]))
    assert np.max(distances) < 2.05
    assert (np.min(distances[800:], axis=0) < 1.85).all(), "inwards rather than along the edge"


def test_the_middle_of_the_stage_is_free():
    frames, root, radius = walking_straight(1.0), np.array([[0.5, 0.5, 1.0]]), np.array([2.0])
    np.testing.assert_array_equal(bend_inwards(frames, root, radius), frames)
    place = root[:, :2] + 0.02
    np.testing.assert_array_equal(hold_back(place, root[:, :2], radius, 1 / 30), place)


def to_audience(frames: np.ndarray, root: np.ndarray) -> np.ndarray:
    return face(frames, root, np.zeros(len(root)))


def facing_after(seconds: float, *speeds: float) -> np.ndarray:
    root = np.zeros((len(speeds), 3))
    root[:, 2] = np.resize([1.5, -1.5, 3.0, -3.0], len(speeds))
    for _ in range(int(30 * seconds)):
        root = features.next_root(root, to_audience(walking_straight(*speeds), root), 30.0)
    return root[:, 2]


def test_partners_turn_to_the_audience_on_the_shorter_way_and_no_further_than_they_like():
    away = np.abs(facing_after(10.0, *[0.0, 0.4, 1.0, 2.0] * 4))
    assert away.min() >= 0.6
    assert away.max() < 0.8


def test_who_faces_the_audience_is_not_turned():
    frames = walking_straight(0.0, 1.0)
    root = np.array([[0.0, 0.0, 0.5], [1.0, 1.0, -0.5]])
    np.testing.assert_array_equal(to_audience(frames, root), frames)


def test_who_should_face_nowhere_or_somebody_is_turned_there_and_nowhere_else():
    frames, root = walking_straight(0.0, 0.0), np.array([[0.0, 0.0, 2.0]] * 2)
    turned = face(frames, root, np.array([np.nan, -np.pi / 2])) - frames
    assert turned[0, features.PART["turn_rate"]] == 0.0
    assert turned[1, features.PART["turn_rate"]] > 0.5, "the shorter way round"


def test_the_turn_is_slower_on_two_standing_feet_and_in_a_walk():
    frames = walking_straight(0.0, 0.0, 1.0)
    frames[:, features.PART["contacts"]] = [[1.0] * 4, [1.0, 1.0, 0.0, 0.0], [0.0] * 4]
    turned = to_audience(frames, np.full((3, 3), 2.0)) - frames
    standing, stepping, walking = -turned[:, features.PART["turn_rate"]].ravel()
    assert 0 < standing < walking < stepping
