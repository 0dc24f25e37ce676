import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from motion import rotations
from motion.clip import Clip
from motion.errors import MotionFileError
from motion.formats.bvh import parse_bvh
from motion.kinematics import CONTACT_JOINTS, facing, world_from_local
from motion.rigs.retarget import placed_at_origin, retarget
from motion.rigs.rig_known import BANDAI_NAMCO
from motion.skeleton import CANONICAL
from tests.motion.foreign_rigs import (
    ARMS_DOWN_45,
    ARMS_HANGING,
    MIXAMO,
    OLD_CMU,
    UNREAL,
    Z_UP,
    Rig,
    bowing,
    posed,
    write_rig,
)
from tests.motion.strategies import swaying


def angles_between(a: Clip, b: Clip) -> np.ndarray:
    """Angles in degrees between the world rotations of two clips, (T, J)."""
    ours, theirs = (world_from_local(CANONICAL, c.hips, c.rotations)[1] for c in (a, b))
    relative = rotations.multiply(rotations.inverse(ours), theirs)
    flat = Rotation.from_quat(relative.reshape(-1, 4)).magnitude()
    return np.degrees(flat.reshape(relative.shape[:-1]))


@pytest.mark.parametrize(
    "rig",
    [
        Rig(),
        Rig(MIXAMO),
        Rig(OLD_CMU, order="YXZ"),
        Rig(UNREAL, order="XYZ", world=Z_UP),
        Rig(MIXAMO, unit=1.0),
        Rig(MIXAMO, unit=39.3701),
        Rig(MIXAMO, unit=1000.0),
        Rig(MIXAMO, offsets=ARMS_DOWN_45),
        Rig(OLD_CMU, offsets=ARMS_HANGING, world=Z_UP, unit=39.3701),
        Rig(MIXAMO, world=Rotation.from_euler("y", 130, degrees=True).as_quat()),
    ],
    ids=["ours", "mixamo", "old cmu", "unreal Z up", "metres", "inches", "millimetres", "A-pose",
         "hanging arms, Z up, inches", "facing elsewhere"],
)  # fmt: skip
def test_a_rig_with_a_rest_pose_gives_back_the_poses(rig):
    clip = placed_at_origin(swaying(60))
    found = retarget(parse_bvh(write_rig(clip, rig)))
    np.testing.assert_allclose(found.world_positions(), clip.world_positions(), atol=2e-3)
    assert angles_between(found, clip).max() < 0.1


@pytest.mark.filterwarnings("ignore:Gimbal lock")
@pytest.mark.parametrize("world", [rotations.IDENTITY, Z_UP], ids=["Y up", "Z up"])
def test_a_rig_without_a_rest_pose_is_told_by_its_motion(world):
    clip = placed_at_origin(bowing())
    offsets = {role: np.array(q) for role, q in BANDAI_NAMCO.items()}
    found = retarget(parse_bvh(write_rig(clip, Rig(UNREAL, offsets, world=world))))
    assert angles_between(found, clip).max() < 3.0
    np.testing.assert_allclose(found.world_positions(), clip.world_positions(), atol=0.02)


@pytest.mark.filterwarnings("ignore:Gimbal lock")
def test_a_known_rig_is_read_alike_even_when_it_hardly_moves():
    still = posed({"leftUpperArm": ("z", np.linspace(-80, -78, 20))})
    names = {joint: joint for joint in CANONICAL.joints} | {
        "hips": "joint_Root", "leftUpperLeg": "UpperLeg_L", "rightToes": "Toes_R",
    }  # fmt: skip
    offsets = {role: np.array(q) for role, q in BANDAI_NAMCO.items()}
    found = retarget(parse_bvh(write_rig(still, Rig(names, offsets))))
    assert angles_between(found, placed_at_origin(still)).max() < 0.1


def test_a_first_frame_in_t_pose_gives_the_rest_and_is_dropped():
    motion = placed_at_origin(bowing())
    t_pose = posed({"head": ("x", [0.0])})
    clip = Clip(
        "",
        30,
        np.concatenate([t_pose.hips, motion.hips]),
        np.concatenate([t_pose.rotations, motion.rotations]),
    )
    # Bones along odd axes, as no estimate from motion could know.
    odd = Rotation.random(len(CANONICAL.joints), random_state=3).as_quat()
    offsets = dict(zip(CANONICAL.joints, odd, strict=True))
    found = retarget(parse_bvh(write_rig(clip, Rig(MIXAMO, offsets))))
    assert len(found) == len(motion)
    assert angles_between(found, motion).max() < 0.1


