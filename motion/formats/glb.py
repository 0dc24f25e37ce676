"""Clips as binary glTF: the skeleton as nodes, the capsule figure as its skin, one animation.

glTF's axes and units are ours (Y up, facing +Z, metres), so that nothing is converted.

References:
    Khronos Group, "glTF 2.0 Specification", 2021.
"""

from dataclasses import dataclass, field

import numpy as np
import pygltflib as gltf
from jaxtyping import Float

from motion.clip import Clip
from motion.draw.body import Mesh, figure_mesh
from motion.skeleton import Skeleton

Array = np.ndarray

COMPONENT_TYPES = {
    np.dtype(np.float32): gltf.FLOAT,
    np.dtype(np.uint32): gltf.UNSIGNED_INT,
    np.dtype(np.uint16): gltf.UNSIGNED_SHORT,
    np.dtype(np.uint8): gltf.UNSIGNED_BYTE,
}
ELEMENT_TYPES = {(): gltf.SCALAR, (3,): gltf.VEC3, (4,): gltf.VEC4, (4, 4): gltf.MAT4}


@dataclass
class _Buffer:
    """The file's one buffer while it grows."""

    data: bytearray = field(default_factory=bytearray)
    views: list[gltf.BufferView] = field(default_factory=list)
    accessors: list[gltf.Accessor] = field(default_factory=list)

    def add(self, values: Array, target: int | None = None, *, bounds: bool = False) -> int:
        """Append an array and return the index of its accessor."""
        self.data.extend(b"\0" * (-len(self.data) % 4))
        raw = values.tobytes()
        self.views.append(
            gltf.BufferView(buffer=0, byteOffset=len(self.data), byteLength=len(raw), target=target)
        )
        self.data.extend(raw)
        accessor = gltf.Accessor(
            bufferView=len(self.views) - 1,
            componentType=COMPONENT_TYPES[values.dtype],
            count=len(values),
            type=ELEMENT_TYPES[values.shape[1:]],
        )
        if bounds:
            flat = values.reshape(len(values), -1)
            accessor.min, accessor.max = flat.min(axis=0).tolist(), flat.max(axis=0).tolist()
        self.accessors.append(accessor)
        return len(self.accessors) - 1


def to_glb(clip: Clip) -> bytes:
    """Return a binary glTF file of a clip: joints are nodes 0 to J - 1, named as they are.

    Args:
        clip: At least one frame.
    """
    buffer, skeleton = _Buffer(), clip.skeleton
    joints = list(range(len(skeleton.joints)))
    primitive = _primitive(buffer, figure_mesh(skeleton))
    skin = gltf.Skin(
        inverseBindMatrices=buffer.add(_inverse_bind_matrices(skeleton)), joints=joints, skeleton=0
    )
    animation = _animation(buffer, clip)
    body = gltf.Node(name="body", mesh=0, skin=0)
    document = gltf.GLTF2(
        asset=gltf.Asset(version="2.0", generator="Bhava"),
        scene=0,
        scenes=[gltf.Scene(nodes=[0, len(joints)])],
        nodes=[*_joint_nodes(skeleton), body],
        meshes=[gltf.Mesh(name="body", primitives=[primitive])],
        materials=[_material()],
        skins=[skin],
        animations=[animation],
        accessors=buffer.accessors,
        bufferViews=buffer.views,
        buffers=[gltf.Buffer(byteLength=len(buffer.data))],
    )
    document.set_binary_blob(bytes(buffer.data))
    return b"".join(document.save_to_bytes())


def _joint_nodes(skeleton: Skeleton) -> list[gltf.Node]:
    children: list[list[int]] = [[] for _ in skeleton.joints]
    for joint, parent in enumerate(skeleton.parents[1:], start=1):
        children[parent].append(joint)
    return [
        gltf.Node(name=name, translation=offset.tolist(), children=below)
        for name, offset, below in zip(
            skeleton.joints, skeleton.rest_offsets, children, strict=True
        )
    ]


def _inverse_bind_matrices(skeleton: Skeleton) -> Float[Array, "J 4 4"]:
    """Return the moves from rest to each joint, columns first as glTF stores matrices."""
    matrices = np.tile(np.eye(4, dtype=np.float32), (len(skeleton.joints), 1, 1))
    matrices[:, 3, :3] = -skeleton.rest_positions
    return matrices


def _material() -> gltf.Material:
    surface = gltf.PbrMetallicRoughness(metallicFactor=0.0, roughnessFactor=0.6)
    return gltf.Material(name="body", pbrMetallicRoughness=surface)


def _primitive(buffer: _Buffer, mesh: Mesh) -> gltf.Primitive:
    """Add the figure; each vertex belongs wholly to one joint."""
    narrow = mesh.joints.max() < 256
    joints = np.zeros((len(mesh.joints), 4), np.uint8 if narrow else np.uint16)
    joints[:, 0] = mesh.joints
    weights = np.zeros((len(mesh.joints), 4), np.float32)
    weights[:, 0] = 1.0
    vertices = gltf.ARRAY_BUFFER
    attributes = gltf.Attributes(
        POSITION=buffer.add(mesh.positions.astype(np.float32), vertices, bounds=True),
        NORMAL=buffer.add(mesh.normals.astype(np.float32), vertices),
        COLOR_0=buffer.add(mesh.colours.astype(np.float32), vertices),
        JOINTS_0=buffer.add(joints, vertices),
        WEIGHTS_0=buffer.add(weights, vertices),
    )
    indices = mesh.triangles.astype(np.uint32).ravel()
    return gltf.Primitive(
        attributes=attributes,
        indices=buffer.add(indices, gltf.ELEMENT_ARRAY_BUFFER),
        material=0,
    )


def _animation(buffer: _Buffer, clip: Clip) -> gltf.Animation:
    """Add rotations of all joints and the path of the hips."""
    times = buffer.add((np.arange(len(clip)) / clip.fps).astype(np.float32), bounds=True)
    animation = gltf.Animation(name=clip.name or "clip", samplers=[], channels=[])

    def drive(node: int, path: str, values: Array) -> None:
        sampler = gltf.AnimationSampler(input=times, output=buffer.add(values.astype(np.float32)))
        target = gltf.AnimationChannelTarget(node=node, path=path)
        animation.channels.append(
            gltf.AnimationChannel(sampler=len(animation.samplers), target=target)
        )
        animation.samplers.append(sampler)

    drive(0, "translation", clip.hips)
    for joint, turned in enumerate(np.swapaxes(_unbroken(clip.rotations), 0, 1)):
        drive(joint, "rotation", turned)
    return animation


def _unbroken(q: Float[Array, "T J 4"]) -> Float[Array, "T J 4"]:
    """Return the same rotations with signs such that neighbours in time lie close."""
    dots = np.sum(q[1:] * q[:-1], axis=-1, keepdims=True)
    signs = np.cumprod(np.where(dots < 0.0, -1.0, 1.0), axis=0)
    return np.concatenate([q[:1], q[1:] * signs])
