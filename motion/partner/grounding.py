"""Grounding: a figure that stands on a foot does not glide; its supporting foot carries it."""

import numpy as np
from jaxtyping import Float

from motion import kinematics
from motion.compiled import function
from motion.partner.batched_state import BatchedState
from motion.skeleton import CANONICAL

Array = np.ndarray

HALF_LIFE = 0.06
"""Seconds in which the weight goes over from one foot to the other."""

CLAIM = (0.2, 0.6)
"""Where a model's contact channel begins to count, and where it counts in full."""

HEIGHT = (2.0 * kinematics.LOW, kinematics.LOW)
"""Metres above its height in rest at which a joint begins to bear, and at which it bears all."""

EVEN = 0.3
"""Metres per second: of joints that slide much slower the slowest bears the most."""

_FEET = np.array(CANONICAL.indices(*kinematics.CONTACT_JOINTS))
_HEIGHTS = CANONICAL.rest_positions[_FEET, 1]
_BEARING = np.array([*CLAIM, *HEIGHT, EVEN])

_root_shift = function("root_shift", "nxxdiddddo")


class Grounding(BatchedState):
    """Moves figures so that the foot that bears them rests.

    A model says how the root moves and how the legs do, and the two agree less well than in
    people. Where its contact channel says that a foot stands, the foot is right. In the air
    the root is.
    """

    def __init__(self, count: int) -> None:
        self._velocity = np.zeros((count, 2))

    def root_shift(
        self,
        positions: Float[Array, "B J 3"],
        before: Float[Array, "B J 3"],
        claimed: Float[Array, "B 4"],
        dt: float,
    ) -> Float[Array, "B 2"]:
        """Return how far to move the figures along x and z, metres.

        Args:
            positions: World positions of the joints.
            before: World positions that were shown in the frame before.
            claimed: Contact channels of the model for `kinematics.CONTACT_JOINTS`, about in [0, 1].
            dt: Seconds since the frame before.
        """
        keep = 0.5 ** (dt / HALF_LIFE)
        figures = positions, before, claimed, self._velocity
        _root_shift(len(positions), dt, keep, _BEARING, _FEET, _HEIGHTS, *figures)
        return self._velocity * dt


def ramp(value: Array, none: float, full: float) -> Array:
    """Return how far values are from `none` to `full`, in [0, 1]; either may be the larger."""
    share: Array = ((value - none) / (full - none)).clip(0.0, 1.0)
    return share
