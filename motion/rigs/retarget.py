"""From any rig to the canonical skeleton.

For every role joint a constant rotation O is found such that the canonical world rotation is
C(t) = W R(t) O, where R is the rig joint's world rotation and W turns the rig's world upright. O
comes from a reference pose where there is one, else from the motion; where the rig's joints then
are not where O puts them, they decide, see `motion.rigs.rig_check`:

a. a pose in which the rig may rest, such as all channels at zero, if it looks like a person
   standing with straight limbs (T, A or hanging arms);
b. what is known of the rig, see `motion.rigs.rig_known`;
c. the first frame, if it is a T-pose;
d. the motion itself, see `motion.rigs.rig_estimate`.
"""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float

from motion import rotations
from motion.clip import Clip
from motion.kinematics import CONTACT_JOINTS, facing, local_from_world
from motion.rigs.joint_roles import find_roles
from motion.rigs.rig_check import Posed, checked
from motion.rigs.rig_clip import RigClip
from motion.rigs.rig_ends import find_ends
from motion.rigs.rig_estimate import offsets_from_motion
from motion.rigs.rig_known import known_offsets
from motion.rigs.rig_motion import LIMBS, SIDES, RigMotion, rest_bone
from motion.skeleton import CANONICAL, LEG_LENGTH

Array = np.ndarray
Offsets = Mapping[str, Float[Array, "4"]]

UP = np.array([0.0, 1.0, 0.0])

FLOOR_PERCENTILE = 5.0
"""A clip's floor is where its lowest foot is this often, or lower: some frames may sink in."""


AHEAD = 0.35
"""Share of a foot's length that it must reach ahead to tell where it points."""

SHORT = 0.01
"""Share of the legs within which an end site lies in its joint."""


def retarget(recording: RigClip, name: str = "", labels: dict[str, str] | None = None) -> Clip:
    """Return a motion on the canonical skeleton.

    Scaled by leg length, floor at 0, turned and moved so that the clip starts over the origin
    facing +Z, but for clips of a `piece`. The rate stays.

    Args:
        recording: Motion of any humanoid rig: any units, Y or Z up, any rest pose.
        name: Name of the clip.
        labels: Labels of the clip.

    Raises:
        MotionFileError: If essential joints are missing, or the legs have no length.
    """
    roles = _with_definite_toes(recording, find_roles(recording.joints, recording.parents))
    ends = find_ends(recording, roles)
    motion, offsets, pose = _calibrate(
        RigMotion.from_roles(roles, ends, *recording.world()),
        RigMotion.from_roles(roles, ends, *recording.at_rest().world()),
        known_offsets(recording.joints),
    )
    turns = checked(
        Posed(motion, _turned(motion, offsets)),
        None if pose is None else Posed(pose, _turned(pose, offsets)),
    )
    world = _canonical_rotations(turns, len(motion))
    hips = _hips_positions(motion, world[:, 0])
    return placed_at_origin(
        Clip(name, recording.fps, hips, local_from_world(CANONICAL, world), labels or {})
    )


def _with_definite_toes(recording: RigClip, roles: Mapping[str, int]) -> Mapping[str, int]:
    """Leave end sites out that stand in for toes but do not lie ahead of the ankle as a rule."""
    standing_in = [r for r in ("leftToes", "rightToes") if roles.get(r) in recording.ends]
    if not standing_in:
        return roles
    motion = RigMotion.from_roles(roles, {}, *recording.world())
    for toes in standing_in:
        side = toes.removesuffix("Toes")
        foot = motion.role_positions(toes) - motion.role_positions(f"{side}Foot")
        length = np.median(np.linalg.norm(foot, axis=-1))
        ahead = np.cross(motion.across(), -motion.bone_directions(f"{side}LowerLeg"))
        reach = np.sum(rotations.normalise(ahead) * motion.bone_directions(f"{side}Foot"), axis=-1)
        if length < SHORT * motion.leg_length() or np.median(reach) < AHEAD:
            return {role: joint for role, joint in roles.items() if role not in standing_in}
    return roles


def _turned(motion: RigMotion, offsets: Offsets) -> dict[str, Float[Array, "T 4"]]:
    return {
        role: rotations.multiply(motion.role_rotations(role), offset)
        for role, offset in offsets.items()
    }


