import base64
import copy

import numpy as np
import pygltflib as gltf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from motion import rotations
from motion.errors import MotionFileError
from motion.formats.glb import to_glb
from motion.formats.gltf import parse_gltf, parse_gltf_animations
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


def document() -> gltf.GLTF2:
    return gltf.GLTF2.load_from_bytes(GLB)


def packed(changed: gltf.GLTF2) -> bytes:
    return b"".join(changed.save_to_bytes())


def test_every_animation_is_read_and_named():
    changed = document()
    for name in ("Wave", "Wave", None):
        other = copy.deepcopy(changed.animations[0])
        other.name = name
        changed.animations.append(other)
    clips = parse_gltf_animations(packed(changed))
    assert [clip.name for clip in clips] == ["sway", "Wave 2", "Wave 3", "animation 4"]
    for clip in clips:
        np.testing.assert_allclose(places(clip), CLIP.world_positions(), atol=1e-5)
    assert parse_gltf_animations(GLB)[0].name == ""


def test_an_animation_of_shapes_alone_is_none():
    changed = document()
    for channel in changed.animations[0].channels:
        channel.target.path = "weights"
    with pytest.raises(MotionFileError, match="an animation of nodes, got one without"):
        parse_gltf_animations(packed(changed))


@pytest.mark.parametrize("first", [True, False])
def test_the_skin_of_the_body_is_taken_wherever_it_stands(first):
    changed = document()
    head = CANONICAL.index("head")
    hat = gltf.Skin(name="hat", joints=[head])
    changed.skins.insert(0 if first else 1, hat)
    changed.nodes[-1].skin = 1 if first else 0
    np.testing.assert_allclose(
        places(parse_gltf(packed(changed))), CLIP.world_positions(), atol=1e-5
    )


def test_a_body_in_several_skins_is_one_body():
    changed = document()
    joints = list(range(len(CANONICAL.joints)))
    legs = [j for j in joints if "Leg" in CANONICAL.joints[j] or "Foot" in CANONICAL.joints[j]]
    changed.skins = [
        gltf.Skin(name="legs", joints=[0, *legs]),
        gltf.Skin(name="rest", joints=[j for j in joints if j not in legs]),
    ]
    (found,) = parse_gltf_animations(packed(changed))
    np.testing.assert_allclose(retarget(found).world_positions(), CLIP.world_positions(), atol=0.01)


def test_a_skin_tells_the_rest_of_nodes_that_were_saved_in_the_middle_of_a_motion():
    changed = document()
    for joint in range(len(CANONICAL.joints)):
        changed.nodes[joint].rotation = CLIP.rotations[7, joint].tolist()
    found = parse_gltf(packed(changed))
    assert found.rests is not None
    clip = retarget(found)
    np.testing.assert_allclose(clip.world_positions(), CLIP.world_positions(), atol=1e-3)
    agree = np.abs(np.sum(clip.rotations * CLIP.rotations, axis=-1))
    assert agree.min() > np.cos(np.radians(2) / 2)


def test_nodes_without_skin_that_rest_in_the_first_frame_are_at_rest_unturned():
    changed = document()
    changed.skins, changed.nodes[-1].skin = [], None
    for joint in range(len(CANONICAL.joints)):
        changed.nodes[joint].rotation = CLIP.rotations[0, joint].tolist()
    clip = retarget(parse_gltf(packed(changed)))
    agree = np.abs(np.sum(clip.rotations * CLIP.rotations, axis=-1))
    assert agree.min() > np.cos(np.radians(2) / 2)


def test_what_a_file_requires_is_honoured():
    for name in ("KHR_mesh_quantization", "KHR_materials_unlit", "VRMC_vrm"):
        changed = document()
        changed.extensionsRequired = [name]
        assert parse_gltf(packed(changed)).fps == 30.0
    changed.extensionsRequired = ["KHR_animation_pointer", "ACME_secret"]
    with pytest.raises(MotionFileError, match="got KHR_animation_pointer, ACME_secret: export"):
        parse_gltf(packed(changed))


@pytest.mark.parametrize("extension", ["VRMC_vrm_animation", "VRMC_vrm", "VRM"])
def test_a_humanoid_that_the_file_tells_needs_no_names(extension):
    changed = document()
    for joint, node in enumerate(changed.nodes[: len(CANONICAL.joints)]):
        node.name = f"b{joint}"
    bones = {joint: {"node": at} for at, joint in enumerate(CANONICAL.joints)}
    told: object = bones
    if extension == "VRM":
        told = [{"bone": joint, **bone} for joint, bone in bones.items()]
    changed.extensions = {extension: {"humanoid": {"humanBones": told}}}
    assert places(parse_gltf(packed(changed))).shape == CLIP.world_positions().shape


def test_parts_beside_a_text_file_are_read():
    changed = document()
    blob = changed.binary_blob()
    changed.buffers[0].uri = "a%20dance.bin"
    changed.set_binary_blob(None)
    text = changed.gltf_to_json().encode()
    found = parse_gltf(text, {"a dance.bin": blob}.__getitem__)
    np.testing.assert_allclose(places(found), CLIP.world_positions(), atol=1e-5)


@pytest.mark.parametrize("told", [True, False])
def test_a_body_of_which_only_an_arm_moves_is_read_whole(told):
    changed = document()
    changed.skins, changed.nodes[-1].skin = [], None
    arm = CANONICAL.index("leftUpperArm")
    animation = changed.animations[0]
    animation.channels = [c for c in animation.channels if c.target.node == arm]
    if told:
        bones = {joint: {"node": at} for at, joint in enumerate(CANONICAL.joints)}
        changed.extensions = {"VRMC_vrm_animation": {"humanoid": {"humanBones": bones}}}
    (found,) = parse_gltf_animations(packed(changed))
    clip = retarget(found)
    still, moving = CANONICAL.indices("rightUpperArm", "leftUpperArm")
    assert np.ptp(clip.rotations[:, still], axis=0).max() < 1e-6
    agree = np.abs(np.sum(clip.rotations[:, moving] * CLIP.rotations[:, moving], axis=-1))
    assert agree.min() > np.cos(np.radians(1))
