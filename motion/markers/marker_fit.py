"""From optical markers to a clip on the canonical skeleton.

A body of the skeleton's joints, but with bones and marker places of its own, is fitted to all
frames: poses by damped least squares over the joints' angles, then bones and places by linear least
squares given the poses, in turn. The poses then are those of the canonical skeleton.

References:
    M. Loper, N. Mahmood, M. Black, "MoSh: Motion and Shape Capture from Sparse Markers", 2014, for
    the idea to find body and marker places together; K. Levenberg, "A Method for the Solution of
    Certain Non-Linear Problems in Least Squares", 1944.
"""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.spatial.transform import Rotation

from motion import rotations
from motion.clip import Clip, Pose
from motion.errors import MotionFileError
from motion.kinematics import world_from_local
from motion.markers.marker_placement import ESSENTIAL, places_of
from motion.markers.markers import Markers
from motion.rigs.retarget import UP, nearest_axis, placed_at_origin
from motion.skeleton import CANONICAL, LEG_LENGTH

Array = np.ndarray

ROUNDS = 4
"""Rounds of fitting the body, each after the poses."""

FIRST_STEPS, STEPS = 36, 12
"""Steps of fitting poses from standing, and from poses that nearly fit."""

CLOSE = 2e-3
"""Metres or radians: after so short a step poses fit."""

SAMPLE = 240
"""Frames, spread over all, from which the body is known."""

CHUNK = 256
"""Frames that are fitted at a time: 60 MB."""

STIFFNESS = 0.02
"""Metres at a marker that a joint's turn by a radian from rest is worth: shares a bend among joints
between which there is no marker."""

USUAL = 0.1
"""How much a usual place or bone counts against one frame, so that what the motion does not show
stays usual."""

ABOVE_HEAD = 0.12
"""Metres from the head joint to the highest markers."""

WORST = 0.08
"""Metres, of an adult of 1.70 m: a mean distance of markers above it is no fit."""

FARTHEST = 0.3
"""Metres, of an adult of 1.70 m: a joint is no farther from the nearest marker, on average."""

FEWEST = 0.5
"""Share of the markers that a frame needs; poses of others are taken from their neighbours."""

_JOINTS = len(CANONICAL.joints)


def _lineage() -> Array:
    """Which joint (column) is an ancestor of which (row), or is it."""
    lineage = np.eye(_JOINTS, dtype=bool)
    for joint, parent in enumerate(CANONICAL.parents[1:], start=1):
        lineage[joint] |= lineage[parent]
    return lineage


LINEAGE = _lineage()

TWIN = np.minimum(np.arange(_JOINTS), CANONICAL.mirror)
"""The joint whose bone has the same length: the counterpart on the left."""

FIXED = 1e4
"""How much more the place of a marker counts that is a joint itself."""

UNSCALED = 0.1
"""Square metres: how much a bone's length counts in proportion to the usual, against a place."""


@dataclass(eq=False)
class _Body:
    """Bones (J, 3) from joint to joint in rest, and markers' joints (M,) and places (M, 3).

    Those whose usual place is the joint itself stay there.
    """

    bones: Float[Array, "J 3"]
    joints: Int[Array, "M"]
    places: Float[Array, "M 3"]
    fixed: Bool[Array, "M"]


@dataclass(eq=False)
class _Poses:
    """World positions of the hips (T, 3) and local rotations (T, J, 4)."""

    hips: Float[Array, "T 3"]
    turned: Float[Array, "T J 4"]


@dataclass(frozen=True)
class Fit:
    """A clip, and how well it fits.

    Attributes:
        clip: On the canonical skeleton.
        error: Mean distance of the markers from where the body has them, as for an adult of
            1.70 m, metres.
    """

    clip: Clip
    error: float


