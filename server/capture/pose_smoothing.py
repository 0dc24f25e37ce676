"""Landmarks of one person, made steadier than the network gives them from picture to picture.

MediaPipe smooths in the same way where it looks for one person only. What is known of joints and of
how fast they move comes later, in `filters`.
"""

from dataclasses import replace

import numpy as np

from server.capture import landmarks as lm
from server.capture.filters import OneEuro
from server.capture.landmarks import Landmarks

_EVERY = np.ones(lm.COUNT, dtype=bool)
_LONGEST_GAP = 0.5  # seconds between pictures that count; a clock that stands or jumps counts less


class _Steady(OneEuro):
    """Lets fast motion through within a picture: the network's trembling is slow and small."""

    CUTOFF = 0.1
    SLOPE = 40.0


class PoseSmoother:
    """Follows one person; holds no clock."""

    VISIBILITY = 0.3
    """Seconds after which a change of visibility shows by two thirds: limbs that flicker in and out
    of sight are believed in neither state."""

    def __init__(self) -> None:
        self._steady = _Steady()
        self._visibility: np.ndarray | None = None
        self._time = 0.0

    def update(self, landmarks: Landmarks, time: float) -> Landmarks:
        """Return the landmarks of the next picture, smoothed; the first as they are.

        Args:
            landmarks: Landmarks of the person as they were found.
            time: When the picture was taken, seconds.
        """
        seconds = min(max(time - self._time, 0.0), _LONGEST_GAP)
        self._time = time
        if self._visibility is None:
            self._visibility = landmarks.visibility
        share = 1.0 - np.exp(-seconds / self.VISIBILITY)
        self._visibility = self._visibility + share * (landmarks.visibility - self._visibility)
        positions = self._steady.update(landmarks.positions, _EVERY, max(seconds, 1e-3))
        return replace(landmarks, positions=positions, visibility=self._visibility)
