"""How high the body flies: the picture shows it, while landmarks are centred on the hips.

A step, too, moves the lower foot up or down in the picture, and a leg found wrongly does. But only
who jumps is thrown up whole: first the trunk gains speed, then both feet leave the floor.
"""

from collections import deque

import numpy as np
from jaxtyping import Float

from motion.skeleton import CANONICAL
from server.capture import landmarks as lm
from server.capture.filters import Observation
from server.capture.landmarks import TRUNK, Landmarks, image_scale

Array = np.ndarray

_GRAVITY = 9.81  # metres per second squared
_SOLES = [lm.LEFT_HEEL, lm.RIGHT_HEEL, lm.LEFT_TOE, lm.RIGHT_TOE]
_NEEDED = TRUNK + _SOLES
_FROM = [*TRUNK, lm.LEFT_KNEE, lm.RIGHT_KNEE]
_TO = [lm.LEFT_HIP, lm.RIGHT_HIP, lm.LEFT_KNEE, lm.RIGHT_KNEE, lm.LEFT_ANKLE, lm.RIGHT_ANKLE]


def _canonical_length() -> float:
    rest = CANONICAL.rest_positions
    shoulder, hip, knee, ankle = CANONICAL.indices(
        "leftUpperArm", "leftUpperLeg", "leftLowerLeg", "leftFoot"
    )
    bones = rest[[shoulder, hip, knee]] - rest[[hip, knee, ankle]]
    return float(2 * np.linalg.norm(bones, axis=1).sum())


_LENGTH = _canonical_length()


class Jumps:
    """Finds how far the lower foot is above the floor in flight.

    On a real dancer who never jumps it finds no flight. Jumps of 15 cm are found, lower ones
    may not be.
    """

    THROWN = 1.0
    """Metres a second at which the trunk rises in a jump, and"""
    LIFTED = 0.03
    """metres from which the lower foot is off the floor."""
    RISING = 0.5
    """Metres a second of the trunk above which the floor is taken to be where it was."""
    STEADY = 0.08
    """Half-life in seconds with which the floor follows the lower foot."""
    LANDING = 0.04
    """Half-life in seconds of what is left of the height after a flight."""
    WINDOW = 0.12
    """Seconds over which speeds are measured."""
    LONGER = 1.5
    """How many times as long as that speed carries a flight lasts at most."""

    HIGHEST = 1.2
    """Metres that nobody jumps."""

    def __init__(self) -> None:
        self._metre = 0.0
        self._floor = 0.0
        self._recent: deque[tuple[float, float, float]] = deque(maxlen=16)
        self._now = 0.0
        self._height = self._speed = 0.0
        self._lands: float | None = None

    def update(self, landmarks: Landmarks | None, seen: Observation) -> float:
        """Return the height of the lower foot above the floor, metres of the canonical skeleton.

        Args:
            landmarks: As they came.
            seen: What was made of them.
        """
        self._now += seen.seconds
        if landmarks is None or seen.fresh or not self._measure(landmarks, seen):
            self._recent.clear()
            self._lands = None
        elif self._lands is None:
            self._stand(seen.seconds)
        else:
            self._fly(seen.seconds, self._lands)
        if self._lands is None:
            self._height *= 0.5 ** (seen.seconds / self.LANDING)
        return self._height

    def _measure(self, landmarks: Landmarks, seen: Observation) -> bool:
        """Note how high trunk and lower foot are in the picture, if that can be told."""
        image = landmarks.image[_NEEDED]
        if not seen.visible[_NEEDED].all() or not (np.abs(image) < 10.0).all():
            return False
        metre = _canonical_metre(landmarks)
        if not np.isfinite(metre) or metre < 0.01:
            return False
        known = self._metre or metre
        self._metre = known + (metre - known) * (1.0 - 0.5 ** (seen.seconds / 0.5))
        trunk = -image[:4, 1].mean() / self._metre
        foot = -image[4:, 1].max() / self._metre
        self._floor = self._floor if self._recent else foot
        self._recent.append((self._now, float(trunk), float(foot)))
        return True

    def _stand(self, seconds: float) -> None:
        """Follow the floor, and see whether the feet leave it."""
        foot = self._recent[-1][2]
        rising, lifting = self._speeds()
        lifted = foot - self._floor
        if lifted > self.LIFTED and lifting > self.RISING and rising > self.THROWN:
            self._height, self._speed = min(lifted, rising * seconds), rising
            self._lands = self._landing(rising)
        elif rising < self.RISING:
            self._floor += lifted * (1.0 - 0.5 ** (seconds / self.STEADY))

    def _fly(self, seconds: float, latest: float) -> None:
        """Follow the feet, who fall as everything does."""
        rising, lifting = self._speeds()
        expected = self._height + self._speed * seconds - 0.5 * _GRAVITY * seconds**2
        missed = self._recent[-1][2] - self._floor - expected
        self._height = min(max(expected + 0.6 * missed, 0.0), self.HIGHEST)
        self._speed += 0.1 * missed / max(seconds, 0.01) - _GRAVITY * seconds
        self._lands = latest = max(latest, self._landing(rising))
        stopped = rising < -self.RISING and lifting > 0.5 * rising
        if self._height < 0.02 or stopped or self._now > latest:
            self._lands = None
            self._floor = self._recent[-1][2]

    def _landing(self, rising: float) -> float:
        """Return when somebody whose trunk rises so fast has surely landed."""
        return self._now + self.LONGER * 2.0 * rising / _GRAVITY

    def _speeds(self) -> tuple[float, float]:
        """Return how fast trunk and lower foot rise, metres a second."""
        last = [sample for sample in self._recent if self._now - sample[0] < self.WINDOW]
        if len(last) < 2:
            return 0.0, 0.0
        times, trunk, foot = np.array(last).T
        times = times - times.mean()
        slopes = (times @ np.stack([trunk, foot], axis=1)) / (times @ times)
        return float(slopes[0]), float(slopes[1])


def _canonical_metre(landmarks: Landmarks) -> float:
    """Return how many picture heights a metre takes up, were the person the canonical skeleton."""
    world: Float[Array, "33 3"] = np.clip(landmarks.positions, -3.0, 3.0)
    bones = world[_TO] - world[_FROM]
    length = float(np.sqrt((bones * bones).sum(axis=1)).sum())
    return image_scale(world[_NEEDED], landmarks.image[_NEEDED]) * length / _LENGTH
