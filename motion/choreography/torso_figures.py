"""Torso figures: pelvis, spine and head on each of eight beats."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

Array = np.ndarray
Key = tuple[float, float, float, float, float, float]


@dataclass(frozen=True, eq=False)
class TorsoFigure:
    """Eight beats of the trunk.

    Attributes:
        keys: Pelvis tilt forward, pelvis roll, spine forward, spine to the left, spine turned to
            the left, head nod; degrees, (8, 6).
        liking: How often emotions pick it, 1 where not listed.
    """

    keys: Array
    liking: Mapping[str, float]

    def mirrored(self) -> "TorsoFigure":
        """Return the same to the other side."""
        return TorsoFigure(self.keys * [1, -1, 1, -1, -1, 1], self.liking)


def _torso(keys: list[Key], **liking: float) -> TorsoFigure:
    return TorsoFigure(np.array(keys * (8 // len(keys)), dtype=float), liking)


TORSO_FIGURES = (
    # Swaying.
    _torso([(0, 3, 0, -6, 4, 0), (0, -3, 0, 6, -4, 0)], sad=1.5, tired=1.5),
    # A wave through the body.
    _torso(
        [(-9, 0, 14, 0, 0, 8), (4, 0, 8, 0, 0, -4), (10, 0, -12, 0, 0, -8), (0, 0, -4, 0, 0, 2)],
        happy=1.5,
        angry=0.2,
        afraid=0.1,
        proud=0.6,
        tired=0.6,
    ),
    # Contraction and release.
    _torso(
        [
            (0, 0, 0, 0, 0, 0),
            (-10, 0, 20, 0, 0, 12),
            (-10, 0, 24, 0, 0, 14),
            (2, 0, 0, 0, 0, -4),
            (4, 0, -10, 0, 0, -10),
            (0, 0, -4, 0, 0, 0),
            (-8, 0, 16, 0, 0, 8),
            (0, 0, 4, 0, 0, 0),
        ],
        angry=1.5,
        sad=1.2,
        proud=0.3,
        happy=0.6,
    ),
    # Twisting.
    _torso(
        [(0, 0, 2, 0, 24, 0), (0, 0, 0, 0, 6, 0), (0, 0, 2, 0, -24, 0), (0, 0, 0, 0, -6, 0)],
        proud=0.5,
    ),
    # Bending to the side.
    _torso(
        [(0, 4, 0, 8, 0, 0), (0, 8, 2, 18, 4, 0), (0, 0, 0, 0, 0, 0), (0, -8, 2, -18, -4, 0)],
        happy=1.5,
        sad=1.2,
        angry=0.3,
        afraid=0.4,
    ),
    # Ribs against pelvis.
    _torso([(0, -7, 0, 12, 0, 0), (0, 7, 0, -12, 0, 0)], happy=1.5, sad=0.1, afraid=0.1, tired=0.4),
    # Circling hips.
    _torso(
        [(7, 0, -4, 0, 0, 0), (0, 8, 0, -7, 3, 0), (-7, 0, 4, 0, 0, 0), (0, -8, 0, 7, -3, 0)],
        happy=1.2,
        excited=1.2,
        sad=0.2,
        angry=0.2,
        afraid=0.0,
        proud=0.6,
    ),
    # Chest lifted.
    _torso(
        [
            (0, 0, -2, 0, 0, 0),
            (2, 0, -10, 0, 6, -6),
            (2, 0, -12, 0, 10, -8),
            (0, 0, -6, 0, 0, -2),
            (0, 0, -2, 0, -4, 0),
            (2, 0, -10, 0, -10, -6),
            (2, 0, -12, 0, -10, -8),
            (0, 0, -6, 0, 0, -2),
        ],
        proud=5.0,
        sad=0.1,
        tired=0.0,
        angry=0.3,
        afraid=0.0,
    ),
    # Nodding with the beat.
    _torso([(0, 0, 5, 0, 0, 8), (0, 0, -2, 0, 0, -3)], excited=2.0, happy=1.5, sad=0.3, proud=0.3),
    # Collapsing, and coming back.
    _torso(
        [
            (0, 0, 0, 0, 0, 0),
            (2, 0, 8, 0, 0, 6),
            (4, 2, 18, 4, 4, 10),
            (6, 2, 28, 6, 6, 14),
            (6, 2, 30, 4, 4, 16),
            (4, 0, 22, 0, 0, 12),
            (2, 0, 10, -2, 0, 6),
            (0, 0, 2, 0, 0, 0),
        ],
        sad=3.0,
        tired=4.0,
        neutral=0.3,
        happy=0.0,
        angry=0.1,
        proud=0.0,
        afraid=1.0,
        excited=0.0,
    ),
    # Shrinking away to one side and to the other.
    _torso(
        [
            (-4, 0, 12, -6, 18, 4),
            (-4, 0, 14, -8, 22, 6),
            (-2, 0, 8, 0, 0, -6),
            (-2, 0, 4, 2, -6, -6),
            (-4, 0, 12, 6, -18, 4),
            (-4, 0, 14, 8, -22, 6),
            (-2, 0, 8, 0, 0, -6),
            (-2, 0, 4, 0, 6, -6),
        ],
        afraid=5.0,
        sad=0.6,
        neutral=0.0,
        happy=0.0,
        angry=0.0,
        proud=0.0,
        tired=0.1,
        excited=0.0,
    ),
    # Hitting with the body.
    _torso(
        [(2, 0, 14, 0, 10, 4), (0, 0, -2, 0, -4, -4), (2, 0, 14, 0, -10, 4), (0, 0, -2, 0, 4, -4)],
        angry=5.0,
        neutral=0.2,
        happy=0.2,
        sad=0.0,
        proud=0.2,
        afraid=0.0,
        tired=0.0,
        excited=0.8,
    ),
    # Shimmy.
    _torso(
        [(0, 2, -2, 0, 11, 0), (0, -2, -2, 0, -11, 0)], excited=2.5, happy=1.5, sad=0.0, tired=0
    ),
)
