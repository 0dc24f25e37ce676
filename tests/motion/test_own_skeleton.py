import json
import pickle
from dataclasses import replace

import numpy as np
import pytest

from motion import features
from motion.clip import Clip
from motion.errors import MotionFileError
from motion.features import Layout, feet_of
from motion.formats.bvh import parse_bvh, to_bvh
from motion.formats.clip_files import read_clip, write_clip
from motion.rigs.own_skeleton import OwnAxes, on_own_skeleton
from motion.rigs.retarget import placed_at_origin
from motion.rigs.rig_clip import RigClip
from motion.rotations import IDENTITY, about_y, multiply, rotate
from motion.skeleton import CANONICAL, Skeleton
from tests.motion.foreign_rigs import MIXAMO, Z_UP, Rig, write_rig
from tests.motion.own_rigs import PUPPET, QUADRUPED, RIGS, moving, skeleton_of
from tests.motion.strategies import swaying

BONES = pytest.mark.parametrize("bones", [PUPPET, QUADRUPED], ids=["puppet", "quadruped"])


@BONES
def test_a_rig_keeps_its_joints_its_parents_and_its_motion(bones):
    clip = moving(bones)
    own = on_own_skeleton(parse_bvh(to_bvh(clip)))
    assert own.skeleton.difference(clip.skeleton) == ""
    np.testing.assert_allclose(own.world_positions(), clip.world_positions(), atol=1e-4)


@BONES
@pytest.mark.parametrize("frames", [2, 31, 90])
def test_features_are_as_many_as_the_joints_give_and_lead_back(bones, frames):
    clip = moving(bones, frames)
    clip = replace(clip, skeleton=replace(clip.skeleton, feet=feet_of([clip])))
    layout, raw = Layout(clip.skeleton), features.from_clip(clip)
    turning = sum(not joint.endswith("_end") for joint in bones)
    assert raw.shape == (frames, 4 + 6 * turning + len(clip.skeleton.feet))
    back = features.to_clip(raw[1:], clip.fps, layout, features.last_root(clip[:1]))
    np.testing.assert_allclose(back.world_positions(), clip.world_positions()[1:], atol=1e-4)


def test_features_are_the_same_wherever_a_rig_is_and_faces():
    clip, turn = moving(QUADRUPED), about_y(np.array(2.0))
    turned = clip.rotations.copy()
    turned[:, 0] = multiply(turn, turned[:, 0])
    hips = clip.hips @ np.array([[np.cos(2), 0, -np.sin(2)], [0, 1, 0], [np.sin(2), 0, np.cos(2)]])
    away = replace(clip, hips=hips + np.array([3.0, 0.0, -1.0]), rotations=turned)
    np.testing.assert_allclose(features.from_clip(away), features.from_clip(clip), atol=1e-4)


def test_paws_stand_and_what_hangs_in_the_air_does_not():
    paws = {f"{leg}Shin{side}_end" for leg in ("hind", "fore") for side in "LR"}
    assert set(feet_of([moving(QUADRUPED)])) == paws
    lifted = moving(PUPPET)
    assert feet_of([replace(lifted, hips=lifted.hips + np.array([0.0, 1.0, 0.0]))]) == {}


def test_centimetres_and_joints_that_only_lead_to_the_hips_are_seen():
    clip = moving(PUPPET)
    recording = parse_bvh(to_bvh(clip))
    still = np.zeros((len(clip), 1, 3)), np.tile(IDENTITY, (len(clip), 1, 1))
    led = RigClip(
        ("reference", *recording.joints),
        (-1, *(parent + 1 for parent in recording.parents)),
        100 * np.concatenate([np.zeros((1, 3)), recording.offsets]),
        recording.fps,
        100 * np.concatenate([still[0], recording.positions], axis=1),
        np.concatenate([still[1], recording.rotations], axis=1),
        tuple(end + 1 for end in recording.ends),
    )
    own = on_own_skeleton(led)
    assert own.skeleton.joints == clip.skeleton.joints
    np.testing.assert_allclose(own.world_positions(), clip.world_positions(), atol=1e-3)


def test_bones_that_stretch_are_refused_by_name():
    recording = parse_bvh(to_bvh(moving(PUPPET)))
    positions = recording.positions.copy()
    positions[:, recording.joints.index("head"), 1] += np.linspace(0, 0.2, len(positions))
    with pytest.raises(MotionFileError, match=r"keep their length.*got head moving by"):
        on_own_skeleton(replace(recording, positions=positions))


@pytest.mark.parametrize("rig", RIGS)
@pytest.mark.parametrize("suffix", [".bvh", ".glb", ".npz"])
def test_a_clip_of_any_rig_is_written_and_read(rig, suffix, tmp_path):
    (tmp_path / "rig.bvh").write_text(RIGS[rig](20))
    clip = on_own_skeleton(parse_bvh((tmp_path / "rig.bvh").read_text()))
    clip = replace(clip, skeleton=replace(clip.skeleton, feet=feet_of([clip])))
    write_clip(clip, tmp_path / f"clip{suffix}")
    wanted = clip.skeleton if suffix != ".glb" else replace(clip.skeleton, ends=())
    back = read_clip(tmp_path / f"clip{suffix}", wanted)
    assert back.skeleton.joints == clip.skeleton.joints
    np.testing.assert_allclose(back.world_positions(), clip.world_positions(), atol=1e-3)


