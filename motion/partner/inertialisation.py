"""Inertialisation: one motion goes over into another without a pop; the difference fades out.

Only the new motion is played. A cross-fade would have to play both, and the old one is gone: its
tokens are taken back, or the model has moved on.

References:
    D. Bollo, "Inertialization: High-Performance Animation Transitions in Gears of War", GDC 2018.
"""

import numpy as np
from jaxtyping import Float, Int

from motion import features, rotations
from motion.clip import Pose
from motion.compiled import function
from motion.partner.batched_state import BatchedState

Array = np.ndarray
Poses = tuple[Float[Array, "N 3"], Float[Array, "N J 4"]]
"""Hips' positions and local rotations."""

HALF_LIFE = 0.12
"""Seconds after which half of a difference is gone; a dancer changes a limb's course as fast."""

FASTEST = 20.0
"""Radians per second: what turns a joint faster is a cut and no motion. In the motion capture that
the shipped model learns from, the fastest of all turns by 23."""

NEGLIGIBLE = 1e-4
"""Metres or radians, and these per second, below which a difference is over."""

_add_offsets, _decay = function("add_offsets", "nxxxxooodoo"), function("decay", "nxxoo")


class Inertialiser(BatchedState):
    """The difference between the poses that are shown and those of the motions, fading.

    A joint that a motion turns from one frame to the next as no person can is inertialised alone.
    """

    def __init__(self, count: int) -> None:
        # Local rotations of the motions' last pose, and of the one before; not written into.
        self._later = np.tile(Pose.standing().rotations, (count, 1, 1))
        self._earlier = self._later
        # Of the hips in metres, and of the local rotations as rotation vectors in radians.
        self._away = np.zeros((count, 1 + features.JOINTS, 3))
        self._rate = np.zeros((count, 1 + features.JOINTS, 3))

    def begin_transition(
        self,
        rows: Int[Array, "N"],
        shown: tuple[Poses, Poses],
        motion: tuple[Poses, Poses],
        dt: float,
    ) -> None:
        """Begin to go over from what was shown into other motions.

        Args:
            rows: Rows whose motion changes.
            shown: Their last two poses.
            motion: Poses of the other motions at the same two times.
            dt: Seconds between two poses.
        """
        # Position and velocity both go on from what was shown, so there is neither pop nor kink.
        self._away[rows] = _change(motion[1], shown[1])
        self._rate[rows] = (_change(*shown) - _change(*motion)) / dt
        self._earlier, self._later = self._earlier.copy(), self._later.copy()
        self._earlier[rows], self._later[rows] = motion[0][1], motion[1][1]

    def add_offsets(self, poses: Poses, dt: float) -> Poses:
        """Return the poses with the differences added, after these have faded for `dt` seconds."""
        hips, turned = np.array(poses[0]), np.array(poses[1], order="C")
        earlier = np.array(self._earlier)
        state = self._away, self._rate, earlier, self._later
        _add_offsets(len(hips), dt, HALF_LIFE, FASTEST, NEGLIGIBLE, *state, hips, turned)
        self._earlier, self._later = earlier, poses[1]
        return hips, turned


def _change(a: Poses, b: Poses) -> Float[Array, "N J+1 3"]:
    """What leads from `a` to `b`: of the hips in metres, of local rotations as rotation vectors."""
    return np.concatenate([(b[0] - a[0])[:, None], _turn(a[1], b[1])], axis=1)


def _turn(a: Float[Array, "*batch 4"], b: Float[Array, "*batch 4"]) -> Float[Array, "*batch 3"]:
    """Rotation vectors that lead from `a` to `b`."""
    return rotations.to_rotvec(rotations.multiply(b, rotations.inverse(a)))


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
    x, v = np.array(x, np.float64), np.array(v, np.float64)
    _decay(x.size, half_life, dt, x, v)
    return x, v
