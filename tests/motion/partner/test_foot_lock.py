import numpy as np
from scipy.spatial.transform import Rotation

from motion import kinematics
from motion.clip import Clip, Pose
from motion.leg_reach import reach_legs
from motion.partner.foot_lock import CLEARANCE, LONGEST_CORRECTION, FootLock
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


def locked(*streams: list[Pose], claimed: float = 0.0) -> tuple[list[list[Pose]], np.ndarray]:
    """What a foot lock shows of streams of poses side by side, and the contacts, (T, B, 4)."""
    lock, shown, contacts, before = FootLock(len(streams)), [], [], None
    claims = np.full((len(streams), 4), claimed)
    for poses in zip(*streams, strict=True):
        hips, turned = (np.stack([getattr(p, n) for p in poses]) for n in ("hips", "rotations"))
        positions = kinematics.world_positions(CANONICAL, hips, turned)
        before = positions if before is None else before
        turned, stand = lock.lock_feet((hips, turned), positions, before, claims, 1 / 30)
        before = positions
        shown.append([Pose(h, r) for h, r in zip(hips, turned, strict=True)])
        contacts.append(stand)
    return [list(stream) for stream in zip(*shown, strict=True)], np.array(contacts)


def test_reaching_moves_the_foot_as_told_and_keeps_its_rotation():
    pose = crouching()
    moves = np.array([[[0.05, 0.04, -0.08], [0.0, 0.0, 0.0]], [[0.0, 0.0, 0.0], [-0.03, 0.0, 0.1]]])
    hips, turned = np.tile(pose.hips, (2, 1)), np.tile(pose.rotations, (2, 1, 1))
    positions, world = kinematics.world_from_local(CANONICAL, hips, turned)
    reached = reach_legs(moves, (hips, turned), positions)
    after, world_after = kinematics.world_from_local(CANONICAL, hips, reached)
    np.testing.assert_allclose((after - positions)[:, TOES], moves, atol=1e-6)
    feet = CANONICAL.indices("leftFoot", "rightFoot")
    assert np.abs(np.sum(world_after[:, feet] * world[:, feet], -1)).min() > 1 - 1e-9
    knees = CANONICAL.indices("leftLowerLeg", "rightLowerLeg")
    assert (after[:, knees, 2] > after[:, feet, 2]).all(), "the knees still point forward"


def test_a_leg_that_is_straight_or_overstretched_bends_forward():
    hips, turned = (
        np.tile(Pose.standing().hips, (3, 1)),
        np.tile(Pose.standing().rotations, (3, 1, 1)),
    )
    knees = CANONICAL.indices("leftLowerLeg", "rightLowerLeg")
    for row, degrees in enumerate((-3, 0, 3)):
        turned[row, knees] = Rotation.from_euler("x", degrees, True).as_quat()
    positions = kinematics.world_positions(CANONICAL, hips, turned)
    reached = reach_legs(np.full((3, 2, 3), [0.0, 0.03, 0.0]), (hips, turned), positions)
    after = kinematics.world_positions(CANONICAL, hips, reached)
    assert (after[:, knees, 2] > 0.05).all()


def test_standing_feet_stay_while_the_body_sways():
    [shown], contacts = locked([crouching(0.06 * np.sin(i / 5)) for i in range(60)])
    assert contacts.all()
    assert np.abs(np.diff(toes_of(shown), axis=0)).max() < 1e-3


def test_a_foot_that_is_pulled_far_goes_along_more_and_more():
    path = [crouching(x) for x in np.linspace(0, 2 * LONGEST_CORRECTION, 120)]
    [shown], _ = locked(path)
    toes, motion = toes_of(shown)[:, 0, 0], toes_of(path)[:, 0, 0]
    assert np.abs(np.diff(toes[:20])).max() < 1e-3, "held while it is near"
    assert (motion - toes).max() < LONGEST_CORRECTION
    assert np.abs(np.diff(toes)).max() < 1.01 * np.diff(motion).max(), "never faster than it"


def test_a_foot_that_was_held_comes_home_as_it_travels_and_not_before():
    swayed = np.r_[np.linspace(0, 0.06, 20), np.full(30, 0.06)]
    path = [crouching(x) for x in np.r_[swayed, np.linspace(0.06, 1.0, 20)]]
    [shown], _ = locked(path)
    away = (toes_of(path) - toes_of(shown))[:, 0, 0]
    np.testing.assert_allclose(away[19:50], 0.06, atol=1e-3)
    assert away[-1] < 0.005


def test_a_foot_that_the_model_says_stands_is_set_down_earlier():
    path = [crouching(0.03 * i) for i in range(5)]
    assert not locked(path)[1][-1, 0].any()
    assert locked(path, claimed=1.0)[1][-1, 0].all()


def test_a_foot_in_the_air_is_left_alone():
    raised = [Pose(crouching(0.02 * i).hips + UP, crouching().rotations) for i in range(20)]
    [shown, _], contacts = locked(raised, [crouching()] * 20)
    assert not contacts[:, 0].any()
    assert contacts[:, 1].all()
    for pose, before in zip(shown, raised, strict=True):
        np.testing.assert_array_equal(pose.rotations, before.rotations)


def test_a_foot_that_lands_stops_at_least_as_soon_as_its_motion():
    path = [crouching(x) for x in np.r_[0.5 * (1 - np.cos(np.linspace(0, np.pi, 16))), np.ones(9)]]
    speed, of_motion = (np.diff(toes_of(p)[:, 0, 0]) for p in (locked(path)[0][0], path))
    assert (speed[9:] < of_motion[9:] + 1e-3).all()
    assert np.abs(speed[-9:]).max() < 1e-3


def test_a_foot_that_travels_low_is_raised():
    path = [crouching(0.1 * i) for i in range(10)]
    [shown], contacts = locked(path)
    assert not contacts[1:].any()
    np.testing.assert_allclose((toes_of(shown) - toes_of(path))[1:, :, 1], CLEARANCE, atol=1e-3)


def test_toes_do_not_sink_below_the_floor():
    pose = crouching()
    sunk = Pose(pose.hips - [0.0, 0.05, 0.0], pose.rotations)
    [shown], _ = locked([sunk])
    floor = CANONICAL.rest_positions[TOES[0], 1]
    assert toes_of(shown)[..., 1].min() > floor - 1e-3
