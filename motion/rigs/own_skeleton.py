"""A motion on the skeleton that it has: in metres, upright, and on the floor.

Unit and axis are found as for the canonical skeleton where the rig is a person's: legs are about as
long as an adult's in one of the usual units, and heads are above feet. Of other rigs only their
size tells a unit, and what stays level the axis; or somebody says them.
"""

from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
from jaxtyping import Float
from scipy.spatial.transform import Rotation

from motion import rotations
from motion.clip import Clip
from motion.errors import MotionFileError
from motion.rigs.joint_roles import find_roles
from motion.rigs.retarget import FLOOR_PERCENTILE, nearest_axis
from motion.rigs.rig_clip import RigClip
from motion.rigs.rig_motion import RigMotion
from motion.skeleton import LEG_LENGTH, Skeleton

Array = np.ndarray
Axis = Literal["x", "y", "z"]

UNITS: Final = {
    1.0: "metres",
    0.0254: "inches",
    0.0254 / 0.45: "units of the CMU files, 5.6 cm",
    0.01: "centimetres",
    0.001: "millimetres",
}
"""Metres of a usual unit, and what it is called."""

REACHES: Final = ((1000.0, 0.001), (10.0, 0.01), (0.0, 1.0))
"""A skeleton of no person that reaches farther than this from its first joint has this unit."""

STRETCH = 0.02
"""How far a bone may stretch, as a share of the skeleton's reach: solvers round, bones do not."""

LEVEL = 0.2
"""Share of its motion along Y within which the lowest joint of a rig with Z up stays along Z."""


@dataclass(frozen=True)
class OwnAxes:
    """What is known of the space of files that keep their skeleton.

    Attributes:
        unit: Metres of a unit; found if None.
        up: Axis that points up; found if None.
    """

    unit: float | None = None
    up: Axis | None = None


def on_own_skeleton(
    recording: RigClip,
    name: str = "",
    labels: dict[str, str] | None = None,
    axes: OwnAxes | None = None,
) -> Clip:
    """Return a motion on the skeleton that it has, in metres, Y up.

    Joints that lead to the first one that moves are left out; their turns are in its own. A person
    stands on a floor at 0; others stay as high as they are.

    Args:
        recording: Motion of any rig.
        name: Name of the clip.
        labels: Labels of the clip; `unit` and `up`, as they were taken, come to them.
        axes: Unit and axis, as far as they are known.

    Raises:
        MotionFileError: If it has several roots or bones that stretch.
    """
    if recording.parents.count(-1) != 1:
        raise MotionFileError(f"expected one root joint, got {recording.parents.count(-1)}")
    axes, person = axes or OwnAxes(), _person(recording)
    up = axes.up or _up(recording, person)
    recording = _upright(recording, up, up if person is None else _up_at_rest(recording))
    recording = _from_first_moving(recording)
    bones = np.median(recording.positions, axis=0)
    bones[0] = 0.0
    reach = float(Skeleton(recording.joints, recording.parents, bones).reach[0])
    _require_rigid(recording, bones, reach)
    unit = axes.unit or _unit(reach, person)
    skeleton = Skeleton(recording.joints, recording.parents, unit * bones, recording.ends)
    skeleton.rest_offsets[0, 1] = -skeleton.rest_positions[:, 1].min()
    skeleton = replace(skeleton)  # what is cached above is of the place before
    taken = {"unit": UNITS.get(unit, f"{unit:g} m"), "up": up}
    hips = unit * recording.positions[:, 0]
    clip = Clip(name, recording.fps, hips, recording.rotations, (labels or {}) | taken, skeleton)
    return clip if person is None else _on_the_floor(clip)


def _person(recording: RigClip) -> RigMotion | None:
    """Return the motion of the joints that a person has, None of other rigs."""
    try:
        roles = find_roles(recording.joints, recording.parents)
    except MotionFileError:
        return None
    return RigMotion.from_roles(roles, {}, *recording.world())


