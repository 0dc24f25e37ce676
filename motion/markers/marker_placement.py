"""Where optical markers sit on a body: the names of common marker sets, and their usual places.

Names are those of the Plug-in Gait family and of the studios around it; a name's side is its first
letter, and whatever stands before a colon is the capture's own. The places are rough: a fit finds
the true ones.

References:
    Vicon, "Plug-in Gait Reference Guide"; the marker names of the choreography arrays in
    M. Pettee et al., "Beyond Imitation: Generative and Variational Choreography via Machine
    Learning", arXiv:1907.05297.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int

from motion.skeleton import CANONICAL

Array = np.ndarray

MIDDLE: dict[str, tuple[str, tuple[float, float, float]]] = {
    "ARIEL": ("head", (0.0, 0.20, 0.0)),
    "C7": ("chest", (0.0, 0.21, -0.07)),
    "T10": ("chest", (0.0, 0.02, -0.11)),
    "CLAV": ("chest", (0.0, 0.16, 0.06)),
    "STRN": ("chest", (0.0, 0.03, 0.11)),
    "RBAC": ("chest", (-0.09, 0.10, -0.10)),
    "MFWT": ("hips", (0.0, 0.04, 0.11)),
    "MBWT": ("hips", (0.0, 0.05, -0.12)),
}
"""Joint that carries a marker and its place from there in rest, metres, by name."""

LEFT: dict[str, tuple[str, tuple[float, float, float]]] = {
    "FHD": ("head", (0.07, 0.11, 0.09)),
    "BHD": ("head", (0.07, 0.11, -0.09)),
    "SHO": ("leftShoulder", (0.12, 0.05, 0.0)),
    "FSH": ("leftShoulder", (0.11, 0.01, 0.07)),
    "BSH": ("leftShoulder", (0.11, 0.01, -0.07)),
    "UPA": ("leftUpperArm", (0.15, 0.04, -0.02)),
    "ELB": ("leftUpperArm", (0.27, 0.0, -0.045)),
    "IEL": ("leftUpperArm", (0.27, 0.0, 0.045)),
    "FRM": ("leftLowerArm", (0.13, 0.04, 0.0)),
    "WRA": ("leftLowerArm", (0.245, 0.0, 0.03)),
    "IWR": ("leftLowerArm", (0.245, 0.0, 0.03)),
    "WRB": ("leftLowerArm", (0.245, 0.0, -0.03)),
    "OWR": ("leftLowerArm", (0.245, 0.0, -0.03)),
    "FIN": ("leftHand", (0.08, 0.02, 0.0)),
    "IHAND": ("leftHand", (0.07, 0.01, 0.03)),
    "OHAND": ("leftHand", (0.07, 0.01, -0.03)),
    "FWT": ("hips", (0.12, 0.03, 0.10)),
    "ASI": ("hips", (0.12, 0.03, 0.10)),
    "BWT": ("hips", (0.06, 0.05, -0.11)),
    "PSI": ("hips", (0.06, 0.05, -0.11)),
    "THI": ("leftUpperLeg", (0.09, -0.22, 0.0)),
    "KNE": ("leftUpperLeg", (0.055, -0.41, 0.0)),
    "KNI": ("leftUpperLeg", (-0.055, -0.41, 0.0)),
    "SHN": ("leftLowerLeg", (0.02, -0.20, 0.06)),
    "TIB": ("leftLowerLeg", (0.06, -0.22, 0.0)),
    "ANK": ("leftLowerLeg", (0.045, -0.41, 0.0)),
    "HEE": ("leftFoot", (0.0, -0.05, -0.06)),
    "HEL": ("leftFoot", (0.0, -0.05, -0.06)),
    "TOE": ("leftFoot", (0.0, -0.05, 0.14)),
    "MT1": ("leftFoot", (-0.04, -0.06, 0.12)),
    "MT5": ("leftFoot", (0.05, -0.06, 0.10)),
}
"""The same on the left, without its letter."""

ON_JOINTS = {
    "pelvis": "hips",
    "spine1": "spine",
    "spine3": "chest",
    "neck": "neck",
    "head": "head",
} | {
    f"{side}_{name}": side + joint
    for side in ("left", "right")
    for name, joint in {
        "shoulder": "UpperArm",
        "elbow": "LowerArm",
        "wrist": "Hand",
        "knee": "LowerLeg",
        "ankle": "Foot",
        "foot": "Toes",
    }.items()
}
"""Joint by the name that the SMPL body has for it, for points that are joints themselves."""

ON_TRUNK = {
    f"{side}_{name}": (joint, side + end)
    for side in ("left", "right")
    for name, joint, end in (("collar", "chest", "Shoulder"), ("hip", "hips", "UpperLeg"))
}
"""Points that are joints and tell how the trunk is turned: what carries them, and the joint."""

ESSENTIAL = ("hips", "head", "leftLowerArm", "rightLowerArm", "leftLowerLeg", "rightLowerLeg")
"""Joints that must carry a marker: without one of them, nobody could say how the body stands."""


def places_of(labels: Sequence[str]) -> tuple[list[int], Int[Array, "M"], Float[Array, "M 3"]]:
    """Return which labels are known, the joints that carry these markers, and their usual places.

    Args:
        labels: Names as a file has them.

    Returns:
        Indices into `labels`, indices of joints, and places from the joints in rest, metres.
    """
    known, joints, places = [], [], []
    for index, label in enumerate(labels):
        found = _place(label.rpartition(":")[2])
        if found is not None:
            known.append(index)
            joints.append(CANONICAL.index(found[0]))
            places.append(found[1])
    return known, np.array(joints, int), np.array(places, float).reshape(-1, 3)


def _place(label: str) -> tuple[str, tuple[float, float, float]] | None:
    if label in ON_JOINTS:
        return ON_JOINTS[label], (0.0, 0.0, 0.0)
    if label in ON_TRUNK:
        joint, end = ON_TRUNK[label]
        x, y, z = CANONICAL.rest_offsets[CANONICAL.index(end)]
        return joint, (x, y, z)
    name = label.upper()
    if name in MIDDLE:
        return MIDDLE[name]
    if name[:1] not in ("L", "R") or name[1:] not in LEFT:
        return None
    joint, (x, y, z) = LEFT[name[1:]]
    return (joint, (x, y, z)) if name[0] == "L" else (joint.replace("left", "right"), (-x, y, z))
