"""Feet that stand do not slide: a streaming foot lock with two-bone inverse kinematics."""

import numpy as np
from jaxtyping import Bool, Float

from motion import kinematics
from motion.compiled import function
from motion.leg_reach import LEG, LEGS
from motion.partner.batched_state import BatchedState
from motion.partner.inertialisation import Poses
from motion.skeleton import CANONICAL, LEG_LENGTH

Array = np.ndarray

HOMEWARD = 0.15
"""Metres of way in which a foot that travels comes half the way back to the motion."""

LONGEST_CORRECTION = 0.25 * LEG_LENGTH
"""A foot that is held this far from the motion goes along with it, and from half of it on in part:
the motion wants to step."""

PACE = (1.5, 0.75)
"""Multiples of the speed at which a foot may stand: at the first it is free, below the second it is
held."""

CLEARANCE = 0.03
"""Metres by which a foot that travels low is raised."""

RELUCTANCE = 1.5
"""How much higher or faster than to be set down a joint must be to count as lifted."""

_FEET = np.array(CANONICAL.indices(*kinematics.CONTACT_JOINTS))
_HEIGHTS = CANONICAL.rest_positions[_FEET, 1]
_FLOOR = float(CANONICAL.rest_positions[LEGS[0, 3], 1])
_SIZES = [RELUCTANCE, HOMEWARD, LONGEST_CORRECTION, CLEARANCE, *PACE, _FLOOR]
_HOLD = np.array([kinematics.LOW, kinematics.SLOW, *_SIZES])

_lock_feet = function("lock_feet", "nxddiiddddooo")


class FootLock(BatchedState):
    """Corrects streams of poses side by side, frame by frame.

    The slower and lower a foot's toes are, the less they follow the motion, until they stand. What
    is then between them and the motion goes as they travel, so a foot at rest never creeps, and it
    neither starts nor stops softer than the motion does. A foot that travels clears the floor;
    toes never sink below it.
    """

    def __init__(self, count: int) -> None:
        self._stood = np.zeros((count, 4), bool)
        self._offset = np.zeros((count, 2, 3))

    def lock_feet(
        self,
        poses: Poses,
        positions: Float[Array, "B J 3"],
        before: Float[Array, "B J 3"],
        claimed: Float[Array, "B 4"],
        dt: float,
    ) -> tuple[Float[Array, "B J 4"], Bool[Array, "B 4"]]:
        """Return the local rotations with the standing feet held, and which joints stand.

        Args:
            poses: In world space.
            positions: World positions of the joints in them.
            before: World positions of the joints in the frame before.
            claimed: Contact channels of the model for `kinematics.CONTACT_JOINTS`, about in [0, 1].
            dt: Seconds since the frame before.

        Returns:
            Local rotations, and for each of `CONTACT_JOINTS` whether it stands.
        """
        self._stood, local = self._stood.copy(), np.array(poses[1], order="C")
        figures = positions, before, claimed
        feet = _HOLD, LEG, LEGS, _FEET, _HEIGHTS
        _lock_feet(len(local), dt, *feet, *figures, self._stood, self._offset, local)
        return local, self._stood
