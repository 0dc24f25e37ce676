import numpy as np
from scipy.spatial.transform import Rotation

from motion import kinematics
from motion.clip import Clip, Pose
from motion.foot_lock import LONGEST_CORRECTION, NEAR, FootLock, reach_leg
from motion.skeleton import CANONICAL

UP = np.array([0.0, 0.2, 0.0])
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
    shown = [lock.apply(crouching(0.06 * np.sin(i / 5)), 1 / 30) for i in range(60)]
    assert all(contacts.all() for _, contacts in shown)
    assert np.abs(np.diff(toes_of([pose for pose, _ in shown]), axis=0)).max() < 1e-3


def test_a_foot_that_is_pulled_too_far_lets_go_and_returns_smoothly():
    lock = FootLock()
    far = LONGEST_CORRECTION + 0.05
    path = np.r_[np.linspace(0, far, 40), np.full(30, far)]
    shown = [lock.apply(crouching(x), 1 / 30)[0] for x in path]
    toes = toes_of(shown)
    assert np.abs(np.diff(toes[:30], axis=0)).max() < 1e-3, "held while it is near"
    assert np.linalg.norm(np.diff(toes, axis=0), axis=-1).max() < 0.08
    np.testing.assert_allclose(toes[-1], toes_of([crouching(far)])[0], atol=1.5 * NEAR)


def test_a_foot_in_the_air_is_left_alone():
    lock = FootLock()
    raised = [Pose(crouching(0.02 * i).hips + UP, crouching().rotations) for i in range(20)]
    for pose in raised:
        shown, contacts = lock.apply(pose, 1 / 30)
        assert not contacts.any()
        np.testing.assert_array_equal(shown.rotations, pose.rotations)


def test_a_step_comes_to_rest_without_a_jerk():
    lock = FootLock()
    path = np.r_[np.linspace(0, 0.5, 16), np.full(20, 0.5)]
    toes = toes_of([lock.apply(crouching(x), 1 / 30)[0] for x in path])[:, 0, 0]
    assert np.abs(np.diff(toes, 2)).max() <= np.abs(np.diff(path, 2)).max() + 1e-6


def test_toes_do_not_sink_below_the_floor():
    pose = crouching()
    sunk = Pose(pose.hips - [0.0, 0.05, 0.0], pose.rotations)
    shown, _ = FootLock().apply(sunk, 1 / 30)
    floor = CANONICAL.rest_positions[TOES[0], 1]
    assert toes_of([shown])[..., 1].min() > floor - 1e-3
