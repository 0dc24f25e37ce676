"""Whether a rig's joints go where the offsets put them; where they do not, positions decide.

Offsets come from one pose, such as all channels at zero. It tells arms and legs, but may have the
chest turned, collars raised or hands bent; and joints between may turn back what the hips or the
chest turn. Two things give that away. A bone that does not keep the direction in its joint that it
has in the pose is not carried by it: each frame's positions then tell how it is turned. And where a
bone keeps another direction than the canonical one, either the rig is built otherwise or the pose
was not at rest; the one is taken that has the joint nearer to its rest on average.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from motion import rotations
from motion.rigs.rig_ends import TRUNK
from motion.rigs.rig_motion import BONES, SIDES, RigMotion, rest_bone
from motion.skeleton import CANONICAL

Array = np.ndarray
Turns = dict[str, Float[Array, "T 4"]]

ACROSS = np.array([1.0, 0.0, 0.0])
UP = np.array([0.0, 1.0, 0.0])

LOOSE = np.radians(15.0)
"""A bone that strays farther than this from its mean direction in its joint is not carried."""

MOST = 90.0
"""Percentile of the frames in which a bone must keep its direction."""

BUILT = np.radians(20.0)
"""Rigs are built so differently: a bone this near to the canonical one says nothing of the pose."""

PLAINLY = np.radians(15.0)
"""By so much must a joint be nearer to its rest for a pose not to be believed."""

ABOVE_CHEST = ("neck", "head", "leftShoulder", "rightShoulder")

APART = 0.05
"""Share of the legs by which joints on either side of a trunk must be apart to tell its turn."""


@dataclass(frozen=True, eq=False)
class Posed:
    """A rig in canonical axes, and how its roles are turned there.

    Attributes:
        motion: What the rig does.
        turns: Canonical world rotations by role, as the offsets give them.
    """

    motion: RigMotion
    turns: Mapping[str, Float[Array, "T 4"]]


def checked(moving: Posed, pose: Posed | None) -> Turns:
    """Return world rotations of which each puts its bone where the rig has it.

    Args:
        moving: The motion.
        pose: The frame that the offsets come from, if they come from one.
    """
    turns = dict(moving.turns)
    for trunk in TRUNK:
        turns[trunk] = _checked_trunk(trunk, moving, pose)
    _check_chest(turns, moving.motion)
    in_pose = {} if pose is None else _bones(pose.motion)
    for role, (bone, rest, above) in _bones(moving.motion).items():
        inside = None
        if pose is not None and role in in_pose:
            inside = _inside(pose.turns[role], in_pose[role][0])[0]
        before, turns[role] = (
            turns[role],
            _checked_bone(turns[role], bone, rest, turns[above], inside),
        )
        toes = role.replace("Foot", "Toes")
        if toes != role and toes in turns:
            change = rotations.multiply(rotations.inverse(before), turns[role])
            _carry(turns, toes, role, change)
    return turns


def _checked_trunk(trunk: str, moving: Posed, pose: Posed | None) -> Float[Array, "T 4"]:
    """Return the turns of hips or chest, as what hangs on them tells where they do not carry it."""
    turn, frames = moving.turns[trunk], _trunk_frames(moving.motion, trunk)
    rest = None if pose is None else _trunk_frames(pose.motion, trunk)
    if frames is None or not _strays(turn, frames, rest):
        return turn
    calibration = rotations.IDENTITY if rest is None else rotations.inverse(rest[0])
    return rotations.multiply(frames, calibration)


def _trunk_frames(motion: RigMotion, trunk: str) -> Float[Array, "T 4"] | None:
    """Return how a part of the trunk is turned as the joints tell that hang on it."""
    across = _across(motion, trunk)
    if across is None or f"{trunk}.up" not in motion.ends:
        return None
    start = motion.between_legs() if trunk == "hips" else motion.role_positions(trunk)
    return rotations.from_matrix(rotations.frame(across, motion.end(f"{trunk}.up") - start))


def _across(motion: RigMotion, trunk: str) -> Float[Array, "T 3"] | None:
    """Return the way from the right to the left limb of a part of the trunk, if it has a length."""
    ends = [f"{trunk}.{side}" for side in SIDES]
    if not set(ends) <= set(motion.ends):
        return None
    across = motion.end(ends[0]) - motion.end(ends[1])
    if trunk == "chest" and not _long(across, motion):
        across = motion.role_positions("leftUpperArm") - motion.role_positions("rightUpperArm")
    return rotations.normalise(across) if _long(across, motion) else None


def _long(across: Float[Array, "T 3"], motion: RigMotion) -> bool:
    return float(np.linalg.norm(across, axis=-1).min()) > APART * motion.leg_length()


def _strays(
    turn: Float[Array, "T 4"], frames: Float[Array, "T 4"], rest: Float[Array, "1 4"] | None
) -> bool:
    """Tell whether frames turn within the joint that should carry them."""
    inside = rotations.to_matrix(rotations.multiply(rotations.inverse(turn), frames))
    at_rest = None if rest is None else rotations.to_matrix(rest[0])
    return any(
        _is_loose(inside[..., axis], None if at_rest is None else at_rest[:, axis])
        for axis in range(2)
    )


def _is_loose(directions: Float[Array, "T 3"], usual: Float[Array, "3"] | None) -> bool:
    """Tell whether directions in a joint stray from those of a pose, or else from their mean."""
    if usual is None:
        usual = rotations.normalise(directions.mean(axis=0))
    astray = _angle(directions, usual)
    # A percentile takes ten times as long, and hardly any bone strays even once.
    return astray.max() > LOOSE and float(np.percentile(astray, MOST)) > LOOSE


def _inside(turn: Float[Array, "T 4"], bone: Float[Array, "T 3"]) -> Float[Array, "T 3"]:
    return rotations.rotate(rotations.inverse(turn), bone)


def _angle(a: Float[Array, "*batch 3"], b: Float[Array, "*batch 3"]) -> Float[Array, "*batch"]:
    return np.arccos(np.clip(np.sum(a * b, axis=-1), -1.0, 1.0))


def _check_chest(turns: Turns, motion: RigMotion) -> None:
    """Turn the chest where the pose had it turned on the hips, and what it carried in that pose."""
    across = _across(motion, "chest")
    if across is None:
        return
    correction = _correction(turns["chest"], across, ACROSS, turns["hips"])
    turns["chest"] = rotations.multiply(turns["chest"], correction)
    for role in ABOVE_CHEST:
        if role in turns:
            _carry(turns, role, "chest", correction)


def _carry(turns: Turns, role: str, above: str, change: Float[Array, "*T 4"]) -> None:
    """Turn a joint with the one above, if that leaves it more alike."""
    carried = rotations.multiply(turns[role], change)
    turns[role] = max(turns[role], carried, key=lambda turn: _alike(turn, turns[above]))


def _alike(a: Float[Array, "T 4"], b: Float[Array, "T 4"]) -> float:
    """Return how much alike rotations are on average, 1 if they are the same."""
    return float(np.abs(np.sum(a * b, axis=-1)).mean())


def _bones(
    motion: RigMotion,
) -> Mapping[str, tuple[Float[Array, "T 3"], Float[Array, "3"], str]]:
    """Return of each role whose bone ends somewhere: its directions, its rest, and its parent."""
    found = {}
    if "head" in motion.ends:
        above = "neck" if "neck" in motion.roles else "chest"
        found["head"] = (
            rotations.normalise(motion.end("head") - motion.role_positions("head")),
            UP,
            above,
        )
    for side, sign in (("left", 1.0), ("right", -1.0)):
        if f"{side}Shoulder" in motion.roles:
            bone = motion.role_positions(f"{side}UpperArm") - motion.role_positions(
                f"{side}Shoulder"
            )
            if np.linalg.norm(bone, axis=-1).min() > APART * motion.leg_length() / 2:
                found[f"{side}Shoulder"] = rotations.normalise(bone), sign * ACROSS, "chest"
        for role in ("UpperArm", "LowerArm", "UpperLeg", "LowerLeg", "Foot"):
            if BONES[side + role] in motion.roles:
                bone = motion.bone_directions(side + role)
                found[side + role] = bone, rest_bone(side + role), _parent(motion, side + role)
        if f"{side}Hand" in motion.ends:
            hand = rotations.normalise(
                motion.end(f"{side}Hand") - motion.role_positions(f"{side}Hand")
            )
            found[f"{side}Hand"] = hand, sign * ACROSS, f"{side}LowerArm"
    return found


def _parent(motion: RigMotion, role: str) -> str:
    parent = CANONICAL.joints[CANONICAL.parents[CANONICAL.index(role)]]
    return parent if parent in motion.roles else "chest"


def _checked_bone(
    turn: Float[Array, "T 4"],
    bone: Float[Array, "T 3"],
    rest: Float[Array, "3"],
    above: Float[Array, "T 4"],
    in_pose: Float[Array, "3"] | None,
) -> Float[Array, "T 4"]:
    if _is_loose(_inside(turn, bone), in_pose):
        return rotations.multiply(rotations.swing(rotations.rotate(turn, rest), bone), turn)
    return rotations.multiply(turn, _correction(turn, bone, rest, above))


def _correction(
    turn: Float[Array, "T 4"],
    bone: Float[Array, "T 3"],
    rest: Float[Array, "3"],
    above: Float[Array, "T 4"],
) -> Float[Array, "4"]:
    """Return the turn within a joint that puts its bone where the rig has it, if that is needed."""
    inside = rotations.normalise(_inside(turn, bone).mean(axis=0))
    if _angle(inside, rest) <= BUILT:
        return rotations.IDENTITY
    from_above = rotations.inverse(above)
    believed = rotations.rotate(rotations.multiply(from_above, turn), rest).mean(axis=0)
    seen = rotations.rotate(from_above, bone).mean(axis=0)
    bent_if_believed, bent_if_seen = (
        _angle(rotations.normalise(v), rest) for v in (believed, seen)
    )
    if bent_if_believed - bent_if_seen <= PLAINLY:
        return rotations.IDENTITY
    return rotations.swing(rest, inside)
