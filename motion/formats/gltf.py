"""Reads glTF 2.0: the animated nodes of a file, or those of its skins, as the motion of rigs.

The rest pose is turned into the convention of BVH, in which no joint is turned in rest: world
rotations are taken relative to those in rest, and offsets are differences of world positions.
Scales of nodes are worked in. Where a file tells another rest pose than its nodes' own, both may
be the one: bones as their skin was bound to them, or, of nodes that hold the first frame of their
animation, none turned.

References:
    Khronos Group, "glTF 2.0 Specification", 2021, sections 3.7.3 (skins) and 3.11 (animations).
"""

import binascii
import struct
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from jaxtyping import Float

from motion import rotations
from motion.errors import MotionFileError
from motion.formats.gltf_document import Beside, GltfDocument
from motion.rigs.joint_roles import find_roles
from motion.rigs.rig_clip import RigClip
from motion.rigs.rig_estimate import AXIS_ROTATIONS

Array = np.ndarray
Tracks = dict[tuple[int, str], tuple[Array, Array, str]]
"""Times, values and interpolation by node and path."""

FPS = 30.0

LONGEST = 4 * 3600.0
"""Seconds of motion that a file may have."""

ROUNDED = 1e-5
"""Seconds by which the times in a file, which are short floats, may be off."""

SAME = np.cos(np.radians(2.0) / 2.0)
"""Rotations whose quaternions' product is above it are the same rest pose."""

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


def nothing_beside(path: str) -> bytes:
    """Stand for the neighbours of a file that has none."""
    raise FileNotFoundError(path)


def parse_gltf(data: bytes, beside: Beside = nothing_beside) -> RigClip:
    """Read the first body's first animation; see `parse_gltf_animations`."""
    return parse_gltf_animations(data, beside)[0]


def parse_gltf_animations(data: bytes, beside: Beside = nothing_beside) -> list[RigClip]:
    """Read all animations of a glTF file, sampled at 30 frames per second.

    Args:
        data: The whole file.
        beside: Returns the parts of a .gltf file that lie beside it.

    Returns:
        Skeleton and motion in metres, Y up, of every animation and of every body that it moves.
        Without a skin, all nodes that lie at or below one that is animated. Where there are
        several, they have their names.

    Raises:
        MotionFileError: If it is no glTF, is damaged, requires what is not read, or holds no
            animation.
    """
    try:
        document = _Animated(data, beside)
        animations = document.gltf.animations
    except FAILURES as error:
        raise MotionFileError(f"expected a glTF file, got {error!r}") from error
    if not animations:
        raise MotionFileError("expected a glTF file with an animation, got none")
    try:
        found = [(a, body) for a in animations for body in document.bodies(a)]
        if not found:
            raise MotionFileError("expected an animation of nodes, got one without")
        clips = [document.recording(animation, *body) for animation, body in found]
    except FAILURES as error:
        raise MotionFileError(f"expected a whole glTF animation, got {error!r}") from error
    if len(clips) == 1:
        return clips
    names = [_name(animations, animation) for animation, _ in found]
    return [
        replace(clip, name=f"{name} {clip.joints[0]}", together=True)
        if names.count(name) > 1
        else replace(clip, name=name)
        for clip, name in zip(clips, names, strict=True)
    ]


def _name(animations: Sequence[Any], animation: Any) -> str:
    """Return an animation's name, or a number in place of one that is empty or not its alone."""
    names = [one.name for one in animations]
    alone = animation.name and names.count(animation.name) == 1
    place = next(at for at, one in enumerate(animations) if one is animation)
    return str(animation.name) if alone else f"{animation.name or 'animation'} {place + 1}"