def _up(recording: RigClip, person: RigMotion | None) -> Axis:
    if person is not None:
        up = nearest_axis(person.body_up())
        return ("x", "y", "z")[int(np.argmax(np.abs(up)))]
    heights = recording.world()[0].min(axis=1)
    spread = np.std(heights, axis=0)
    above = recording.world()[0][:, 0].mean(axis=0) - heights.mean(axis=0)
    stands = above[2] > LEVEL * np.abs(above).max()
    return "z" if stands and spread[2] < LEVEL * spread[1] else "y"


def _up_at_rest(recording: RigClip) -> Axis:
    """Return the axis along which a person stands with all channels at zero."""
    person = _person(recording.at_rest())
    return "y" if person is None else _up(recording, person)


def _upright(recording: RigClip, up: Axis, up_at_rest: Axis) -> RigClip:
    """Return a recording in axes of which Y points up, and so it does in its rest pose."""
    turn, at_rest = _onto_y(up), _onto_y(up_at_rest)
    back = rotations.inverse(at_rest)
    positions = rotations.rotate(at_rest, recording.positions)
    turned = rotations.multiply(rotations.multiply(at_rest, recording.rotations), back)
    positions[:, 0] = rotations.rotate(turn, recording.positions[:, 0])
    turned[:, 0] = rotations.multiply(rotations.multiply(turn, recording.rotations[:, 0]), back)
    offsets = rotations.rotate(at_rest, recording.offsets)
    return replace(recording, offsets=offsets, positions=positions, rotations=turned)


def _onto_y(up: Axis) -> Float[Array, "4"]:
    """Return the turn that puts an axis along Y."""
    turns = {"x": ("z", 90), "y": ("y", 0), "z": ("x", -90)}
    turn: Array = Rotation.from_euler(*turns[up], degrees=True).as_quat()
    return turn


def _unit(reach: float, person: RigMotion | None) -> float:
    """Return the metres of a unit."""
    if person is None:
        return next(unit for least, unit in REACHES if reach > least or least == 0.0)
    leg = person.leg_length()
    return min(UNITS, key=lambda unit: abs(np.log(leg * unit / LEG_LENGTH)))


def _on_the_floor(clip: Clip) -> Clip:
    """Return a clip whose lowest joint is at 0 but for the few frames in which it sinks in."""
    lowest = clip.world_positions()[..., 1].min(axis=1)
    return replace(clip, hips=clip.hips - [0.0, np.percentile(lowest, FLOOR_PERCENTILE), 0.0])


def _from_first_moving(recording: RigClip) -> RigClip:
    """Return a recording whose root is the last of the leading joints that moves by itself."""
    first = 0
    for joint in range(len(recording.joints)):
        below = [child for child, parent in enumerate(recording.parents) if parent == joint]
        if len(below) != 1 or below[0] in recording.ends:
            break
        if np.ptp(recording.positions[:, below[0]], axis=0).max() > 1e-3 * _size(recording):
            first = below[0]
    if not first:
        return recording
    kept = [joint for joint in range(len(recording.joints)) if joint >= first]
    positions, world = recording.world()
    moved, turned = recording.positions[:, kept].copy(), recording.rotations[:, kept].copy()
    moved[:, 0], turned[:, 0] = positions[:, first], world[:, first]
    return replace(
        recording,
        joints=recording.joints[first:],
        parents=tuple(max(parent - first, -1) for parent in recording.parents[first:]),
        offsets=recording.offsets[first:],
        positions=moved,
        rotations=turned,
        ends=tuple(end - first for end in recording.ends),
        rests=None,
    )


def _size(recording: RigClip) -> float:
    return float(np.linalg.norm(recording.offsets[1:], axis=-1).sum())


def _require_rigid(recording: RigClip, bones: Float[Array, "J 3"], reach: float) -> None:
    """Refuse bones that stretch: a clip holds turns of joints, and the path of the first."""
    apart = np.linalg.norm(recording.positions[:, 1:] - bones[1:], axis=-1).max(axis=0, initial=0)
    if len(apart) and apart.max() > STRETCH * reach:
        joint = 1 + int(apart.argmax())
        raise MotionFileError(
            f"expected bones that keep their length within {STRETCH:.0%} of the skeleton's reach, "
            f"got {recording.joints[joint]} moving by {apart.max() / reach:.0%} of it"
        )