def fit(markers: Markers, labels: dict[str, str] | None = None) -> Fit:
    """Fit a body to markers.

    Args:
        markers: Markers of one person, in any unit; short gaps are bridged.
        labels: Labels of the clip.

    Raises:
        MotionFileError: If markers that are needed are missing, or no body fits.
    """
    known, joints, places = places_on_body(markers)
    seen = markers.bridged().positions[:, known]
    frames = np.flatnonzero(np.isfinite(seen).all(-1).mean(1) >= FEWEST)
    if len(frames) < 2:
        raise MotionFileError(
            f"{markers.name}: expected {FEWEST:.0%} of {len(known)} markers in 2 frames or more, "
            f"got {len(frames)}"
        )
    seen = scaled(upright(seen[frames], joints), joints)
    body = _Body(CANONICAL.rest_offsets.copy(), joints, places, ~np.any(places, axis=1))
    # A body does not change with time: some frames, spread over all, tell it, and all others start
    # from the pose of the nearest of them.
    some = np.unique(np.linspace(0, len(seen) - 1, SAMPLE).astype(int))
    sample = _fit_body(body, seen[some])
    nearest = np.abs(some[:, None] - np.arange(len(seen))).argmin(0)
    poses = _fit_poses(_Poses(sample.hips[nearest], sample.turned[nearest]), body, seen, STEPS)
    placed, at, _ = _placed(poses, body)
    error = float(np.nanmean(np.linalg.norm(placed - seen, axis=-1)))
    if not error < WORST:
        raise MotionFileError(
            f"{markers.name}: expected markers of one person, within {WORST} m of a body, "
            f"got {error:.2f} m"
        )
    _require_markers_near(markers.name, at, seen)
    return Fit(_clip(markers, poses, body, frames, labels or {}), error)


def _require_markers_near(
    name: str, at: Float[Array, "T J 3"], seen: Float[Array, "T M 3"]
) -> None:
    """Refuse a body whose joints are where no marker is, however well its markers fit."""
    nearest = np.full(at.shape[:2], np.inf)
    for marker in np.swapaxes(seen, 0, 1):
        apart = np.linalg.norm(at - marker[:, None], axis=-1)
        nearest = np.fmin(nearest, apart)
    mean = nearest.mean(axis=0)
    worst = int(np.argmax(mean))
    if not mean[worst] < FARTHEST:
        raise MotionFileError(
            f"{name}: expected markers within {FARTHEST} m of every joint, got none so near "
            f"{CANONICAL.joints[worst]}, which is {mean[worst]:.2f} m from the nearest"
        )


def places_on_body(markers: Markers) -> tuple[list[int], Int[Array, "M"], Float[Array, "M 3"]]:
    """Return `places_of` markers of which some sit on every part that is needed.

    Raises:
        MotionFileError: If a part has none.
    """
    known, joints, places = places_of(markers.labels)
    carried = {CANONICAL.joints[joint] for joint in joints}
    if missing := [joint for joint in ESSENTIAL if joint not in carried]:
        raise MotionFileError(
            f"{markers.name}: expected markers named like LFWT, RKNE or C7 on "
            f"{', '.join(missing)}, got {', '.join(markers.labels[:8])}…"
        )
    return known, joints, places


def upright(seen: Float[Array, "T M 3"], joints: Int[Array, "M"]) -> Float[Array, "T M 3"]:
    """Turn the axis along which heads are above feet to Y."""
    head, feet = (
        np.nanmean(seen[:, np.isin(joints, CANONICAL.indices(*names))], axis=(0, 1))
        for names in (("head",), ("leftLowerLeg", "rightLowerLeg", "leftFoot", "rightFoot"))
    )
    return rotations.rotate(rotations.swing(nearest_axis(head - feet), UP), seen)


def scaled(seen: Float[Array, "T M 3"], joints: Int[Array, "M"]) -> Float[Array, "T M 3"]:
    """Scale markers to about the size of the canonical skeleton, by how high heads are."""
    head = np.isin(joints, CANONICAL.indices("head"))
    height = np.nanmax(seen[:, head, 1], axis=1) - np.nanmin(seen[..., 1], axis=1)
    tall = CANONICAL.rest_positions[CANONICAL.index("head"), 1] + ABOVE_HEAD
    return seen * tall / np.nanpercentile(height, 90)


def _fit_body(body: _Body, seen: Float[Array, "T M 3"]) -> _Poses:
    """Fit bones and places, and return the poses in which they do."""
    poses = _fit_poses(_standing(seen, body), body, seen, FIRST_STEPS)
    # Poses given the body, and the body given poses: each alone is a problem that converges.
    for _ in range(ROUNDS):
        _measure(poses, body, seen)
        poses = _fit_poses(poses, body, seen, STEPS)
    return poses