def test_a_clip_of_another_rig_is_refused(tmp_path):
    write_clip(moving(PUPPET), tmp_path / "puppet.npz")
    for skeleton in (CANONICAL, skeleton_of(QUADRUPED)):
        with pytest.raises(MotionFileError, match=r"npz: expected joints .*, got body, armL"):
            read_clip(tmp_path / "puppet.npz", skeleton)


def test_a_mirror_swaps_sides_where_there_are_any():
    skeleton = skeleton_of(QUADRUPED)
    pairs = {skeleton.joints[i]: skeleton.joints[j] for i, j in enumerate(skeleton.mirror)}
    assert pairs["foreShinL_end"] == "foreShinR_end"
    assert pairs["chest"] == "chest"
    names = [CANONICAL.joints[j] for j in CANONICAL.mirror]
    swapped = [n.replace("left", "?").replace("right", "left") for n in CANONICAL.joints]
    assert names == [n.replace("?", "right") for n in swapped]
    clip = moving(QUADRUPED)
    seen = clip.mirrored().world_positions()[:, skeleton.mirror]
    np.testing.assert_allclose(seen, clip.world_positions() * [-1, 1, 1], atol=1e-6)
    lame = replace(skeleton, rest_offsets=skeleton.rest_offsets * [1, 1, 1] + [[0.05, 0, 0]])
    chain = Skeleton(("a", "b"), (-1, 0), np.array([[0, 1.0, 0], [0, -1.0, 0]]))
    assert lame.mirror == []
    assert chain.mirror == []


def test_a_skeleton_is_told_in_plain_values_and_the_canonical_one_stays_itself():
    own = replace(skeleton_of(PUPPET), feet={"tail_end": 0.01})
    back = Skeleton.from_dict(json.loads(json.dumps(own.to_dict())))
    assert own.difference(back) == ""
    assert back.feet == own.feet
    assert Skeleton.from_dict(CANONICAL.to_dict()) is CANONICAL
    assert pickle.loads(pickle.dumps(swaying(3))).skeleton is CANONICAL
    for change in ({"parents": [0] * 9}, {"rest_offsets": [[0, 0]]}, {"joints": ["a"] * 9}):
        with pytest.raises(ValueError, match="expected"):
            Skeleton.from_dict(own.to_dict() | change)


def test_what_stands_on_the_canonical_skeleton_is_found_from_motion_too():
    clip = placed_at_origin(swaying(60))
    own = Clip("", 30, clip.hips, clip.rotations, {}, replace(CANONICAL, feet={}))
    assert all("Toes" in joint for joint in feet_of([own]))


@pytest.mark.parametrize("unit", [1.0, 0.45 / 0.0254, 39.3701, 100.0, 1000.0])
@pytest.mark.parametrize("world", [IDENTITY, Z_UP], ids=["Y up", "Z up"])
def test_a_person_stands_upright_in_metres_on_the_floor_in_any_unit(unit, world):
    text = write_rig(swaying(40), Rig(MIXAMO, unit=unit, world=world))
    recording = parse_bvh(text)
    recording.positions[:, 0] += rotate(world, np.array([0.0, 0.7 * unit, 0.0]))
    clip = on_own_skeleton(recording)
    tall = np.ptp(clip.skeleton.rest_positions[:, 1])
    assert tall == pytest.approx(np.ptp(CANONICAL.rest_positions[:, 1]), rel=0.01)
    heights = clip.world_positions()[..., 1]
    assert heights.max() - heights.min() > 1.3
    assert np.percentile(heights.min(axis=1), 5) == pytest.approx(0.0, abs=1e-6)
    assert clip.labels["up"] == ("y" if world is IDENTITY else "z")


def test_a_rest_in_other_axes_than_the_motion_stands_upright_too():
    recording = parse_bvh(write_rig(swaying(40), Rig(MIXAMO)))
    wanted = on_own_skeleton(parse_bvh(write_rig(swaying(40), Rig(MIXAMO))))
    recording.positions[:, 0] = rotate(Z_UP, recording.positions[:, 0])
    recording.rotations[:, 0] = multiply(Z_UP, recording.rotations[:, 0])
    found = on_own_skeleton(recording)
    assert found.skeleton.difference(wanted.skeleton) == ""
    np.testing.assert_allclose(found.world_positions(), wanted.world_positions(), atol=1e-6)


@pytest.mark.parametrize(("unit", "name"), [(0.001, "millimetres"), (0.3048, "0.3048 m")])
def test_unit_and_axis_may_be_said(unit, name):
    clip = moving(PUPPET)
    told = on_own_skeleton(parse_bvh(to_bvh(clip)), axes=OwnAxes(unit, "z"))
    assert (told.labels["unit"], told.labels["up"]) == (name, "z")
    assert told.skeleton.reach[0] == pytest.approx(unit * clip.skeleton.reach[0], rel=1e-6)
    before, after = clip.world_positions(), told.world_positions()
    np.testing.assert_allclose(after[..., 1], unit * before[..., 2], atol=1e-4)


def test_a_rig_of_no_person_in_centimetres_or_millimetres_is_known_by_its_size():
    clip = moving(QUADRUPED)
    for factor in (1, 100, 1000):
        recording = parse_bvh(to_bvh(clip))
        big = replace(
            recording,
            offsets=factor * recording.offsets,
            positions=factor * recording.positions,
        )
        reach = on_own_skeleton(big).skeleton.reach[0]
        assert reach == pytest.approx(clip.skeleton.reach[0], rel=1e-5)