def placed_at_origin(clip: Clip) -> Clip:
    """Return a clip with its floor at 0, that starts over the origin facing +Z.

    Clips of one `piece` stay where they are, for their dancers share a space.
    """
    positions, alone = clip.world_positions(), "piece" not in clip.labels
    turn = rotations.inverse(rotations.about_y(alone * facing(positions[0])))
    feet = CANONICAL.indices(*CONTACT_JOINTS)
    lowest = (positions[:, feet, 1] - CANONICAL.rest_positions[feet, 1]).min(axis=1)
    start = clip.hips[0] * alone
    start[1] = np.percentile(lowest, FLOOR_PERCENTILE)
    turned = clip.rotations.copy()
    turned[:, 0] = rotations.multiply(turn, turned[:, 0])
    hips = rotations.rotate(turn, clip.hips - start)
    return Clip(clip.name, clip.fps, hips, turned, clip.labels)


def _calibrate(
    motion: RigMotion, rests: RigMotion, known: Offsets
) -> tuple[RigMotion, Offsets, RigMotion | None]:
    """Return the motion upright, the offset of each role, and the pose that they come from, if any.

    A T-pose that leads the motion is left out. The pose is in canonical axes.
    """
    rest = next((rests[i : i + 1] for i in range(len(rests)) if _stands(rests[i : i + 1])), None)
    up = nearest_axis(motion.body_up() if rest is None else rest.body_up())
    motion = motion.world_turned(_upright(motion, up))
    first_is_t_pose = _is_t_pose(motion[:1])
    pose = rest
    if rest is None and not (known and _fits(motion, known)) and first_is_t_pose:
        pose = motion[:1]
    if pose is not None:
        pose = _facing_ahead(pose)
        offsets = _offsets_from_pose(pose)
    elif known and _fits(motion, known):
        offsets = {role: known[role] for role in motion.roles}
    else:
        offsets = offsets_from_motion(motion)
    return motion[1:] if first_is_t_pose and _leaps(motion) else motion, offsets, pose


def nearest_axis(v: Float[Array, "3"]) -> Float[Array, "3"]:
    """Return the unit vector along a coordinate axis that is nearest to a direction."""
    largest = int(np.argmax(np.abs(v)))
    return np.eye(3)[largest] * np.sign(v[largest])


def _upright(motion: RigMotion, rest_up: Float[Array, "3"]) -> Float[Array, "4"]:
    """Return the rotation that puts the motion's up axis along Y.

    The rest pose's up holds unless the body plainly stands along another axis: dancers may lie.
    """
    up = motion.body_up()
    return rotations.swing(rest_up if up @ rest_up > 0.3 else nearest_axis(up), UP)


def _stands(pose: RigMotion) -> bool:
    """Tell whether a pose is that of a standing person: straight limbs, head up, no toes behind."""
    across, up = pose.across()[0], pose.body_up()
    forward = np.cross(across, up)
    straight = all(
        pose.bone_directions(f"{side}Upper{part}")[0]
        @ pose.bone_directions(f"{side}Lower{part}")[0]
        > 0.7
        for side, part in LIMBS
    )
    legs_down = all(pose.bone_directions(f"{side}UpperLeg")[0] @ up < -0.8 for side in SIDES)
    feet = [f"{side}Foot" for side in SIDES if f"{side}Toes" in pose.roles]
    toes_ahead = all(pose.bone_directions(foot)[0] @ forward > -0.2 for foot in feet)
    head_up = (pose.role_positions("head") - pose.between_legs())[0] @ up > 0.0
    hands_apart = (
        pose.role_positions("leftHand")[0] - pose.role_positions("rightHand")[0]
    ) @ across > 0
    level = abs(across @ up) < 0.2
    return bool(straight and legs_down and toes_ahead and head_up and hands_apart and level)


def _is_t_pose(pose: RigMotion) -> bool:
    """Tell whether a standing pose stretches both arms sideways, within 12 degrees."""
    across = pose.across()[0]
    arms = [
        sign * pose.bone_directions(f"{side}{part}Arm")[0] @ across
        for side, sign in (("left", 1.0), ("right", -1.0))
        for part in ("Upper", "Lower")
    ]
    return _stands(pose) and min(arms) > np.cos(np.radians(12.0))


