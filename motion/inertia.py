"""Take over from one motion into another without a pop: the difference fades out."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.spatial.transform import Rotation

from motion.clip import Pose

Array = np.ndarray

HALF_LIFE = 0.12
"""Seconds after which half of a difference is gone; a dancer changes a limb's course as fast."""


@dataclass(frozen=True, eq=False)
class Offset:
    """The difference between what is shown and what the motion says, fading.

    Attributes:
        hips: Of the hips, metres, (3,).
        hips_rate: Its rate, metres per second, (3,).
        turn: Rotation vectors of the local rotations, radians, (J, 3).
        spin: Their rates, radians per second, (J, 3).
    """

    hips: Float[Array, "3"]
    hips_rate: Float[Array, "3"]
    turn: Float[Array, "J 3"]
    spin: Float[Array, "J 3"]

    @staticmethod
    def between(shown: tuple[Pose, Pose], following: tuple[Pose, Pose], dt: float) -> "Offset":
        """Return the offset that continues `shown` smoothly into `following`.

        Args:
            shown: The last two poses that were shown.
            following: The first two poses of the other motion.
            dt: Seconds between two poses.
        """
        before, last = shown
        first, second = following
        return Offset(
            last.hips - first.hips,
            ((last.hips - before.hips) - (second.hips - first.hips)) / dt,
            _turn(first, last),
            (_turn(before, last) - _turn(first, second)) / dt,
        )

    def apply(self, pose: Pose) -> Pose:
        """Return the pose with the offset added."""
        turned = Rotation.from_rotvec(self.turn) * Rotation.from_quat(pose.rotations)
        return Pose(pose.hips + self.hips, turned.as_quat())

    def faded(self, dt: float) -> "Offset":
        """Return the offset as it is `dt` seconds later."""
        turn, spin = decay(self.turn, self.spin, HALF_LIFE, dt)
        hips, hips_rate = decay(self.hips, self.hips_rate, HALF_LIFE, dt)
        return Offset(hips, hips_rate, turn, spin)


def _turn(a: Pose, b: Pose) -> Float[Array, "J 3"]:
    """Rotation vectors that lead from the local rotations of `a` to those of `b`."""
    return (Rotation.from_quat(b.rotations) * Rotation.from_quat(a.rotations).inv()).as_rotvec()


def decay(x: Array, v: Array, half_life: float, dt: float) -> tuple[Array, Array]:
    """Return an offset and its rate after `dt` seconds of a critically damped spring towards zero.

    Args:
        x: Offset, in any unit.
        v: Its rate, per second.
        half_life: Seconds in which an offset at rest comes about half the way.
        dt: Seconds.

    References:
        D. Holden, "Spring-It-On: The Game Developer's Spring-Roll-Call", 2021.
    """
    y = 2.0 * np.log(2.0) / half_life
    j = v + x * y
    fade = np.exp(-y * dt)
    return fade * (x + j * dt), fade * (v - j * y * dt)