def _fit_poses(poses: _Poses, body: _Body, seen: Float[Array, "T M 3"], steps: int) -> _Poses:
    """Return poses that fit the markers, from poses to begin with."""
    fitted = []
    for start in range(0, len(seen), CHUNK):
        some = slice(start, start + CHUNK)
        part = _Poses(poses.hips[some].copy(), poses.turned[some].copy())
        for _ in range(steps):
            if _improve(part, body, seen[some]) < CLOSE:
                break
        fitted.append(part)
    return _Poses(
        np.concatenate([part.hips for part in fitted]),
        np.concatenate([part.turned for part in fitted]),
    )


def _standing(seen: Float[Array, "T M 3"], body: _Body) -> _Poses:
    """Begin standing where the trunk's markers are, turned as they are."""
    trunk = np.isin(body.joints, CANONICAL.indices("hips", "spine", "chest", "head"))
    rest = CANONICAL.rest_positions[body.joints] + body.places
    hips = np.empty((len(seen), 3))
    turned = np.tile(rotations.IDENTITY, (len(seen), _JOINTS, 1))
    for frame, points in enumerate(seen):
        here = trunk & np.isfinite(points).all(-1)
        middle, rest_middle = points[here].mean(0), rest[here].mean(0)
        turn = Rotation.align_vectors(points[here] - middle, rest[here] - rest_middle)[0]
        turned[frame, 0] = turn.as_quat()
        hips[frame] = middle + turn.apply(CANONICAL.rest_positions[0] - rest_middle)
    return _Poses(hips, turned)


def _placed(poses: _Poses, body: _Body) -> tuple[Array, Array, Array]:
    """Where markers (T, M, 3) and joints (T, J, 3) are, and how joints are turned (T, J, 4)."""
    skeleton = replace(CANONICAL, rest_offsets=body.bones)
    at, world = world_from_local(skeleton, poses.hips, poses.turned)
    markers = at[:, body.joints] + rotations.rotate(world[:, body.joints], body.places)
    return markers, at, world


def _improve(poses: _Poses, body: _Body, seen: Float[Array, "T M 3"]) -> float:
    """Take one damped step of all frames towards the markers; return the largest, m or radians."""
    placed, at, world = _placed(poses, body)
    missing = ~np.isfinite(seen).all(-1)
    away = np.where(missing[..., None], 0.0, seen - placed)
    # Turning a joint by w moves a marker that hangs on it by cross(w, marker - joint).
    arm = placed[:, :, None] - at[:, None]
    arm *= (LINEAGE[body.joints] & ~missing[..., None])[..., None]
    zero = np.zeros(arm.shape[:-1])
    x, y, z = arm[..., 0], arm[..., 1], arm[..., 2]
    turning = np.stack([zero, z, -y, -z, zero, x, y, -x, zero], axis=-1)
    turning = turning.reshape(*arm.shape[:-1], 3, 3)
    moving = np.where(missing[..., None, None], 0.0, np.eye(3))[:, :, None]
    jacobian = np.concatenate([moving, turning], axis=2).swapaxes(2, 3)
    jacobian = jacobian.reshape(len(seen), -1, 3 * (1 + _JOINTS))
    # Gauss-Newton's normal equations, all frames at once.
    normal = jacobian.swapaxes(1, 2) @ jacobian
    pull = (jacobian.swapaxes(1, 2) @ away.reshape(len(seen), -1, 1))[..., 0]
    _stiffen(normal, pull, poses, world)
    step = np.linalg.solve(normal, pull[..., None])[..., 0].reshape(len(seen), -1, 3)
    poses.hips += step[:, 0]
    # The linearisation holds for small turns only: a larger step would overshoot, and not return.
    _turn_by(poses, world, np.clip(step[:, 1:], -0.5, 0.5))
    return float(np.abs(step).max())


def _stiffen(normal: Array, pull: Array, poses: _Poses, world: Array) -> None:
    """Let every joint but the first resist to turn from rest, and every step be damped."""
    parents = list(CANONICAL.parents[1:])
    bent = Rotation.from_quat(poses.turned[:, 1:].reshape(-1, 4)).as_rotvec()
    bent = bent.reshape(len(world), _JOINTS - 1, 3)
    # In the world's axes, as the steps are.
    back = -rotations.rotate(world[:, parents], bent)
    # Without it, joints that no marker tells apart would bend against each other without bound.
    pull[:, 6:] += STIFFNESS**2 * back.reshape(len(world), -1)
    diagonal = np.arange(normal.shape[1])
    normal[:, diagonal[6:], diagonal[6:]] += STIFFNESS**2
    normal[:, diagonal, diagonal] += 1e-4


