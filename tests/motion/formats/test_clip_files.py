import json

import av
import numpy as np
import pygltflib as gltf
import pytest

from motion.errors import MotionFileError
from motion.formats.clip_files import WRITERS, read_clip, write_clip
from motion.rigs.retarget import placed_at_origin
from motion.skeleton import CANONICAL
from tests.motion.strategies import swaying

CLIP = placed_at_origin(swaying(12))


@pytest.mark.parametrize("suffix", [".bvh", ".npz", ".BVH", ".glb"])
def test_what_is_written_reads_back(tmp_path, suffix):
    write_clip(CLIP, tmp_path / f"clip{suffix}")
    back = read_clip(tmp_path / f"clip{suffix}")
    assert back.fps == CLIP.fps
    np.testing.assert_allclose(back.world_positions(), CLIP.world_positions(), atol=1e-3)


@pytest.mark.parametrize("name", ["clip.obj", "clip"])
def test_an_unknown_suffix_is_refused(tmp_path, name):
    with pytest.raises(MotionFileError, match=r"ends in \.bvh, \.glb, \.mp4, \.npz, got"):
        write_clip(CLIP, tmp_path / name)
    (tmp_path / name).write_text("nothing")
    with pytest.raises(MotionFileError, match=r"expected BVH, glTF.*, got a file of no known kind"):
        read_clip(tmp_path / name)


@pytest.mark.parametrize("suffix", WRITERS)
def test_an_absent_folder_and_an_empty_clip_are_refused(tmp_path, suffix):
    with pytest.raises(MotionFileError, match="cannot be written"):
        write_clip(CLIP, tmp_path / "absent" / f"clip{suffix}")
    with pytest.raises(MotionFileError, match="at least one frame"):
        write_clip(CLIP[:0], tmp_path / f"clip{suffix}")


def test_for_fbx_the_way_around_is_named(tmp_path):
    (tmp_path / "clip.fbx").write_bytes(b"Kaydara FBX Binary")
    with pytest.raises(MotionFileError, match=r"clip\.fbx: expected .* got FBX.* Blender"):
        read_clip(tmp_path / "clip.fbx")


@pytest.mark.parametrize("name", ["clip.bvh", "clip.glb", "clip.gltf", "clip.npz"])
def test_an_absent_or_empty_file_is_refused_by_its_name(tmp_path, name):
    with pytest.raises(MotionFileError, match=name):
        read_clip(tmp_path / name)
    (tmp_path / name).write_text("")
    with pytest.raises(MotionFileError, match=name):
        read_clip(tmp_path / name)


def test_the_same_clip_gives_the_same_bytes(tmp_path):
    for suffix in (".bvh", ".glb", ".npz"):
        pair = [tmp_path / f"{name}{suffix}" for name in "ab"]
        for path in pair:
            write_clip(CLIP, path)
        assert pair[0].read_bytes() == pair[1].read_bytes(), suffix


class Glb:
    """A binary glTF file as a reader sees it."""

    def __init__(self, path):
        self.document = gltf.GLTF2().load(str(path))
        self.data = self.document.binary_blob()

    def values(self, index):
        accessor = self.document.accessors[index]
        view = self.document.bufferViews[accessor.bufferView]
        kind = {gltf.FLOAT: "<f4", gltf.UNSIGNED_INT: "<u4", gltf.UNSIGNED_BYTE: "u1"}
        width = {"SCALAR": 1, "VEC3": 3, "VEC4": 4, "MAT4": 16}[accessor.type]
        dtype = np.dtype(kind[accessor.componentType])
        assert view.byteOffset % 4 == 0
        assert view.byteLength == accessor.count * width * dtype.itemsize
        assert view.byteOffset + view.byteLength <= len(self.data)
        flat = np.frombuffer(self.data, dtype, accessor.count * width, view.byteOffset)
        values = flat.reshape(accessor.count, width)
        if accessor.min:
            np.testing.assert_array_equal(values.min(axis=0), np.float32(accessor.min))
            np.testing.assert_array_equal(values.max(axis=0), np.float32(accessor.max))
        return values


@pytest.fixture(scope="module")
def glb(tmp_path_factory):
    path = tmp_path_factory.mktemp("glb") / "clip.glb"
    write_clip(CLIP, path)
    return Glb(path)


