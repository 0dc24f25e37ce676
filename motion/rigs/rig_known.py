"""Rest poses of rigs whose zero pose says nothing, as offsets per role.

The Bandai Namco rig has every bone along its joint's X axis, turned about on the right side; the
values are `offsets_from_motion` in the median of its clips. The Character Creator rig, as Blender
exports it, has every bone along Y; its values come from clips that begin with a T-pose. With them
every clip of such a rig is read alike, however little it moves.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float

from motion import rotations

Array = np.ndarray

_H = 0.7071

BANDAI_NAMCO = {
    "hips": (0.0, 0.0, -_H, _H),
    "spine": (-0.5, -0.5, -0.5, 0.5),
    "chest": (-0.5, -0.5, -0.5, 0.5),
    "neck": (-0.5, -0.5, -0.5, 0.5),
    "head": (-0.5, -0.5, -0.5, 0.5),
    "leftShoulder": (0.0, 0.0, 0.0, 1.0),
    "leftUpperArm": (0.0, 0.0, 0.0, 1.0),
    "leftLowerArm": (0.0, 0.0, 0.0, 1.0),
    "leftHand": (0.0, 0.0, 0.0, 1.0),
    "rightShoulder": (1.0, 0.0, 0.0, 0.0),
    "rightUpperArm": (1.0, 0.0, 0.0, 0.0),
    "rightLowerArm": (1.0, 0.0, 0.0, 0.0),
    "rightHand": (1.0, 0.0, 0.0, 0.0),
    "leftUpperLeg": (0.0, 0.0, _H, _H),
    "leftLowerLeg": (0.0, 0.0, _H, _H),
    "leftFoot": (0.3009, 0.3009, 0.6399, 0.6399),
    "leftToes": (0.3900, 0.3900, 0.5900, 0.5900),
    "rightUpperLeg": (_H, _H, 0.0, 0.0),
    "rightLowerLeg": (_H, _H, 0.0, 0.0),
    "rightFoot": (0.6399, 0.6399, -0.3009, -0.3009),
    "rightToes": (0.5900, 0.5900, -0.3900, -0.3900),
}

CHARACTER_CREATOR = {
    "hips": (-0.1025, 0.0, 0.0, 0.9947),
    "spine": (0.0437, 0.0001, -0.0017, 0.9990),
    "chest": (0.0900, 0.0002, -0.0017, 0.9959),
    "neck": (-0.0840, -0.0001, -0.0017, 0.9965),
    "head": (0.0001, 0.0000, -0.0017, 1.0000),
    "leftShoulder": (0.0902, -0.0940, 0.6899, 0.7121),
    "leftUpperArm": (-0.0036, 0.0032, 0.7187, 0.6953),
    "leftLowerArm": (-0.0042, 0.0039, 0.7164, 0.6976),
    "leftHand": (0.0152, -0.0144, 0.7431, 0.6689),
    "rightShoulder": (0.0898, 0.0943, -0.6923, 0.7098),
    "rightUpperArm": (-0.0061, -0.0028, -0.7187, 0.6953),
    "rightLowerArm": (-0.0068, -0.0036, -0.7164, 0.6977),
    "rightHand": (0.0136, 0.0157, -0.7431, 0.6688),
    "leftUpperLeg": (0.0003, -0.0034, -1.0000, 0.0023),
    "leftLowerLeg": (-0.0003, 0.0033, -1.0000, 0.0032),
    "leftFoot": (0.0029, -0.6231, -0.7821, 0.0057),
    "leftToes": (0.0337, -0.7411, -0.6705, 0.0062),
    "rightUpperLeg": (-0.0014, 0.0033, 1.0000, 0.0024),
    "rightLowerLeg": (-0.0016, -0.0032, 1.0000, 0.0032),
    "rightFoot": (-0.0014, 0.6229, 0.7823, 0.0067),
    "rightToes": (0.0292, 0.7410, 0.6708, 0.0065),
}

KNOWN_RIGS: Sequence[tuple[frozenset[str], Mapping[str, tuple[float, float, float, float]]]] = (
    (frozenset({"joint_Root", "UpperLeg_L", "Toes_R"}), BANDAI_NAMCO),
    (frozenset({"CC_Base_Hip", "CC_Base_L_Thigh", "CC_Base_R_Hand"}), CHARACTER_CREATOR),
)
"""Joint names that tell a rig, and its offsets."""


def known_offsets(joints: Sequence[str]) -> dict[str, Float[Array, "4"]]:
    """Return the offsets of each role of a rig told by its joint names; empty if it is unknown."""
    for names, offsets in KNOWN_RIGS:
        if names <= set(joints):
            return {role: rotations.normalise(np.array(q)) for role, q in offsets.items()}
    return {}
