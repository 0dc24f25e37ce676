"""Landmarks to a complete, stable pose on the canonical skeleton."""

import numpy as np
from jaxtyping import Float

from motion.clip import Pose
from motion.compiled import function
from motion.kinematics import world_matrices, world_positions
from motion.rotations import dot, normalise
from motion.skeleton import CANONICAL
from server.capture import landmarks as lm
from server.capture.bones import BoneFinder
from server.capture.filters import LandmarkFilter, Observation
from server.capture.ground import Ground
from server.capture.jumps import Jumps
from server.capture.landmarks import Landmarks

Array = np.ndarray

_JOINTS = len(CANONICAL.joints)
_AT_ORIGIN = np.zeros(3)
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


_RANGE = {
    "hips": (180, 15), "spine": (45, 12), "chest": (50, 12), "neck": (55, 12), "head": (60, 12),
    "Shoulder": (35, 12), "UpperArm": (178, 20), "LowerArm": (165, 20), "Hand": (80, 12),
    "UpperLeg": (140, 20), "LowerLeg": (160, 20), "Foot": (75, 12), "Toes": (60, 12),
}  # fmt: skip
"""How far each joint turns out of rest, degrees, and how fast, radians a second."""


def _ranges() -> Float[Array, "J 2"]:
    """Return the sine of half the widest turn of each joint, and its fastest."""
    bare = [joint.removeprefix("left").removeprefix("right") for joint in CANONICAL.joints]
    degrees, fastest = np.array([_RANGE[joint] for joint in bare], dtype=float).T
    return np.column_stack([np.sin(np.radians(degrees / 2)), fastest])


_EVIDENCE, _RELAXED, _RANGES = _evidence(), _relaxed(), _ranges()
_UPPER_LEGS = np.array(CANONICAL.indices("leftUpperLeg", "rightUpperLeg"))

_turn_joints = function("turn_joints", "xddiiidodooo")


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
        self._trust = np.ones(_JOINTS)
        self._hidden = np.full(_JOINTS, np.inf)
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
        hips_seen = bool(seen.visible[_HIPS].all())
        if self._pose is not None and (seen.fresh or hips_seen != self._hips_seen):
            self._trust[:] = 0.0
        self._hips_seen = hips_seen
        world = self._bones.update(seen.positions, hips_seen)
        turned = (_RELAXED if self._pose is None else self._pose.rotations).copy()
        easing = np.array([self.HOLD, self.EASE, self.TAKE_UP])
        read = _RANGES, CANONICAL.parent_indices, _EVIDENCE, _UPPER_LEGS, _RELAXED, seen.visible
        _turn_joints(seen.seconds, easing, *read, world, self._trust, self._hidden, turned)
        return turned

    def _stand(self, turned: Float[Array, "J 4"], height: float, seconds: float) -> Pose:
        """Return the pose with its lower foot that high, no joint going farther than it may."""
        positions, world = world_matrices(CANONICAL, _AT_ORIGIN, turned)
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
            positions = world_positions(CANONICAL, pose.hips, pose.rotations)
        self._positions = positions
        return pose


def _largest(vectors: Float[Array, "J 3"]) -> float:
    """Return the length of the longest of some vectors."""
    return float(np.sqrt((vectors * vectors).sum(axis=1).max()))


def _between(a: Pose, b: Pose, part: float) -> Pose:
    """Return the pose between two others; `part` in [0, 1]."""
    side = np.where(dot(a.rotations, b.rotations) < 0.0, -1.0, 1.0)[:, None]
    turned = normalise(a.rotations + part * (side * b.rotations - a.rotations))
    return Pose(a.hips + part * (b.hips - a.hips), turned)
