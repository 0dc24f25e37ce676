"""What is to be danced: cues of emotion and energy, and the phrases that follow from them.

A phrase is settled half a phrase before it begins, from the emotion weights of that moment, and is
not changed afterwards: so a new cue, at whatever time it comes, changes nothing of the past and
nothing that is under way but how it is danced.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Float

from motion.choreography.arm_figures import ARM_FIGURES
from motion.choreography.effort import EMOTIONS, Effort, blend, weights_of
from motion.choreography.figures import ArmFigure, Footwork, TorsoFigure
from motion.choreography.footwork import FOOTWORKS, STANCE
from motion.choreography.torso_figures import TORSO_FIGURES
from motion.choreography.track import Track

Array = np.ndarray

PHRASE = 8
"""Beats in a phrase."""

SETTLED = 4
"""Beats before its beginning when a phrase is settled; further than any movement reaches back."""

EASE = 2.0
"""Beats in which a cue takes effect."""

_GOLDEN = 0.6180339887498949
_STRIDES = (_GOLDEN, np.sqrt(2.0) - 1.0, np.sqrt(3.0) - 1.0)
"""Irrational strides through the shares of footwork, arm and torso figures."""


@dataclass(frozen=True)
class Cue:
    """From a beat on, dance like this.

    Attributes:
        beat: When.
        weights: Weights of `EMOTIONS`, in their order.
        energy: 1 is usual for the emotion.
    """

    beat: float
    weights: tuple[float, ...]
    energy: float = 1.0

    @staticmethod
    def from_emotion(emotion: Mapping[str, float], energy: float = 1.0, beat: float = 0.0) -> "Cue":
        """Return the cue of emotion weights by name; what their sum lacks to 1 is neutral."""
        return Cue(beat, tuple(weights_of(emotion).tolist()), energy)


Score = tuple[Cue, ...]
"""Cues in the order of their beats; the first holds from the beginning."""


def conditions(score: Score, beats: Float[Array, "T"]) -> Float[Array, "T 9"]:
    """Return emotion weights and, in the last column, energy at any time."""
    values = np.array([[*cue.weights, cue.energy] for cue in score])
    arrive = np.array([cue.beat + EASE for cue in score])
    track = Track(arrive, values, np.full(len(score), EASE))
    return track.read(beats, np.ones(len(beats)))


@dataclass(frozen=True, eq=False)
class Phrase:
    """Eight beats as they are settled.

    Attributes:
        footwork: Steps, mirrored or not.
        arms: Arm figure, likewise.
        torso: Torso figure, likewise.
        pace: Arm and torso keys for each beat: 0.5, 1 or 2.
        half: Which half of the keys a phrase at half pace takes, 0 or 1.
        quiet: The arm that keeps quiet, 0 left or 1 right, or None.
        held: For each of up to 16 arm keys, whether it is left out.
        effort: How the steps are to be taken.
        energy: Likewise.
    """

    footwork: Footwork
    arms: ArmFigure
    torso: TorsoFigure
    pace: float
    half: int
    quiet: int | None
    held: Array
    effort: Effort
    energy: float


@lru_cache(maxsize=512)
def phrase(seed: int, number: int, condition: tuple[float, ...]) -> Phrase:
    """Return a phrase.

    Args:
        seed: Chooses figures.
        number: Number of the phrase.
        condition: Emotion weights and energy when it was settled.
    """
    weights, energy = np.array(condition[:-1]), condition[-1]
    weights = weights + max(1.0 - weights.sum(), 0.0) * (np.arange(len(EMOTIONS)) == 0)
    effort = blend(weights)
    rng = np.random.default_rng([seed, number, 7])
    mirrored, draw = rng.random(3) < 0.5, float(rng.random())
    footwork = FOOTWORKS[_pick(FOOTWORKS, weights, seed, number, 0)]
    arms = ARM_FIGURES[_pick(ARM_FIGURES, weights, seed, number, 1)]
    torso = TORSO_FIGURES[_pick(TORSO_FIGURES, weights, seed, number, 2)]
    pace = 0.5 if draw < effort.slow else 2.0 if draw > 1.0 - effort.quick else 1.0
    return Phrase(
        footwork.mirrored() if mirrored[0] else footwork,
        arms.mirrored() if mirrored[1] else arms,
        torso.mirrored() if mirrored[2] else torso,
        pace,
        int(rng.integers(2)),
        int(rng.integers(2)) if rng.random() < effort.asymmetry else None,
        rng.random(16) < effort.stillness,
        effort,
        energy,
    )


def _pick(
    figures: Sequence[Footwork | ArmFigure | TorsoFigure],
    weights: Array,
    seed: int,
    number: int,
    what: int,
) -> int:
    """Return a figure's index, by the liking of the emotions.

    Irrational strides through the shares visit each figure as often as it is liked, at nearly
    even distances, and hardly ever twice in a row.
    """
    rng = np.random.default_rng([seed, what])
    order = rng.permutation(len(figures))
    shares = np.cumsum(np.array([figures[i].liking for i in order]) @ weights)
    at = (rng.random() + number * _STRIDES[what]) % 1.0
    return int(order[np.searchsorted(shares, at * shares[-1])])


def place(seed: int, number: int, effort: Effort) -> Float[Array, "2 3"]:
    """Return where the balls of both feet stand at the beginning of a phrase: x, z, yaw.

    Dancers wander about the stage in slow waves and keep to the part that suits their emotion.
    """
    phases = np.random.default_rng([seed, 11]).random((3, 2))
    periods = np.array([[4.1, 9.7], [5.3, 11.9], [3.7, 7.9]])  # phrases
    x, z, turn = np.sin(2 * np.pi * (number / periods + phases)).mean(axis=1)
    yaw = np.radians(effort.aside) * turn
    feet = STANCE * [effort.stance, 1.0, 1.0]
    cos, sin = np.cos(yaw), np.sin(yaw)
    return np.stack(
        [
            effort.travel * 1.4 * x + cos * feet[:, 0] + sin * feet[:, 1],
            effort.travel * z - effort.retreat - sin * feet[:, 0] + cos * feet[:, 1],
            yaw + feet[:, 2],
        ],
        axis=-1,
    )
