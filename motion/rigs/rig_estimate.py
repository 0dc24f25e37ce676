"""The rest pose of a rig that has none, from how it moves.

Elbows and knees are hinges, bones point along their child, feet stand flat, and what is left
follows its parent on average. Rigs without a rest pose are built along axes, so that each
estimate that comes close to one of the 24 axis rotations is taken to be it.
"""

import numpy as np
from jaxtyping import Bool, Float
from scipy.spatial.transform import Rotation

from motion import rotations
from motion.rigs.rig_motion import LIMBS, SIDES, RigMotion, rest_bone

Array = np.ndarray

HINGES = {
    ("left", "Arm"): (0.0, -1.0, 0.0),
    ("right", "Arm"): (0.0, 1.0, 0.0),
    ("left", "Leg"): (1.0, 0.0, 0.0),
    ("right", "Leg"): (1.0, 0.0, 0.0),
}
"""Axes about which elbows and knees bend, in the T-pose."""

AXIS_ROTATIONS = Rotation.create_group("O").as_matrix()
"""The 24 rotations of the cube."""

AXIS_LIMIT = np.radians(30.0)
"""Estimates within this angle of an axis rotation are taken to be it."""


UP = np.array([0.0, 1.0, 0.0])

LOWEST = 20.0
"""Percentile of an ankle's height below which the foot may be flat."""


def offsets_from_motion(motion: RigMotion) -> dict[str, Float[Array, "4"]]:
    """Return for each role the rotation O such that R(t) O is its canonical world rotation.

    Args:
        motion: An upright motion; the more the limbs bend, the better.
    """
    # From the trunk outwards, each estimate rests on the ones before: limbs that hardly bend take
    # their twist from the trunk, and what has neither bone nor hinge follows its parent.
    offsets = {"hips": _hips_offset(motion), "chest": _chest_offset(motion)}
    for limb in LIMBS:
        offsets |= _limb_offsets(motion, limb, offsets)
    followers = [("spine", "hips"), ("neck", "chest")]
    followers.append(("head", "neck" if "neck" in motion.roles else "chest"))
    for side in SIDES:
        followers += [(f"{side}Shoulder", "chest"), (f"{side}Hand", f"{side}LowerArm")]
    for role, parent in followers:
        if role in motion.roles:
            offsets[role] = _snap(_following(motion, role, parent, offsets))
    for side in SIDES:
        offsets |= _foot_offsets(motion, side, offsets)
    return offsets


def _hips_offset(motion: RigMotion) -> Float[Array, "4"]:
    above = "spine" if "spine" in motion.roles else "chest"
    up = motion.role_positions(above) - motion.between_legs()
    return _frame_offset(motion.role_rotations("hips"), motion.across(), up)


def _chest_offset(motion: RigMotion) -> Float[Array, "4"]:
    joint = "Shoulder" if "leftShoulder" in motion.roles else "UpperArm"
    across = motion.role_positions(f"left{joint}") - motion.role_positions(f"right{joint}")
    above = "neck" if "neck" in motion.roles else "head"
    return _frame_offset(
        motion.role_rotations("chest"),
        across,
        motion.role_positions(above) - motion.role_positions("chest"),
    )


def _frame_offset(
    turn: Float[Array, "T 4"], across: Float[Array, "T 3"], up: Float[Array, "T 3"]
) -> Float[Array, "4"]:
    """Return the offset of a trunk joint from its left and up directions."""
    inverse = rotations.inverse(turn)
    left = rotations.rotate(inverse, across).mean(axis=0)
    above = rotations.rotate(inverse, up).mean(axis=0)
    return _snap(rotations.from_matrix(rotations.frame(left, above)))


def _limb_offsets(
    motion: RigMotion, limb: tuple[str, str], offsets: dict[str, Float[Array, "4"]]
) -> dict[str, Float[Array, "4"]]:
    """Return the offsets of upper and lower limb from their directions and their common hinge.

    Frames count by the sine of the bend. A limb that hardly bends takes its twist from the trunk.
    """
    side, part = limb
    upper, lower = f"{side}Upper{part}", f"{side}Lower{part}"
    trunk = "chest" if part == "Arm" else "hips"
    carried = rotations.multiply(motion.role_rotations(trunk), offsets[trunk])
    found = {}
    for role in (upper, lower):
        bone, rest, inverse = (
            motion.bone_directions(role),
            rest_bone(role),
            rotations.inverse(motion.role_rotations(role)),
        )
        # A straight limb shows no hinge, so a little of the trunk's is added: it decides for a limb
        # that never bends, and is lost beside the sine of a real bend.
        swing = rotations.swing(rotations.rotate(carried, rest), bone)
        unbent = rotations.rotate(rotations.multiply(swing, carried), np.array(HINGES[limb]))
        hinge = (
            np.cross(motion.bone_directions(upper), motion.bone_directions(lower)) + 0.02 * unbent
        )
        local_bone = rotations.rotate(inverse, bone).mean(axis=0)
        local_hinge = rotations.rotate(inverse, hinge).mean(axis=0)
        rig = rotations.frame(local_bone, local_hinge)
        canonical = rotations.frame(rest, np.array(HINGES[limb]))
        # An axis rotation is exact where the rig was built along axes. Its bone then swings to the
        # measured one, for bones are measured far better than hinges.
        snapped = _snap(rotations.from_matrix(rig @ canonical.T))
        fit = rotations.swing(rotations.rotate(snapped, rest), local_bone)
        found[role] = rotations.multiply(fit, snapped)
    return found