def test_a_glb_holds_the_skeleton_under_its_names(glb):
    nodes = glb.document.nodes
    assert [node.name for node in nodes[:21]] == list(CANONICAL.joints)
    for parent, node in enumerate(nodes[:21]):
        for child in node.children:
            assert CANONICAL.parents[child] == parent
    offsets = np.array([node.translation for node in nodes[:21]])
    np.testing.assert_allclose(offsets, CANONICAL.rest_offsets)
    assert set(glb.document.scenes[0].nodes) == {0, 21}


def test_a_glb_plays_the_clip_at_its_rate(glb):
    (animation,) = glb.document.animations
    assert [channel.target.node for channel in animation.channels] == [0, *range(21)]
    for channel in animation.channels:
        sampler = animation.samplers[channel.sampler]
        times, values = glb.values(sampler.input), glb.values(sampler.output)
        np.testing.assert_allclose(times[:, 0], np.arange(12) / 30.0, atol=1e-6)
        assert glb.document.accessors[sampler.input].min == [0.0]
        if channel.target.path == "translation":
            np.testing.assert_allclose(values, CLIP.hips, atol=1e-6)
        else:
            same = np.abs(np.sum(values * CLIP.rotations[:, channel.target.node], axis=-1))
            np.testing.assert_allclose(same, 1.0, atol=1e-6)
            assert (np.sum(values[1:] * values[:-1], axis=-1) > 0).all()


def test_a_glb_shows_a_closed_body_bound_to_the_joints(glb):
    (primitive,) = glb.document.meshes[0].primitives
    points = glb.values(primitive.attributes.POSITION)
    assert len(glb.document.accessors[primitive.attributes.POSITION].min) == 3
    assert -0.02 < points[:, 1].min() < 0.03
    assert 1.6 < points[:, 1].max() < 1.8
    np.testing.assert_allclose(points[:, 0].min(), -points[:, 0].max(), atol=1e-6)
    np.testing.assert_allclose(
        np.linalg.norm(glb.values(primitive.attributes.NORMAL), axis=1), 1, atol=1e-5
    )
    np.testing.assert_array_equal(glb.values(primitive.attributes.WEIGHTS_0)[:, 0], 1.0)
    assert glb.values(primitive.attributes.JOINTS_0).max() == 20
    corners = glb.values(primitive.indices).reshape(-1, 3)
    assert corners.max() == len(points) - 1
    skin = glb.document.skins[0]
    bind = glb.values(skin.inverseBindMatrices).reshape(21, 4, 4)
    rest = np.concatenate([CANONICAL.rest_positions, np.ones((21, 1))], axis=1)
    np.testing.assert_allclose(np.einsum("ji,jik->jk", rest, bind)[:, :3], 0.0, atol=1e-6)
    # Faces look outwards: their normals agree with those of their corners.
    a, b, c = (points[corners[:, place]] for place in range(3))
    faces = np.cross(b - a, c - a)
    agree = np.sum(faces * glb.values(primitive.attributes.NORMAL)[corners[:, 0]], axis=1)
    assert (agree[np.linalg.norm(faces, axis=1) > 1e-7] > 0).mean() > 0.99


def test_a_glb_is_one_header_one_json_and_one_binary_chunk(tmp_path):
    write_clip(CLIP, tmp_path / "clip.glb")
    data = (tmp_path / "clip.glb").read_bytes()
    assert data[:4] == b"glTF"
    assert int.from_bytes(data[8:12], "little") == len(data)
    length = int.from_bytes(data[12:16], "little")
    document = json.loads(data[20 : 20 + length])
    assert document["buffers"][0]["byteLength"] <= len(data) - length - 28


def test_an_mp4_has_a_frame_per_pose_at_the_clips_rate(tmp_path):
    write_clip(CLIP[:4], tmp_path / "clip.mp4")
    with av.open(str(tmp_path / "clip.mp4")) as video:
        stream = video.streams.video[0]
        pictures = [frame.to_ndarray(format="rgb24") for frame in video.decode(stream)]
        assert stream.average_rate == 30
        assert stream.codec_context.pix_fmt == "yuv420p"
    assert len(pictures) == 4
    assert pictures[0].shape == (640, 640, 3)
    assert pictures[0].std() > 10
