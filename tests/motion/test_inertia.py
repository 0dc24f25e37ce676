import numpy as np

from motion.clip import Clip, Pose
from motion.inertia import Offset
from tests.motion.strategies import swaying

DT = 1 / 30


def test_the_first_pose_goes_on_from_what_was_shown_and_the_rest_meets_the_motion():
    old, new = swaying(20), swaying(80)[40:]
    offset = Offset.between((old.pose(-2), old.pose(-1)), (new.pose(0), new.pose(1)), DT)
    shown: list[Pose] = []
    for frame in range(len(new)):
        offset = offset.faded(DT)
        shown.append(offset.apply(new.pose(frame)))
    whole = Clip.from_poses([old.pose(-2), old.pose(-1), *shown], 30)
    positions = whole.world_positions()
    acceleration = np.linalg.norm(np.diff(positions, 2, axis=0), axis=-1) * 30**2
    pop = np.linalg.norm(old.world_positions()[-1] - new.world_positions()[0], axis=-1) * 30**2
    assert acceleration.max() < 0.3 * pop.max()
    np.testing.assert_allclose(positions[-1], new.world_positions()[-1], atol=0.01)