class _Animated(GltfDocument):
    """A glTF file, and what its animations move."""

    def bodies(self, animation: Any) -> list[tuple[dict[int, int], Any]]:
        """Return the trees of joints that an animation moves, each with its skin, if it has one.

        Of each joint the tree tells the parent, -1 for the root, depth first. Trees that are a
        person's come alone where there are any.
        """
        animated = {node for node, _ in self._tracks(animation)}
        if not animated:
            return []
        people: list[tuple[dict[int, int], Any]] = []
        others = []
        for known, skin in self._candidates(animated):
            joints = self._joints(known, skin is not None)
            taken = set().union(*(tree for tree, _ in people))
            if not animated & {*joints, *self.above(next(iter(joints)))} or set(joints) <= taken:
                continue
            if not self._is_person(joints):
                others.append((joints, skin))
            elif not taken & set(joints):
                people.append((joints, skin))
        return people or others[:1]

    def _candidates(self, animated: set[int]) -> list[tuple[set[int], Any]]:
        """Return nodes that may be a body's: of skins, or those animated, or whole trees."""
        told = [(set(self.humanoid), None)] if self.humanoid else []
        skins = sorted(self.gltf.skins or [], key=lambda skin: -len(skin.joints))
        if skins:
            together = set().union(*(skin.joints for skin in skins))
            found = [(set(skin.joints), skin) for skin in skins]
            same = len({self._root(node) for node in together}) == 1
            return found + [(together, skins[0])] * (len(skins) > 1 and same) + told
        roots = sorted({self._root(node) for node in animated})
        moving = [({n for n in animated if self._root(n) == root}, None) for root in roots]
        return [*told, *moving, *(({root}, None) for root in roots)]

    def _root(self, node: int) -> int:
        return [node, *self.above(node)][-1]

    def _is_person(self, joints: dict[int, int]) -> bool:
        order = list(joints)
        parents = [order.index(joints[node]) if joints[node] >= 0 else -1 for node in order]
        try:
            find_roles(self._names(order), parents)
        except MotionFileError:
            return False
        return True

    def recording(self, animation: Any, joints: dict[int, int], skin: Any) -> RigClip:
        """Return how an animation moves a tree of joints."""
        tracks = self._tracks(animation)
        seconds = max(float(times[-1]) for times, _, _ in tracks.values())
        if not 0.0 <= seconds <= LONGEST:
            raise MotionFileError(f"expected up to {LONGEST:g} s of motion, got {seconds:g}")
        at = np.arange(int((seconds + ROUNDED) * FPS) + 1) / FPS
        rest_positions, rest_turned = self._world(joints, {}, np.zeros(1))
        positions, turned = self._world(joints, tracks, at)
        order = list(joints)
        parents = [order.index(joints[node]) if joints[node] >= 0 else -1 for node in order]
        local = _local(rotations.multiply(turned, rotations.inverse(rest_turned)), parents)
        offsets, moved = rest_positions[0].copy(), positions.copy()
        world = rotations.multiply(turned, rotations.inverse(rest_turned))
        for joint, parent in enumerate(parents):
            if parent >= 0:
                back = rotations.inverse(world[:, parent])
                moved[:, joint] = rotations.rotate(back, positions[:, joint] - positions[:, parent])
                offsets[joint] = rest_positions[0, joint] - rest_positions[0, parent]
        names, ties = self._names(order), tuple(parents)
        rests = self._rests(joints, skin, rest_turned, turned, parents)
        return RigClip(names, ties, offsets, FPS, moved, local, rests=rests)

    def _rests(
        self,
        joints: dict[int, int],
        skin: Any,
        own: Float[Array, "1 J 4"],
        turned: Float[Array, "T J 4"],
        parents: Sequence[int],
    ) -> Float[Array, "K J 4"] | None:
        """Return rest poses that are likelier than the nodes' own, and that; None without any."""
        other = None
        if skin is not None and skin.inverseBindMatrices is not None:
            other = self._bound(joints, skin, own[0], parents)
        elif skin is None and len(turned) > 1 and _same(own[0], turned[0], parents):
            other = self._unturned(joints)
        if other is None or _same(own[0], other, parents):
            return None
        from_own = rotations.multiply(np.stack([other, own[0]]), rotations.inverse(own))
        return _local(from_own, parents)

    def _bound(
        self,
        joints: dict[int, int],
        skin: Any,
        own: Float[Array, "J 4"],
        parents: Sequence[int],
    ) -> Float[Array, "J 4"]:
        """Return the world rotations of joints as the skin was bound to them.

        Skins are bound in axes that right angles lead to; any other turn of the root is motion.
        Joints that have no skin are turned in their parents as the nodes have them.
        """
        inverse = self.values(skin.inverseBindMatrices).reshape(-1, 4, 4).swapaxes(1, 2)
        axes = np.linalg.inv(inverse)[:, :3, :3]
        axes /= np.maximum(np.linalg.norm(axes, axis=-2, keepdims=True), 1e-12)
        bound = dict(zip(skin.joints, rotations.from_matrix(axes), strict=True))
        found = own.copy()
        for place, (node, parent) in enumerate(zip(joints, parents, strict=True)):
            if parent < 0:
                if node in bound:
                    found[place] = _squared(own[place], bound[node])
                continue
            above = list(joints)[parent]
            if node in bound and above in bound:
                inside = rotations.multiply(rotations.inverse(bound[above]), bound[node])
            else:
                inside = rotations.multiply(rotations.inverse(own[parent]), own[place])
            found[place] = rotations.multiply(found[parent], inside)
        return found

    def _unturned(self, joints: dict[int, int]) -> Float[Array, "J 4"]:
        """Return the world rotations of joints none of which is turned in its parent."""
        above = self.above(next(iter(joints)))[::-1]
        turn = rotations.IDENTITY
        for node in above:
            turn = rotations.multiply(
                turn, np.array(self.gltf.nodes[node].rotation or [0, 0, 0, 1])
            )
        return np.tile(rotations.normalise(turn), (len(joints), 1))

    def _tracks(self, animation: Any) -> Tracks:
        found = {}
        for channel in animation.channels:
            if channel.target.node is None or channel.target.path == "weights":
                continue
            sampler = animation.samplers[channel.sampler]
            times, values = self.values(sampler.input)[:, 0], self.values(sampler.output)
            found[channel.target.node, channel.target.path] = times, values, sampler.interpolation
        return found

    def _joints(self, known: set[int], skinned: bool) -> dict[int, int]:
        """Return the parent of each node that is a joint, -1 for the root, depth first."""
        roots = [node for node in sorted(known) if not known & set(self.above(node))]
        if len(roots) > 1:  # what they have in common above them holds them together
            shared = [node for node in self.above(roots[0]) if self._above_all(node, roots)]
            if not shared:
                raise MotionFileError(f"expected one skeleton, got {len(roots)} separate ones")
            roots = shared[:1]
        joints = {roots[0]: -1}
        self._descend(roots[0], known if skinned else None, joints)
        return joints

    def _above_all(self, node: int, roots: Sequence[int]) -> bool:
        return all(node in self.above(root) for root in roots)

    def _descend(self, node: int, known: set[int] | None, joints: dict[int, int]) -> None:
        for child in self.gltf.nodes[node].children or []:
            if known is None or known & {child, *self.below(child)}:
                joints[child] = node
                self._descend(child, known, joints)

    def _names(self, order: Sequence[int]) -> tuple[str, ...]:
        """Return the nodes' names, or the humanoid's where the file tells it, each once."""
        names = [
            self.humanoid.get(node) or self.gltf.nodes[node].name or f"joint{node}"
            for node in order
        ]
        return tuple(
            f"{name}.{node}" if names.count(name) > 1 else name
            for name, node in zip(names, order, strict=True)
        )

    def _world(
        self, joints: dict[int, int], tracks: Tracks, at: Float[Array, "T"]
    ) -> tuple[Float[Array, "T J 3"], Float[Array, "T J 4"]]:
        """Return world positions and rotations of joints at times; scales reach the positions."""
        root = next(iter(joints))
        matrices: dict[int, Array] = {-1: np.eye(4)}
        for node in [*reversed(self.above(root)), *joints]:
            above = matrices[self.parents.get(node, -1)]
            matrices[node] = above @ self._local(node, tracks, at)
        found = np.stack([np.broadcast_to(matrices[n], (len(at), 4, 4)) for n in joints], axis=1)
        axes = found[..., :3, :3]
        upright = axes / np.maximum(np.linalg.norm(axes, axis=-2, keepdims=True), 1e-12)
        return found[..., :3, 3].copy(), rotations.from_matrix(upright)

    def _local(self, node: int, tracks: Tracks, at: Array) -> Float[Array, "T 4 4"]:
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


def _local(world: Float[Array, "T J 4"], parents: Sequence[int]) -> Float[Array, "T J 4"]:
    """Return rotations relative to the parent's."""
    local = world.copy()
    for joint, parent in enumerate(parents):
        if parent >= 0:
            local[:, joint] = rotations.multiply(
                rotations.inverse(world[:, parent]), world[:, joint]
            )
    return local


def _squared(own: Float[Array, "4"], bound: Float[Array, "4"]) -> Float[Array, "4"]:
    """Return a bound rotation in the axes of the world, to which right angles lead."""
    from_bound = rotations.to_matrix(rotations.multiply(own, rotations.inverse(bound)))
    nearest = int(np.argmax(np.einsum("nij,ij->n", AXIS_ROTATIONS, from_bound)))
    return rotations.multiply(rotations.from_matrix(AXIS_ROTATIONS[nearest]), bound)


def _same(a: Float[Array, "J 4"], b: Float[Array, "J 4"], parents: Sequence[int]) -> bool:
    """Tell whether all joints but the root are turned alike in their parents."""
    ours, theirs = _local(a[None], parents)[0, 1:], _local(b[None], parents)[0, 1:]
    return bool((np.abs(np.sum(ours * theirs, axis=-1)) > SAME).all())


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
