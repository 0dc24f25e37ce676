"""Landmarks to a complete, stable pose on the canonical skeleton."""

import numpy as np
from jaxtyping import Float

from motion.clip import Pose
from motion.skeleton import CANONICAL
from server.capture import landmarks as lm
from server.capture.bones import BoneFinder
from server.capture.fast_rotations import blend, dot, matrices, quaternions, unit
from server.capture.filters import LandmarkFilter, Observation
from server.capture.ground import Ground
from server.capture.jumps import Jumps
from server.capture.landmarks import Landmarks

Array = np.ndarray

_JOINTS = len(CANONICAL.joints)
_PARENTS = np.array(CANONICAL.parents[1:])
_HIPS = [lm.LEFT_HIP, lm.RIGHT_HIP]
_SHOULDERS = [lm.LEFT_SHOULDER, lm.RIGHT_SHOULDER]


def _evidence() -> Array:
    """Return which landmarks each joint is read from, (J, 3); fewer are repeated."""
    trunk = [lm.LEFT_SHOULDER, lm.RIGHT_SHOULDER, lm.RIGHT_SHOULDER]
    head = [lm.LEFT_EAR, lm.RIGHT_EAR, lm.NOSE]
    left = {
        "Shoulder": trunk,
        "UpperArm": [lm.LEFT_SHOULDER, lm.LEFT_ELBOW, lm.LEFT_ELBOW],
        "LowerArm": [lm.LEFT_SHOULDER, lm.LEFT_ELBOW, lm.LEFT_WRIST],
        "Hand": [lm.LEFT_WRIST, lm.LEFT_INDEX, lm.LEFT_PINKY],
        "UpperLeg": [lm.LEFT_HIP, lm.LEFT_KNEE, lm.LEFT_KNEE],
        "LowerLeg": [lm.LEFT_HIP, lm.LEFT_KNEE, lm.LEFT_ANKLE],
        "Foot": [lm.LEFT_ANKLE, lm.LEFT_HEEL, lm.LEFT_TOE],
        "Toes": [lm.LEFT_ANKLE, lm.LEFT_HEEL, lm.LEFT_TOE],
    }
    found = {"hips": trunk, "spine": trunk, "chest": trunk, "neck": head, "head": head}
    for part, seen in left.items():
        found["left" + part] = seen
        found["right" + part] = [int(lm.MIRROR[landmark]) for landmark in seen]
    return np.array([found[joint] for joint in CANONICAL.joints])


def _relaxed() -> Array:
    """Return local rotations of someone who stands at ease, (J, 4)."""
    turned = Pose.standing().rotations
    for joint, bend in (("leftLowerArm", -0.3), ("rightLowerArm", 0.3)):
        turned[CANONICAL.index(joint)] = 0.0, np.sin(bend / 2), 0.0, np.cos(bend / 2)
    return turned


def _chains() -> Array:
    """Return which bones lead from the hips to each joint, (J, J - 1) of 0 and 1."""
    chains = np.zeros((_JOINTS, _JOINTS))
    for joint, parent in enumerate(CANONICAL.parents[1:], start=1):
        chains[joint] = chains[parent]
        chains[joint, joint] = 1.0
    return chains[:, 1:]


_RANGE = {
    "hips": (180, 15), "spine": (45, 12), "chest": (50, 12), "neck": (55, 12), "head": (60, 12),
    "Shoulder": (35, 12), "UpperArm": (178, 20), "LowerArm": (165, 20), "Hand": (80, 12),
    "UpperLeg": (140, 20), "LowerLeg": (160, 20), "Foot": (75, 12), "Toes": (60, 12),
}  # fmt: skip
"""How far each joint turns out of rest, degrees, and how fast, radians a second."""


def _ranges() -> tuple[Array, Array]:
    """Return the sine of half the widest turn of each joint, and its fastest, (J, 1) each."""
    bare = [joint.removeprefix("left").removeprefix("right") for joint in CANONICAL.joints]
    degrees, fastest = np.array([_RANGE[joint] for joint in bare], dtype=float).T[:, :, None]
    return np.sin(np.radians(degrees / 2)), fastest


def _levels() -> list[tuple[Array, Array]]:
    """Return, from the hips outwards, joints of the same depth and their parents."""
    depths = [0]
    for parent in CANONICAL.parents[1:]:
        depths.append(depths[parent] + 1)
    levels = [np.flatnonzero(np.array(depths) == depth) for depth in range(1, max(depths) + 1)]
    return [(level, _PARENTS[level - 1]) for level in levels]


_EVIDENCE, _RELAXED, _LEVELS = _evidence(), _relaxed(), _levels()
_LIMITS, _FASTEST = _ranges()
_OFFSETS = CANONICAL.rest_offsets[1:, :, None]
_CHAINS = _chains()
_UPPER_LEGS = CANONICAL.indices("leftUpperLeg", "rightUpperLeg")


