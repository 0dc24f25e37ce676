"""Feet that stand do not slide: a streaming foot lock with two-bone inverse kinematics."""

import numpy as np
from jaxtyping import Bool, Float
from scipy.spatial.transform import Rotation

from motion import kinematics, rotations
from motion.clip import Pose
from motion.skeleton import CANONICAL, LEG_LENGTH

Array = np.ndarray

RELEASE_HALF_LIFE = 0.06
"""Seconds after which half of a released foot's correction is gone."""

LONGEST_CORRECTION = 0.25 * LEG_LENGTH
"""A lock that would pull a foot further than this lets go: the motion wants to step."""

SIDES = ("left", "right")


class FootLock:
    """Corrects one stream of poses, frame by frame.

    While a foot's toes or heel stand, the toes keep the place where they were set down; after
    that the correction fades. Toes never sink below the floor.
    """

    def __init__(self) -> None:
        self._anchor: list[Array | None] = [None, None]
        self._correction = np.zeros((2, 3))

    def apply(self, pose: Pose, contacts: Bool[Array, "4"], dt: float) -> Pose:
        """Return the pose with its standing feet held.

        Args:
            pose: In world space.
            contacts: Of `kinematics.CONTACT_JOINTS`.
            dt: Seconds since the frame before.
        """
        positions, world = kinematics.world_from_local(CANONICAL, pose.hips, pose.rotations)
        turned = pose.rotations.copy()
        for side, name in enumerate(SIDES):
            toes = positions[CANONICAL.index(f"{name}Toes")]
            standing = bool(contacts[2 * side] or contacts[2 * side + 1])
            correction = self._correct(side, toes, standing, dt)
            if np.abs(correction).max() > 1e-5:
                reach_leg(name, correction, positions, world, turned)
        return Pose(pose.hips, turned)

    def _correct(self, side: int, toes: Array, standing: bool, dt: float) -> Array:
        fading = self._correction[side] * 0.5 ** (dt / RELEASE_HALF_LIFE)
        anchor = self._anchor[side]
        if standing and anchor is None:
            anchor = toes + self._correction[side]
            anchor[1] = max(anchor[1], _FLOOR)
        if anchor is not None and np.linalg.norm(anchor - toes) > LONGEST_CORRECTION:
            standing = False
        self._anchor[side] = anchor if standing else None
        correction = anchor - toes if standing and anchor is not None else fading
        correction[1] = max(correction[1], _FLOOR - toes[1])
        self._correction[side] = correction
        return correction


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
    reach = np.clip(np.linalg.norm(target - hip), abs(thigh - shin) + 1e-3, (thigh + shin) * 0.999)
    now = float(np.linalg.norm(ankle - hip))
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
