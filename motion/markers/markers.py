"""Optical markers: named points on a body, before they are fitted to the canonical skeleton."""

import itertools
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from jaxtyping import Bool, Float

from motion.errors import MotionFileError

Array = np.ndarray

LONGEST_GAP = 0.5
"""Seconds of a marker out of sight that are bridged; over a longer time a limb may do anything."""


@dataclass(frozen=True, eq=False)
class Markers:
    """Where markers are over time.

    Attributes:
        name: Name of the recording; unique in a corpus.
        fps: Frames per second.
        labels: A name for each marker, as the file has it.
        positions: Marker positions, Y up, in the unit of the file, (T, M, 3); NaN where a marker
            was not seen.
        subject: Name of the person, where a file holds several.
        notes: Sentences about the parts of the file that were not read.
    """

    name: str
    fps: float
    labels: tuple[str, ...]
    positions: Float[Array, "T M 3"]
    subject: str = ""
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        expected = (len(self.positions), len(self.labels), 3)
        if self.positions.shape != expected:
            got = self.positions.shape
            raise MotionFileError(f"{self.name}: expected positions of shape {expected}, got {got}")

    def __len__(self) -> int:
        return len(self.positions)

    @property
    def seen(self) -> Bool[Array, "T M"]:
        """Which markers were seen in which frames."""
        return np.isfinite(self.positions).all(-1)

    def resampled(self, fps: float) -> Self:
        """Return them at another rate; a frame is seen where both neighbours in time are."""
        at = np.arange(int((len(self) - 1) / self.fps * fps + 1e-9) + 1) / fps * self.fps
        before = np.minimum(at.astype(int), len(self) - 2)
        part = (at - before)[:, None, None]
        between = (1.0 - part) * self.positions[before] + part * self.positions[before + 1]
        exact = np.where(part == 0.0, self.positions[before], between)
        return replace(self, fps=fps, positions=exact)

    def bridged(self) -> Self:
        """Return them with short gaps filled, on straight ways between where they were seen."""
        positions, longest = self.positions.copy(), round(LONGEST_GAP * self.fps)
        for marker, seen in enumerate(self.seen.T):
            at = np.flatnonzero(seen)
            for first, last in itertools.pairwise(at):
                if 1 < last - first <= longest + 1:
                    inside = np.arange(first + 1, last)
                    part = ((inside - first) / (last - first))[:, None]
                    start, end = positions[first, marker], positions[last, marker]
                    positions[inside, marker] = start + part * (end - start)
        return replace(self, positions=positions)
