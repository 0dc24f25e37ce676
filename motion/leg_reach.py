"""Legs that reach: two-bone inverse kinematics that keeps knees and soles as they are."""

import numpy as np
from jaxtyping import Float

from motion.compiled import function
from motion.skeleton import CANONICAL, LEG_LENGTH

Array = np.ndarray
Poses = tuple[Array, Array]
"""Hips (B, 3) and local rotations (B, J, 4)."""

STRAIGHTEST = 0.985
"""Longest reach of a corrected leg, of its length: beyond it the knee would snap straight."""

HINGE = 0.2 * (0.5 * LEG_LENGTH) ** 2
"""Square metres: how much the knee's own axis counts against that which its bend shows, which is
nothing in a straight leg and the wrong way round in an overstretched one. As much at 11 degrees."""

CORRECTED = 1e-5
"""Metres by which a foot must be moved for its leg to be bent."""

LEGS = np.array(
    [
        CANONICAL.indices(*(side + part for part in ("UpperLeg", "LowerLeg", "Foot", "Toes")))
        for side in ("left", "right")
    ]
)
"""Indices of the joints of the left and the right leg, from the hip down."""

_THIGH, _SHIN = (float(np.linalg.norm(CANONICAL.rest_offsets[j])) for j in LEGS[0, 1:3])
LEG = np.array([_THIGH, _SHIN, STRAIGHTEST, HINGE, CORRECTED])
"""What the compiled functions know of a leg."""

_reach_legs = function("reach_legs", "ndiddo")


def reach_legs(
    move: Float[Array, "B 2 3"], poses: Poses, positions: Float[Array, "B J 3"]
) -> Float[Array, "B J 4"]:
    """Bend legs so that their feet move by given offsets and keep their world rotations.

    The knee bends forward, about in the plane it is in. A target out of reach is approached as far
    as the leg goes.

    Args:
        move: Offset of the left and the right foot, metres, in world space.
        poses: Poses before.
        positions: World positions of the joints before.

    Returns:
        The local rotations after; those of upper leg, lower leg and foot differ.
    """
    turned = np.array(poses[1], np.float64, order="C")
    _reach_legs(len(turned), LEG, LEGS, move, positions, turned)
    return turned
