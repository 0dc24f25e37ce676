import io
import zipfile

import numpy as np
import pytest

from motion.errors import MotionFileError
from motion.formats.bvh import to_bvh
from motion.formats.file_kind import kind_of
from motion.formats.glb import to_glb
from motion.formats.motion_files import read_motion_file, read_motions
from tests.motion.strategies import swaying


def npz(**arrays: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def npy(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


CLIP = swaying(20)
BVH = to_bvh(CLIP)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (BVH.encode(), "bvh"),
        (("\n  # made by hand\n" + BVH).encode(), "bvh"),
        (BVH.encode("utf-16"), "bvh"),
        (b"\xef\xbb\xbf" + BVH.lower().encode(), "bvh"),
        (to_glb(CLIP), "gltf"),
        (b'{"accessors": [], "asset": {"version": "2.0"}}', "gltf"),
        (b"Kaydara FBX Binary  \0", "fbx"),
        (b"; FBX 7.4.0 project file", "fbx"),
        (b"\x02\x50" + bytes(600), "c3d"),
        (b'<?xml version="1.0"?>\n<MMM version="2.0">', "mmm"),
        (npy(np.zeros((55, 1002, 3))), "choreography"),
        (npy(np.zeros((7, 22, 3), np.float32)), "humanml"),
        (npy(np.zeros((7, 263))), "humanml"),
        (npy(np.zeros((7, 3))), "other"),
        (npz(poses=np.zeros((2, 156)), trans=np.zeros((2, 3))), "amass"),
        (npz(betas=np.zeros(10)), "other"),
        (b"{}", "other"),
        (b"", "other"),
    ],
)
def test_a_kind_is_told_by_content(data, kind):
    assert kind_of(data[:4096], lambda: data) == kind


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "an empty file"),
        (b"\0\0\0\x18ftypmp42", "a video"),
        (b"\x89PNG\r\n", "a picture"),
        (b"\x80\x04\x95", "a Python pickle"),
        (b"Vocaloid Motion Data 0002", "VMD"),
        (b":FULLY-SPECIFIED\n:DEGREES", "AMC"),
        (b"PXR-USDC", "USD"),
        (b'<?xml version="1.0"?><COLLADA>', "COLLADA"),
        (b"<!DOCTYPE html>", "a web page"),
        (b"version https://git-lfs.github.com/spec/v1", "a pointer to a file in Git LFS"),
        (npz(betas=np.zeros(10)), "a zip archive without motion arrays"),
        (b"some words", "a file of no known kind"),
    ],
)
def test_a_file_of_another_kind_is_named_by_what_it_is(data, words):
    with pytest.raises(MotionFileError, match=f"expected BVH, glTF.* got {words}"):
        read_motions(data, "x", lambda _: b"")


def test_names_and_folders_say_nothing(tmp_path):
    path = tmp_path / "holiday.jpg"
    path.write_text(BVH)
    (motion,) = read_motion_file(path)
    assert len(motion.rotations) == 20


def test_parts_come_from_beside_and_never_from_above(tmp_path):
    (tmp_path / "secret.bin").write_bytes(b"secret")
    (tmp_path / "inside").mkdir()
    path = tmp_path / "inside" / "dance.gltf"
    path.write_text(
        '{"asset": {"version": "2.0"}, "buffers": [{"uri": "../secret.bin", "byteLength": 6}],'
        ' "bufferViews": [{"buffer": 0, "byteLength": 6}], "accessors": [{"bufferView": 0,'
        ' "componentType": 5126, "count": 1, "type": "SCALAR"}], "nodes": [{}],'
        ' "animations": [{"samplers": [{"input": 0, "output": 0}],'
        ' "channels": [{"sampler": 0, "target": {"node": 0, "path": "rotation"}}]}]}'
    )
    with pytest.raises(MotionFileError, match=r"part '../secret.bin' beside it, got none"):
        read_motion_file(path)


def test_a_damaged_archive_of_arrays_is_refused():
    whole = npz(poses=np.zeros((2, 156)), trans=np.zeros((2, 3)))
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        at = archive.getinfo("poses.npy").header_offset
    damaged = bytearray(whole)
    damaged[at + 200 : at + 240] = b"?" * 40
    with pytest.raises(MotionFileError, match="expected arrays"):
        read_motions(bytes(damaged), "x", lambda _: b"")
