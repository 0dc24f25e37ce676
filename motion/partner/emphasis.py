"""A new emotion is exaggerated at first, so that a change is seen before the old motion is over."""

from typing import Final

import numpy as np
from jaxtyping import Float

from motion.partner.batched_state import BatchedState

Array = np.ndarray

HALF_LIFE: Final = 0.4
"""Seconds in which half of it fades: the old motion goes on in a model's context for longer."""


class Emphasis(BatchedState):
    """By how much more than usual the emotions of partners side by side are to show."""

    def __init__(self, count: int, emotions: int, size: float) -> None:
        """Set up partners that have had no emotion yet.

        Args:
            count: Number of partners.
            emotions: Number of emotions.
            size: Share of an emotion that replaces another at once; 0 for none.
        """
        self._size = size
        self._newness = np.zeros(count)
        self._emotion = np.full((count, emotions), np.nan)

    def share(self, emotion: Float[Array, "B E"], dt: float) -> Float[Array, "B"]:
        """Return by how much longer the way is to be that guidance leads, 0 where nothing is new.

        Args:
            emotion: Weights of this frame.
            dt: Seconds since the frame before.
        """
        # How much of the emotion was another one lately: a fade adds up as a switch does, and fades
        # out as it goes on. A partner's first emotion is no change.
        away = np.abs(emotion - self._emotion).sum(-1)
        changed = np.where(np.isnan(away), 0.0, away) / 2
        self._emotion = emotion.copy()
        self._newness = np.minimum(1.0, 0.5 ** (dt / HALF_LIFE) * self._newness + changed)
        result: Array = self._size * self._newness
        return result
