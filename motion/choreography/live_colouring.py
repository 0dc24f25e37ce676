"""Colouring as it is danced: the look of an emotion on poses that come one after the other.

What `colouring` knows of a whole dance, slow means of the past tell here. Tempo, steps and ways
over the floor stay the dancer's own, so that contacts and beats come when they did.
"""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from functools import cache
from statistics import NormalDist

import numpy as np
from jaxtyping import Float, Int

from motion import kinematics, rotations
from motion.choreography.carriage import carried, numbers_of
from motion.choreography.colours import COLOURS
from motion.choreography.posing import ARMS, FEET, HEAD, UPPER, Arms, bowed, enlarged, posture_of
from motion.clip import Pose
from motion.emotion import NEUTRAL
from motion.leg_reach import reach_legs
from motion.skeleton import CANONICAL, LEG_LENGTH

Array = np.ndarray
Poses = tuple[Float[Array, "*batch 3"], Float[Array, "*batch J 4"]]
"""Positions of the hips, metres, and local rotations."""

MIDDLE_SECONDS = 1.5
"""Time constant of the mean about which a dancer moves."""

POSTURE_SECONDS = 3.0
"""Time constant of the mean of lean and head: a bow passes, and a stoop stays."""

ACCENT_SECONDS = 0.12
"""Time constant of the mean from which accents depart: it delays the softest by half of it."""

ACCENT_GAIN = 1.3
"""How much further than the fast mean an accent of 1 leads."""

BOUNCE_GAIN = 2.5
"""How much further hips rise and fall for each leg length per second of a livelier emotion."""

BOUNCE_SECONDS = 0.5
"""Time constant of the mean from which hips rise and fall."""

BOUNCE_RANGE = (-0.08, 0.02)
"""Metres by which they are lowered and raised at most: legs are almost straight as it is."""

YIELD = 0.75
"""Radians by which a trunk leans for each by which it is bent: the pelvis goes along less."""

MOST_RAISED = np.radians([-50.0, 35.0])
"""By which arms are lowered and raised at most."""


OVERHEAD = np.radians(40.0)
"""From straight up, within which arms are raised and lowered less."""


@dataclass(frozen=True, eq=False)
class Tint:
    """By how much motion is to depart from its own, for each of some dancers, (N,).

    Attributes:
        lean: Forward lean of the trunk, radians.
        head: Downward pitch of the head in the world, radians.
        hands: Lift of the arms, standard deviations of their own elevation.
        size: How far joints lead away from where they dwell, of their own.
        accent: How much further from the fast mean; below 0 nearer to it.
        low: Distance by which the hips sink, leg lengths.
        bounce: How much further hips rise and fall than they do.
        arms: Where arms dwell, numbers of `carriage.carried`, (N, 7).
    """

    lean: Float[Array, "N"]
    head: Float[Array, "N"]
    hands: Float[Array, "N"]
    size: Float[Array, "N"]
    accent: Float[Array, "N"]
    low: Float[Array, "N"]
    bounce: Float[Array, "N"]
    arms: Float[Array, "N 7"]

    def repeated(self, times: int) -> "Tint":
        """Return each so many times."""
        return Tint(**{name: np.repeat(value, times, axis=0) for name, value in vars(self).items()})

    @staticmethod
    def from_weights(weights: Float[Array, "N E"], labels: Sequence[str]) -> "Tint":
        """Return what emotion weights ask for: nothing at 0, and nothing if they are neutral.

        Args:
            weights: As `motion.emotion.check_weights` returns them.
            labels: Emotion of each weight; an emotion without a colour changes nothing.
        """
        # One product for each dancer: those of a matrix have other last bits by its height.
        asked = (weights.astype(float)[:, None] @ _table(tuple(labels)))[:, 0]
        lean, head, hands, size, accent, low, bounce = asked[:, :7].T
        low = np.maximum(low, 0.0)
        return Tint(lean, head, hands, np.exp(size), accent, low, bounce, asked[:, 7:])


_probit = NormalDist().inv_cdf


@cache
def _table(labels: tuple[str, ...]) -> Float[Array, "E 14"]:
    return np.array([np.append(_departure(label), numbers_of(label)) for label in labels])


def _departure(label: str) -> Float[Array, "7"]:
    """Return in what a colour differs from the neutral one; of size, the logarithm."""
    if label not in COLOURS:
        return np.zeros(7)
    to, start = COLOURS[label], COLOURS[NEUTRAL]
    return np.array(
        [
            np.radians(to.lean - start.lean),
            np.radians(to.head - start.head),
            _probit(to.hands) - _probit(start.hands),
            np.log(to.size / start.size),
            ACCENT_GAIN * (to.accent - start.accent),
            to.low - start.low,
            BOUNCE_GAIN * (to.speed - start.speed),
        ]
    )


_JOINTS = len(CANONICAL.joints)

_MEANS = np.cumsum([4 * _JOINTS, 4 * len(UPPER)]).tolist()
"""Where the means of a dancer's upper body and of its posture begin."""