def test_a_motion_that_goes_on_from_a_t_pose_keeps_its_first_frame():
    lowering = placed_at_origin(posed({"leftUpperArm": ("z", np.linspace(0, -60, 30))}))
    found = retarget(parse_bvh(write_rig(lowering, Rig(MIXAMO))))
    assert len(found) == 30


@pytest.mark.parametrize("rig", [Rig(MIXAMO), Rig(OLD_CMU, world=Z_UP, offsets=ARMS_HANGING)])
def test_a_raised_left_hand_stays_left(rig):
    clip = posed({"leftUpperArm": ("z", np.full(10, 80.0)), "head": ("y", np.full(10, 30.0))})
    found = retarget(parse_bvh(write_rig(clip, rig))).world_positions()
    left, right, head = CANONICAL.indices("leftHand", "rightHand", "head")
    assert (found[:, left, 1] > found[:, head, 1]).all()
    assert (found[:, right, 1] < found[:, head, 1]).all()
    assert (found[:, left, 0] > 0.1).all()


@pytest.mark.parametrize("missing", [["leftToes", "rightToes"], ["leftShoulder"], ["neck"]])
def test_a_rig_without_optional_joints_still_gives_the_rest(missing):
    clip = placed_at_origin(posed({"leftUpperArm": ("z", np.linspace(-70, 70, 30))}))
    # Renaming hides the joint's role; it still carries what is below it.
    names = MIXAMO | {joint: f"extra{index}" for index, joint in enumerate(missing)}
    found = retarget(parse_bvh(write_rig(clip, Rig(names))))
    assert angles_between(found, clip).max() < 0.1


def test_a_clip_starts_over_the_origin_facing_ahead_on_the_floor():
    clip = swaying(60)
    away = Clip("", 30, clip.hips + np.array([3.0, 0.7, -2.0]), clip.rotations)
    turned = Rig(MIXAMO, world=Rotation.from_euler("y", 77, degrees=True).as_quat())
    positions = retarget(parse_bvh(write_rig(away, turned))).world_positions()
    np.testing.assert_allclose(positions[0, 0, [0, 2]], 0.0, atol=1e-6)
    assert facing(positions[0]) == pytest.approx(0.0, abs=1e-6)
    feet = CANONICAL.indices(*CONTACT_JOINTS)
    lowest = (positions[:, feet, 1] - CANONICAL.rest_positions[feet, 1]).min(axis=1)
    assert np.percentile(lowest, 5) == pytest.approx(0.0, abs=1e-6)


@pytest.mark.filterwarnings("ignore:Gimbal lock")
def test_lying_down_does_not_change_what_is_up():
    falling = posed({"hips": ("x", np.clip(np.linspace(0, -135, 40), -90, 0))})
    found = retarget(parse_bvh(write_rig(falling, Rig(MIXAMO)))).world_positions()
    head, foot = CANONICAL.indices("head", "leftFoot")
    assert found[0, head, 1] - found[0, foot, 1] > 1.4
    assert abs(found[-1, head, 1] - found[-1, foot, 1]) < 0.1


def test_a_motion_may_have_another_axis_up_than_its_rest_pose():
    clip = placed_at_origin(swaying(30))
    bvh = parse_bvh(write_rig(clip, Rig(MIXAMO)))
    bvh.positions[:, 0] = rotations.rotate(Z_UP, bvh.positions[:, 0])
    bvh.rotations[:, 0] = rotations.multiply(Z_UP, bvh.rotations[:, 0])
    found = retarget(bvh)
    assert angles_between(found, clip).max() < 0.1


def test_a_single_frame_is_enough():
    clip = posed({"leftUpperArm": ("z", [-30.0])})
    assert len(retarget(parse_bvh(write_rig(clip, Rig(MIXAMO))))) == 1


def test_legs_without_length_are_refused():
    clip = posed({"leftUpperArm": ("z", [-30.0])})
    with pytest.raises(MotionFileError, match="legs of some length"):
        retarget(parse_bvh(write_rig(clip, Rig(MIXAMO, unit=0.0))))


def test_name_and_labels_are_kept():
    bvh = parse_bvh(write_rig(swaying(10, 120.0), Rig(MIXAMO)))
    clip = retarget(bvh, "a", {"style": "sad"})
    assert (clip.name, clip.labels, clip.fps) == ("a", {"style": "sad"}, 120.0)
