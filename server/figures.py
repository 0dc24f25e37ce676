"""What the demo performer knows: footwork and arm figures of eight beats each, as plain tables."""

from dataclasses import dataclass, replace

import numpy as np

Array = np.ndarray

LEFT, RIGHT = 0, 1

STANCE = np.array([[0.11, 0.07, 0.15], [-0.11, 0.07, -0.15]])
"""Where the balls of the feet stand at the start and end of every footwork: x, z in metres, yaw."""


@dataclass(frozen=True)
class Step:
    """One foot arrives somewhere on a beat.

    Attributes:
        beat: Of the phrase, 1 to 8; 8 is the next phrase's beginning.
        side: 0 left, 1 right.
        x: Of the ball of the foot, metres from the middle of the stage, to the left.
        z: To the front.
        yaw: Where the toes point, radians; 0 is the front, positive to the left.
        lift: How high the foot goes on its way, metres.
        carries: How much of the weight it takes, in [0, 1]; 0.5 stands on both, 0 only touches.
    """

    beat: int
    side: int
    x: float
    z: float
    yaw: float
    lift: float = 0.06
    carries: float = 1.0


@dataclass(frozen=True, eq=False)
class Footwork:
    """Eight beats of steps, and how deep the body dips on each beat, metres."""

    steps: tuple[Step, ...]
    dips: tuple[float, ...] = (0.0,) * 8

    def weight(self, beat: int) -> float:
        """Return which foot carries on a beat of the phrase: -1 the right one, 1 the left one."""
        weight = 0.0
        for step in self.steps:
            if step.beat <= beat:
                weight = (2 * step.carries - 1) * (1 if step.side == LEFT else -1)
        return weight

    def mirrored(self) -> "Footwork":
        """Return the same steps to the other side."""
        steps = (replace(s, side=1 - s.side, x=-s.x, yaw=-s.yaw) for s in self.steps)
        return replace(self, steps=tuple(steps))


def _steps(*rows: tuple[float, ...]) -> tuple[Step, ...]:
    """Read rows of beat, side, x, z (from the stance), yaw in degrees, and further Step fields."""
    return tuple(
        Step(int(beat), int(side), x, z + STANCE[0, 1], float(np.radians(yaw)), *rest)
        for beat, side, x, z, yaw, *rest in rows
    )


_HOME_LEFT = (LEFT, 0.11, 0.0, 8.6)
_HOME_RIGHT = (RIGHT, -0.11, 0.0, -8.6)

_SIDE_TOUCH = Footwork(
    _steps(
        (1, LEFT, 0.30, 0.02, 12),
        (2, RIGHT, 0.13, 0.05, 0, 0.05, 0.15),
        (3, RIGHT, -0.22, 0.02, -12),
        (4, LEFT, -0.05, 0.05, 0, 0.05, 0.15),
        (5, LEFT, 0.26, -0.02, 12),
        (6, RIGHT, 0.10, -0.16, -8, 0.08, 0.2),
        (7, *_HOME_RIGHT),
        (8, *_HOME_LEFT),
    )
)

_GRAPEVINE = Footwork(
    _steps(
        (1, LEFT, 0.30, 0.02, 15),
        (2, RIGHT, 0.12, -0.16, -5),
        (3, LEFT, 0.48, 0.0, 15),
        (4, RIGHT, 0.30, 0.05, 0, 0.09, 0.2),
        (5, RIGHT, 0.06, 0.02, -15),
        (6, LEFT, 0.22, -0.16, 5),
        (7, *_HOME_RIGHT),
        (8, *_HOME_LEFT),
    ),
    dips=(0, 0.01, 0.03, 0, 0.02, 0.01, 0.03, 0),
)

_BOX = Footwork(
    _steps(
        (1, LEFT, 0.08, 0.26, 6),
        (2, RIGHT, -0.20, 0.24, -10),
        (3, LEFT, 0.16, -0.12, 10, 0.05),
        (4, RIGHT, -0.13, -0.14, -8),
        (5, LEFT, 0.18, 0.14, 15),
        (6, RIGHT, -0.04, 0.26, -5),
        (7, *_HOME_LEFT),
        (8, *_HOME_RIGHT),
    ),
    dips=(0, 0.03, 0.0, 0.02, 0, 0.03, 0.0, 0.02),
)

_SWAY = Footwork(
    _steps(
        (1, LEFT, 0.20, 0.0, 15, 0.05, 0.95),
        (2, RIGHT, -0.15, 0.0, -15, 0.03, 0.9),
        (3, LEFT, 0.20, 0.0, 15, 0.0, 0.95),
        (4, RIGHT, -0.15, 0.0, -15, 0.0, 0.95),
        (5, LEFT, 0.20, 0.0, 15, 0.0, 0.8),
        (6, LEFT, 0.20, 0.0, 15, 0.0, 1.0),
        (7, RIGHT, -0.11, 0.0, -8.6, 0.03, 0.95),
        (8, *_HOME_LEFT, 0.05, 0.5),
    ),
    dips=(0, 0.03, 0.05, 0.02, 0.05, 0.08, 0.10, 0.02),
)

