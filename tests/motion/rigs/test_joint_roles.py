import json
from pathlib import Path

import pytest

from motion.errors import MotionFileError
from motion.rigs.joint_roles import find_roles
from motion.skeleton import CANONICAL
from tests.motion.foreign_rigs import MIXAMO

GOLDEN = Path(__file__).parents[2] / "golden"

SCHEMES = json.loads((GOLDEN / "names" / "joint-names.json").read_text(encoding="utf-8"))
"""Names of the joints in many makers' schemes; the web page reads the same list."""


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_role_is_found_in_common_rigs(scheme):
    names = SCHEMES[scheme]
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
