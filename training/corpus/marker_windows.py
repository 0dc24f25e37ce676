"""Markers as networks of points want them: normalised windows, and the edges of a graph.

The way of the published choreography: scaled to the dancer's floor, each frame centred on it,
positions and velocities brought to [-1, 1] apart, windows of 128 frames.

References:
    M. Pettee et al., "Beyond Imitation: Generative and Variational Choreography via Machine
    Learning", arXiv:1907.05297, and the code published with it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from motion.errors import MotionFileError
from motion.markers.markers import Markers

Array = np.ndarray

WINDOW = 128
"""Frames: 3.7 s at the 35 fps of the choreography arrays."""

EXTREMES = (1.0, 99.0)
"""Percentiles between which the floor is taken to lie: a few lost markers do not stretch it."""


@dataclass(frozen=True)
class Range:
    """What becomes [-1, 1]: the least and the largest number of a kind."""

    low: float
    high: float

    @staticmethod
    def of(values: Float[Array, "..."]) -> "Range":
        """Return the range of numbers that are not all the same.

        Raises:
            MotionFileError: If they are.
        """
        low, high = float(values.min()), float(values.max())
        if not low < high:
            raise MotionFileError(f"expected markers that move, got {low} everywhere")
        return Range(low, high)

    def normalise(self, values: Float[Array, "..."]) -> Float[Array, "..."]:
        """Take numbers of the range to [-1, 1]."""
        return 2.0 * (values - self.low) / (self.high - self.low) - 1.0

    def denormalise(self, values: Float[Array, "..."]) -> Float[Array, "..."]:
        """Take numbers of [-1, 1] back to the range."""
        return self.low + (values + 1.0) * (self.high - self.low) / 2.0


@dataclass(frozen=True, eq=False)
class Normalised:
    """Markers in the unit of a network.

    Attributes:
        values: Positions and velocities in [-1, 1], float32, (T, M, 6).
        position: What positions are the normalised ones of, after scaling and centring.
        velocity: The same of velocities, per second.
    """

    values: Float[Array, "T M 6"]
    position: Range
    velocity: Range


def normalised(markers: Markers, up: int = 2) -> Normalised:
    """Scale, centre and normalise markers.

    Args:
        markers: Seen in every frame; at least two.
        up: The axis that leads away from the floor.

    Raises:
        MotionFileError: If some are not seen, or nothing moves.
    """
    unseen = int((~markers.seen).sum())
    if unseen or len(markers) < 2:
        raise MotionFileError(
            f"{markers.name}: expected 2 frames or more with all of {len(markers.labels)} markers, "
            f"got {len(markers)} frames, {unseen} times without one: bridge or leave out"
        )
    positions = centred(scaled(markers.positions, up), up)
    velocities = np.diff(positions, axis=0, prepend=2 * positions[:1] - positions[1:2])
    velocities *= markers.fps
    ranges = Range.of(positions), Range.of(velocities)
    parts = [r.normalise(v) for r, v in zip(ranges, (positions, velocities), strict=True)]
    return Normalised(np.concatenate(parts, -1).astype(np.float32), *ranges)


def scaled(positions: Float[Array, "T M 3"], up: int = 2) -> Float[Array, "T M 3"]:
    """Scale so that the floor that is danced on, a square, reaches from -1 to 1."""
    low, high = np.percentile(positions, EXTREMES, axis=(0, 1))
    planar = np.arange(3) != up
    least, most = low[planar].min(), high[planar].max()
    middle = np.where(planar, (least + most) / 2.0, 0.0)
    if not least < most:
        raise MotionFileError(f"expected markers apart from each other, got all at {least}")
    return (positions - middle) * 2.0 / (most - least)


def centred(positions: Float[Array, "T M 3"], up: int = 2) -> Float[Array, "T M 3"]:
    """Take every frame's mean place on the floor to the origin; heights stay."""
    return positions - positions.mean(1, keepdims=True) * (np.arange(3) != up)


def windows(
    frames: Float[Array, "T *rest"], length: int = WINDOW, step: int = WINDOW
) -> Float[Array, "N W *rest"]:
    """Return windows that begin `step` frames apart: overlapping where it is below their length.

    Raises:
        MotionFileError: If there are fewer frames than a window has.
    """
    if len(frames) < length:
        raise MotionFileError(f"expected {length} frames or more for a window, got {len(frames)}")
    starts = np.arange(0, len(frames) - length + 1, step)
    return frames[starts[:, None] + np.arange(length)]


def edges(labels: Sequence[str], lines: Sequence[tuple[str, ...]]) -> Int[Array, "2 E"]:
    """Return from where and to where a graph's edges lead, both ways along each line.

    Args:
        labels: Of the markers, the nodes.
        lines: Pairs of labels; those with an end that is no node are left out.
    """
    number = {label: index for index, label in enumerate(labels)}
    known = [(number[a], number[b]) for a, b in lines if a in number and b in number]
    one_way = np.array(known, int).reshape(-1, 2)
    return np.concatenate([one_way, one_way[:, ::-1]]).T
