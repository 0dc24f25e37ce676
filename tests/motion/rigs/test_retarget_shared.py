"""Real recordings of every rig at hand: bones point where the source's bones point."""

import zipfile
from pathlib import Path

import numpy as np
import pytest

from motion import rotations
from motion.clip import Clip
from motion.formats.bvh import parse_bvh
from motion.kinematics import CONTACT_JOINTS
from motion.rigs.joint_roles import find_roles
from motion.rigs.retarget import retarget
from motion.rigs.rig_clip import RigClip
from motion.rigs.rig_motion import BONES, RigMotion
from motion.skeleton import CANONICAL

BANDAI = "Bandai-Namco-Research-Motiondataset-{}/data/dataset-{}_{}.bvh"
RECORDINGS = {
    "walk": ("bandai-namco-1.zip", BANDAI.format(1, 1, "walk_normal_001")),
    "bye": ("bandai-namco-1.zip", BANDAI.format(1, 1, "bye_happy_001")),
    "wave": ("bandai-namco-2.zip", BANDAI.format(2, 2, "wave-right-hand_normal_013")),
    "from T-pose": ("cmu.zip", "cmu/007/007_03.bvh"),
    "pirouette": ("cmu.zip", "cmu/005/005_02.bvh"),
    "own rig": ("cmu.zip", "cmu/131/131_01.bvh"),
    "stage dance": ("perfume.zip", "perfume/A.bvh"),
}


def recording(folder: Path, name: str) -> RigClip:
    archive, member = RECORDINGS[name]
    with zipfile.ZipFile(folder / archive) as opened:
        return parse_bvh(opened.read(member).decode())


def bone_directions(motion: RigMotion) -> np.ndarray:
    """Directions of the limb bones in the frame of both legs' line and the world's up."""
    bones = [bone for bone in BONES if not bone.endswith("Foot")]
    return np.stack([motion.bone_directions(bone) for bone in bones], axis=1)


def of_clip(clip: Clip) -> RigMotion:
    roles = {joint: index for index, joint in enumerate(CANONICAL.joints)}
    return RigMotion.from_roles(roles, {}, clip.world_positions(), clip.rotations)


@pytest.mark.parametrize("name", RECORDINGS)
def test_limbs_point_where_the_source_has_them(shared_mocap, name):
    bvh = recording(shared_mocap, name)
    clip = retarget(bvh)
    source = RigMotion.from_roles(find_roles(bvh.joints, bvh.parents), {}, *bvh.world())
    source = source[len(source) - len(clip) :]
    ours, theirs = (bone_directions(motion) for motion in (of_clip(clip), source))
    # One rotation for the whole clip takes the source's world into ours.
    covariance = np.einsum("tbi,tbj->ij", ours, theirs)
    u, _, vt = np.linalg.svd(covariance)
    world = u @ np.diag([1.0, 1.0, np.linalg.det(u @ vt)]) @ vt
    cosine = np.clip(np.sum(ours * (theirs @ world.T), axis=-1), -1.0, 1.0)
    assert np.degrees(np.arccos(cosine)).max() < 1.0


@pytest.mark.parametrize("name", RECORDINGS)
def test_bodies_are_upright_on_the_floor_with_knees_that_bend_backwards(shared_mocap, name):
    clip = retarget(recording(shared_mocap, name))
    positions, local = clip.world_positions(), clip.rotations
    feet = CANONICAL.indices(*CONTACT_JOINTS)
    sunk = positions[:, feet, 1].min(axis=1)
    assert np.percentile(sunk, 1.0) > -0.03
    assert np.median(sunk) < 0.08
    assert np.median(positions[:, CANONICAL.index("head"), 1]) > 1.2
    for side in ("left", "right"):
        shin = rotations.rotate(local[:, CANONICAL.index(f"{side}LowerLeg")], np.array([0, -1, 0]))
        assert np.median(shin[:, 2]) < 0.1
        assert shin[:, 2].min() < -0.02
        ahead = rotations.rotate(local[:, CANONICAL.index(f"{side}Foot")], np.array([0.0, 0, 1]))
        assert np.median(ahead[:, 2]) > 0.6
    look = rotations.rotate(local[:, CANONICAL.index("head")], np.array([0.0, 0.0, 1.0]))
    assert np.median(look[:, 2]) > 0.8


def test_the_hand_that_waves_is_the_one_that_the_name_says(shared_mocap):
    positions = retarget(recording(shared_mocap, "wave")).world_positions()
    highest = positions[:, CANONICAL.indices("leftHand", "rightHand", "head"), 1].max(axis=0)
    assert highest[1] > highest[2] > highest[0]


def test_a_leading_t_pose_is_dropped(shared_mocap):
    bvh = recording(shared_mocap, "from T-pose")
    assert len(retarget(bvh)) == len(bvh.rotations) - 1
