"""Reads glTF 2.0: the animated nodes of a file, or those of its skin, as the motion of a rig.

Binary files (.glb) and text files (.gltf) whose buffers are embedded. The rest pose is turned into
the convention of BVH, in which no joint is turned in rest: world rotations are taken relative to
those in rest, and offsets are differences of world positions. Scales of nodes are worked in.

References:
    Khronos Group, "glTF 2.0 Specification", 2021, sections 3.6 (accessors) and 3.11 (animations).
"""

import base64
import binascii
import struct
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import pygltflib
from jaxtyping import Float

from motion import rotations
from motion.errors import MotionFileError
from motion.rigs.rig_clip import RigClip

Array = np.ndarray

FPS = 30.0

LONGEST = 4 * 3600.0
"""Seconds of motion that a file may have."""

ROUNDED = 1e-5
"""Seconds by which the times in a file, which are short floats, may be off."""

COMPONENTS = {5120: "<i1", 5121: "<u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
WIDTHS = {"SCALAR": 1, "VEC3": 3, "VEC4": 4, "MAT4": 16}

FAILURES = (
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    RecursionError,
    OverflowError,
    binascii.Error,
    struct.error,
)
"""What a damaged file makes of reading it."""


def parse_gltf(data: bytes) -> RigClip:
    """Read the first animation of a glTF file, sampled at 30 frames per second.

    Args:
        data: The whole file.

    Returns:
        Its skeleton and motion in metres, Y up. Without a skin, all nodes that lie at or below one
        that is animated.

    Raises:
        MotionFileError: If it is no glTF, is damaged, or holds no animation.
    """
    try:
        document = _Document(data)
        animations = document.gltf.animations
    except FAILURES as error:
        raise MotionFileError(f"expected a glTF file, got {error!r}") from error
    if not animations:
        raise MotionFileError("expected a glTF file with an animation, got none")
    try:
        return document.recording(animations[0])
    except FAILURES as error:
        raise MotionFileError(f"expected a whole glTF animation, got {error!r}") from error


class _Document:
    """A glTF file with its buffers at hand."""

    def __init__(self, data: bytes) -> None:
        binary = data[:4] == b"glTF"
        load = pygltflib.GLTF2.load_from_bytes if binary else pygltflib.GLTF2.from_json
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of extensions, which are no matter of motion
            self.gltf: Any = load(data if binary else data.decode("utf-8"))
        self._buffers = [self._buffer(buffer.uri) for buffer in self.gltf.buffers]
        self._parents = {
            child: index
            for index, node in enumerate(self.gltf.nodes)
            for child in node.children or []
        }

    def _buffer(self, uri: str | None) -> bytes:
        if not uri:
            blob: bytes | None = self.gltf.binary_blob()
            return blob or b""
        if not uri.startswith("data:"):
            raise MotionFileError(
                f"expected a glTF file that holds its buffers, got {uri!r} beside it: "
                "export as .glb, or as .gltf embedded"
            )
        return base64.b64decode(uri.partition(",")[2])

    def values(self, accessor: int) -> Float[Array, "N D"]:
        """Return the values of an accessor; integers that stand for shares as such."""
        about = self.gltf.accessors[accessor]
        if about.sparse is not None or about.bufferView is None:
            raise MotionFileError("expected plain accessors, got a sparse or an empty one")
        view = self.gltf.bufferViews[about.bufferView]
        kind, width = np.dtype(COMPONENTS[about.componentType]), WIDTHS[about.type]
        stride = view.byteStride or kind.itemsize * width
        start = (view.byteOffset or 0) + (about.byteOffset or 0)
        raw: Array = np.ndarray(
            (about.count, width), kind, self._buffers[view.buffer], start, (stride, kind.itemsize)
        )
        values = raw.astype(np.float64)
        return np.maximum(values / np.iinfo(kind).max, -1.0) if about.normalized else values

    def recording(self, animation: Any) -> RigClip:
        """Return an animation as the motion of a rig."""
        tracks = self._tracks(animation)
        joints = self._joints({node for node, _ in tracks})
        seconds = max(float(times[-1]) for times, _, _ in tracks.values())
        if not 0.0 <= seconds <= LONGEST:
            raise MotionFileError(f"expected up to {LONGEST:g} s of motion, got {seconds:g}")
        at = np.arange(int((seconds + ROUNDED) * FPS) + 1) / FPS
        rest_positions, rest_turned = self._world(joints, {}, np.zeros(1))
        positions, turned = self._world(joints, tracks, at)
        order = list(joints)
        parents = [order.index(joints[node]) if joints[node] >= 0 else -1 for node in order]
        world = rotations.multiply(turned, rotations.inverse(rest_turned))
        local, offsets, moved = world.copy(), rest_positions[0].copy(), positions.copy()
        for joint, parent in enumerate(parents):
            if parent >= 0:
                back = rotations.inverse(world[:, parent])
                local[:, joint] = rotations.multiply(back, world[:, joint])
                moved[:, joint] = rotations.rotate(back, positions[:, joint] - positions[:, parent])
                offsets[joint] = rest_positions[0, joint] - rest_positions[0, parent]
        return RigClip(self._names(order), tuple(parents), offsets, FPS, moved, local)

    def _tracks(self, animation: Any) -> dict[tuple[int, str], tuple[Array, Array, str]]:
        """Return times, values and interpolation by node and path."""
        found = {}
        for channel in animation.channels:
            if channel.target.node is None or channel.target.path == "weights":
                continue
            sampler = animation.samplers[channel.sampler]
            times, values = self.values(sampler.input)[:, 0], self.values(sampler.output)
            found[channel.target.node, channel.target.path] = times, values, sampler.interpolation
        if not found:
            raise MotionFileError("expected an animation of nodes, got one without")
        return found

    def _joints(self, animated: set[int]) -> dict[int, int]:
        """Return the parent of each node that is a joint, -1 for the root, depth first."""
        skins = self.gltf.skins or []
        known = set(skins[0].joints) if skins else animated
        roots = [node for node in sorted(known) if not known & set(self._above(node))]
        if len(roots) > 1:  # what they have in common above them holds them together
            shared = [node for node in self._above(roots[0]) if self._above_all(node, roots)]
            if not shared:
                raise MotionFileError(f"expected one skeleton, got {len(roots)} apart")
            roots = shared[:1]
        joints = {roots[0]: -1}
        self._descend(roots[0], known if skins else None, joints)
        return joints

    def _above(self, node: int) -> list[int]:
        found = []
        while (node := self._parents.get(node, -1)) >= 0 and node not in found:
            found.append(node)
        return found

    def _above_all(self, node: int, roots: Sequence[int]) -> bool:
        return all(node in self._above(root) for root in roots)

    def _descend(self, node: int, known: set[int] | None, joints: dict[int, int]) -> None:
        for child in self.gltf.nodes[node].children or []:
            if known is None or known & {child, *self._below(child)}:
                joints[child] = node
                self._descend(child, known, joints)

    def _below(self, node: int) -> list[int]:
        children = self.gltf.nodes[node].children or []
        return [below for child in children for below in (child, *self._below(child))]

    def _names(self, order: Sequence[int]) -> tuple[str, ...]:
        """Return the nodes' names, each once."""
        names = [self.gltf.nodes[node].name or f"joint{node}" for node in order]
        return tuple(
            f"{name}.{node}" if names.count(name) > 1 else name
            for name, node in zip(names, order, strict=True)
        )

    def _world(
        self,
        joints: dict[int, int],
        tracks: dict[tuple[int, str], tuple[Array, Array, str]],
        at: Float[Array, "T"],
    ) -> tuple[Float[Array, "T J 3"], Float[Array, "T J 4"]]:
        """Return world positions and rotations of joints at times; scales reach the positions."""
        root = next(iter(joints))
        matrices: dict[int, Array] = {-1: np.eye(4)}
        for node in [*reversed(self._above(root)), *joints]:
            above = matrices[self._parents.get(node, -1)]
            matrices[node] = above @ self._local(node, tracks, at)
        found = np.stack([np.broadcast_to(matrices[n], (len(at), 4, 4)) for n in joints], axis=1)
        axes = found[..., :3, :3]
        upright = axes / np.maximum(np.linalg.norm(axes, axis=-2, keepdims=True), 1e-12)
        return found[..., :3, 3].copy(), rotations.from_matrix(upright)

    def _local(
        self, node: int, tracks: dict[tuple[int, str], tuple[Array, Array, str]], at: Array
    ) -> Float[Array, "T 4 4"]:
        about = self.gltf.nodes[node]
        if about.matrix:
            return np.array(about.matrix, np.float64).reshape(4, 4).T
        rest = {
            "translation": about.translation or [0.0, 0.0, 0.0],
            "rotation": about.rotation or [0.0, 0.0, 0.0, 1.0],
            "scale": about.scale or [1.0, 1.0, 1.0],
        }
        place, turn, scale = (
            _sampled(*tracks[node, path], at) if (node, path) in tracks else np.array([value])
            for path, value in rest.items()
        )
        matrix = np.tile(np.eye(4), (len(at), 1, 1))
        matrix[:, :3, :3] = rotations.to_matrix(rotations.normalise(turn)) * scale[:, None, :]
        matrix[:, :3, 3] = place
        return matrix


def _sampled(
    times: Float[Array, "K"], values: Float[Array, "K D"], interpolation: str, at: Float[Array, "T"]
) -> Float[Array, "T D"]:
    """Return the values of a track at times: rotations spherically, others linearly.

    Cubic splines are read at their points and taken to be linear between them.
    """
    if interpolation == "CUBICSPLINE":
        values = values[1::3]
    last = np.clip(np.searchsorted(times, at + ROUNDED, side="right") - 1, 0, len(times) - 1)
    following = np.minimum(last + 1, len(times) - 1)
    span = np.maximum(times[following] - times[last], 1e-9)
    part = np.clip((at - times[last]) / span, 0.0, 1.0) * (interpolation != "STEP")
    if values.shape[1] == 4:
        return rotations.slerp(values[last], values[following], part)
    return values[last] + part[:, None] * (values[following] - values[last])