class Retargeter:
    """Turns one person's landmarks into poses, frame by frame; holds no clock and does no IO.

    Attributes:
        present: Whether a person is seen, or was within the last half second.
    """

    GONE_AFTER = 0.5
    """Seconds unseen after which a person has left."""
    HOLD = 0.4
    """Seconds that a hidden limb stays as it was, before it"""
    EASE = 0.5
    """eases to a stand with this half-life, seconds."""
    TAKE_UP = 0.35
    """Seconds over which a limb that is seen again comes to be trusted."""
    FARTHEST = 0.3
    """Metres that a joint moves in one frame at most."""

    def __init__(self) -> None:
        self.present = False
        self._filter = LandmarkFilter()
        self._bones = BoneFinder()
        self._ground = Ground()
        self._jumps = Jumps()
        self._unseen = np.inf
        self._hips_seen = False
        self._trust = np.ones((_JOINTS, 1))
        self._hidden = np.full((_JOINTS, 1), np.inf)
        self._pose: Pose | None = None
        self._positions = np.zeros((_JOINTS, 3))

    def update(self, landmarks: Landmarks | None, time: float) -> Pose | None:
        """Take in what the source saw and return the pose, or None until a person was seen.

        Args:
            landmarks: Landmarks of the person; None when they were not seen. Any numbers; those
                not finite or too far count as hidden.
            time: When the picture was taken, seconds of the source's clock.

        Returns:
            The pose at the time of the landmarks: floor at height 0, near the origin, facing +Z
            when the person faces the camera.
        """
        seen = self._filter.update(landmarks, time)
        trunk = bool(seen.visible[_SHOULDERS].all())
        self._unseen = 0.0 if trunk else self._unseen + seen.seconds
        self.present = self._unseen <= self.GONE_AFTER
        if self._pose is None and not trunk:
            return None
        height = self._jumps.update(landmarks, seen)
        self._pose = self._stand(self._turn(seen), height, seen.seconds)
        return self._pose

    def _turn(self, seen: Observation) -> Float[Array, "J 4"]:
        """Return local rotations: seen limbs as they are seen, hidden ones held, then at ease."""
        before = _RELAXED if self._pose is None else self._pose.rotations
        visible = seen.visible[_EVIDENCE].all(axis=1)[:, None]
        hips_seen = bool(seen.visible[_HIPS].all())
        if self._pose is not None and (seen.fresh or hips_seen != self._hips_seen):
            self._trust[:] = 0.0
        self._hips_seen = hips_seen
        self._hidden = np.where(visible, 0.0, self._hidden + seen.seconds)
        follow = 1.0 - 0.5 ** (seen.seconds / np.maximum(0.1 * (1.0 - self._trust), 1e-4))
        rest = np.where(self._hidden > self.HOLD, 1.0 - 0.5 ** (seen.seconds / self.EASE), 0.0)
        gained = seen.seconds / self.TAKE_UP
        self._trust = np.clip(self._trust + np.where(visible, gained, -2.0 * gained), 0.0, 1.0)
        target = self._observed(seen.positions)
        if not visible.all():
            target = np.where(visible, target, _at_ease(before[0]))
        angle = 2.0 * np.arccos(np.minimum(np.abs(dot(before, target)), 1.0))
        fastest = _FASTEST * seen.seconds / np.maximum(angle, 1e-6)
        return blend(before, target, np.minimum(np.where(visible, follow, rest), fastest))

    def _observed(self, positions: Array) -> Array:
        """Return local rotations as the landmarks show them, no joint beyond its limit."""
        world = self._bones.update(positions, self._hips_seen)
        local = world.copy()
        local[1:] = world[_PARENTS].swapaxes(1, 2) @ world[1:]
        return _limited(quaternions(local))

    def _stand(self, turned: Float[Array, "J 4"], height: float, seconds: float) -> Pose:
        """Return the pose with its lower foot that high, no joint going farther than it may."""
        positions, world = _world(turned)
        hips = self._ground.update(positions, world, seconds)
        hips[1] += height
        pose = Pose(hips, turned)
        positions += pose.hips
        part, before = 1.0, self._pose
        while before is not None and (farthest := _largest(positions - self._positions)) > (
            self.FARTHEST
        ):
            part *= 0.9 * self.FARTHEST / farthest
            pose = _between(before, pose, part)
            positions = _world(pose.rotations)[0] + pose.hips
        self._positions = positions
        return pose


def _at_ease(hips: Float[Array, "4"]) -> Float[Array, "J 4"]:
    """Return local rotations of someone at ease who faces where the hips do.

    The legs hang straight down, however the hips lean.
    """
    x, y, z, w = hips
    half = 0.5 * np.arctan2(2 * (x * z + w * y), 1 - 2 * (x * x + y * y))
    relaxed = _RELAXED.copy()
    relaxed[0] = 0.0, np.sin(half), 0.0, np.cos(half)
    upright = matrices(np.stack([hips, relaxed[0]]))
    relaxed[_UPPER_LEGS] = quaternions((upright[0].T @ upright[1])[None])
    return relaxed


def _limited(turned: Float[Array, "J 4"]) -> Float[Array, "J 4"]:
    """Return rotations turned back, about their own axes, to the limits of the joints."""
    turned = np.where(turned[:, 3:] < 0.0, -turned, turned)
    sine = np.sqrt(dot(turned[:, :3], turned[:, :3]))
    axis = turned[:, :3] * np.minimum(1.0, _LIMITS / np.maximum(sine, 1e-9))
    w = np.sqrt(np.maximum(1.0 - dot(axis, axis), 0.0))
    return unit(np.concatenate([axis, w], axis=1))


def _largest(vectors: Float[Array, "J 3"]) -> float:
    """Return the length of the longest of some vectors."""
    return float(np.sqrt((vectors * vectors).sum(axis=1).max()))


def _between(a: Pose, b: Pose, part: float) -> Pose:
    """Return the pose between two others; `part` in [0, 1]."""
    turned = blend(a.rotations, b.rotations, np.array([[part]]))
    return Pose(a.hips + part * (b.hips - a.hips), turned)


def _world(turned: Float[Array, "J 4"]) -> tuple[Float[Array, "J 3"], Float[Array, "J 3 3"]]:
    """Return positions from the hips in world axes, metres, and world rotations of all joints."""
    world = matrices(turned)
    for level, parents in _LEVELS:
        world[level] = world[parents] @ world[level]
    bones = (world[_PARENTS] @ _OFFSETS)[:, :, 0]
    return _CHAINS @ bones, world
