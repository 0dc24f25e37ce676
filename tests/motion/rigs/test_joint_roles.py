import pytest

from motion.errors import MotionFileError
from motion.rigs.joint_roles import find_roles
from motion.skeleton import CANONICAL
from tests.motion.foreign_rigs import MIXAMO, OLD_CMU, UNREAL

VROID = {joint: f"J_Bip_C_{joint.capitalize()}" for joint in CANONICAL.joints} | {
    joint: f"J_Bip_{side[0].upper()}_{joint.removeprefix(side)}"
    for side in ("left", "right")
    for joint in CANONICAL.joints
    if joint.startswith(side)
}
RIGIFY = {
    "hips": "spine", "spine": "spine.001", "chest": "spine.003", "neck": "spine.004",
    "head": "head",
} | {
    f"{side}{role}": f"DEF-{name}.{side[0].upper()}"
    for side in ("left", "right")
    for role, name in {
        "Shoulder": "shoulder", "UpperArm": "upper_arm", "LowerArm": "forearm", "Hand": "hand",
        "UpperLeg": "thigh", "LowerLeg": "shin", "Foot": "foot", "Toes": "toe",
    }.items()
}  # fmt: skip
SMPL = {
    "hips": "m_avg_Pelvis", "spine": "m_avg_Spine1", "chest": "m_avg_Spine3", "neck": "m_avg_Neck",
    "head": "m_avg_Head",
} | {
    f"{side}{role}": f"m_avg_{side[0].upper()}_{name}"
    for side in ("left", "right")
    for role, name in {
        "Shoulder": "Collar", "UpperArm": "Shoulder", "LowerArm": "Elbow", "Hand": "Wrist",
        "UpperLeg": "Hip", "LowerLeg": "Knee", "Foot": "Ankle", "Toes": "Foot",
    }.items()
}  # fmt: skip
BIPED = {
    "hips": "Bip01 Pelvis", "spine": "Bip01 Spine", "chest": "Bip01 Spine1", "neck": "Bip01 Neck",
    "head": "Bip01 Head",
} | {
    f"{side}{role}": f"Bip01 {side[0].upper()} {name}"
    for side in ("left", "right")
    for role, name in {
        "Shoulder": "Clavicle", "UpperArm": "UpperArm", "LowerArm": "Forearm", "Hand": "Hand",
        "UpperLeg": "Thigh", "LowerLeg": "Calf", "Foot": "Foot", "Toes": "Toe0",
    }.items()
}  # fmt: skip
OURS = {joint: joint for joint in CANONICAL.joints}


@pytest.mark.parametrize(
    "names",
    [MIXAMO, OLD_CMU, UNREAL, VROID, RIGIFY, SMPL, BIPED, OURS],
    ids=["mixamo", "old cmu", "unreal", "vroid", "rigify", "smpl", "biped", "ours"],
)
def test_every_role_is_found_in_common_rigs(names):
    joints = [names[joint] for joint in CANONICAL.joints]
    roles = find_roles(joints, CANONICAL.parents)
    assert {role: joints[index] for role, index in roles.items()} == names


def test_twist_share_finger_and_face_joints_are_left_out():
    extra = ["LeftForeArmTwist", "LeftHandIndex1", "LeftToe_End", "HeadTop_End", "LeftUpLegRoll"]
    owners = ["leftLowerArm", "leftHand", "leftToes", "head", "leftUpperLeg"]
    joints = [*(MIXAMO[joint] for joint in CANONICAL.joints), *extra]
    roles = find_roles(joints, [*CANONICAL.parents, *CANONICAL.indices(*owners)])
    assert max(roles.values()) < len(CANONICAL.joints)


def test_doubled_hips_and_a_long_spine_take_the_joints_where_limbs_meet():
    joints = ["root", "Hip", "Pelvis", "Waist", "Spine1", "Spine2", "Neck1", "Neck2", "Head"]
    parents = [-1, 0, 1, 1, 3, 4, 5, 6, 7]
    for side in ("L", "R"):
        for chain, top in ((["Thigh", "Calf", "Foot"], 2), (["Upperarm", "Forearm", "Hand"], 5)):
            for place, name in enumerate(chain):
                parents.append(top if place == 0 else len(joints) - 1)
                joints.append(f"{side}_{name}")
    roles = find_roles(joints, parents)
    found = {role: joints[roles[role]] for role in ("hips", "spine", "chest", "neck", "head")}
    assert found == {
        "hips": "Pelvis", "spine": "Spine1", "chest": "Spine2", "neck": "Neck2", "head": "Head",
    }  # fmt: skip


@pytest.mark.parametrize("role", ["leftLowerLeg", "rightUpperArm", "rightFoot", "head", "leftHand"])
def test_a_missing_essential_joint_is_named(role):
    joints = ["thing" if joint == role else joint for joint in CANONICAL.joints]
    with pytest.raises(MotionFileError, match=f"a joint for each of {role}, got .*thing"):
        find_roles(joints, CANONICAL.parents)


@pytest.mark.parametrize("role", ["spine", "neck", "leftShoulder", "rightToes"])
def test_an_optional_joint_may_be_missing(role):
    kept = [joint for joint in CANONICAL.joints if joint != role]
    owner = CANONICAL.joints[CANONICAL.parents[CANONICAL.index(role)]]
    parents = [
        kept.index(owner if above == role else above) if above else -1
        for above in (
            CANONICAL.joints[CANONICAL.parents[CANONICAL.index(joint)]] if joint != "hips" else ""
            for joint in kept
        )
    ]
    assert set(find_roles(kept, parents)) == set(kept)


def test_an_end_site_stands_in_for_a_hand():
    joints = ["leftLowerArm_end" if joint == "leftHand" else joint for joint in CANONICAL.joints]
    assert find_roles(joints, CANONICAL.parents)["leftHand"] == CANONICAL.index("leftHand")
