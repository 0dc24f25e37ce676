"""Rigs whose rest pose is not to be believed whole: right is the clip that they were made of."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from motion import rotations
from motion.clip import Clip
from motion.formats.bvh import END_SITES, parse_bvh
from motion.rigs.retarget import placed_at_origin, retarget
from motion.skeleton import CANONICAL
from tests.motion.foreign_rigs import MIXAMO, Z_UP, Rig, bowing, posed, write_rig
from tests.motion.rigs.test_retarget import angles_between

CLIP = placed_at_origin(bowing())
SIDES = (("left", 1), ("right", -1))


def turned(axis: str, degrees: float, *joints: str) -> dict[str, np.ndarray]:
    """The same turn for a joint on either side, mirrored."""
    return {
        side + joint: Rotation.from_euler(axis, sign * degrees, degrees=True).as_quat()
        for side, sign in SIDES
        for joint in joints
    }


def found(rig: Rig, clip: Clip = CLIP) -> Clip:
    return retarget(parse_bvh(write_rig(clip, rig)))


@pytest.mark.parametrize("degrees", [30, 60, 90])
def test_collars_that_are_raised_in_the_zero_pose_lie_sideways(degrees):
    arms = turned("z", degrees, "Shoulder", "UpperArm", "LowerArm", "Hand")
    assert angles_between(found(Rig(MIXAMO, arms)), CLIP).max() < 5


@pytest.mark.parametrize("axis", ["y", "z"])
@pytest.mark.parametrize("degrees", [-90, 50, 90])
def test_hands_that_are_bent_in_the_zero_pose_go_on_along_the_forearms(axis, degrees):
    rig = Rig(MIXAMO, turned(axis, degrees, "Hand"), ends=END_SITES)
    assert angles_between(found(rig), CLIP).max() < 5


def test_a_head_that_is_bowed_in_the_zero_pose_is_up():
    bowed = {"head": Rotation.from_euler("x", 40, degrees=True).as_quat()}
    assert angles_between(found(Rig(MIXAMO, bowed, ends=END_SITES)), CLIP).max() < 5


def test_a_chest_that_is_turned_in_the_zero_pose_with_all_it_carries_faces_ahead():
    carried = ("chest", "neck", "head", "leftShoulder", "rightShoulder")
    turn = Rotation.from_euler("y", 35, degrees=True).as_quat()
    rig = Rig(MIXAMO, dict.fromkeys(carried, turn))
    assert angles_between(found(rig), CLIP).max() < 5


@pytest.mark.parametrize("part", [("hips",), ("chest",), ("hips", "chest")])
@pytest.mark.parametrize("steady", [True, False])
def test_what_helpers_turn_back_does_not_turn_hips_or_chest(part, steady):
    phase = np.ones(len(CLIP)) if steady else np.linspace(-1, 1, len(CLIP))
    turns = Rotation.from_rotvec(phase[:, None] * np.radians([40.0, 98.0, -30.0])).as_quat()
    rig = Rig(MIXAMO, turned_back=dict.fromkeys(part, turns), ends=END_SITES)
    assert angles_between(found(rig), CLIP).max() < 10


FEET = ("leftFoot", "rightFoot")


@pytest.mark.parametrize("end", [(0, 0, 0), (0, -0.08, 0), (0, -0.08, 0.02), (0, -0.03, -0.08)])
@pytest.mark.parametrize("world", [rotations.IDENTITY, Z_UP], ids=["Y up", "Z up"])
def test_an_end_below_or_behind_the_ankle_does_not_tell_where_the_foot_points(end, world):
    names = {joint: name for joint, name in MIXAMO.items() if "Toes" not in joint}
    rig = Rig(names, ends=dict.fromkeys(FEET, end), world=world)
    assert angles_between(found(rig), CLIP).max() < 5


def test_feet_that_point_down_in_the_zero_pose_stand_flat():
    down = Rotation.from_euler("x", 65, degrees=True).as_quat()
    rig = Rig(MIXAMO, dict.fromkeys((*FEET, "leftToes", "rightToes"), down))
    assert angles_between(found(rig), CLIP).max() < 5


def kneeling() -> Clip:
    """The right knee goes down to the floor and stays there."""
    down = np.clip(np.linspace(-0.3, 1.6, 90), 0, 1)
    turns = {"rightUpperLeg": ("x", 10 * down), "rightLowerLeg": ("x", 80 * down)}
    turns |= {"rightFoot": ("x", 60 * down), "leftUpperLeg": ("x", -90 * down)}
    turns |= {"leftLowerLeg": ("x", 90 * down), "leftUpperArm": ("z", -70 + 20 * down)}
    turns |= {"rightUpperArm": ("z", 70 - 20 * down), "leftLowerArm": ("y", -60 * down)}
    return placed_at_origin(posed(turns | {"rightLowerArm": ("y", 60 * down)}))


ALONG_X = {
    joint: rotations.swing(np.array([1.0, 0.0, 0.0]), CANONICAL.rest_offsets[child])
    for child, parent in enumerate(CANONICAL.parents)
    if parent >= 0 and (joint := CANONICAL.joints[parent]) not in ("hips", "chest")
}


@pytest.mark.filterwarnings("ignore:Gimbal lock")
def test_a_foot_that_kneels_stays_a_foot():
    clip = kneeling()
    along = {joint: rotations.inverse(turn) for joint, turn in ALONG_X.items()}
    apart = angles_between(found(Rig(MIXAMO, along), clip), clip)
    feet = CANONICAL.indices("rightFoot", "leftFoot")
    assert apart[:, feet].max() < 25


def test_a_pose_that_fits_is_believed_though_the_rig_is_built_otherwise():
    """Collars that slope by build are no raised collars."""
    names = dict(MIXAMO)
    text = write_rig(CLIP, Rig(names))
    sloped = text.replace("OFFSET 13.00000000 0.00000000", "OFFSET 11.00000000 -7.00000000")
    sloped = sloped.replace("OFFSET -13.00000000 0.00000000", "OFFSET -11.00000000 -7.00000000")
    assert sloped != text
    apart = angles_between(retarget(parse_bvh(sloped)), CLIP)
    assert apart.max() < 1
