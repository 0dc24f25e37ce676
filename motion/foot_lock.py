"""Feet that stand do not slide: a streaming foot lock with two-bone inverse kinematics."""

import numpy as np
from jaxtyping import Bool, Float
from scipy.spatial.transform import Rotation

from motion import kinematics, rotations
from motion.clip import Pose
from motion.inertia import decay
from motion.skeleton import CANONICAL, LEG_LENGTH

Array = np.ndarray

HALF_LIFE = 0.06
"""Seconds in which a foot that is set down comes to rest, and one that is lifted is free."""

STRAIGHTEST = 0.985
"""Longest reach of a corrected leg, of its length: beyond it the knee would snap straight."""

LONGEST_CORRECTION = 0.25 * LEG_LENGTH
"""A lock that would pull a foot further than this lets go: the motion wants to step."""

NEAR = 0.02
"""Metres from the motion at which a foot that was pulled off may stand again."""

RELUCTANCE = 1.5
"""How much higher or faster than to be set down a joint must be to be lifted."""

SIDES = ("left", "right")


class FootLock:
    """Corrects one stream of poses, frame by frame.

    While a foot's toes stand, they come to rest where they were set down; when they
    are lifted they come back to the motion. Toes never sink below the floor.

    References:
        D. Holden, "Creating Looping Animations from Motion Capture" and "Fitting Code Driven
        Displacement" (foot locking by inertialisation), theorangeduck.com.
    """

    def __init__(self) -> None:
        self._feet = [_Foot(), _Foot()]
        self._joints: Array | None = None
        self._stood = np.zeros(4, bool)

    def apply(self, pose: Pose, dt: float) -> tuple[Pose, Bool[Array, "4"]]:
        """Return the pose with its standing feet held, and which of `CONTACT_JOINTS` stand.

        Args:
            pose: In world space.
            dt: Seconds since the frame before.
        """
        positions, world = kinematics.world_from_local(CANONICAL, pose.hips, pose.rotations)
        contacts = self._contacts(positions[_JOINTS], dt)
        turned = pose.rotations.copy()
        for foot, side, stands in zip(self._feet, SIDES, contacts[1::2], strict=True):
            toes = positions[CANONICAL.index(f"{side}Toes")]
            correction = foot.follow(toes, bool(stands), dt) - toes
            if np.abs(correction).max() > 1e-5:
                reach_leg(side, correction, positions, world, turned)
        return Pose(pose.hips, turned), contacts

    def _contacts(self, joints: Array, dt: float) -> Array:
        """Tell which joints stand: like `kinematics.contacts`, but reluctant to change."""
        before = joints if self._joints is None else self._joints
        speed = np.linalg.norm(joints - before, axis=-1) / dt
        ease = np.where(self._stood, RELUCTANCE, 1.0)
        low = joints[:, 1] < CANONICAL.rest_positions[_JOINTS, 1] + ease * kinematics.LOW
        self._stood = low & (speed < ease * kinematics.SLOW)
        self._joints = joints
        return self._stood


class _Foot:
    """Where one foot's toes are shown: on the motion or on an anchor, and between them a spring."""

    def __init__(self) -> None:
        self._anchor: Array | None = None
        self._torn = False
        self._offset, self._rate = np.zeros(3), np.zeros(3)
        self._toes: Array | None = None
        self._shown: Array | None = None
        self._velocity = np.zeros(3)

    def follow(self, toes: Array, stands: bool, dt: float) -> Array:
        """Return where the toes are shown, given where the motion has them."""
        if self._toes is None or self._shown is None:
            self._toes = self._shown = toes
        stands = stands and not self._tears(toes)
        if stands != (self._anchor is not None):
            self._anchor = np.maximum(self._shown, [-np.inf, _FLOOR, -np.inf]) if stands else None
            target = self._toes if self._anchor is None else self._anchor
            self._offset = self._shown - target
            self._rate = self._velocity - (0 if stands else (toes - self._toes) / dt)
        self._offset, self._rate = decay(self._offset, self._rate, HALF_LIFE, dt)
        shown = (toes if self._anchor is None else self._anchor) + self._offset
        shown[1] = max(shown[1], _FLOOR)
        self._velocity = (shown - self._shown) / dt
        self._toes, self._shown = toes, shown
        return shown

    def _tears(self, toes: Array) -> bool:
        """Tell whether the motion pulls the foot off; it stands again once it has come home."""
        away = np.linalg.norm((self._shown if self._anchor is None else self._anchor) - toes)
        self._torn = bool(away > (NEAR if self._torn else LONGEST_CORRECTION))
        return self._torn


_JOINTS = CANONICAL.indices(*kinematics.CONTACT_JOINTS)
_FLOOR = float(CANONICAL.rest_positions[CANONICAL.index("leftToes"), 1])


def reach_leg(
    side: str,
    move: Float[Array, "3"],
    world_positions: Float[Array, "J 3"],
    world_rotations: Float[Array, "J 4"],
    local_rotations: Float[Array, "J 4"],
) -> None:
    """Bend a leg so that its foot moves by `move`, metres, and keeps its world rotation.

    The knee stays in the plane it is in. A target out of reach is approached as far as the leg
    goes. Writes into `local_rotations`.

    Args:
        side: `left` or `right`.
        move: In world space.
        world_positions: Of the pose before.
        world_rotations: Of the pose before.
        local_rotations: Of the pose before; upper leg, lower leg and foot are changed.
    """
    pelvis, upper, lower, foot = CANONICAL.indices(
        "hips", f"{side}UpperLeg", f"{side}LowerLeg", f"{side}Foot"
    )
    hip, knee, ankle = world_positions[[upper, lower, foot]]
    thigh, shin = np.linalg.norm(CANONICAL.rest_offsets[[lower, foot]], axis=1)
    target = ankle + move
    now = float(np.linalg.norm(ankle - hip))
    longest = max(now, STRAIGHTEST * (thigh + shin))
    reach = np.clip(np.linalg.norm(target - hip), abs(thigh - shin) + 1e-3, longest)
    bend = _knee_angle(thigh, shin, reach) - _knee_angle(thigh, shin, now)
    axis = np.cross(knee - hip, ankle - knee)
    if np.linalg.norm(axis) < 1e-6:
        axis = rotations.rotate(world_rotations[upper], np.array([1.0, 0.0, 0.0]))
    bent = Rotation.from_rotvec(rotations.normalise(axis) * -bend)
    shin_now = bent.apply(ankle - knee)
    swung = Rotation.from_quat(rotations.swing(knee + shin_now - hip, target - hip))
    thigh_world = swung * Rotation.from_quat(world_rotations[upper])
    shin_world = swung * bent * Rotation.from_quat(world_rotations[lower])
    hips_world = Rotation.from_quat(world_rotations[pelvis])
    foot_world = Rotation.from_quat(world_rotations[foot])
    local_rotations[upper] = (hips_world.inv() * thigh_world).as_quat()
    local_rotations[lower] = (thigh_world.inv() * shin_world).as_quat()
    local_rotations[foot] = (shin_world.inv() * foot_world).as_quat()


def _knee_angle(thigh: float, shin: float, reach: float) -> float:
    """Inner angle of the knee, radians, by the law of cosines."""
    cosine = (thigh**2 + shin**2 - reach**2) / (2 * thigh * shin)
    return float(np.arccos(np.clip(cosine, -1.0, 1.0)))
