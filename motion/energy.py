"""Energy: how lively the partner is, held where it is asked to be."""

import numpy as np

from motion import features
from motion.clip import Clip

HALF_LIFE = 2.0
"""Seconds over which the measured energy forgets; a phrase of dance is a few of these."""

GAIN = 0.25
"""How fast a lasting difference is corrected, per second and per e-fold of it."""

CORRECTION_RANGE = (0.7, 2.0)


class EnergyGovernor:
    """Asks the model for more where it gives too little, and for less where too much.

    A model that falls short of the energy it is given sags further with every minute; this closes
    the loop over what the partner really did.
    """

    def __init__(self, fps: float) -> None:
        self._fps = fps
        self._correction = 1.0
        self._measured: float | None = None
        self._aim = 0.0

    def observe(self, clip: Clip) -> None:
        """Take note of what the partner did: at least two frames."""
        speed = float(features.joint_speed(clip).mean())
        seconds = len(clip) / self._fps
        if self._measured is None:
            self._measured = speed
        keep = 0.5 ** (seconds / HALF_LIFE)
        self._measured = keep * self._measured + (1 - keep) * speed
        if self._aim > 0:
            short = np.log(self._aim / max(self._measured, 1e-3))
            changed = self._correction * np.exp(GAIN * seconds * np.clip(short, -1.0, 1.0))
            self._correction = float(np.clip(changed, *CORRECTION_RANGE))

    def steer(self, aim: float) -> float:
        """Return the energy to ask the model for so that it gives `aim`, m/s."""
        self._aim = aim
        return aim * self._correction