_KNEES = Footwork(
    _steps(
        (1, *_HOME_LEFT, 0.10),
        (2, *_HOME_RIGHT, 0.26),
        (3, *_HOME_LEFT, 0.26),
        (4, RIGHT, -0.16, 0.12, -15, 0.20),
        (5, LEFT, 0.16, 0.10, 15, 0.22),
        (6, *_HOME_RIGHT, 0.26),
        (7, *_HOME_LEFT, 0.26),
        (8, *_HOME_RIGHT, 0.10, 0.5),
    ),
    dips=(0, 0.03, 0.0, 0.01, 0, 0.03, 0.0, 0.01),
)

_TURN = Footwork(
    _steps(
        (1, LEFT, 0.26, 0.04, 60),
        (2, RIGHT, 0.16, 0.20, 165),
        (3, LEFT, -0.12, 0.10, 275),
        (4, RIGHT, -0.14, 0.0, 345),
        (5, LEFT, 0.20, 0.0, 375),
        (6, RIGHT, -0.16, 0.0, 345, 0.03),
        (7, LEFT, 0.11, 0.0, 368.6, 0.03),
        (8, RIGHT, -0.11, 0.0, 351.4, 0.03, 0.5),
    ),
    dips=(0, 0.04, 0, 0, 0.02, 0.05, 0.07, 0.03),
)

_LUNGE = Footwork(
    _steps(
        (1, LEFT, 0.50, 0.05, 30, 0.08, 0.85),
        (2, LEFT, 0.50, 0.05, 30, 0.0, 0.95),
        (3, LEFT, 0.14, 0.0, 8, 0.05, 0.6),
        (4, RIGHT, -0.12, 0.02, -8, 0.05, 0.8),
        (5, RIGHT, -0.50, 0.05, -30, 0.08, 0.85),
        (6, RIGHT, -0.50, 0.05, -30, 0.0, 0.95),
        (7, *_HOME_RIGHT, 0.05, 0.6),
        (8, *_HOME_LEFT, 0.05, 0.5),
    ),
    dips=(0, 0.10, 0.15, 0.02, 0, 0.10, 0.15, 0.02),
)

_TWIST = Footwork(
    _steps(
        (1, LEFT, 0.10, 0.0, 35, 0.0, 0.8),
        (1, RIGHT, -0.12, 0.0, 20, 0.0, 0.4),
        (2, LEFT, 0.12, 0.0, -20, 0.0, 0.4),
        (2, RIGHT, -0.10, 0.0, -35, 0.0, 0.8),
        (3, LEFT, 0.10, 0.0, 35, 0.0, 0.8),
        (3, RIGHT, -0.12, 0.0, 20, 0.0, 0.4),
        (4, LEFT, 0.12, 0.0, -20, 0.0, 0.4),
        (4, RIGHT, -0.10, 0.0, -35, 0.0, 0.9),
        (5, LEFT, 0.24, 0.06, 25, 0.07),
        (6, RIGHT, -0.24, 0.06, -25, 0.07),
        (7, *_HOME_LEFT),
        (8, *_HOME_RIGHT),
    ),
    dips=(0, 0.05, 0.07, 0.09, 0.10, 0.04, 0.02, 0.0),
)

FOOTWORKS = (_SIDE_TOUCH, _GRAPEVINE, _BOX, _SWAY, _KNEES, _TURN, _LUNGE, _TWIST)


def _both(keys: list[tuple[int, int, int, int]], shift: int = 0) -> Array:
    """Return a figure, (8, 2, 4), whose right arm does what the left does, `shift` beats later."""
    left = np.array(keys * (8 // len(keys)), dtype=float)
    return np.stack([left, np.roll(left, shift, axis=0)], axis=1)


ARM_FIGURES = (
    # raise from level, forward from the side, twist (-90: a bent forearm points up), bend; degrees
    _both([(-70, 35, 0, 60), (-78, 5, 0, 35), (-76, -25, 0, 25), (-74, 10, 0, 45)], shift=2),
    _both(
        [
            (-55, 20, -10, 40),
            (-20, 15, -30, 35),
            (25, 10, -50, 40),
            (58, 10, -60, 45),
            (62, 25, -50, 60),
            (30, 5, -40, 25),
            (-5, 0, -20, 20),
            (-40, 10, -5, 30),
        ]
    ),
    _both([(40, 35, -50, 45), (62, 15, -60, 20), (5, 30, -30, 65), (-45, 25, 0, 75)], shift=2),
    _both(
        [
            (-40, 70, -25, 100),
            (-30, 85, -35, 110),
            (-40, 70, -25, 100),
            (-12, 5, -20, 30),
            (-6, -10, -15, 15),
            (-30, 55, -30, 85),
            (-35, 85, -30, 115),
            (-50, 40, -15, 60),
        ]
    ),
    _both([(2, 15, -80, 85), (12, 10, -95, 70), (-12, 25, -40, 80), (-30, 30, -15, 70)], shift=1),
    _both([(-66, 25, -5, 95), (-54, 5, -10, 75)], shift=1),
    _both(
        [
            (20, 20, -30, 30),
            (46, 15, -25, 10),
            (50, 12, -25, 8),
            (30, 25, -35, 50),
            (-40, 35, 10, 85),
            (-48, 25, 15, 95),
            (-46, 28, 15, 92),
            (-25, 35, -10, 70),
        ],
        shift=4,
    ),
    _both(
        [
            (-45, 40, -5, 35),
            (-5, 70, -20, 35),
            (40, 60, -45, 40),
            (60, 25, -55, 35),
            (25, -5, -40, 20),
            (-20, -15, -15, 15),
            (-50, 0, -5, 25),
            (-60, 30, 0, 45),
        ],
        shift=2,
    ),
)
