"""Colouring as it is danced: the look of an emotion on poses that come one after the other.

What `colouring` knows of a whole dance, slow means of the past tell here. Tempo, steps and ways
over the floor stay the dancer's own, so that contacts and beats come when they did.
"""

from collections.abc import Callable, Sequence
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
Poses = tuple[Float[Array, "N 3"], Float[Array, "N J 4"]]
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
    def beside(others: Sequence["Tint"]) -> "Tint":
        """Return the tints of others, side by side."""
        names = vars(others[0])
        return Tint(**{n: np.concatenate([vars(other)[n] for other in others]) for n in names})

    @staticmethod
    def from_weights(weights: Float[Array, "N E"], labels: Sequence[str]) -> "Tint":
        """Return what emotion weights ask for: nothing at 0, and nothing if they are neutral.

        Args:
            weights: As `motion.emotion.check_weights` returns them.
            labels: Emotion of each weight; an emotion without a colour changes nothing.
        """
        weights, labels = weights.astype(float), tuple(labels)
        lean, head, hands, size, accent, low, bounce = (weights @ _table(_departure, labels)).T
        arms = weights @ _table(numbers_of, labels)
        return Tint(lean, head, hands, np.exp(size), accent, np.maximum(low, 0.0), bounce, arms)


_probit = NormalDist().inv_cdf


@cache
def _table(row_of: Callable[[str], Array], labels: tuple[str, ...]) -> Float[Array, "E C"]:
    return np.array([row_of(label) for label in labels]).reshape(len(labels), -1)


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


class LiveColouring:
    """Colours what some dancers do, side by side, frame by frame."""

    def __init__(self, count: int = 1) -> None:
        """Begin; a dancer's means start from their first frame."""
        self._begun = np.zeros(count, bool)
        standing = Pose.standing()
        self._middle = np.tile(standing.rotations, (count, 1, 1))
        self._fast = self._middle[:, UPPER]
        self._height = np.full(count, standing.hips[1])
        self._lean, self._head = np.zeros((2, count))
        self._elevation = np.full(count, np.radians(-70.0))
        self._deviation = np.full(count, np.radians(15.0))

    @staticmethod
    def beside(others: Sequence["LiveColouring"]) -> "LiveColouring":
        """Return the dancers of others, side by side."""
        together = copy(others[0])
        for name in vars(together):
            setattr(together, name, np.concatenate([vars(other)[name] for other in others]))
        return together

    def of(self, dancers: list[int] | Int[Array, "N"]) -> "LiveColouring":
        """Return some of these dancers."""
        some = copy(self)
        for name, values in vars(self).items():
            setattr(some, name, values[dancers])
        return some

    def observe(self, poses: Poses, dt: float) -> None:
        """Take the newest frame of every dancer into the means.

        Args:
            poses: As they are danced.
            dt: Seconds since the frame before.
        """
        positions, matrices = kinematics.world_matrices(CANONICAL, *poses)
        of_first = np.where(self._begun, 0.0, 1.0)
        self._begun = np.ones_like(self._begun)

        def share_of(seconds: float) -> Float[Array, "N"]:
            return np.maximum(of_first, dt / seconds)

        whole, upper = poses[1], poses[1][:, UPPER]
        self._middle = _nearer(self._middle, whole, share_of(MIDDLE_SECONDS)[:, None, None])
        self._fast = _nearer(self._fast, upper, share_of(ACCENT_SECONDS)[:, None, None])
        self._height = self._height + share_of(BOUNCE_SECONDS) * (poses[0][:, 1] - self._height)
        lean, head = posture_of(positions, rotations.from_matrix(matrices[:, HEAD]))
        share = dt / POSTURE_SECONDS
        self._lean = self._lean + share * (lean - self._lean)
        self._head = self._head + share * (head - self._head)
        arms = Arms.from_positions(positions).elevation.mean(-1)
        away = np.abs(arms - self._elevation)
        self._elevation = self._elevation + share * (arms - self._elevation)
        self._deviation = self._deviation + share * (away - self._deviation)

    def coloured(self, poses: Poses, tint: Tint) -> Poses:
        """Return the look of a tint on poses of these dancers; ankles stay where they were.

        Args:
            poses: As many of every dancer, those of one after those of another.
            tint: As many as dancers.
        """
        each = len(poses[0]) // len(self._begun)
        if each > 1 and len(self._begun) > 1:  # one dancer's rows stand for any number
            return self.of(np.repeat(np.arange(len(self._begun)), each)).coloured(
                poses, tint.repeated(each)
            )
        hips, turned = poses[0].copy(), poses[1].copy()
        feet = kinematics.world_positions(CANONICAL, *poses)[:, FEET]
        upper = enlarged(turned[:, UPPER], self._middle[:, UPPER], tint.size[:, None, None])
        turned[:, UPPER] = enlarged(upper, self._fast, 1.0 + tint.accent[:, None, None])
        turned = carried(turned, self._middle, tint.arms)
        positions, world = kinematics.world_from_local(CANONICAL, hips, turned)
        angle = np.clip(tint.hands * self._deviation, *MOST_RAISED)
        arms = Arms.from_positions(positions)
        # Overhead an arm has no side to be lowered to: it would swing from one to another.
        sure = np.clip((0.5 * np.pi - arms.elevation) / OVERHEAD, 0.0, 1.0)
        world[:, ARMS] = arms.raised(world, sure * angle[:, None])
        world = bowed(positions, world, *self._bow(tint))
        turned = kinematics.local_from_world(CANONICAL, world)
        bounced = np.clip(tint.bounce * (hips[:, 1] - self._height), *BOUNCE_RANGE)
        hips[:, 1] += bounced - tint.low * LEG_LENGTH
        positions = kinematics.world_positions(CANONICAL, hips, turned)
        return hips, reach_legs(feet - positions[:, FEET], (hips, turned), positions)

    def _bow(self, tint: Tint) -> tuple[Float[Array, "N"], Float[Array, "N"]]:
        """Return by how much to bend trunk and head: whoever is bent so already, by less."""
        lean = _still_missing(tint.lean, self._lean) / YIELD
        return lean, _still_missing(tint.head, self._head)


def _still_missing(wanted: Float[Array, "N"], own: Float[Array, "N"]) -> Float[Array, "N"]:
    there = np.where(wanted * own > 0, np.sign(wanted) * np.minimum(np.abs(own), np.abs(wanted)), 0)
    return wanted - there


def _nearer(mean: Float[Array, "*batch 4"], to: Array, share: Array) -> Float[Array, "*batch 4"]:
    """Return rotations a share of the way nearer to others, on the shorter arc."""
    side = np.where(np.sum(mean * to, -1, keepdims=True) < 0, -1.0, 1.0)
    return rotations.normalise(mean + share * (side * to - mean))
