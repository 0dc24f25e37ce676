"""Colouring as it is danced: the look of an emotion on poses that come one after the other.

What `colouring` knows of a whole dance, slow means of the past tell here. Tempo, steps and ways
over the floor stay the dancer's own, so that contacts and beats come when they did.
"""

from collections.abc import Sequence
from copy import copy
from ctypes import c_int
from functools import cache
from statistics import NormalDist

import numpy as np
from jaxtyping import Float, Int

from motion import rotations
from motion.choreography.carriage import numbers_of
from motion.choreography.colours import COLOURS
from motion.choreography.posing import BENDING, BODY, UPPER
from motion.clip import Pose
from motion.compiled import function
from motion.emotion import NEUTRAL
from motion.leg_reach import LEG
from motion.skeleton import CANONICAL

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

_MEMORY = np.array([MIDDLE_SECONDS, ACCENT_SECONDS, BOUNCE_SECONDS, POSTURE_SECONDS])
_LIMITS = np.array([YIELD, *MOST_RAISED, np.pi / 2, np.pi / 2 - OVERHEAD, *BOUNCE_RANGE])
_OFFSETS = CANONICAL.rest_offsets

_observe, _colour = function("observe", "nnxdidddooo", c_int), function("colour", "nnidddddddoo")


def tints(weights: Float[Array, "N E"], labels: Sequence[str]) -> Float[Array, "N 14"]:
    """Return by how much motion is to depart from its own, as emotion weights ask for.

    All is 0 where nothing is asked for, also if the weights are neutral. In order: forward lean of
    the trunk and downward pitch of the head in the world, radians; lift of the arms, standard
    deviations of their own elevation; how far joints lead away from where they dwell, of their own,
    as a logarithm; how much further from the fast mean, below 0 nearer to it; distance by which the
    hips sink, leg lengths; how much further hips rise and fall than they do; where arms dwell, see
    `carriage.numbers_of`.

    Args:
        weights: As `motion.emotion.check_weights` returns them.
        labels: Emotion of each weight; an emotion without a colour changes nothing.
    """
    # One product for each dancer: those of a matrix have other last bits by its height.
    asked: Array = (weights.astype(float)[:, None] @ _table(tuple(labels)))[:, 0]
    return asked


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


class LiveColouring:
    """Colours what some dancers do, side by side, frame by frame."""

    def __init__(self, count: int = 1) -> None:
        """Begin; a dancer's means start from their first frame."""
        self._begun = np.zeros(count, bool)
        standing = Pose.standing()
        posture = standing.hips[1], 0.0, 0.0, np.radians(-70.0), np.radians(15.0)
        row = [standing.rotations.ravel(), standing.rotations[UPPER].ravel(), np.array(posture)]
        self._means: Float[Array, "N 137"] = np.tile(np.concatenate(row), (count, 1))

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

    def observe(self, poses: Poses, dt: float) -> Float[Array, "N T J 3"]:
        """Take the newest frame of every dancer into the means.

        Args:
            poses: As they are danced, (N, T).
            dt: Seconds since the frame before.

        Returns:
            World positions of all joints, metres.
        """
        positions = np.empty((*poses[1].shape[:-1], 3))
        shape, state = poses[0].shape[:2], (self._begun, self._means, positions)
        if _observe(*shape, dt, _MEMORY, BODY, _OFFSETS, *poses, *state):
            raise ValueError(rotations.ZERO_LENGTH)
        return positions

    def coloured(
        self, poses: Poses, positions: Float[Array, "N T J 3"], tint: Float[Array, "N 14"]
    ) -> Poses:
        """Return the look of tints on poses of these dancers; ankles stay where they were.

        Args:
            poses: As they are danced, (N, T).
            positions: World positions of their joints, metres; see `observe`.
            tint: One for each dancer; see `tints`.
        """
        hips, turned = (np.array(part, np.float64, order="C") for part in poses)
        look = _OFFSETS, BENDING, _LIMITS, LEG, self._means, tint, positions
        _colour(*hips.shape[:2], BODY, *look, hips, turned)
        return hips, turned
