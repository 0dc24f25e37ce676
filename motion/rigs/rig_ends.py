"""Where the bones of a rig end that end in no joint with a part of its own.

The trunk is turned as the joints say that hang on it; a head goes on to its crown, a hand to its
middle finger. Joints at no distance from the one above say nothing: helpers sit there that turn
back what the joint above turned.
"""

import re
from collections.abc import Mapping, Sequence

import numpy as np

from motion.rigs.rig_clip import RigClip

TRUNK = ("hips", "chest")
LIMB_OF_TRUNK = {"hips": "UpperLeg", "chest": "UpperArm"}
SIDES = ("left", "right")

NO_DISTANCE = 0.005
"""Share of the skeleton's size within which a joint sits in the one above."""

_CROWN = re.compile(r"top|end|nub|tip|crown|site", re.IGNORECASE)
_NO_FINGER = re.compile(r"thumb|twist|roll|prop|weapon|attach|ik", re.IGNORECASE)
_MIDDLE_FINGER = re.compile(r"mid", re.IGNORECASE)


def find_ends(recording: RigClip, roles: Mapping[str, int]) -> dict[str, int]:
    """Return the joint in which a bone ends, by name of the end.

    Args:
        recording: Motion of the rig.
        roles: Joint of each role.

    Returns:
        Joints by name of the end. For hips and chest, the first joints at a distance on the way
        up ('hips.up') and to either limb ('hips.left', 'hips.right'); for the head its crown
        ('head'), for a hand a finger ('leftHand'). Ends that the rig lacks are absent.
    """
    apart = _at_a_distance(recording)
    found = {}
    for trunk in TRUNK:
        ways = {"up": "head"} | {side: side + LIMB_OF_TRUNK[trunk] for side in SIDES}
        for way, role in ways.items():
            path = _path(recording.parents, roles[trunk], roles[role])
            first = next((joint for joint in path if apart[joint]), None)
            if first is not None:
                found[f"{trunk}.{way}"] = first
    below = {
        joint: [c for c, parent in enumerate(recording.parents) if parent == joint and apart[c]]
        for joint in {roles["head"], roles["leftHand"], roles["rightHand"]}
    }
    names = recording.joints
    crowns = [joint for joint in below[roles["head"]] if _CROWN.search(names[joint])]
    if len(crowns) == 1:
        found["head"] = crowns[0]
    for side in SIDES:
        fingers = [j for j in below[roles[f"{side}Hand"]] if not _NO_FINGER.search(names[j])]
        middle = [joint for joint in fingers if _MIDDLE_FINGER.search(names[joint])] or fingers
        if middle:
            found[f"{side}Hand"] = middle[len(middle) // 2]
    return found


def _at_a_distance(recording: RigClip) -> list[bool]:
    lengths = np.linalg.norm(np.median(recording.positions, axis=0), axis=-1)
    return list(lengths > NO_DISTANCE * lengths[1:].sum())


def _path(parents: Sequence[int], ancestor: int, joint: int) -> list[int]:
    """Return the joints on the way down from an ancestor, without it."""
    path: list[int] = []
    while joint not in (ancestor, -1):
        path.insert(0, joint)
        joint = parents[joint]
    return path
