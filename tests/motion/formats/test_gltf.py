import base64

import numpy as np
import pygltflib as gltf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from motion import rotations
from motion.errors import MotionFileError
from motion.formats.glb import to_glb
from motion.formats.gltf import parse_gltf
from motion.rigs.own_skeleton import on_own_skeleton
from motion.rigs.retarget import placed_at_origin, retarget
from motion.rigs.rig_clip import RigClip
from motion.skeleton import CANONICAL
from tests.motion.strategies import swaying

CLIP = placed_at_origin(swaying(30))
GLB = to_glb(CLIP)


def rewritten(**changes) -> bytes:
    """The file with what pygltflib calls by these names changed."""
    document = gltf.GLTF2.load_from_bytes(GLB)
    for name, change in changes.items():
        change(getattr(document, name))
    return b"".join(document.save_to_bytes())


def as_an_exporter_has_it() -> bytes:
    """In centimetres below an armature that scales and turns, bones turned in rest."""
    document = gltf.GLTF2.load_from_bytes(GLB)
    blob = bytearray(document.binary_blob())
    count, rng = len(CANONICAL.joints), np.random.default_rng(0)
    rest = Rotation.random(count, rng).as_quat()
    tilt = Rotation.from_euler("x", -90, degrees=True).as_quat()

    def view(accessor: int) -> np.ndarray:
        about = document.accessors[accessor]
        at = document.bufferViews[about.bufferView].byteOffset
        width = {"VEC3": 3, "VEC4": 4}[about.type]
        return np.frombuffer(blob, np.float32, about.count * width, at).reshape(-1, width)

    for joint, parent in enumerate(CANONICAL.parents):
        above = rest[parent] if parent >= 0 else tilt
        node = document.nodes[joint]
        back = rotations.inverse(above)
        node.translation = (100 * rotations.rotate(back, np.array(node.translation))).tolist()
        node.rotation = rotations.multiply(back, rest[joint]).tolist()
    animation = document.animations[0]
    for channel in animation.channels:
        values = view(animation.samplers[channel.sampler].output)
        joint = channel.target.node
        parent = CANONICAL.parents[joint]
        back = rotations.inverse(rest[parent] if parent >= 0 else tilt)
        if channel.target.path == "translation":
            values[:] = 100 * rotations.rotate(back, values)
        else:
            values[:] = rotations.multiply(back, rotations.multiply(values, rest[joint]))
    armature = gltf.Node(name="Armature", children=[0], rotation=tilt.tolist(), scale=[0.01] * 3)
    document.nodes.append(armature)
    document.scenes[0].nodes = [len(document.nodes) - 1]
    document.set_binary_blob(bytes(blob))
    return b"".join(document.save_to_bytes())


def places(recording: RigClip) -> np.ndarray:
    """World positions in the order of the canonical joints; a file's are depth first."""
    order = [recording.joints.index(joint) for joint in CANONICAL.joints]
    return recording.world()[0][:, order]


def test_what_is_written_is_read():
    recording = parse_gltf(GLB)
    assert set(recording.joints) == set(CANONICAL.joints)
    assert recording.parents[:3] == (-1, 0, 1)
    assert recording.fps == 30.0
    np.testing.assert_allclose(places(recording), CLIP.world_positions(), atol=1e-5)
    np.testing.assert_allclose(
        retarget(recording).world_positions(), CLIP.world_positions(), atol=1e-4
    )


def test_scales_turned_rests_and_other_axes_are_worked_in():
    recording = parse_gltf(as_an_exporter_has_it())
    np.testing.assert_allclose(places(recording), CLIP.world_positions(), atol=1e-4)
    own = on_own_skeleton(recording)
    order = [own.skeleton.index(joint) for joint in CANONICAL.joints[1:]]
    offsets = own.skeleton.rest_offsets[order]
    np.testing.assert_allclose(offsets, CANONICAL.rest_offsets[1:], atol=1e-4)
    np.testing.assert_allclose(
        retarget(recording).world_positions(), CLIP.world_positions(), atol=1e-3
    )


def test_a_file_in_text_with_its_buffer_embedded_is_read():
    document = gltf.GLTF2.load_from_bytes(GLB)
    blob = base64.b64encode(document.binary_blob()).decode()
    document.buffers[0].uri = f"data:application/octet-stream;base64,{blob}"
    recording = parse_gltf(document.to_json().encode())
    np.testing.assert_allclose(places(recording), CLIP.world_positions(), atol=1e-5)


def test_without_a_skin_the_animated_nodes_are_the_joints():
    recording = parse_gltf(rewritten(skins=list.clear))
    assert set(recording.joints) == set(CANONICAL.joints)


def test_other_rates_are_sampled_at_thirty():
    recording = parse_gltf(to_glb(placed_at_origin(swaying(60, 60.0))))
    assert len(recording.positions) == 30
    np.testing.assert_allclose(
        places(recording), placed_at_origin(swaying(60, 60.0)).world_positions()[::2], atol=1e-4
    )


def test_steps_hold_their_value():
    def hold(animations):
        for sampler in animations[0].samplers:
            sampler.interpolation = "STEP"

    whole = parse_gltf(rewritten(animations=hold))
    np.testing.assert_allclose(places(whole), CLIP.world_positions(), atol=1e-5)


def beside() -> bytes:
    document = gltf.GLTF2.load_from_bytes(GLB)
    document.buffers[0].uri = "motion.bin"
    return document.to_json().encode()


def cyclic(nodes) -> None:
    nodes[4].children = [0]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "expected a glTF file"),
        (b"glTF" + bytes(40), "expected"),
        (b'{"asset": {"version": "2.0"}}', "with an animation, got none"),
        (rewritten(animations=list.clear), "with an animation, got none"),
        (beside(), "part 'motion.bin' beside it, got none"),
        (rewritten(nodes=cyclic), "expected"),
        (rewritten(bufferViews=list.clear), "expected a whole glTF animation"),
    ],
    ids=["empty", "zeros", "bare", "still", "beside", "cyclic", "no views"],
)
def test_what_cannot_be_read_is_refused(data, reason):
    with pytest.raises(MotionFileError, match=reason):
        parse_gltf(data)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_damage_is_refused_or_read_but_never_falls_over(data):
    broken = bytearray(GLB[: data.draw(st.integers(1, len(GLB)))])
    for at in data.draw(st.lists(st.integers(0, len(broken) - 1), max_size=8)):
        broken[at] = data.draw(st.integers(0, 255))
    try:
        recording = parse_gltf(bytes(broken))
    except MotionFileError:
        return
    assert len(recording.joints) == recording.positions.shape[1]