def _fits(motion: RigMotion, offsets: Offsets) -> bool:
    """Tell whether offsets put every bone of arms and legs where the rig has it."""
    for side, part in LIMBS:
        for bone in (f"{side}Upper{part}", f"{side}Lower{part}"):
            turned = rotations.multiply(motion.role_rotations(bone), offsets[bone])
            along = np.sum(
                rotations.rotate(turned, rest_bone(bone)) * motion.bone_directions(bone), axis=-1
            )
            if along.mean() < np.cos(np.radians(15.0)):
                return False
    return True


def _leaps(motion: RigMotion) -> bool:
    """Tell whether the second frame leaps away from the first, as no motion does."""
    if len(motion) < 2:
        return False
    relative = motion.positions[:2] - motion.positions[:2, [motion.roles["hips"]]]
    leap = np.linalg.norm(relative[1] - relative[0], axis=-1).max()
    return bool(leap > 0.3 * motion.leg_length())


def _facing_ahead(pose: RigMotion) -> RigMotion:
    """Return a standing pose in canonical axes."""
    axes = rotations.frame(pose.across()[0], nearest_axis(pose.body_up()))
    return pose.world_turned(rotations.inverse(rotations.from_matrix(axes)))


def _offsets_from_pose(pose: RigMotion) -> Offsets:
    """Return the offsets from one frame in which limbs are straight and the trunk is at rest.

    The limbs' canonical bones swing to where the pose has them. The trunk and the shoulders are
    taken to be at rest, and the soles flat: rigs differ in where these bones begin, not in how
    a person stands.
    """
    at_pose = dict.fromkeys(pose.roles, rotations.IDENTITY)
    for side, part in LIMBS:
        for bone in (f"{side}Upper{part}", f"{side}Lower{part}"):
            at_pose[bone] = rotations.swing(rest_bone(bone), pose.bone_directions(bone)[0])
        end = f"{side}Hand" if part == "Arm" else f"{side}Foot"
        at_pose[end] = at_pose[f"{side}Lower{part}"]
    for side in SIDES:
        at_pose[f"{side}Foot"] = rotations.IDENTITY
        if f"{side}Toes" in pose.roles:
            ahead = pose.bone_directions(f"{side}Foot")[0]
            if np.hypot(ahead[0], ahead[2]) < AHEAD:
                continue
            heading = rotations.about_y(np.arctan2(ahead[0], ahead[2]))
            at_pose[f"{side}Foot"] = at_pose[f"{side}Toes"] = heading
    return {
        role: rotations.multiply(rotations.inverse(pose.role_rotations(role)[0]), turned)
        for role, turned in at_pose.items()
    }


def _canonical_rotations(
    turns: Mapping[str, Float[Array, "T 4"]], frames: int
) -> Float[Array, "T J 4"]:
    """Return the world rotations of all canonical joints; what the rig lacks is filled in."""
    world = np.empty((frames, len(CANONICAL.joints), 4))
    for role, turn in turns.items():
        world[:, CANONICAL.index(role)] = turn
    for joint in CANONICAL.joints:
        if joint in turns:
            continue
        index = CANONICAL.index(joint)
        world[:, index] = world[:, CANONICAL.parents[index]]
        if joint in ("spine", "neck"):
            above = world[:, CANONICAL.index("chest" if joint == "spine" else "head")]
            world[:, index] = rotations.slerp(world[:, index], above, np.array(0.5))
    return world


def _hips_positions(motion: RigMotion, hips_rotations: Float[Array, "T 4"]) -> Float[Array, "T 3"]:
    """Return the positions that put the canonical legs where the rig's legs are."""
    left, right = CANONICAL.indices("leftUpperLeg", "rightUpperLeg")
    legs_from_hips = CANONICAL.rest_offsets[[left, right]].mean(axis=0)
    between = motion.between_legs() * (LEG_LENGTH / motion.leg_length())
    return between - rotations.rotate(hips_rotations, legs_from_hips)
