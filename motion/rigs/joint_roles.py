"""Which joint of a foreign rig plays which part of the canonical skeleton, told by names and tree.

Names settle the limbs and the head; the tree settles the trunk: the hips are where the legs meet,
the chest is where the arms meet, spine and neck lie between. So twist, share, finger and face
joints never matter. The names stand in `joint_names.json`, which the web page reads, too.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from motion.errors import MotionFileError

_TABLE: Final[dict[str, Any]] = json.loads(
    Path(__file__).with_name("joint_names.json").read_text(encoding="utf-8")
)

PREFIXES: Final = frozenset(_TABLE["prefixes"])
"""Leading words that name a rig, not a body part."""

MIDDLE: Final = frozenset(_TABLE["middle"])
"""Words that say that a joint is on neither side."""

SIDES: Final[dict[str, str]] = {
    word: side for side, words in _TABLE["sides"].items() for word in words
}
"""Side by the word that says it."""

LIMB_NAMES: Final[dict[str, tuple[str, ...]]] = {
    role: tuple(names) for role, names in _TABLE["limbs"]
}
"""Names of each limb joint without its side, best first. Roles are given in this order and a joint
has one role, so 'LeftShoulder' is an upper arm where nothing else can be."""

HEADS: Final = tuple(_TABLE["head"])
SPINES: Final = frozenset(_TABLE["spine"])

KNOWN_WORDS: Final = frozenset(name for names in LIMB_NAMES.values() for name in names)

SHARED: Final = 0.6
"""A first or last word that more than this share of the joints have names the rig."""


FEWEST: Final = 8
"""Fewer names do not tell what they share."""


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
    parts = body_parts(joints)
    roles = _limb_roles(parts)
    _fill_ends(roles, joints)
    head = _find_head(parts, parents, roles)
    if head >= 0:
        roles["head"] = head
    _require(roles, joints)
    roles["hips"] = _meeting(parents, roles["leftUpperLeg"], roles["rightUpperLeg"])
    roles["chest"] = _meeting(parents, roles["leftUpperArm"], roles["rightUpperArm"])
    _fill_trunk(roles, parents)
    return roles


def body_parts(joints: Sequence[str]) -> list[tuple[str, str, bool]]:
    """Return for each joint its side, its name and whether digits were left out of the name.

    The side is 'left', 'right' or ''. The name is in lower case and without side, prefixes,
    punctuation, digits, and the words that most joints of the rig begin or end with.
    """
    split = [_words(joint) for joint in joints]
    first = _shared([words[0] for words in split if len(words) > 1], len(joints))
    last = _shared([words[-1] for words in split if len(words) > 1], len(joints))
    return [_body_part(words, first, last) for words in split]


@lru_cache(maxsize=1024)
def _words(joint: str) -> tuple[str, ...]:
    """Return the words of a name without its name space, in lower case."""
    own = re.split(r"[:|]", joint)[-1]
    found = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\x00-\x7f]+", own)
    return tuple(word.lower() for word in found)


def _shared(words: Iterable[str], count: int) -> str:
    """Return the word that most of so many joints have, empty if there is none."""
    common = Counter(word for word in words if not word.isdigit()).most_common(1)
    enough = count >= FEWEST and common and common[0][1] > SHARED * count
    return common[0][0] if enough else ""


@lru_cache(maxsize=1024)
def _body_part(words: tuple[str, ...], first: str, last: str) -> tuple[str, str, bool]:
    kept = list(words[words[0] == first and len(words) > 1 :]) if words else []
    kept = kept[: len(kept) - (len(kept) > 1 and kept[-1] == last)]
    while kept and (kept[0] in PREFIXES or kept[0].isdigit()):
        kept = kept[1:]
    digits = any(word.isdigit() for word in kept)
    kept = [word for word in kept if not word.isdigit() and word not in MIDDLE]
    side = next((SIDES[word] for word in kept if word in SIDES), "")
    name = "".join(word for word in kept if word not in SIDES)
    return (side, name, digits) if side else (*_side_within(name), digits)


def _side_within(name: str) -> tuple[str, str]:
    """Split a name such as 'leftupleg', 'lfemur' or 'armr' where the rest is a known word."""
    for word, side in SIDES.items():
        for rest in (name.removeprefix(word), name.removesuffix(word)):
            if rest != name and rest in KNOWN_WORDS:
                return side, rest
    return "", name


def _limb_roles(joints: Sequence[tuple[str, str, bool]]) -> dict[str, int]:
    parts: dict[tuple[str, str], int] = {}
    for numbered in (False, True):  # 'Toe' is likelier meant than 'Toe3'
        for index, (side, name, digits) in enumerate(joints):
            if digits == numbered:
                parts.setdefault((side, name), index)
    roles: dict[str, int] = {}
    for role, names in LIMB_NAMES.items():
        # Both sides go by one name, so that a missing upper arm is not mistaken for a shoulder.
        name = next((name for name in names if {("left", name), ("right", name)} & set(parts)), "")
        for side in ("left", "right"):
            if (side, name) in parts:
                roles[side + role] = parts.pop((side, name))
    return roles


def _find_head(
    parts: Sequence[tuple[str, str, bool]], parents: Sequence[int], roles: dict[str, int]
) -> int:
    """Return the joint named head, else the last of a spine that goes on above the arms, or -1."""
    for numbered in (False, True):
        for index, (side, name, digits) in enumerate(parts):
            if side == "" and name in HEADS and digits == numbered:
                return index
    arms = [roles.get(f"{side}UpperArm", -1) for side in ("left", "right")]
    if min(arms) < 0:
        return -1
    chest = _meeting(parents, *arms)
    above = [
        index
        for index, (side, name, _) in enumerate(parts)
        if side == "" and name in SPINES and chest in list(_ancestors(parents, index))[1:]
    ]
    return above[-1] if above else -1


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
