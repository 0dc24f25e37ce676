"""Legs that reach: two-bone inverse kinematics that keeps knees and soles as they are."""

import numpy as np
from jaxtyping import Float

from motion import kinematics, rotations
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
    row, side = np.nonzero(np.abs(move).max(-1) > CORRECTED)
    if not len(row):
        return poses[1]
    joints = LEGS[side, :3].T
    hip, knee, ankle = positions[row, joints]
    hips, locals_ = poses[1][row, 0], poses[1][row, joints]
    thigh = rotations.multiply(hips, locals_[0])
    shin = rotations.multiply(thigh, locals_[1])
    foot = rotations.multiply(shin, locals_[2])
    target = ankle + move[row, side]
    bent, swung = _bend_and_swing(hip, knee, ankle, target, thigh)
    thigh = rotations.multiply(swung, thigh)
    shin = rotations.multiply(swung, rotations.multiply(bent, shin))
    turned, parents = poses[1].copy(), np.stack([hips, thigh, shin])
    turned[row, joints] = rotations.multiply(
        rotations.inverse(parents), np.stack([thigh, shin, foot])
    )
    return turned


def _bend_and_swing(
    hip: Array, knee: Array, ankle: Array, target: Array, thigh: Float[Array, "N 4"]
) -> tuple[Float[Array, "N 4"], Float[Array, "N 4"]]:
    """World rotations: the shin's, for the leg's length, then the leg's, for its direction."""
    # Two steps: the knee's angle alone gives the leg its length, by the law of cosines; then the
    # whole leg swings to the target. A leg that the motion stretches further keeps its length.
    now, wanted = rotations.length(np.stack([ankle - hip, target - hip]))
    longest = np.maximum(now, STRAIGHTEST * (_THIGH + _SHIN))
    reach = np.clip(wanted, abs(_THIGH - _SHIN) + 1e-3, longest)
    opened, opens = kinematics.angle_between(_THIGH, _SHIN, np.stack([now, reach]))
    bend = opens - opened
    # The bend shows its axis the worse the straighter the leg is; the knee's own axis steadies it.
    hinge = rotations.rotate(thigh, np.array([1.0, 0.0, 0.0]))
    axis = rotations.normalise(rotations.cross(knee - hip, ankle - knee) + HINGE * hinge)
    bent = rotations.from_rotvec(axis * -bend[:, None])
    shin = rotations.rotate(bent, ankle - knee)
    return bent, rotations.swing(knee + shin - hip, target - hip)
