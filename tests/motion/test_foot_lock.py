import numpy as np
from scipy.spatial.transform import Rotation

from motion import kinematics
from motion.clip import Clip, Pose
from motion.foot_lock import LONGEST_CORRECTION, FootLock, reach_leg
from motion.skeleton import CANONICAL

ALL = np.ones(4, bool)
NONE = np.zeros(4, bool)
TOES = CANONICAL.indices("leftToes", "rightToes")


def crouching(x: float = 0.0) -> Pose:
    """Knees bent, so that legs can reach in every direction."""
    pose = Pose.standing()
    for side in ("left", "right"):
        upper, lower, foot = CANONICAL.indices(f"{side}UpperLeg", f"{side}LowerLeg", f"{side}Foot")
        for joint, degrees in ((upper, -40), (lower, 80), (foot, -40)):
            pose.rotations[joint] = Rotation.from_euler("x", degrees, True).as_quat()
    height = kinematics.world_from_local(CANONICAL, np.zeros(3), pose.rotations)[0][TOES[0], 1]
    floor = CANONICAL.rest_positions[TOES[0], 1]
    return Pose(np.array([x, floor - height, 0.0]), pose.rotations)


def toes_of(poses: list[Pose]) -> np.ndarray:
    return Clip.from_poses(poses, 30).world_positions()[:, TOES]


def test_reaching_moves_the_foot_as_told_and_keeps_its_rotation():
    pose = crouching()
    move = np.array([0.05, 0.04, -0.08])
    positions, world = kinematics.world_from_local(CANONICAL, pose.hips, pose.rotations)
    turned = pose.rotations.copy()
    reach_leg("left", move, positions, world, turned)
    after, world_after = kinematics.world_from_local(CANONICAL, pose.hips, turned)
    toes, foot, knee = CANONICAL.indices("leftToes", "leftFoot", "leftLowerLeg")
    np.testing.assert_allclose(after[toes] - positions[toes], move, atol=1e-6)
    assert abs(world_after[foot] @ world[foot]) > 1 - 1e-9
    assert after[knee][2] > after[foot][2], "the knee still points forward"


def test_standing_feet_stay_while_the_body_sways():
    lock = FootLock()
    shown = [lock.apply(crouching(0.06 * np.sin(i / 5)), ALL, 1 / 30) for i in range(60)]
    assert np.abs(np.diff(toes_of(shown), axis=0)).max() < 1e-3


def test_a_released_foot_returns_smoothly_to_the_motion():
    lock = FootLock()
    for i in range(10):
        lock.apply(crouching(0.01 * i), ALL, 1 / 30)
    free = [lock.apply(crouching(0.1), NONE, 1 / 30) for _ in range(30)]
    steps = np.linalg.norm(np.diff(toes_of(free), axis=0), axis=-1)
    assert steps.max() < 0.04
    np.testing.assert_allclose(toes_of(free)[-1], toes_of([crouching(0.1)])[0], atol=1e-3)


def test_a_foot_that_is_pulled_too_far_lets_go():
    lock = FootLock()
    lock.apply(crouching(), ALL, 1 / 30)
    far = LONGEST_CORRECTION + 0.05
    for _ in range(40):
        shown = lock.apply(crouching(far), ALL, 1 / 30)
    np.testing.assert_allclose(toes_of([shown]), toes_of([crouching(far)]), atol=1e-3)


def test_toes_do_not_sink_below_the_floor():
    pose = crouching()
    sunk = Pose(pose.hips - [0.0, 0.05, 0.0], pose.rotations)
    shown = FootLock().apply(sunk, NONE, 1 / 30)
    floor = CANONICAL.rest_positions[TOES[0], 1]
    assert toes_of([shown])[..., 1].min() > floor - 1e-3
