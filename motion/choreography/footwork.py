"""Footwork: where feet step and how deep the body dips in a phrase of eight beats."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

LEFT, RIGHT = 0, 1


@dataclass(frozen=True)
class Step:
    """One foot arrives somewhere.

    Attributes:
        beat: Of the phrase when it arrives, in (0, 8]; 8 is the next phrase's beginning.
        side: `LEFT` or `RIGHT`.
        x: From where the foot stands at the phrase's beginning, metres to the left.
        z: To the front.
        yaw: Where the toes turn from there, degrees, positive to the left.
        lift: How high the foot goes on its way, metres.
        carries: How much of the weight it takes, in [0, 1]; 0.5 stands on both, 0 only touches.
        up: How high it is when it arrives, metres; 0 is on the floor.
    """

    beat: float
    side: int
    x: float
    z: float
    yaw: float
    lift: float = 0.06
    carries: float = 1.0
    up: float = 0.0


@dataclass(frozen=True, eq=False)
class Footwork:
    """Eight beats of steps, after which both feet stand as they began, or a full turn on.

    Attributes:
        steps: In the order of their beats.
        dips: How much the body is lowered on beats 0 to 7, metres.
        liking: How often emotions pick it, 1 where not listed.
    """

    steps: tuple[Step, ...]
    dips: tuple[float, ...] = (0.0,) * 8
    liking: Mapping[str, float] = field(default_factory=dict)

    def mirrored(self) -> "Footwork":
        """Return the same steps to the other side."""
        steps = (replace(s, side=1 - s.side, x=-s.x, yaw=-s.yaw) for s in self.steps)
        return replace(self, steps=tuple(steps))


def _footwork(
    *rows: tuple[float, ...], dips: tuple[float, ...] = (0.0,) * 8, **liking: float
) -> Footwork:
    """Read rows of beat, side, and further fields of `Step`."""
    steps = tuple(Step(beat, int(side), *rest) for beat, side, *rest in rows)
    return Footwork(steps, dips, liking)


_LEFT_HOME = (LEFT, 0.0, 0.0, 0.0)
_RIGHT_HOME = (RIGHT, 0.0, 0.0, 0.0)
_GROOVE = (0.02, 0.0, 0.02, 0.0, 0.02, 0.0, 0.02, 0.0)

SIDE_TOUCH = _footwork(
    (1, LEFT, 0.19, 0.02, 4),
    (2, RIGHT, 0.24, 0.05, 8, 0.05, 0.15),
    (3, RIGHT, -0.11, 0.02, -4),
    (4, LEFT, -0.16, 0.05, -8, 0.05, 0.15),
    (5, LEFT, 0.15, -0.02, 4),
    (6, RIGHT, 0.21, -0.16, 0, 0.08, 0.2),
    (7, *_RIGHT_HOME),
    (8, *_LEFT_HOME),
    dips=_GROOVE,
    angry=0.3,
    tired=0.6,
)
GRAPEVINE = _footwork(
    (1, LEFT, 0.19, 0.02, 6),
    (2, RIGHT, 0.23, -0.16, 4),
    (3, LEFT, 0.37, 0.0, 6),
    (4, RIGHT, 0.41, 0.05, 8, 0.09, 0.2),
    (5, RIGHT, 0.17, 0.02, -6),
    (6, LEFT, 0.11, -0.16, -4),
    (7, *_RIGHT_HOME),
    (8, *_LEFT_HOME),
    dips=(0, 0.01, 0.03, 0, 0.02, 0.01, 0.03, 0),
    happy=2.0,
    sad=0.2,
    angry=0.2,
    afraid=0.2,
    tired=0.1,
)
BOX = _footwork(
    (1, LEFT, -0.03, 0.26, -3),
    (2, RIGHT, -0.09, 0.24, -2),
    (3, LEFT, 0.05, -0.12, 2, 0.05),
    (4, RIGHT, -0.02, -0.14, 0),
    (5, LEFT, 0.07, 0.14, 6),
    (6, RIGHT, 0.07, 0.26, 4),
    (7, *_LEFT_HOME),
    (8, *_RIGHT_HOME),
    dips=(0, 0.03, 0.0, 0.02, 0, 0.03, 0.0, 0.02),
    afraid=0.4,
    tired=0.4,
)
SWAY = _footwork(
    (1, LEFT, 0.09, 0.0, 6, 0.05, 0.95),
    (2, RIGHT, -0.04, 0.0, -6, 0.03, 0.9),
    (3, LEFT, 0.09, 0.0, 6, 0.0, 0.95),
    (4, RIGHT, -0.04, 0.0, -6, 0.0, 0.95),
    (5, LEFT, 0.09, 0.0, 6, 0.0, 0.8),
    (6, LEFT, 0.09, 0.0, 6, 0.0, 1.0),
    (7, RIGHT, 0.0, 0.0, 0, 0.03, 0.95),
    (8, *_LEFT_HOME, 0.05, 0.5),
    dips=(0, 0.03, 0.05, 0.02, 0.05, 0.08, 0.10, 0.02),
    sad=2.5,
    tired=2.0,
    angry=0.1,
    excited=0.4,
)
SLOW_SWAY = _footwork(
    (2, LEFT, 0.07, 0.0, 4, 0.03, 0.95),
    (4, RIGHT, -0.05, 0.03, -4, 0.03, 0.95),
    (6, LEFT, 0.02, 0.03, 2, 0.03, 0.9),
    (7, *_RIGHT_HOME, 0.03, 0.8),
    (8, *_LEFT_HOME, 0.02, 0.5),
    dips=(0, 0.01, 0.04, 0.02, 0.05, 0.02, 0.05, 0.02),
    neutral=0.6,
    sad=3.0,
    tired=3.0,
    proud=1.0,
    happy=0.1,
    angry=0.0,
    excited=0.0,
    afraid=0.8,
)
KNEES = _footwork(
    (1, *_LEFT_HOME, 0.08),
    (2, RIGHT, 0.03, 0.12, 0, 0.06, 0.0, 0.30),
    (3, *_RIGHT_HOME, 0.0),
    (4, LEFT, -0.03, 0.12, 0, 0.06, 0.0, 0.30),
    (5, LEFT, 0.06, 0.08, 4, 0.0),
    (6, RIGHT, 0.02, 0.14, 0, 0.06, 0.0, 0.34),
    (7, *_RIGHT_HOME, 0.0),
    (8, *_LEFT_HOME, 0.10, 0.5),
    dips=(0, 0.03, 0.0, 0.03, 0, 0.03, 0.0, 0.03),
    happy=2.0,
    excited=3.0,
    sad=0.0,
    tired=0.0,
    afraid=0.1,
    angry=1.0,
)
TURN = _footwork(
    (0.5, RIGHT, 0.02, -0.03, -14, 0.02, 0.8),
    (2, LEFT, 0.15, 0.04, 60),
    (3, RIGHT, 0.27, 0.20, 170),
    (4, LEFT, -0.23, 0.10, 265),
    (5, RIGHT, -0.03, 0.0, 352),
    (6, LEFT, 0.09, 0.0, 366),
    (7, RIGHT, -0.05, 0.0, 356, 0.03),
    (8, LEFT, 0.0, 0.0, 360, 0.03, 0.5),
    (8, RIGHT, 0.0, 0.0, 360, 0.02, 0.5),
    dips=(0, 0.05, 0.02, 0, 0.0, 0.03, 0.05, 0.03),
    proud=1.5,
    sad=0.3,
    tired=0.2,
    afraid=0.2,
)
SPIN = _footwork(
    (1, LEFT, 0.14, 0.02, -20, 0.04, 0.6),
    (2, RIGHT, 0.0, 0.06, -30, 0.03, 0.7),
    (3, LEFT, 0.05, 0.05, 50, 0.05),
    (3.5, RIGHT, 0.22, 0.12, 130, 0.04),
    (4, LEFT, -0.12, 0.12, 210, 0.04),
    (4.5, RIGHT, -0.16, -0.02, 285, 0.04),
    (5, LEFT, 0.06, 0.0, 345, 0.04),
    (6, RIGHT, -0.08, 0.0, 352, 0.05, 0.9),
    (7, LEFT, 0.06, 0.0, 366, 0.04),
    (8, RIGHT, 0.0, 0.0, 360, 0.04, 0.5),
    (8, LEFT, 0.0, 0.0, 360, 0.02, 0.5),
    dips=(0, 0.03, 0.07, 0.0, -0.01, 0.02, 0.05, 0.02),
    happy=1.6,
    excited=2.0,
    proud=0.8,
    neutral=0.6,
    angry=0.6,
    sad=0.0,
    tired=0.0,
    afraid=0.0,
)
LUNGE = _footwork(
    (1, LEFT, 0.30, 0.05, 20, 0.08, 0.85),
    (2, LEFT, 0.30, 0.05, 20, 0.0, 0.95),
    (3, LEFT, 0.03, 0.0, 0, 0.05, 0.6),
    (4, RIGHT, -0.01, 0.02, 0, 0.05, 0.8),
    (5, RIGHT, -0.30, 0.05, -20, 0.08, 0.85),
    (6, RIGHT, -0.30, 0.05, -20, 0.0, 0.95),
    (7, *_RIGHT_HOME, 0.05, 0.6),
    (8, *_LEFT_HOME, 0.05, 0.5),
    dips=(0, 0.10, 0.15, 0.02, 0, 0.10, 0.15, 0.02),
    angry=2.0,
    proud=2.0,
    afraid=0.1,
    sad=0.4,
    tired=0.2,
)
FRONT_LUNGE = _footwork(
    (1, LEFT, 0.02, 0.36, 4, 0.08, 0.85),
    (2, LEFT, 0.02, 0.36, 4, 0.0, 0.95),
    (3, LEFT, 0.0, 0.36, 4, 0.0, 0.5),
    (4, *_LEFT_HOME, 0.08),
    (5, RIGHT, -0.06, -0.20, -14, 0.06, 0.8),
    (6, LEFT, 0.02, 0.10, 4, 0.05, 0.7),
    (7, *_RIGHT_HOME),
    (8, *_LEFT_HOME, 0.05, 0.5),
    dips=(0, 0.11, 0.15, 0.10, 0.02, 0.03, 0.03, 0.0),
    angry=3.0,
    proud=1.6,
    afraid=0.0,
    sad=0.3,
    tired=0.1,
    happy=0.5,
)
TWIST = _footwork(
    (1, LEFT, -0.01, 0.0, 26, 0.0, 0.8),
    (1, RIGHT, -0.01, 0.0, 29, 0.0, 0.4),
    (2, LEFT, 0.01, 0.0, -29, 0.0, 0.4),
    (2, RIGHT, 0.01, 0.0, -26, 0.0, 0.8),
    (3, LEFT, -0.01, 0.0, 26, 0.0, 0.8),
    (3, RIGHT, -0.01, 0.0, 29, 0.0, 0.4),
    (4, LEFT, 0.01, 0.0, -29, 0.0, 0.4),
    (4, RIGHT, 0.01, 0.0, -26, 0.0, 0.9),
    (5, LEFT, 0.13, 0.06, 16, 0.07),
    (6, RIGHT, -0.13, 0.06, -16, 0.07),
    (7, *_LEFT_HOME),
    (8, *_RIGHT_HOME),
    dips=(0, 0.05, 0.07, 0.09, 0.10, 0.04, 0.02, 0.0),
    happy=1.5,
    excited=1.5,
    proud=0.2,
    sad=0.1,
    tired=0.2,
    afraid=0.2,
)
CHASSE = _footwork(
    (1, LEFT, 0.20, 0.0, 6),
    (1.5, RIGHT, 0.20, 0.0, 0, 0.04),
    (2, LEFT, 0.36, 0.02, 6, 0.05),
    (3, RIGHT, 0.20, -0.18, -6, 0.05, 0.8),
    (4, LEFT, 0.36, 0.02, 6, 0.03),
    (5, RIGHT, 0.12, 0.0, -6),
    (5.5, LEFT, 0.14, 0.0, 0, 0.04),
    (6, RIGHT, -0.10, 0.02, -6, 0.05),
    (7, LEFT, 0.0, -0.16, 6, 0.05, 0.8),
    (7.5, *_RIGHT_HOME, 0.04),
    (8, *_LEFT_HOME, 0.05, 0.6),
    dips=_GROOVE,
    happy=2.0,
    excited=2.0,
    sad=0.0,
    tired=0.0,
    afraid=0.3,
    angry=0.5,
)
WALK = _footwork(
    (1, LEFT, 0.0, 0.28, 0),
    (2, RIGHT, 0.0, 0.50, 0),
    (3, LEFT, 0.0, 0.62, 0),
    (4, RIGHT, 0.10, 0.62, 0, 0.06, 0.3),
    (5, RIGHT, -0.02, 0.36, -4),
    (6, LEFT, 0.0, 0.14, 0),
    (7, *_RIGHT_HOME),
    (8, *_LEFT_HOME),
    dips=(0.0, 0.015, 0.015, 0.015, 0.0, 0.015, 0.015, 0.0),
    proud=3.0,
    angry=1.5,
    sad=1.0,
    tired=1.2,
    afraid=0.2,
)
RETREAT = _footwork(
    (1, LEFT, 0.0, -0.22, 6),
    (2, RIGHT, -0.02, -0.42, 10),
    (3, LEFT, 0.05, -0.52, 20, 0.05, 0.9),
    (4, RIGHT, 0.04, -0.46, 24, 0.04, 0.4),
    (5, RIGHT, 0.0, -0.30, 8, 0.04, 0.9),
    (6, LEFT, 0.0, -0.14, 0, 0.04),
    (7, *_RIGHT_HOME, 0.04),
    (8, *_LEFT_HOME, 0.04, 0.6),
    dips=(0, 0.02, 0.04, 0.08, 0.10, 0.04, 0.02, 0.0),
    neutral=0.4,
    happy=0.2,
    sad=1.2,
    angry=0.0,
    proud=0.0,
    afraid=5.0,
    tired=0.4,
    excited=0.2,
)
SCUTTLE = _footwork(
    (0.5, LEFT, 0.08, -0.04, -10, 0.03),
    (1, RIGHT, 0.10, -0.06, -14, 0.03),
    (2, LEFT, 0.10, -0.10, -16, 0.02, 0.7),
    (4, RIGHT, 0.06, -0.12, -10, 0.03, 0.7),
    (4.5, LEFT, 0.0, -0.06, 12, 0.03),
    (5, RIGHT, -0.06, -0.06, 12, 0.03),
    (6, RIGHT, -0.06, -0.06, 12, 0.0, 0.7),
    (7, *_LEFT_HOME, 0.03),
    (8, *_RIGHT_HOME, 0.03, 0.6),
    dips=(0, 0.05, 0.08, 0.06, 0.02, 0.05, 0.09, 0.04),
    neutral=0.1,
    happy=0.1,
    sad=0.4,
    angry=0.0,
    proud=0.0,
    afraid=4.0,
    tired=0.1,
    excited=0.4,
)
LOW_KICKS = _footwork(
    (1, *_LEFT_HOME, 0.05),
    (2, RIGHT, 0.08, 0.40, 0, 0.04, 0.0, 0.14),
    (3, *_RIGHT_HOME, 0.05),
    (4, LEFT, -0.08, 0.40, 0, 0.04, 0.0, 0.14),
    (5, LEFT, 0.02, -0.08, 4, 0.05),
    (6, RIGHT, 0.10, 0.38, 0, 0.04, 0.0, 0.16),
    (7, *_RIGHT_HOME, 0.05),
    (8, *_LEFT_HOME, 0.03, 0.5),
    dips=(0, 0.02, 0.0, 0.02, 0.0, 0.02, 0.0, 0.02),
    happy=2.0,
    excited=2.0,
    sad=0.1,
    tired=0.0,
    afraid=0.0,
)
HIGH_KICK = _footwork(
    (1, LEFT, 0.06, 0.10, 4),
    (2.5, RIGHT, 0.06, 0.62, 0, 0.10, 0.0, 0.58),
    (4, RIGHT, -0.05, -0.02, -4, 0.08),
    (5.5, LEFT, 0.36, 0.18, 0, 0.10, 0.0, 0.38),
    (7, *_LEFT_HOME, 0.06),
    (8, *_RIGHT_HOME, 0.05, 0.5),
    dips=(0, 0.05, 0.0, 0.05, 0.02, 0.05, 0.0, 0.04),
    happy=1.0,
    excited=2.0,
    angry=2.5,
    proud=1.0,
    neutral=0.5,
    sad=0.0,
    tired=0.0,
    afraid=0.0,
)
STAMPS = _footwork(
    (1, LEFT, 0.04, 0.06, 8, 0.20, 0.75),
    (2, RIGHT, -0.04, 0.06, -8, 0.20, 0.75),
    (3, LEFT, 0.12, 0.10, 12, 0.24, 0.7),
    (4, LEFT, 0.12, 0.10, 12, 0.0, 0.6),
    (5, RIGHT, -0.12, 0.12, -12, 0.24, 0.75),
    (6, LEFT, 0.08, 0.04, 8, 0.20, 0.75),
    (7, *_RIGHT_HOME, 0.16),
    (8, *_LEFT_HOME, 0.16, 0.5),
    dips=(0.02, 0.06, 0.06, 0.10, 0.05, 0.10, 0.06, 0.05),
    neutral=0.2,
    happy=0.4,
    sad=0.0,
    angry=5.0,
    proud=0.4,
    afraid=0.0,
    tired=0.0,
    excited=0.6,
)
JACKS = _footwork(
    (1, LEFT, 0.18, 0.0, 10, 0.05, 0.5),
    (1, RIGHT, -0.18, 0.0, -10, 0.05, 0.5),
    (2, LEFT, -0.02, 0.0, 0, 0.05, 0.5),
    (2, RIGHT, 0.02, 0.0, 0, 0.05, 0.5),
    (3, LEFT, 0.18, 0.0, 10, 0.05, 0.5),
    (3, RIGHT, -0.18, 0.0, -10, 0.05, 0.5),
    (4, LEFT, -0.02, 0.0, 0, 0.05, 0.5),
    (4, RIGHT, 0.02, 0.0, 0, 0.05, 0.5),
    (6, LEFT, 0.10, 0.05, 6, 0.05),
    (7, *_RIGHT_HOME),
    (8, *_LEFT_HOME, 0.05, 0.5),
    dips=(0.04, 0.06, 0.04, 0.06, 0.04, 0.02, 0.02, 0.04),
    neutral=0.0,
    happy=1.2,
    sad=0.0,
    angry=0.2,
    proud=0.0,
    afraid=0.0,
    tired=0.0,
    excited=4.0,
)
HOPS = _footwork(
    (1, LEFT, 0.06, 0.0, 4),
    (2, LEFT, 0.10, 0.02, 4, 0.05),
    (2, RIGHT, 0.06, 0.14, 0, 0.05, 0.0, 0.26),
    (3, RIGHT, -0.06, 0.0, -4),
    (4, RIGHT, -0.10, 0.02, -4, 0.05),
    (4, LEFT, -0.06, 0.14, 0, 0.05, 0.0, 0.26),
    (5, LEFT, 0.04, 0.0, 4),
    (6, LEFT, 0.08, 0.02, 4, 0.05),
    (6, RIGHT, 0.0, -0.16, 0, 0.05, 0.0, 0.22),
    (7, *_RIGHT_HOME),
    (8, *_LEFT_HOME, 0.05, 0.5),
    dips=(0.02, 0.05, 0.03, 0.05, 0.03, 0.05, 0.03, 0.03),
    neutral=0.1,
    happy=3.0,
    sad=0.0,
    angry=0.1,
    proud=0.0,
    afraid=0.0,
    tired=0.0,
    excited=4.0,
)
JUMP = _footwork(
    (1, LEFT, 0.05, 0.02, 4, 0.05, 0.5),
    (2, RIGHT, -0.03, 0.02, -4, 0.05, 0.5),
    (4, LEFT, 0.06, 0.10, 4, 0.10, 0.5),
    (4, RIGHT, -0.06, 0.10, -4, 0.10, 0.5),
    (6, LEFT, 0.10, 0.02, 6, 0.05),
    (7, *_RIGHT_HOME),
    (8, *_LEFT_HOME, 0.05, 0.5),
    dips=(0.0, 0.02, 0.06, 0.16, 0.12, 0.02, 0.02, 0.0),
    neutral=0.0,
    happy=1.5,
    sad=0.0,
    angry=1.0,
    proud=0.2,
    afraid=0.0,
    tired=0.0,
    excited=3.0,
)
SINK = _footwork(
    (1, LEFT, 0.08, 0.02, 6, 0.04, 0.6),
    (3, RIGHT, -0.06, 0.04, -4, 0.03, 0.6),
    (5, LEFT, 0.08, 0.02, 6, 0.0, 0.7),
    (7, *_RIGHT_HOME, 0.03, 0.8),
    (8, *_LEFT_HOME, 0.03, 0.5),
    dips=(0.0, 0.05, 0.12, 0.20, 0.25, 0.22, 0.12, 0.04),
    neutral=0.3,
    happy=0.1,
    sad=2.5,
    angry=0.2,
    proud=0.0,
    afraid=2.0,
    tired=3.0,
    excited=0.1,
)
PLANTED = _footwork(
    (1, LEFT, 0.12, 0.0, 8, 0.05, 0.6),
    (3, RIGHT, -0.08, 0.04, -6, 0.04, 0.75),
    (5, LEFT, 0.14, 0.10, 8, 0.05, 0.8),
    (7, *_RIGHT_HOME, 0.05),
    (8, *_LEFT_HOME, 0.05, 0.5),
    dips=(0.0, 0.02, 0.0, -0.01, 0.0, 0.03, 0.0, 0.0),
    neutral=0.4,
    happy=0.2,
    sad=0.4,
    angry=0.6,
    proud=4.0,
    afraid=0.2,
    tired=0.6,
    excited=0.0,
)
MARCH = _footwork(
    *((beat, *(_LEFT_HOME, _RIGHT_HOME)[(beat + 1) % 2], 0.08) for beat in range(1, 9)),
    dips=_GROOVE,
    sad=0.3,
    tired=1.2,
    proud=0.6,
)
CROSS_POINT = _footwork(
    (1, LEFT, -0.16, 0.16, -4),
    (2, RIGHT, -0.24, 0.08, -14, 0.05, 0.05),
    (3, RIGHT, 0.16, 0.20, 4),
    (4, LEFT, 0.24, 0.10, 14, 0.05, 0.05),
    (5, LEFT, -0.06, -0.12, 0),
    (6, RIGHT, -0.20, 0.02, -10, 0.05, 0.05),
    (7, *_RIGHT_HOME),
    (8, *_LEFT_HOME),
    dips=(0, 0.02, 0.04, 0.02, 0.04, 0.02, 0.04, 0.0),
    proud=1.6,
    happy=1.2,
    sad=0.3,
    afraid=0.1,
    tired=0.1,
)
PIVOT = _footwork(
    (1, LEFT, 0.06, 0.22, 20),
    (2, RIGHT, 0.16, 0.04, 70, 0.03, 0.9),
    (3, LEFT, 0.02, -0.06, 76, 0.05, 0.6),
    (4, LEFT, 0.02, -0.06, 76, 0.0, 0.9),
    (5, RIGHT, 0.06, 0.12, 20),
    (6, LEFT, 0.06, 0.06, 6),
    (7, *_RIGHT_HOME),
    (8, *_LEFT_HOME),
    dips=(0, 0.03, 0.02, 0.04, 0.06, 0.02, 0.02, 0.0),
    afraid=1.5,
    sad=0.6,
    tired=0.3,
)

FOOTWORKS = (
    SIDE_TOUCH,
    GRAPEVINE,
    BOX,
    SWAY,
    SLOW_SWAY,
    KNEES,
    TURN,
    SPIN,
    LUNGE,
    FRONT_LUNGE,
    TWIST,
    CHASSE,
    WALK,
    RETREAT,
    SCUTTLE,
    LOW_KICKS,
    HIGH_KICK,
    STAMPS,
    JACKS,
    HOPS,
    JUMP,
    SINK,
    PLANTED,
    MARCH,
    CROSS_POINT,
    PIVOT,
)

STANCE = np.array([[0.11, 0.07, 0.15], [-0.11, 0.07, -0.15]])
"""Where the balls of the feet stand at the hips' width: x, z in metres, yaw in radians."""
