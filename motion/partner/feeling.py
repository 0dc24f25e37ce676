"""What a partner makes of the motion that it follows: the same motion, in its emotion."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from motion.choreography.colours import COLOURS
from motion.choreography.live_colouring import LiveColouring, Tint
from motion.clip import Clip
from motion.partner.inertialisation import decay

HALF_LIFE = 0.15
"""Seconds in which half of a change of emotion shows."""

NOTHING = 1e-3
"""Weight at which an emotion that fades is gone."""


class Feeling:
    """Colours one motion, frame by frame; holds no clock."""

    def __init__(self) -> None:
        """Begin with a motion; its emotion shows from the first frame on."""
        self._colouring = LiveColouring()
        self._weights: np.ndarray | None = None
        self._rate = np.zeros(len(COLOURS))

    def coloured(self, frames: Clip, emotion: Mapping[str, float]) -> Clip:
        """Return the newest frames in an emotion; at intensity 0 they are the same.

        Args:
            frames: The last of them is a frame later than that of the call before.
            emotion: Weight by label; labels without a colour change nothing.
        """
        self._colouring.observe((frames.hips[-1:], frames.rotations[-1:]), 1.0 / frames.fps)
        goal = np.array([emotion.get(label, 0.0) for label in COLOURS])
        self._weights = weights = self._nearer(goal, 1.0 / frames.fps)
        if not weights.any():
            return frames
        tint = Tint.from_weights(weights[None], list(COLOURS))
        hips, turned = self._colouring.coloured((frames.hips, frames.rotations), tint)
        return replace(frames, hips=hips, rotations=turned)

    def _nearer(self, goal: np.ndarray, dt: float) -> np.ndarray:
        away = 0.0 * goal if self._weights is None else self._weights - goal
        away, self._rate = decay(away, self._rate, HALF_LIFE, dt)
        if max(np.abs(away).max(), np.abs(self._rate).max()) < NOTHING:
            away, self._rate = 0.0 * away, 0.0 * self._rate
        return np.maximum(goal + away, 0.0)
