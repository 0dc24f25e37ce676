import copy
import zipfile
from pathlib import Path

import numpy as np
import pygltflib as gltf
import pytest
from typer.testing import CliRunner

from motion.clip import Clip
from motion.errors import MotionFileError
from motion.formats.glb import to_glb
from motion.rigs.retarget import placed_at_origin
from tests.motion.foreign_rigs import MIXAMO, Rig, write_rig
from tests.motion.strategies import swaying
from training.cli import app
from training.corpus.corpus import load_corpus, read_index
from training.corpus.prepare import find_sources, prepare

GOOD = write_rig(swaying(40, 60.0), Rig(MIXAMO))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder with two good files, four bad ones and an archive."""
    folder = tmp_path / "data"
    (folder / "mine").mkdir(parents=True)
    (folder / "mine" / "dataset-1_walk_sad_001.bvh").write_text(GOOD)
    (folder / "mine" / "turn.BVH").write_text(GOOD.replace("\n", "\r\n"))
    bad = {
        "empty": "",
        "nan": GOOD[: GOOD.rindex(" ")] + " nan\n",
        "no leg": GOOD.replace("mixamorig:LeftLeg", "thing"),
        "short": write_rig(swaying(3), Rig(MIXAMO)),
    }
    for name, text in bad.items():
        (folder / f"{name}.bvh").write_text(text)
    (folder / "notes.txt").write_text("not motion")
    with zipfile.ZipFile(folder / "more.zip", "w") as archive:
        archive.writestr("cmu/005/005_02.bvh", GOOD)
        archive.writestr(
            "cmu/index.csv", 'Subject,Trial #,Motion Description\n5,2,"dance - arms"\n'
        )
        archive.writestr("__MACOSX/._005_02.bvh", b"\0\1")
    return folder


def test_folders_files_and_archives_become_one_corpus(data, tmp_path):
    calls = []
    outcome = prepare([data], tmp_path / "corpus", lambda *args: calls.append(args), workers=1)
    names = ["bandai-namco-1/dataset-1_walk_sad_001", "cmu/005_02", "mine/turn"]
    assert [entry.name for entry in outcome.entries] == names
    assert (outcome.done, outcome.kept) == (3, 0)
    assert calls[0] == (0, 7)
    assert calls[-1] == (7, 7)
    clips = {clip.name: clip for clip in load_corpus(tmp_path / "corpus")}
    assert clips[names[0]].labels["emotion"] == "sad"
    assert clips[names[1]].labels["content"] == "dance"
    expected = placed_at_origin(swaying(40, 60.0)).resampled(30.0)
    for clip in clips.values():
        assert clip.fps == 30.0
        np.testing.assert_allclose(clip.world_positions(), expected.world_positions(), atol=2e-3)


def test_bad_files_are_skipped_with_name_and_reason(data, tmp_path):
    outcome = prepare([data], tmp_path / "corpus", workers=1)
    reasons = {Path(skipped.source).stem: skipped.reason for skipped in outcome.skipped}
    assert set(reasons) == {"empty", "nan", "no leg", "short"}
    assert "an empty file" in reasons["empty"]
    assert "NaN" in reasons["nan"]
    assert "leftLowerLeg" in reasons["no leg"]
    assert "8 frames or more" in reasons["short"]
    assert all("\n" not in reason for reason in reasons.values())


def test_a_second_run_does_only_what_changed(data, tmp_path):
    corpus = tmp_path / "corpus"
    prepare([data], corpus, workers=1)
    turn = data / "mine" / "turn.BVH"
    turn.write_text(write_rig(swaying(80, 60.0), Rig(MIXAMO)))
    (corpus / "clips" / "cmu_005_02.npz").unlink()
    outcome = prepare([data], corpus, workers=1)
    assert (outcome.done, outcome.kept) == (2, 1)
    assert len(outcome.skipped) == 4
    assert next(e for e in outcome.entries if e.name == "mine/turn").frames == 40
    assert len(load_corpus(corpus)) == 3


def test_another_run_adds_to_the_corpus(data, tmp_path):
    corpus = tmp_path / "corpus"
    prepare([data / "mine" / "turn.BVH"], corpus, workers=1)
    outcome = prepare([data / "more.zip"], corpus, workers=1)
    assert (outcome.done, outcome.kept, len(outcome.entries)) == (1, 0, 2)


def test_an_interrupted_run_keeps_what_it_has_done(data, tmp_path):
    def interrupt(done: int, _total: int) -> None:
        if done:
            raise KeyboardInterrupt

    corpus = tmp_path / "corpus"
    with pytest.raises(KeyboardInterrupt):
        prepare([data], corpus, interrupt, workers=1)
    assert len(read_index(corpus)) == 3
    assert prepare([data], corpus, workers=1).kept == 3


def test_the_same_name_twice_is_skipped_by_its_name(data, tmp_path):
    other = tmp_path / "other" / "mine"
    other.mkdir(parents=True)
    (other / "turn.bvh").write_text(GOOD)
    outcome = prepare([data / "mine", other], tmp_path / "corpus", workers=1)
    (skipped,) = outcome.skipped
    assert skipped.source == str(other / "turn.bvh")
    assert "'mine/turn' again" in skipped.reason


def test_absent_damaged_and_empty_data_is_refused(tmp_path):
    with pytest.raises(MotionFileError, match=r"absent.*got nothing"):
        prepare([tmp_path / "absent"], tmp_path / "corpus")
    with pytest.raises(MotionFileError, match="expected BVH"):
        prepare([tmp_path], tmp_path / "corpus")
    (tmp_path / "bad.zip").write_bytes(b"PK nonsense")
    with pytest.raises(MotionFileError, match="expected a zip archive"):
        prepare([tmp_path / "bad.zip"], tmp_path / "corpus")


def test_odd_names_give_files_of_their_own(tmp_path):
    names = ["ä b.bvh", "a b.bvh", "a_b.bvh"]
    for name in names:
        (tmp_path / name).write_text(GOOD)
    outcome = prepare([tmp_path], tmp_path / "corpus", workers=1)
    assert len({entry.file for entry in outcome.entries}) == 3
    assert all((tmp_path / "corpus" / entry.file).exists() for entry in outcome.entries)
    assert isinstance(load_corpus(tmp_path / "corpus")[0], Clip)


def test_the_command_reports_counts_and_draws(data, tmp_path):
    corpus = tmp_path / "corpus"
    result = CliRunner().invoke(app, ["prepare", str(data), "--out", str(corpus), "--report"])
    assert result.exit_code == 0, result.output
    assert "3 clips made, 0 kept, 4 skipped; 3 clips" in result.output
    assert "no leg.bvh: expected a joint for each of leftLowerLeg" in result.output
    assert (corpus / "report.png").read_bytes()[:4] == b"\x89PNG"
    assert "| dance | 1 |" in (corpus / "report.md").read_text()


def test_every_recording_of_the_shared_archives_is_found(shared_mocap):
    archives = ["bandai-namco-1.zip", "bandai-namco-2.zip", "cmu.zip", "perfume.zip"]
    sources = list(find_sources([shared_mocap / archive for archive in archives]))
    assert len(sources) == len({source.name for source in sources}) == 1694
    dance = [s for s in sources if s.labels.get("content", "").startswith("dance")]
    assert {s.labels["dataset"] for s in dance} == {"bandai-namco-1", "cmu", "perfume"}
    assert {s.labels.get("emotion") for s in sources} == {
        None, "neutral", "happy", "sad", "angry", "proud", "afraid", "tired", "excited",
    }  # fmt: skip


def test_gltf_becomes_a_clip_and_for_fbx_the_way_around_is_named(tmp_path):
    danced = placed_at_origin(swaying(40))
    (tmp_path / "dance.glb").write_bytes(to_glb(danced))
    (tmp_path / "dance2.fbx").write_bytes(b"Kaydara FBX Binary")
    outcome = prepare([tmp_path], tmp_path / "corpus", workers=1)
    (clip,) = load_corpus(tmp_path / "corpus")
    np.testing.assert_allclose(clip.world_positions(), danced.world_positions(), atol=1e-3)
    (skipped,) = outcome.skipped
    assert "Blender" in skipped.reason


def three_animations() -> bytes:
    danced = placed_at_origin(swaying(40))
    document = gltf.GLTF2.load_from_bytes(to_glb(danced))
    for name in ("Walk", "Bow"):
        other = copy.deepcopy(document.animations[0])
        other.name = name
        document.animations.append(other)
    return b"".join(document.save_to_bytes())


def test_every_motion_of_a_file_becomes_a_clip_and_is_kept(tmp_path):
    (tmp_path / "zoo").mkdir()
    (tmp_path / "zoo" / "moves.glb").write_bytes(three_animations())
    outcome = prepare([tmp_path / "zoo"], tmp_path / "corpus", workers=1)
    names = ["zoo/moves#Bow", "zoo/moves#Walk", "zoo/moves#sway"]
    assert [entry.name for entry in outcome.entries] == names
    assert (outcome.done, outcome.kept) == (3, 0)
    again = prepare([tmp_path / "zoo"], tmp_path / "corpus", workers=1)
    assert (again.done, again.kept) == (0, 3)
    (tmp_path / "corpus" / outcome.entries[0].file).unlink()
    assert prepare([tmp_path / "zoo"], tmp_path / "corpus", workers=1).done == 3


def two_dancers() -> str:
    """Two people in one file, the other two metres to the side."""
    head, motion = GOOD.split("MOTION")
    second = head.removeprefix("HIERARCHY").replace("mixamorig:", "B:")
    count, seconds, *rows = motion.strip().splitlines()
    moved = [" ".join([str(float(r.split()[0]) + 200.0), *r.split()[1:]]) for r in rows]
    both = [f"{a} {b}" for a, b in zip(rows, moved, strict=True)]
    return "\n".join([head.rstrip() + second.rstrip(), "MOTION", count, seconds, *both])


def test_two_people_in_a_file_are_a_piece_in_a_common_space(tmp_path):
    (tmp_path / "duet.bvh").write_text(two_dancers())
    outcome = prepare([tmp_path / "duet.bvh"], tmp_path / "corpus", workers=1)
    one, other = load_corpus(tmp_path / "corpus")
    assert not outcome.skipped
    assert one.labels["piece"] == other.labels["piece"]
    assert {one.labels["dancer"], other.labels["dancer"]} == {"mixamorig:Hips", "B:Hips"}
    apart = np.linalg.norm((one.hips - other.hips)[:, [0, 2]], axis=-1)
    np.testing.assert_allclose(apart, 2.0, atol=0.01)


def test_what_is_not_whole_is_said(tmp_path):
    (tmp_path / "cut.bvh").write_text(GOOD[:-500])
    outcome = prepare([tmp_path / "cut.bvh"], tmp_path / "corpus", workers=1)
    assert len(outcome.entries) == 1
    assert any("expected 40 frames, got" in note.text for note in outcome.notes)
    made = ["prepare", str(tmp_path / "cut.bvh"), "--out", str(tmp_path / "other")]
    assert "cut.bvh: expected 40 frames" in CliRunner().invoke(app, made).output


def test_a_run_that_makes_no_clip_fails(tmp_path):
    (tmp_path / "bad.bvh").write_text("nothing")
    made = ["prepare", str(tmp_path / "bad.bvh"), "--out", str(tmp_path / "corpus")]
    result = CliRunner().invoke(app, made)
    assert result.exit_code == 1
    assert "bad.bvh: expected BVH" in result.output


def test_kinds_are_told_by_content_in_folders_and_archives(tmp_path):
    folder = tmp_path / "any"
    folder.mkdir()
    (folder / "dance.txt").write_bytes(GOOD.encode("utf-16"))
    (folder / "shape.npz").write_bytes(b"PK\x03\x04 nothing of ours")
    (folder / "notes.txt").write_text("no motion")
    with zipfile.ZipFile(folder / "more.zip", "w") as archive:
        archive.writestr("deep/take.dat", GOOD)
        archive.writestr("deep/readme.md", "no motion")
    outcome = prepare([folder], tmp_path / "corpus", workers=1)
    assert [entry.name for entry in outcome.entries] == ["any/dance", "deep/take"]
    assert not outcome.skipped


@pytest.mark.parametrize("zipped", [True, False])
def test_a_text_gltf_finds_its_parts_in_folders_and_archives(tmp_path, zipped):
    document = gltf.GLTF2.load_from_bytes(to_glb(placed_at_origin(swaying(40))))
    blob = document.binary_blob()
    document.buffers[0].uri = "parts/dance.bin"
    document.set_binary_blob(None)
    folder = tmp_path / "any"
    (folder / "parts").mkdir(parents=True)
    if zipped:
        with zipfile.ZipFile(folder / "all.zip", "w") as archive:
            archive.writestr("a/dance.gltf", document.gltf_to_json())
            archive.writestr("a/parts/dance.bin", blob)
    else:
        (folder / "dance.gltf").write_text(document.gltf_to_json())
        (folder / "parts" / "dance.bin").write_bytes(blob)
    outcome = prepare([folder], tmp_path / "corpus", workers=1)
    assert (len(outcome.entries), outcome.skipped) == (1, [])
