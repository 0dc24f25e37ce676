import numpy as np
import pytest

from motion import features
from motion.clip import Clip, Pose
from motion.features import Root
from motion.stage_bounds import keep_on_stage


def walking_straight(speed: float) -> np.ndarray:
    frames = np.repeat(features.from_clip(Clip.from_poses([Pose.standing()] * 2, 30))[:1], 4, 0)
    frames[:, features.PART["root_velocity"]] = [0.0, speed]
    return frames


@pytest.mark.parametrize("facing", [0.0, 1.0, 2.5, -2.0])
@pytest.mark.parametrize("speed", [0.5, 1.5, 2.5])
def test_a_walker_never_leaves_the_stage_and_comes_back(facing, speed):
    root, distances = Root(facing=facing), []
    for _ in range(1000):
        bounded = keep_on_stage(walking_straight(speed), root, 2.0)
        _, root = features.to_poses(bounded, 30.0, root)
        distances.append(float(np.hypot(root.x, root.z)))
    assert max(distances) < 2.0 + speed * 4 / 30
    assert min(distances[200:]) < 1.85, "it turns inwards rather than running along the edge"


def test_the_middle_of_the_stage_is_free():
    frames = walking_straight(1.0)
    assert keep_on_stage(frames, Root(0.5, 0.5, 1.0), 2.0) is frames
