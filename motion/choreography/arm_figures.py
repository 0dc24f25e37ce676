"""Arm figures: where both hands are on each of eight beats.

A key is four numbers, in the frame of the chest: degrees from the side (0) to the front (90) and
across; degrees above the horizontal; the elbow's swivel about the line from shoulder to hand (-90
below, 0 behind or outside, 90 above); and the hand's distance as a percentage of the arm's length.
"""

import numpy as np

from motion.choreography.effort import EVENLY, Liking
from motion.choreography.figures import ArmFigure

Array = np.ndarray
Key = tuple[float, float, float, float]


def _arms(keys: list[Key], shift: int = 0, liking: Liking = EVENLY) -> ArmFigure:
    """Return a figure whose right arm does what the left does, `shift` beats later."""
    left = np.array(keys * (8 // len(keys)), dtype=float)
    return ArmFigure(np.stack([left, np.roll(left, shift, axis=0)], axis=1), liking)


def _one(keys: list[Key], other: list[Key], liking: Liking = EVENLY) -> ArmFigure:
    """Return a figure of two different arms."""
    left, right = (np.array(k * (8 // len(k)), dtype=float) for k in (keys, other))
    return ArmFigure(np.stack([left, right], axis=1), liking)


_ON_HIP: Key = (-5, -72, 75, 68)

ARM_FIGURES = (
    # Swinging past the body.
    _arms(
        [(60, -50, -20, 80), (20, -70, -10, 92), (-25, -58, 10, 90), (20, -65, -10, 88)],
        shift=2,
        liking=(1, 1, 0.6, 0.3, 1, 0.1, 1.5, 1),
    ),
    # Circles of both arms.
    _arms(
        [
            (20, -60, -10, 92),
            (5, -20, -20, 94),
            (10, 25, -30, 95),
            (25, 62, -45, 92),
            (65, 55, -60, 82),
            (85, 20, -50, 75),
            (85, -20, -40, 70),
            (55, -50, -20, 82),
        ],
        liking=(1, 1.5, 0.2, 0.3, 1, 0.1, 0.2, 1),
    ),
    # Waving overhead, one arm after the other.
    _arms(
        [(45, 40, -50, 70), (20, 66, -50, 92), (25, 25, -30, 76), (35, -30, -5, 66)],
        shift=2,
        liking=(1, 2.5, 0, 0.3, 0.5, 0, 0, 2.5),
    ),
    # Gathering before the chest and opening wide.
    _arms(
        [
            (75, -10, -45, 58),
            (92, -10, -50, 52),
            (60, -5, -30, 72),
            (5, 5, -20, 93),
            (-5, 10, -15, 97),
            (10, 0, -20, 90),
            (70, -15, -40, 62),
            (90, -25, -45, 52),
        ],
        liking=(1, 1.2, 0.1, 1, 2, 0.1, 0.1, 1),
    ),
    # Frames: one forearm up, the other across.
    _arms(
        [(10, 10, -85, 66), (20, 16, -90, 60), (72, -12, -45, 60), (60, -30, -30, 62)],
        shift=1,
        liking=(1, 1, 0.1, 1, 1, 0.2, 0.1, 1),
    ),
    # A groove of low elbows.
    _arms(
        [(60, -42, -25, 52), (35, -50, -15, 64)], shift=1, liking=(1, 1.5, 0.4, 1, 0.3, 0.3, 1, 1)
    ),
    # Reaching out and up, held, then let go.
    _arms(
        [
            (20, -10, -30, 82),
            (10, 35, -30, 97),
            (10, 42, -30, 99),
            (40, 10, -40, 78),
            (60, -35, -20, 64),
            (55, -45, -10, 60),
            (55, -42, -10, 60),
            (45, -40, -15, 64),
        ],
        shift=4,
        liking=(1, 1, 0.2, 0.3, 2, 0.1, 0.2, 1),
    ),
    # A wave that travels from one hand to the other.
    _one(
        [
            (5, 35, -30, 94),
            (0, 12, -20, 96),
            (0, -10, -10, 96),
            (0, -22, -10, 95),
            (0, -12, -20, 96),
            (0, 12, -25, 96),
            (5, 32, -30, 95),
            (5, 42, -30, 94),
        ],
        [
            (0, -12, -20, 96),
            (0, 12, -25, 96),
            (5, 32, -30, 95),
            (5, 42, -30, 94),
            (5, 35, -30, 94),
            (0, 12, -20, 96),
            (0, -10, -10, 96),
            (0, -22, -10, 95),
        ],
        liking=(1, 1.4, 0.1, 0, 1, 0, 0.1, 1),
    ),
    # Claps on every other beat.
    _arms([(60, -18, -40, 68), (111, -6, -40, 62)], liking=(0.5, 2, 0, 0.2, 0.2, 0, 0, 2)),
    # Cheering: both up and out.
    _arms(
        [(50, -38, -35, 58), (20, 60, -45, 97), (50, 10, -60, 62), (15, 50, -40, 97)],
        liking=(0.3, 3, 0, 0.2, 0.8, 0, 0, 3),
    ),
    # A circle overhead with one arm, the other hand on the hip.
    _one(
        [(20, 60, -50, 78), (60, 64, -60, 72), (100, 58, -60, 72), (60, 68, -50, 78)],
        [_ON_HIP],
        liking=(0.4, 1.8, 0, 0, 0.4, 0, 0, 1.2),
    ),
    # Punches.
    _arms([(94, 0, -15, 97), (95, -26, -60, 48)], shift=1, liking=(0.2, 0.1, 0, 5, 0.2, 0, 0, 0.6)),
    # Striking down with both arms.
    _arms(
        [(55, 50, -55, 66), (82, -45, -15, 90), (80, -42, -20, 84), (70, -20, -45, 62)],
        liking=(0.2, 0.1, 0.1, 4, 0.2, 0, 0, 0.4),
    ),
    # Hammering, one after the other.
    _arms(
        [(70, 38, -70, 56), (84, -30, -35, 76), (80, -34, -30, 70), (75, -10, -60, 56)],
        shift=2,
        liking=(0.1, 0.1, 0, 4, 0, 0, 0, 0.4),
    ),
    # Tearing apart: crossed, then thrown wide and low.
    _one(
        [
            (112, -12, -40, 66),
            (114, -10, -40, 66),
            (60, -18, -20, 84),
            (5, -24, 0, 97),
            (0, -30, 5, 95),
            (15, -40, 0, 92),
            (50, -35, -15, 82),
            (95, -20, -35, 70),
        ],
        [
            (108, -36, -35, 58),
            (110, -34, -35, 56),
            (60, -26, -20, 80),
            (5, -24, 0, 97),
            (0, -30, 5, 95),
            (15, -44, 0, 92),
            (50, -48, -15, 80),
            (92, -42, -35, 64),
        ],
        liking=(0.3, 0.3, 0, 2.5, 0.8, 0, 0, 0.6),
    ),
    # Hand on the hip, the other arm presents.
    _one(
        [_ON_HIP],
        [
            (60, -20, -30, 70),
            (30, 5, -30, 92),
            (5, 20, -30, 97),
            (0, 22, -30, 98),
            (0, 22, -30, 98),
            (5, 15, -30, 96),
            (40, -10, -30, 80),
            (70, -20, -40, 66),
        ],
        liking=(0.5, 0.6, 0, 0.1, 4, 0, 0, 0.2),
    ),
    # Opening like a crown.
    _arms(
        [
            (30, -58, 0, 88),
            (10, -30, 0, 94),
            (0, -4, -5, 97),
            (-6, 12, -10, 98),
            (-6, 18, -10, 99),
            (0, 28, -20, 98),
            (5, 0, -5, 96),
            (20, -45, 0, 92),
        ],
        liking=(0.6, 0.6, 0.3, 0, 4, 0, 0.1, 0.4),
    ),
    # One arm to the sky, the other wide.
    _arms(
        [
            (15, 52, -30, 98),
            (12, 60, -30, 99),
            (12, 60, -30, 99),
            (5, 40, -20, 97),
            (0, 4, -10, 97),
            (-2, -2, -10, 98),
            (0, 0, -10, 98),
            (5, 20, -20, 97),
        ],
        shift=4,
        liking=(0.5, 0.8, 0, 0.1, 3, 0, 0, 0.8),
    ),
    # Hanging.
    _arms(
        [(25, -74, 0, 96), (42, -64, 0, 95), (25, -76, 0, 97), (10, -66, 5, 96)],
        shift=2,
        liking=(0.3, 0, 4, 0, 0, 0.1, 5, 0),
    ),
    # A slow reach to the front that is given up.
    _arms(
        [
            (40, -65, 0, 93),
            (65, -32, -10, 90),
            (75, -8, -20, 93),
            (75, 2, -20, 95),
            (72, -12, -20, 90),
            (60, -45, -10, 90),
            (45, -64, 0, 93),
            (35, -70, 0, 94),
        ],
        shift=4,
        liking=(0.5, 0.1, 4, 0, 0.3, 0.6, 1.5, 0),
    ),
    # Hands to the head.
    _arms(
        [
            (60, -50, -10, 80),
            (95, 0, -50, 60),
            (106, 42, -50, 52),
            (108, 50, -50, 50),
            (108, 52, -50, 50),
            (104, 45, -50, 52),
            (90, -5, -40, 62),
            (60, -50, -10, 82),
        ],
        liking=(0, 0, 4, 0.4, 0, 2.5, 0.8, 0),
    ),
    # Arms about oneself.
    _one(
        [
            (90, -30, -30, 60),
            (128, -26, -25, 62),
            (138, -24, -25, 65),
            (138, -22, -25, 66),
            (138, -24, -25, 65),
            (136, -24, -25, 65),
            (126, -28, -25, 62),
            (90, -40, -25, 62),
        ],
        [
            (90, -40, -30, 62),
            (116, -44, -25, 66),
            (128, -46, -25, 70),
            (128, -46, -25, 70),
            (128, -44, -25, 70),
            (126, -46, -25, 70),
            (114, -46, -25, 66),
            (90, -50, -25, 66),
        ],
        liking=(0, 0, 3.5, 0, 0, 3, 0.3, 0),
    ),
    # Shielding the face.
    _arms(
        [
            (90, -25, -55, 52),
            (104, 14, -65, 58),
            (106, 20, -65, 56),
            (104, 12, -65, 56),
            (106, 18, -65, 56),
            (100, 0, -60, 54),
            (95, -20, -55, 50),
            (95, -25, -50, 50),
        ],
        shift=0,
        liking=(0, 0, 0.3, 0, 0, 4, 0, 0),
    ),
    # Warding off: hands pushed forward and drawn back.
    _arms(
        [(94, 0, -50, 86), (98, -16, -60, 50), (98, -14, -60, 50), (94, 6, -50, 80)],
        shift=1,
        liking=(0.1, 0, 0.3, 0.5, 0, 4, 0, 0.1),
    ),
    # Forearms up, shaken.
    _arms([(45, 5, -75, 58), (25, 28, -80, 58)], shift=1, liking=(0.4, 1, 0, 0.3, 0, 0.2, 0, 3)),
    # Pumping overhead.
    _arms([(30, 66, -50, 92), (45, 28, -70, 60)], liking=(0.1, 1.2, 0, 0.5, 0.1, 0, 0, 3.5)),
    # Floating at shoulder height.
    _arms(
        [
            (15, -25, -20, 92),
            (5, 5, -20, 94),
            (0, 18, -20, 95),
            (10, -2, 0, 94),
            (30, -35, 5, 92),
            (15, -50, 5, 92),
            (30, -30, -15, 90),
            (45, -10, -30, 84),
        ],
        shift=2,
        liking=(1, 0.8, 0.5, 0, 1, 0, 0.2, 1),
    ),
    # Swinging heavily across the body.
    _one(
        [(75, -52, 0, 92), (30, -70, 0, 95), (-20, -60, 5, 95), (25, -70, 0, 95)],
        [(-20, -60, 5, 95), (25, -70, 0, 95), (75, -52, 0, 92), (30, -70, 0, 95)],
        liking=(0.5, 1, 1, 0, 0, 0, 3.5, 0.1),
    ),
)