def _following(
    motion: RigMotion,
    role: str,
    parent: str,
    offsets: dict[str, Float[Array, "4"]],
    weights: Float[Array, "T"] | None = None,
) -> Float[Array, "4"]:
    """Return the offset that aligns a joint with its parent on average."""
    target = rotations.multiply(motion.role_rotations(parent), offsets[parent])
    return _mean(
        rotations.multiply(rotations.inverse(motion.role_rotations(role)), target), weights
    )


def _foot_offsets(
    motion: RigMotion, side: str, offsets: dict[str, Float[Array, "4"]]
) -> dict[str, Float[Array, "4"]]:
    """Return the offsets of foot and toes: the sole is flat where the ankle is low and still.

    Who kneels has the ankle low and the toes behind; those frames do not count. Without others the
    toes tell how the foot is bent, and the knee to which side it is turned.
    """
    foot, toes, shin = f"{side}Foot", f"{side}Toes", f"{side}LowerLeg"
    if toes not in motion.roles:
        return {foot: _snap(_following(motion, foot, shin, offsets))}
    ahead, left = motion.bone_directions(foot), _left_of_shin(motion, shin, offsets)
    stands = np.sum(np.cross(left, UP) * ahead, axis=-1) > 0.0
    weights = _sole_weights(motion, foot, stands)
    if not weights.any():
        found = _foot_from_bone(motion, foot, left)
        weights = np.ones(len(motion))
    else:
        flat = rotations.about_y(np.arctan2(ahead[:, 0], ahead[:, 2]))
        found = _mean(
            rotations.multiply(rotations.inverse(motion.role_rotations(foot)), flat), weights
        )
    return {foot: found, toes: _following(motion, toes, foot, {foot: found}, weights)}


def _left_of_shin(
    motion: RigMotion, shin: str, offsets: dict[str, Float[Array, "4"]]
) -> Float[Array, "T 3"]:
    carried = rotations.multiply(motion.role_rotations(shin), offsets[shin])
    return rotations.rotate(carried, np.array([1.0, 0.0, 0.0]))


def _sole_weights(motion: RigMotion, foot: str, stands: Bool[Array, "T"]) -> Float[Array, "T"]:
    """Return how surely the sole is flat in each frame that counts: the ankle is low and still."""
    ankle = motion.role_positions(foot)
    speed = np.linalg.norm(np.gradient(ankle, axis=0), axis=1) if len(ankle) > 1 else np.zeros(1)
    low = ankle[:, 1] <= np.percentile(ankle[:, 1], LOWEST)
    if stands.any() and 2 * np.sum(low & stands) < np.sum(low):  # mostly on the knee
        low = ankle[:, 1] <= np.percentile(ankle[stands, 1], LOWEST)
    weights: Array = (stands & low) / (1.0 + (speed / (0.005 * motion.leg_length())) ** 2)
    return weights


def _foot_from_bone(motion: RigMotion, foot: str, left: Float[Array, "T 3"]) -> Float[Array, "4"]:
    inverse = rotations.inverse(motion.role_rotations(foot))
    bone = rotations.rotate(inverse, motion.bone_directions(foot)).mean(axis=0)
    side = rotations.rotate(inverse, left).mean(axis=0)
    canonical = rotations.frame(rest_bone(foot), np.array([1.0, 0.0, 0.0]))
    return rotations.from_matrix(rotations.frame(bone, side) @ canonical.T)


def _mean(q: Float[Array, "T 4"], weights: Float[Array, "T"] | None = None) -> Float[Array, "4"]:
    mean: Array = Rotation.from_quat(q).mean(weights).as_quat()
    return mean


def _snap(q: Float[Array, "4"]) -> Float[Array, "4"]:
    """Return the nearest axis rotation if it is near enough, else the rotation itself."""
    traces = np.einsum("nij,ij->n", AXIS_ROTATIONS, rotations.to_matrix(q))
    best = int(np.argmax(traces))
    near = traces[best] >= 1.0 + 2.0 * np.cos(AXIS_LIMIT)
    return rotations.from_matrix(AXIS_ROTATIONS[best]) if near else q
