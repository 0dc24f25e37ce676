"""Goes through small files of the kinds that others bring, and checks what becomes of each.

The files lie beside the checkout; what each shows is a test of its own elsewhere, on files made in
code. Truth is a control in the same rig, or what the rig's joints themselves tell.
"""

import json

import numpy as np
import pytest
from scipy.spatial.transform import Rotation
from typer.testing import CliRunner

from bhava import app
from motion import rotations
from motion.clip import Clip
from motion.formats.clip_files import read_clip
from motion.formats.motion_files import read_motion_file
from motion.kinematics import world_from_local
from motion.rigs.joint_roles import find_roles
from motion.rigs.own_skeleton import on_own_skeleton
from motion.skeleton import CANONICAL
from training.corpus.corpus import load_corpus
from training.corpus.prepare import prepare
from training.show.show import drawing_from


def degrees_apart(a: Clip, b: Clip) -> np.ndarray:
    """Largest angle over time between joints' world rotations, (J,)."""
    ours, theirs = (world_from_local(CANONICAL, c.hips, c.rotations)[1] for c in (a, b))
    apart = rotations.multiply(rotations.inverse(ours), theirs)
    magnitude = Rotation.from_quat(apart.reshape(-1, 4)).magnitude()
    return np.degrees(magnitude.reshape(apart.shape[:-1])).max(axis=0)


def run(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


BOWING = "foot-end-site-without-direction/control.bvh"
KNEELING = "kneeling-on-a-rig-without-rest/t-pose-control.bvh"
SKINNED = "glb-whose-nodes-rest-in-the-first-frame/with-skin.glb"


@pytest.mark.parametrize(
    ("file", "control", "limit"),
    [
        ("foot-end-site-without-direction/zero.bvh", BOWING, 5),
        ("foot-end-site-without-direction/down.bvh", BOWING, 5),
        ("arms-and-collars-up-in-zero-pose/up.bvh", BOWING, 5),
        ("hand-bent-in-zero-pose/bent.bvh", BOWING, 5),
        ("trunk-turned-back-by-helper-joints/helpers.bvh", BOWING, 10),
        ("kneeling-on-a-rig-without-rest/x-along.bvh", KNEELING, 25),
        ("glb-whose-nodes-rest-in-the-first-frame/no-skin.glb", SKINNED, 5),
        ("bvh-grammar/END-SITE.bvh", BOWING, 5),
        ("bvh-grammar/Title-case.bvh", BOWING, 5),
        ("bvh-grammar/name-with-MOTION.bvh", BOWING, 5),
        ("bvh-grammar/one-row-short.bvh", BOWING, 5),
        ("bvh-grammar/utf-16.bvh", BOWING, 5),
    ],
)
def test_every_joint_is_turned_as_in_the_control(shared_cases, file, control, limit):
    found, wanted = (read_clip(shared_cases / name) for name in (file, control))
    assert len(found) == len(wanted)
    assert degrees_apart(found, wanted).max() < limit


def test_a_short_recording_is_said(shared_cases):
    (motion,) = read_motion_file(shared_cases / "bvh-grammar" / "one-row-short.bvh")
    assert motion.notes == ("expected 61 frames, got 60 whole ones, which are read",)


@pytest.mark.parametrize("name", ["walk_stageii.npz", "walk_poses.npz"])
def test_newer_amass_is_read_alone_and_in_a_folder(shared_cases, tmp_path, name):
    assert len(read_clip(shared_cases / "amass-newer-files" / name)) == 45
    made = prepare([shared_cases / "amass-newer-files"], tmp_path, workers=1)
    assert len(made.entries) == 2


@pytest.mark.parametrize("name", ["late.c3d", "control.c3d"])
def test_labels_beyond_the_255th_are_found(shared_cases, name):
    clips = [read_clip(shared_cases / "c3d-with-more-than-255-points" / name)]
    clips.append(read_clip(shared_cases / "c3d-with-more-than-255-points" / "control.c3d"))
    np.testing.assert_allclose(*(clip.world_positions() for clip in clips), atol=0.01)


def test_packed_files_are_read_alike(shared_cases):
    folder = shared_cases / "glb-packed-by-meshopt"
    one, other = (read_clip(folder / name) for name in ("packed-c.glb", "packed-cz.glb"))
    plain = read_clip(shared_cases / "glb-with-several-skins" / "hat.glb")
    assert len(one) == len(other) == len(plain) == 61
    assert degrees_apart(one, other).max() < 1
    assert degrees_apart(one, plain).max() < 1


def test_all_animations_become_clips_and_one_can_be_chosen(shared_cases, tmp_path):
    file = shared_cases / "many-animations-in-one-glb" / "three.glb"
    code, said = run("prepare", file, "--out", tmp_path / "corpus")
    assert (code, "3 clips made" in said) == (0, True)
    names = {clip.name.partition("#")[2] for clip in load_corpus(tmp_path / "corpus")}
    assert names == {"Idle", "Dance", "Kneel"}
    code, said = run("show", file, "--out", tmp_path / "x.png")
    assert (code, "of Idle, Dance, Kneel" in said) == (1, True)
    assert run("show", file, "--clip", "Kneel", "--out", tmp_path / "x.png")[0] == 0
    assert len(read_clip(file, clip="Dance")) == 60


@pytest.mark.parametrize(
    ("file", "names"),
    [
        ("two-dancers-in-one-bvh/two.bvh", {"Hips", "B:Hips"}),
        ("two-subjects-in-one-c3d/two.c3d", {"Anna", "Ben"}),
    ],
)
def test_two_people_become_two_clips(shared_cases, tmp_path, file, names):
    made = prepare([shared_cases / file], tmp_path, workers=1)
    assert not made.skipped
    assert {clip.name.partition("#")[2] for clip in load_corpus(tmp_path)} == names


def test_every_naming_scheme_is_read(shared_cases):
    schemes = json.loads((shared_cases / "names-of-joints" / "refused.json").read_text("utf-8"))
    for names in schemes.values():
        joints = [names[joint] for joint in CANONICAL.joints]
        roles = find_roles(joints, CANONICAL.parents)
        assert {role: joints[index] for role, index in roles.items()} == names


@pytest.mark.parametrize("name", ["pose.bvh", "two-at-60.bvh"])
def test_a_context_too_short_to_take_up_is_a_sentence(shared_cases, tmp_path, name):
    context = shared_cases / "one-frame-context" / name
    code, said = run("generate", "--context", context, "--out", tmp_path / "x.bvh", "--seconds", 1)
    assert (code, "expected a motion of at least" in said) == (1, True)
    assert "Traceback" not in said


@pytest.mark.parametrize(
    "file", ["own-skeleton-unit/millimetres.bvh", "own-skeleton-unit/cmu-unit.bvh",
             "own-skeleton-z-up/z-up.bvh"],
)  # fmt: skip
def test_a_skeleton_of_its_own_stands_upright_in_metres(shared_cases, file):
    (motion,) = read_motion_file(shared_cases / file)
    clip = on_own_skeleton(motion)
    for positions in (clip.world_positions()[0], clip.skeleton.rest_positions):
        assert 1.4 < np.ptp(positions[:, 1]) < 1.9
    assert abs(clip.world_positions()[..., 1].min()) < 0.1


def test_what_prepare_reads_is_shown(shared_cases):
    drawing, _ = drawing_from(shared_cases / "show-what-prepare-reads" / "a_poses.npz")
    assert 1.4 < drawing.points[..., 1].max() < 2.4
