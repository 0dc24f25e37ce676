"""How each emotion carries shoulders and arms: what tells the sad from the afraid and the tired."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from motion.choreography.posing import BODY
from motion.compiled import function

Array = np.ndarray


@dataclass(frozen=True)
class Carriage:
    """Where arms dwell. Values are for the left arm; the right one is its mirror image.

    Attributes:
        share: Fraction of the way from where a dancer's arms dwell by themselves, [0, 1].
        upper: Direction of the upper arm seen from the chest: left, up and ahead.
        inward: Turn of the upper arm about itself that brings the hand to the middle, degrees.
        elbow: Bend of the elbow, degrees.
        shrug: Lift of the shoulders, degrees.
    """

    share: float
    upper: tuple[float, float, float]
    inward: float
    elbow: float
    shrug: float


CARRIAGES = {
    "happy": Carriage(0.35, (0.70, -0.60, 0.35), 0.0, 75.0, 0.0),
    "sad": Carriage(0.40, (0.10, -1.00, 0.10), 15.0, 12.0, -4.0),
    "angry": Carriage(0.40, (0.65, -0.75, -0.10), 15.0, 85.0, 6.0),
    "proud": Carriage(0.50, (0.62, -0.75, -0.25), 0.0, 30.0, -3.0),
    "afraid": Carriage(0.60, (0.15, -0.85, 0.45), 45.0, 125.0, 14.0),
    "tired": Carriage(0.55, (0.14, -1.00, 0.16), 0.0, 8.0, -8.0),
    "excited": Carriage(0.50, (0.85, -0.20, 0.45), 0.0, 80.0, 4.0),
}
"""After acted clips; those that are missing leave arms where they are."""

WIDTH = 7
"""Numbers of a carriage that are mixed, see `numbers_of`."""


def numbers_of(label: str) -> Float[Array, "7"]:
    """Return what weights mix: share; direction, turn and bend, each times the share; lift."""
    if label not in CARRIAGES:
        return np.zeros(WIDTH)
    c = CARRIAGES[label]
    turns = np.radians([c.share * c.inward, c.share * c.elbow, c.shrug])
    return np.array([c.share, *(c.share * x for x in c.upper), *turns])


_carry_arms = function("carry_arms", "niddo")


def carried(
    turned: Float[Array, "T J 4"], middle: Float[Array, "T J 4"], numbers: Float[Array, "7"]
) -> Float[Array, "T J 4"]:
    """Return local rotations with the arms' dwelling place shifted; what departs from it stays.

    Args:
        turned: Local rotations of all joints.
        middle: About which they move.
        numbers: See `numbers_of`.
    """
    moved = np.array(turned, np.float64, order="C")
    _carry_arms(len(moved), BODY, numbers, middle, moved)
    return moved
