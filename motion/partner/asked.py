"""What partners are asked for from outside: checked, and as their model takes it."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Float32

from motion import emotion as emotions
from motion.content import check_content, usual_speed_in
from motion.model.contract import Contract

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Wishes:
    """What partners side by side are asked for; see `PartnerBatch` for units and ranges.

    Those who are not here are asked for nothing.
    """

    here: Bool[Array, "B"]
    emotion: Float[Array, "B E"]
    energy: Float[Array, "B"]
    temperature: Float[Array, "B"]
    guidance: Float[Array, "B"]
    text: Float[Array, "B T"]
    content: Float[Array, "B C"]

    def to_bytes(self) -> bytes:
        """Return what differs as soon as a wish does."""
        return b"".join(each.tobytes() for each in vars(self).values())


class Asked:
    """Wishes as a model takes them, which is the same for as long as nobody wishes anything else.

    Attributes:
        rows: All wishes of each partner side by side, (B, N).
        emotion: Weights, (B, E).
        content: Weights, (B, C).
        energy: Factor of the usual speed, (B,).
    """

    def __init__(self, wishes: Wishes, contract: Contract) -> None:
        """Check and compute.

        Raises:
            ConditionError: If a wish is out of range.
        """
        here = wishes.here
        self.emotion = emotions.check_weights(np.where(here[:, None], wishes.emotion, 0.0))
        self.energy = emotions.check_energy(np.where(here, wishes.energy, 1.0))
        self.content = check_content(wishes.content.copy())
        self._usual = usual_speed_in(self.content, self.emotion, contract)
        self._guidance = emotions.guidance_at(self.emotion, wishes.guidance)
        self._pace, self._calm = np.zeros(0), np.zeros(0)
        if contract.text_width:  # a prompt has a speed of its own, which the emotion changes
            self._pace, speeds = wishes.text[:, -1].copy(), contract.energy_by_emotion
            self._calm = emotions.usual_speed(0 * self.emotion, contract.emotions, speeds)
        own = wishes.temperature, wishes.guidance, wishes.text, self.content
        self.rows = np.column_stack([self.emotion, self.energy, *own])
        self._conditions = self.rows.astype(np.float32)
        intensity = self.emotion.sum(-1, keepdims=True)
        self._conditions[:, : self._labels] = self.emotion / np.maximum(intensity, 1e-6)

    @property
    def _labels(self) -> int:
        return self.emotion.shape[1]

    def speed(self, swell: Float[Array, "B"]) -> Float[Array, "B"]:
        """Return the mean joint speeds to aim at, m/s.

        Args:
            swell: Factor for the energy of each.
        """
        usual = self.energy * swell * self._usual
        if not self._pace.any():
            return usual
        return np.where(self._pace > 0, usual * self._pace / self._calm, usual)

    def conditions(
        self, speed: Float[Array, "B"], emphasis: Float[Array, "B"]
    ) -> Float32[Array, "B N"]:
        """Return conditions of a step; see `Conditions.from_rows`.

        Args:
            speed: Mean joint speed that the model is to give, m/s.
            emphasis: See `Emphasis.share`.
        """
        rows = self._conditions.copy()
        rows[:, self._labels] = speed
        rows[:, self._labels + 2] = self._guidance + (1.0 + self._guidance) * emphasis
        return rows
