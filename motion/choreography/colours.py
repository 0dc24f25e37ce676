"""How a dance of each emotion is to look: what `colouring` carries onto dances."""

from dataclasses import dataclass, fields

import numpy as np


@dataclass(frozen=True)
class Colour:
    """How a dance is to look; each is what the whole of it comes to.

    Attributes:
        lean: Pitch of the trunk, from the hips to the neck, median, degrees; forward is positive.
        head: Pitch of the head in the world, median, degrees; down is positive.
        hands: Share of time that a wrist is above the upper-arm joint.
        size: How far joints lead away from where they dwell, of the dance's own.
        spread: Ways over the floor and between the feet, of the dance's own.
        low: How much the hips are lowered on the whole, leg lengths; below 0 raised as far as legs
            reach.
        swing: Standard deviation of slow rises and falls, leg lengths.
        turning: Mean absolute yaw rate of the hips, radians per second.
        speed: Mean speed of the joints relative to the hips, leg lengths per second.
        accent: How much faster than rests accents are, as an exponent; below 0 evens them out.
    """

    lean: float
    head: float
    hands: float
    size: float
    spread: float
    low: float
    swing: float
    turning: float
    speed: float
    accent: float


COLOURS = {
    #                  lean  head hands  size spread  low swing turn speed accent
    "neutral": Colour(2.0, 2.0, 0.17, 1.00, 1.00, 0.03, 0.05, 1.1, 0.58, 0.0),
    "happy": Colour(-1.0, -9.0, 0.24, 1.15, 1.05, 0.02, 0.06, 1.6, 0.83, 0.15),
    "sad": Colour(26.0, 52.0, 0.04, 0.80, 0.85, 0.12, 0.09, 0.85, 0.37, -0.2),
    "angry": Colour(14.0, 15.0, 0.30, 1.25, 1.15, 0.10, 0.09, 1.6, 0.90, 0.45),
    "proud": Colour(-7.0, -15.0, 0.26, 1.10, 1.10, 0.00, 0.04, 0.9, 0.52, 0.2),
    "afraid": Colour(22.0, 35.0, 0.12, 0.85, 0.85, 0.14, 0.11, 1.2, 0.59, 0.2),
    "tired": Colour(16.0, 34.0, 0.04, 0.80, 0.80, 0.10, 0.07, 0.8, 0.40, -0.2),
    "excited": Colour(1.0, -3.0, 0.28, 1.30, 1.05, 0.03, 0.08, 1.8, 0.92, 0.3),
}
"""Of each emotion that can be danced: rows of real emotional dance where there are any, posture of
acted clips elsewhere."""


def varied(colour: Colour, rng: np.random.Generator, share: float = 0.15) -> Colour:
    """Return a colour whose every number strays by a share of itself, as dancers differ."""
    strayed = {f.name: getattr(colour, f.name) for f in fields(colour)}
    return Colour(**{k: v * float(1 + share * rng.uniform(-1, 1)) for k, v in strayed.items()})