def _turn_by(poses: _Poses, world: Array, step: Float[Array, "T J 3"]) -> None:
    """Turn joints by rotation vectors in the world's axes; what hangs on a joint turns with it."""
    parents = [0, *CANONICAL.parents[1:]]
    in_parent = rotations.rotate(rotations.inverse(world[:, parents]), step)
    in_parent[:, 0] = step[:, 0]
    turn = Rotation.from_rotvec(in_parent.reshape(-1, 3)).as_quat().reshape(*step.shape[:2], 4)
    poses.turned = rotations.normalise(rotations.multiply(turn, poses.turned))


def _measure(poses: _Poses, body: _Body, seen: Float[Array, "T M 3"]) -> None:
    """Find bones' lengths and markers' places that fit the poses best, near the usual ones.

    A marker is at hips + Σ R(parent) bone + R(joint) place: linear in lengths and places. A bone
    keeps its direction, and has its counterpart's length.
    """
    placed, _, world = _placed(poses, body)
    matrices = rotations.to_matrix(world)
    # Usual is the body so far, scaled as a whole to the markers: only proportions resist.
    scale = _scale(placed - poses.hips[:, None], seen - poses.hips[:, None])
    size = _JOINTS + 3 * len(body.joints)
    normal, pull = np.zeros((size, size)), np.zeros(size)
    for marker, joint in enumerate(body.joints):
        here = np.isfinite(seen[:, marker]).all(-1)
        chain = np.flatnonzero(LINEAGE[joint, 1:]) + 1
        parents = np.array(CANONICAL.parents)[chain]
        turned = matrices[here][:, parents] @ CANONICAL.rest_offsets[chain][..., None]
        rows = np.concatenate([turned[..., 0].swapaxes(1, 2), matrices[here, joint]], axis=-1)
        at = np.concatenate([TWIN[chain], _JOINTS + 3 * marker + np.arange(3)])
        goal = (seen[here, marker] - poses.hips[here])[..., None]
        np.add.at(normal, np.ix_(at, at), (rows.swapaxes(1, 2) @ rows).sum(0))
        np.add.at(pull, at, (rows.swapaxes(1, 2) @ goal).sum(0)[:, 0])
    lengths = np.linalg.norm(body.bones, axis=1) / np.linalg.norm(CANONICAL.rest_offsets, axis=1)
    usual = scale * np.concatenate([lengths, body.places.ravel()])
    weight = USUAL * len(seen) * np.where(np.arange(size) < _JOINTS, UNSCALED, 1.0)
    # A marker that is a joint itself stays there: else place and bone would trade lengths.
    weight[_JOINTS:][np.repeat(body.fixed, 3)] *= FIXED
    found = np.linalg.solve(normal + np.diag(weight), pull + weight * usual)
    body.bones[:] = CANONICAL.rest_offsets * found[TWIN][:, None]
    body.places[:] = found[_JOINTS:].reshape(-1, 3)


def _scale(ours: Float[Array, "T M 3"], theirs: Float[Array, "T M 3"]) -> float:
    """Return by how much to scale markers, seen from the hips, to make them the others."""
    seen = np.isfinite(theirs)
    return float((ours[seen] @ theirs[seen]) / (ours[seen] @ ours[seen]))


def _clip(
    markers: Markers, poses: _Poses, body: _Body, frames: Array, labels: dict[str, str]
) -> Clip:
    """Return the poses of all frames, on the canonical skeleton."""
    legs = CANONICAL.indices("leftLowerLeg", "leftFoot", "rightLowerLeg", "rightFoot")
    scale = 2.0 * LEG_LENGTH / np.linalg.norm(body.bones[legs], axis=1).sum()
    at = np.arange(frames[0], frames[-1] + 1)
    fitted = [Pose(hips, turned) for hips, turned in zip(poses.hips, poses.turned, strict=True)]
    clip = Clip.from_times(fitted, frames, at, markers.fps, markers.name)
    return placed_at_origin(replace(clip, hips=scale * clip.hips, labels=labels))
