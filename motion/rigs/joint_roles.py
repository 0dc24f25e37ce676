"""Which joint of a foreign rig plays which part of the canonical skeleton, told by names and tree.

Names settle the limbs and the head; the tree settles the trunk: the hips are where the legs meet,
the chest is where the arms meet, spine and neck lie between. So twist, share, finger and face
joints never matter.
"""

import re
from collections.abc import Iterator, Sequence

from motion.errors import MotionFileError

PREFIXES = {
    "cc",
    "base",
    "bip",
    "j",
    "c",
    "m",
    "avg",
    "def",
    "character",
    "mixamorig",
    "bn",
    "jnt",
    "bone",
}
"""Leading words that name a rig, not a body part."""

LIMB_NAMES = {
    "LowerLeg": ("lowerleg", "loleg", "calf", "shin", "knee", "leg"),
    "UpperLeg": ("upperleg", "upleg", "thigh", "thighbend", "hip", "leg"),
    "Foot": ("ankle", "foot"),
    "Toes": ("toes", "toe", "toebase", "toe0", "ball", "foot"),
    "LowerArm": ("lowerarm", "loarm", "forearm", "forearmbend", "elbow"),
    "UpperArm": ("upperarm", "uparm", "arm", "shldr", "shldrbend", "shoulder"),
    "Hand": ("wrist", "hand"),
    "Shoulder": ("collar", "clavicle", "shoulder"),
}
"""Names of each limb joint without its side, best first. Roles are given in this order and a joint
has one role, so 'LeftShoulder' is an upper arm where nothing else can be."""

SIDES = {"left": "left", "l": "left", "right": "right", "r": "right"}


def find_roles(joints: Sequence[str], parents: Sequence[int]) -> dict[str, int]:
    """Return the joint of each canonical role that the rig has.

    A rig without hands or toes has their place taken by the end site of forearm or foot, if any.

    Args:
        joints: Names of the rig's joints.
        parents: Index of each joint's parent; -1 for roots.

    Returns:
        Joint index by canonical joint name. Shoulders, toes, spine and neck may lack.

    Raises:
        MotionFileError: If an essential role is played by no joint.
    """
    roles = _limb_roles(joints)
    _fill_ends(roles, joints)
    head = [index for index, joint in enumerate(joints) if _body_part(joint) == ("", "head")]
    if head:
        roles["head"] = head[0]
    _require(roles, joints)
    roles["hips"] = _meeting(parents, roles["leftUpperLeg"], roles["rightUpperLeg"])
    roles["chest"] = _meeting(parents, roles["leftUpperArm"], roles["rightUpperArm"])
    _fill_trunk(roles, parents)
    return roles


def _limb_roles(joints: Sequence[str]) -> dict[str, int]:
    parts: dict[tuple[str, str], int] = {}
    for index, joint in enumerate(joints):
        parts.setdefault(_body_part(joint), index)
    roles: dict[str, int] = {}
    for role, names in LIMB_NAMES.items():
        # Both sides go by one name, so that a missing upper arm is not mistaken for a shoulder.
        name = next((name for name in names if {("left", name), ("right", name)} & set(parts)), "")
        for side in ("left", "right"):
            if (side, name) in parts:
                roles[side + role] = parts.pop((side, name))
    return roles


def _body_part(joint: str) -> tuple[str, str]:
    """Return side ('left', 'right' or '') and name without side, prefixes and punctuation."""
    words = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", joint.rsplit(":", 1)[-1])
    words = [word.lower() for word in words]
    while words and (words[0] in PREFIXES or words[0].isdigit()):
        words.pop(0)
    side = next((SIDES[word] for word in words if word in SIDES), "")
    return side, "".join(word for word in words if word not in SIDES)


def _fill_ends(roles: dict[str, int], joints: Sequence[str]) -> None:
    """Let end sites stand in for hands and toes."""
    for side in ("left", "right"):
        for role, owner in (("Hand", "LowerArm"), ("Toes", "Foot")):
            end = f"{joints[roles[side + owner]]}_end" if side + owner in roles else ""
            if side + role not in roles and end in joints:
                roles[side + role] = joints.index(end)


def _require(roles: dict[str, int], joints: Sequence[str]) -> None:
    limbs = [role for role in LIMB_NAMES if role not in ("Toes", "Shoulder")]
    essential = [side + role for side in ("left", "right") for role in limbs]
    missing = [role for role in ["head", *essential] if role not in roles]
    if missing:
        raise MotionFileError(
            f"expected a joint for each of {', '.join(missing)}, got {', '.join(joints)}"
        )


def _ancestors(parents: Sequence[int], joint: int) -> Iterator[int]:
    """Yield the joint and its ancestors, root last."""
    while joint >= 0:
        yield joint
        joint = parents[joint]


def _meeting(parents: Sequence[int], a: int, b: int) -> int:
    """Return the deepest joint above both."""
    above = set(_ancestors(parents, a))
    meeting = next((joint for joint in _ancestors(parents, b) if joint in above), None)
    if meeting is None:
        raise MotionFileError("expected one tree of joints, got several")
    return meeting


def _fill_trunk(roles: dict[str, int], parents: Sequence[int]) -> None:
    """Pick spine and neck from the joints between hips, chest and head: those halfway."""
    below_hips = set(_ancestors(parents, roles["hips"]))
    to_head = [joint for joint in _ancestors(parents, roles["head"]) if joint not in below_hips]
    trunk = to_head[:0:-1]
    arms = trunk.index(roles["chest"]) if roles["chest"] in trunk else -1
    for role, between in (("spine", trunk[: max(arms, 0)]), ("neck", trunk[arms + 1 :])):
        if between:
            roles[role] = between[len(between) // 2]
