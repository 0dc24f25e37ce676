"""Files are written as AMASS publishes them: SMPL-H arrays of NumPy, Z up."""

from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation
from typer.testing import CliRunner

from motion import rotations
from motion.clip import Clip
from motion.errors import MotionFileError
from motion.formats.amass import Y_FROM_Z_UP, parse_amass
from motion.formats.clip_files import read_clip
from motion.rigs.retarget import placed_at_origin
from motion.skeleton import CANONICAL
from tests.motion.strategies import swaying
from training.cli import app
from training.corpus.corpus import load_corpus
from training.corpus.prepare import prepare

BODY = {
    0: "hips", 3: "spine", 9: "chest", 12: "neck", 15: "head",
    1: "leftUpperLeg", 4: "leftLowerLeg", 7: "leftFoot", 10: "leftToes",
    2: "rightUpperLeg", 5: "rightLowerLeg", 8: "rightFoot", 11: "rightToes",
    13: "leftShoulder", 16: "leftUpperArm", 18: "leftLowerArm", 20: "leftHand",
    14: "rightShoulder", 17: "rightUpperArm", 19: "rightLowerArm", 21: "rightHand",
}  # fmt: skip
"""Place in an SMPL-H pose of each canonical joint; 6, the middle of the spine, has none."""


def amass_of(clip: Clip) -> dict[str, object]:
    """What AMASS holds of a motion, in the order and with the types of its files."""
    frames = len(clip)
    pose = np.zeros((frames, 52, 3))
    for place, joint in BODY.items():
        turned = clip.rotations[:, CANONICAL.index(joint)]
        if joint == "hips":
            turned = rotations.multiply(rotations.inverse(Y_FROM_Z_UP), turned)
        pose[:, place] = Rotation.from_quat(turned).as_rotvec()
    pose[:, 22:] = 0.3  # fingers
    hips = rotations.rotate(rotations.inverse(Y_FROM_Z_UP), clip.hips)
    return {
        "trans": hips - [0.0, 0.03, -0.23],  # the body's origin is not in its pelvis
        "gender": np.array("female"),
        "mocap_framerate": np.array(clip.fps),
        "betas": np.linspace(-1.0, 1.0, 16),
        "dmpls": np.zeros((frames, 8)),
        "poses": pose.reshape(frames, 156),
    }


def write(path: Path, **changes: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(path, **(amass_of(swaying(60, 60.0)) | changes))
    return path


def test_a_motion_comes_back_on_the_canonical_skeleton(tmp_path):
    expected = placed_at_origin(swaying(60, 60.0))
    clip = read_clip(write(tmp_path / "walk_poses.npz"))
    assert (clip.fps, len(clip)) == (60.0, 60)
    parts = CANONICAL.indices("hips", "spine", "chest", "neck", "head")
    agree = np.abs((clip.rotations[:, parts] * expected.rotations[:, parts]).sum(-1))
    assert np.degrees(2 * np.arccos(agree.min().clip(max=1.0))) < 12.0
    apart = np.linalg.norm(clip.world_positions() - expected.world_positions(), axis=-1)
    assert apart.mean() < 0.04


def test_shape_gender_and_fingers_change_nothing(tmp_path):
    usual = read_clip(write(tmp_path / "a_poses.npz"))
    poses = amass_of(swaying(60, 60.0))["poses"].copy()
    poses[:, 66:] = -0.2
    other = read_clip(
        write(tmp_path / "b_poses.npz", betas=np.ones(10), gender=np.array("male"), poses=poses)
    )
    np.testing.assert_array_equal(usual.rotations, other.rotations)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"poses": np.zeros((60, 52, 3))}, r"\(frames, .*156 or 165\), got \(60, 52, 3\)"),
        ({"poses": np.zeros((60, 90))}, r"got \(60, 90\), which are hands without a body"),
        ({"poses": np.zeros((60, 160))}, r"got \(60, 160\)"),
        ({"trans": np.zeros((59, 3))}, r"trans of shape \(60, 3\), got \(59, 3\)"),
        ({"trans": np.arange(180.0).reshape(60, 3) * 10}, "trans in metres"),
        ({"mocap_framerate": np.array(0.0)}, "frames per second above 0, got 0"),
        ({"poses": np.zeros((60, 156))}, "upright along z, got one along y"),
    ],
)
def test_what_is_no_such_file_is_refused(tmp_path, changes, message):
    with pytest.raises(MotionFileError, match=message):
        read_clip(write(tmp_path / "x_poses.npz", **changes))


def test_files_without_motion_or_damaged_are_refused(tmp_path):
    np.savez(tmp_path / "hands.npz", hand_pose=np.zeros((5, 45)))
    with pytest.raises(MotionFileError, match="got a zip archive without motion arrays"):
        read_clip(tmp_path / "hands.npz")
    with pytest.raises(MotionFileError, match=r"expected mocap_framerate, got poses, trans"):
        parse_amass({"poses": np.zeros((5, 156)), "trans": np.zeros((5, 3))})
    (tmp_path / "cut.npz").write_bytes(b"PK\x03\x04")
    with pytest.raises(MotionFileError, match=r"expected BVH.* got a zip archive without"):
        read_clip(tmp_path / "cut.npz")


@pytest.mark.parametrize("body", ["SMPL", "SMPL-X", "parts"])
def test_files_of_all_years_and_bodies_are_read_alike(tmp_path, body):
    usual = read_clip(write(tmp_path / "a_poses.npz"))
    arrays = amass_of(swaying(60, 60.0))
    arrays["mocap_frame_rate"] = arrays.pop("mocap_framerate")
    poses = arrays.pop("poses")
    if body == "parts":
        arrays |= {"root_orient": poses[:, :3], "pose_body": poses[:, 3:66]}
    else:
        width = {"SMPL": 72, "SMPL-X": 165}[body]
        arrays["poses"] = np.pad(poses, ((0, 0), (0, 9)))[:, :width]
    np.savez(tmp_path / "b_stageii.npz", **arrays)
    other = read_clip(tmp_path / "b_stageii.npz")
    np.testing.assert_array_equal(usual.rotations, other.rotations)
    made = prepare([tmp_path], tmp_path / "corpus", workers=1)
    assert len(made.entries) == 2


def test_the_command_notes_what_is_ignored(tmp_path):
    write(tmp_path / "ACCAD" / "anna" / "walk_poses.npz")
    made = ["prepare", str(tmp_path / "ACCAD"), "--out", str(tmp_path / "corpus")]
    assert "amass: gender, betas ignored" in CliRunner().invoke(app, made).output


def test_a_corpus_is_made_of_it_by_subject(tmp_path):
    for subject in ("anna", "ben"):
        write(tmp_path / "ACCAD" / subject / "B3_-_walk_poses.npz")
        np.savez(tmp_path / "ACCAD" / subject / "shape.npz", betas=np.zeros(16))
    outcome = prepare([tmp_path / "ACCAD"], tmp_path / "corpus", workers=1)
    assert not outcome.skipped
    clips = {clip.name: clip for clip in load_corpus(tmp_path / "corpus")}
    assert set(clips) == {f"amass/ACCAD_{who}_B3_-_walk_poses" for who in ("anna", "ben")}
    labels = clips["amass/ACCAD_anna_B3_-_walk_poses"].labels
    assert (labels["content"], labels["group"]) == ("walk", "amass_ACCAD_anna")
    assert labels["ignored"] == "gender, betas"
