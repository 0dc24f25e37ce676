"""Feet that stand do not slide: a streaming foot lock with two-bone inverse kinematics."""

import numpy as np
from jaxtyping import Bool, Float

from motion import kinematics, rotations
from motion.leg_reach import LEGS, reach_legs
from motion.partner.batched_state import BatchedState
from motion.partner.grounding import ramp
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

_FEET = CANONICAL.indices(*kinematics.CONTACT_JOINTS)
_TOES = LEGS[:, 3]
_FLOOR = float(CANONICAL.rest_positions[_TOES[0], 1])


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
        # Toes decide, for a foot turns on them: the heel rises in every step while they stand.
        self._stood = self._standing(positions[:, _FEET], before[:, _FEET], claimed, dt)
        toes = positions[:, _TOES]
        move = self._toe_displacement(toes, toes - before[:, _TOES], claimed[:, 1::2], dt)
        return reach_legs(move, poses, positions), self._stood

    def _standing(
        self, joints: Array, before: Array, claimed: Array, dt: float
    ) -> Bool[Array, "B 4"]:
        """Tell which joints stand: as `kinematics.contacts` does, reluctant to change.

        Where the model gives contact, a joint may be faster by as much again.
        """
        speed = rotations.length(joints - before) / dt
        ease = np.where(self._stood, RELUCTANCE, 1.0)
        low = joints[..., 1] < CANONICAL.rest_positions[_FEET, 1] + ease * kinematics.LOW
        return low & (speed < (ease + np.clip(claimed, 0.0, 1.0)) * kinematics.SLOW)

    def _toe_displacement(
        self, toes: Float[Array, "B 2 3"], step: Array, claimed: Array, dt: float
    ) -> Float[Array, "B 2 3"]:
        """Return how far to move the toes from where the motion has them, metres."""
        # Not on or off, which would pop: how far a foot is held goes from 1 to 0 as it gets faster,
        # higher, or farther from the motion. A held foot takes the motion's step back.
        way = rotations.length(step)
        pace = way / dt / ((1.0 + np.clip(claimed, 0.0, 1.0)) * kinematics.SLOW)
        low = ramp(toes[..., 1] - _FLOOR, 2.0 * kinematics.LOW, kinematics.LOW)
        away = rotations.length(self._offset) / LONGEST_CORRECTION
        held = low * ramp(pace, *PACE) * ramp(away, 1.0, 0.5)
        # The offset decays by metres travelled, not by seconds: who stands for long does not creep.
        home = 0.5 ** ((1.0 - held) * way / HOMEWARD)
        self._offset = (self._offset - held[..., None] * step * [1.0, 0.0, 1.0]) * home[..., None]
        # Height is corrected by itself and remembered nowhere: the floor is where it is.
        move = self._offset.copy()
        raised = CLEARANCE * low * ramp(pace, PACE[0], 3.0 * PACE[0])
        move[..., 1] = np.maximum(raised, _FLOOR - toes[..., 1])
        return move
