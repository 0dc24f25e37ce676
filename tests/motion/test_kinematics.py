import numpy as np
from scipy.spatial.transform import Rotation

from motion import kinematics, rotations
from motion.clip import Clip, Pose
from motion.skeleton import CANONICAL, LEG_LENGTH
from tests.motion.strategies import swaying


def test_rest_pose_is_the_skeletons_rest():
    rest = Pose.rest()
    positions, world = kinematics.world_from_local(CANONICAL, rest.hips, rest.rotations)
    np.testing.assert_allclose(positions, CANONICAL.rest_positions, atol=1e-12)
    np.testing.assert_allclose(world, np.tile(rotations.IDENTITY, (21, 1)), atol=1e-12)


def test_a_joint_turns_everything_below_it_and_nothing_else():
    pose = Pose.rest()
    pose.rotations[CANONICAL.index("leftUpperArm")] = Rotation.from_euler("z", -90, True).as_quat()
    positions, _ = kinematics.world_from_local(CANONICAL, pose.hips, pose.rotations)
    shoulder, hand = positions[CANONICAL.indices("leftUpperArm", "leftHand")]
    np.testing.assert_allclose(hand - shoulder, [0.0, -0.53, 0.0], atol=1e-9)
    right = CANONICAL.indices("rightHand", "head", "leftFoot")
    np.testing.assert_allclose(positions[right], CANONICAL.rest_positions[right], atol=1e-9)


def test_local_and_world_rotations_are_inverse_to_one_another():
    clip = swaying(10)
    _, world = kinematics.world_from_local(CANONICAL, clip.hips, clip.rotations)
    back = kinematics.local_from_world(CANONICAL, world)
    assert np.all(np.abs(np.sum(back * clip.rotations, axis=-1)) > 1 - 1e-9)


def test_facing_follows_the_body():
    rest = CANONICAL.rest_positions
    for angle in (-2.0, 0.0, 1.0, 3.0):
        turned = rotations.rotate(rotations.about_y(np.array(angle)), rest)
        assert np.isclose(kinematics.facing(turned), angle)


def test_standing_feet_are_in_contact_and_flying_or_sliding_ones_are_not():
    standing = Clip.from_poses([Pose.standing()] * 10, 30)
    assert kinematics.contacts(standing.world_positions(), 30).all()
    flying = standing.world_positions() + np.array([0.0, 0.3 * LEG_LENGTH, 0.0])
    assert not kinematics.contacts(flying, 30).any()
    sliding = standing.world_positions() + np.linspace(0, 1, 10)[:, None, None] * np.array(
        [1.0, 0, 0]
    )
    assert not kinematics.contacts(sliding, 30).any()


def test_a_foot_stands_where_it_is_low_and_its_gradient_slow():
    rng = np.random.default_rng(0)
    heights = np.array([[0.0, 0.05, 0.0], [0.0, -0.25, 0.0]])[:, None, None]
    trembling = rng.normal(scale=0.003, size=(2, 60, 1, 3))
    places = swaying(60).world_positions() + heights + trembling
    feet = places[:, :, CANONICAL.standing]
    speed = np.linalg.norm(np.gradient(feet, 1 / 30, axis=1), axis=-1)
    low = feet[..., 1] < CANONICAL.rest_positions[CANONICAL.standing, 1] + kinematics.LOW
    stands = kinematics.contacts(places, 30.0)
    np.testing.assert_array_equal(stands, low & (speed < kinematics.SLOW))
    assert 0.0 < stands.mean() < low.mean()


def test_sides_mirror_one_another():
    mirrored = CANONICAL.rest_positions[CANONICAL.mirror] * [-1, 1, 1]
    np.testing.assert_allclose(mirrored, CANONICAL.rest_positions)
    assert LEG_LENGTH == 0.82
