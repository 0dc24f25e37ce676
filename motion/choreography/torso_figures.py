"""Torso figures: pelvis, spine and head on each of eight beats."""

import numpy as np

from motion.choreography.effort import EVENLY, Liking
from motion.choreography.figures import TorsoFigure

Array = np.ndarray
Key = tuple[float, float, float, float, float, float]


def _torso(keys: list[Key], liking: Liking = EVENLY) -> TorsoFigure:
    return TorsoFigure(np.array(keys * (8 // len(keys)), dtype=float), liking)


TORSO_FIGURES = (
    # Swaying.
    _torso([(0, 3, 0, -6, 4, 0), (0, -3, 0, 6, -4, 0)], liking=(1, 1, 1.5, 1, 1, 1, 1.5, 1)),
    # A wave through the body.
    _torso(
        [(-9, 0, 14, 0, 0, 8), (4, 0, 8, 0, 0, -4), (10, 0, -12, 0, 0, -8), (0, 0, -4, 0, 0, 2)],
        liking=(1, 1.5, 1, 0.2, 0.6, 0.1, 0.6, 1),
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
        liking=(1, 0.6, 1.2, 1.5, 0.3, 1, 1, 1),
    ),
    # Twisting.
    _torso(
        [(0, 0, 2, 0, 24, 0), (0, 0, 0, 0, 6, 0), (0, 0, 2, 0, -24, 0), (0, 0, 0, 0, -6, 0)],
        liking=(1, 1, 1, 1, 0.5, 1, 1, 1),
    ),
    # Bending to the side.
    _torso(
        [(0, 4, 0, 8, 0, 0), (0, 8, 2, 18, 4, 0), (0, 0, 0, 0, 0, 0), (0, -8, 2, -18, -4, 0)],
        liking=(1, 1.5, 1.2, 0.3, 1, 0.4, 1, 1),
    ),
    # Ribs against pelvis.
    _torso([(0, -7, 0, 12, 0, 0), (0, 7, 0, -12, 0, 0)], liking=(1, 1.5, 0.1, 1, 1, 0.1, 0.4, 1)),
    # Circling hips.
    _torso(
        [(7, 0, -4, 0, 0, 0), (0, 8, 0, -7, 3, 0), (-7, 0, 4, 0, 0, 0), (0, -8, 0, 7, -3, 0)],
        liking=(1, 1.2, 0.2, 0.2, 0.6, 0, 1, 1.2),
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
        liking=(1, 1, 0.1, 0.3, 5, 0, 0, 1),
    ),
    # Nodding with the beat.
    _torso([(0, 0, 5, 0, 0, 8), (0, 0, -2, 0, 0, -3)], liking=(1, 1.5, 0.3, 1, 0.3, 1, 1, 2)),
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
        liking=(0.3, 0, 3, 0.1, 0, 1, 4, 0),
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
        liking=(0, 0, 0.6, 0, 0, 5, 0.1, 0),
    ),
    # Hitting with the body.
    _torso(
        [(2, 0, 14, 0, 10, 4), (0, 0, -2, 0, -4, -4), (2, 0, 14, 0, -10, 4), (0, 0, -2, 0, 4, -4)],
        liking=(0.2, 0.2, 0, 5, 0.2, 0, 0, 0.8),
    ),
    # Shimmy.
    _torso([(0, 2, -2, 0, 11, 0), (0, -2, -2, 0, -11, 0)], liking=(1, 1.5, 0, 1, 1, 1, 0, 2.5)),
)