class LiveColouring:
    """Colours what some dancers do, side by side, frame by frame."""

    def __init__(self, count: int = 1) -> None:
        """Begin; a dancer's means start from their first frame."""
        self._begun = np.zeros(count, bool)
        standing = Pose.standing()
        posture = standing.hips[1], 0.0, 0.0, np.radians(-70.0), np.radians(15.0)
        row = [standing.rotations.ravel(), standing.rotations[UPPER].ravel(), np.array(posture)]
        self._means: Float[Array, "N M"] = np.tile(np.concatenate(row), (count, 1))

    @staticmethod
    def beside(others: Sequence["LiveColouring"]) -> "LiveColouring":
        """Return the dancers of others, side by side."""
        together = copy(others[0])
        together._begun = np.concatenate([other._begun for other in others])
        together._means = np.concatenate([other._means for other in others])
        return together

    def of(self, dancers: list[int] | Int[Array, "N"]) -> "LiveColouring":
        """Return some of these dancers."""
        some = copy(self)
        some._begun, some._means = self._begun[dancers], self._means[dancers]
        return some

    @property
    def _middle(self) -> Float[Array, "N J 4"]:
        return self._means[:, : _MEANS[0]].reshape(-1, _JOINTS, 4)

    @property
    def _fast(self) -> Float[Array, "N U 4"]:
        return self._means[:, _MEANS[0] : _MEANS[1]].reshape(-1, len(UPPER), 4)

    @property
    def _posture(self) -> Float[Array, "5 N"]:
        """Height of the hips; lean, head; elevation of the arms, and its deviation."""
        return self._means[:, _MEANS[1] :].T

    def observe(self, poses: Poses, dt: float) -> Float[Array, "N T J 3"]:
        """Take the newest frame of every dancer into the means.

        Args:
            poses: As they are danced, (N, T).
            dt: Seconds since the frame before.

        Returns:
            World positions of all joints, metres.
        """
        positions, matrices = kinematics.world_matrices(CANONICAL, *poses)
        of_first = np.where(self._begun, 0.0, 1.0)
        self._begun = np.ones_like(self._begun)

        def share_of(seconds: float) -> Float[Array, "N"]:
            return np.maximum(of_first, dt / seconds)

        newest, whole = positions[:, -1], poses[1][:, -1]
        middle = _nearer(self._middle, whole, share_of(MIDDLE_SECONDS)[:, None, None])
        fast = _nearer(self._fast, whole[:, UPPER], share_of(ACCENT_SECONDS)[:, None, None])
        *_, elevation, _ = self._posture
        lean, head = posture_of(newest, rotations.from_matrix(matrices[:, -1, HEAD]))
        arms = Arms.from_positions(newest).elevation.mean(-1)
        now = np.array([poses[0][:, -1, 1], lean, head, arms, np.abs(arms - elevation)])
        shares = np.full_like(now, dt / POSTURE_SECONDS)
        shares[0] = share_of(BOUNCE_SECONDS)
        posture = self._posture + shares * (now - self._posture)
        count = len(whole)
        rows = middle.reshape(count, -1), fast.reshape(count, -1), posture.T
        self._means = np.concatenate(rows, axis=1)
        return positions

    def coloured(self, poses: Poses, positions: Float[Array, "N T J 3"], tint: Tint) -> Poses:
        """Return the look of a tint on poses of these dancers; ankles stay where they were.

        Args:
            poses: As they are danced, (N, T).
            positions: World positions of their joints, metres; see `observe`.
            tint: As many as dancers.
        """
        shape = poses[0].shape[:2]
        each = self.of(np.arange(len(self._means)).repeat(shape[1]))
        hips, turned = each._coloured(
            (poses[0].reshape(-1, 3), poses[1].reshape(-1, _JOINTS, 4)),
            positions[:, :, FEET].reshape(-1, 2, 3),
            tint.repeated(shape[1]),
        )
        return hips.reshape(*shape, 3), turned.reshape(*shape, _JOINTS, 4)

    def _coloured(self, poses: Poses, feet: Float[Array, "N 2 3"], tint: Tint) -> Poses:
        hips, turned = poses[0].copy(), poses[1].copy()
        middle, (height, lean, head, _, deviation) = self._middle, self._posture
        upper = enlarged(turned[:, UPPER], middle[:, UPPER], tint.size[:, None, None])
        turned[:, UPPER] = enlarged(upper, self._fast, 1.0 + tint.accent[:, None, None])
        turned = carried(turned, middle, tint.arms)
        positions, world = kinematics.world_from_local(CANONICAL, hips, turned)
        angle = np.clip(tint.hands * deviation, *MOST_RAISED)
        arms = Arms.from_positions(positions)
        # Overhead an arm has no side to be lowered to: it would swing from one to another.
        sure = np.clip((0.5 * np.pi - arms.elevation) / OVERHEAD, 0.0, 1.0)
        world[:, ARMS] = arms.raised(world, sure * angle[:, None])
        # Whoever is bent so already is bent by less.
        bow = _still_missing(tint.lean, lean) / YIELD, _still_missing(tint.head, head)
        world = bowed(positions, world, *bow)
        turned = kinematics.local_from_world(CANONICAL, world)
        bounced = np.clip(tint.bounce * (hips[:, 1] - height), *BOUNCE_RANGE)
        hips[:, 1] += bounced - tint.low * LEG_LENGTH
        positions = kinematics.world_positions(CANONICAL, hips, turned)
        return hips, reach_legs(feet - positions[:, FEET], (hips, turned), positions)


def _still_missing(wanted: Float[Array, "N"], own: Float[Array, "N"]) -> Float[Array, "N"]:
    there = np.where(wanted * own > 0, np.sign(wanted) * np.minimum(np.abs(own), np.abs(wanted)), 0)
    return wanted - there


def _nearer(mean: Float[Array, "*batch 4"], to: Array, share: Array) -> Float[Array, "*batch 4"]:
    """Return rotations a share of the way nearer to others, on the shorter arc."""
    side = np.where(rotations.dot(mean, to)[..., None] < 0, -1.0, 1.0)
    return rotations.normalise(mean + share * (side * to - mean))
