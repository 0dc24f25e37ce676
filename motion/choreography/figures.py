"""Figures: what feet, arms and trunk do in a phrase of eight beats."""

from dataclasses import dataclass, replace

import numpy as np

from motion.choreography.effort import EVENLY, Liking

Array = np.ndarray

LEFT, RIGHT = 0, 1


@dataclass(frozen=True)
class Step:
    """One foot arrives somewhere.

    Attributes:
        beat: Beat of the phrase when it arrives, in (0, 8]; 8 is the next phrase's beginning.
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
        liking: How often emotions pick it.
    """

    steps: tuple[Step, ...]
    dips: tuple[float, ...] = (0.0,) * 8
    liking: Liking = EVENLY

    def mirrored(self) -> "Footwork":
        """Return the same steps to the other side."""
        steps = (replace(s, side=1 - s.side, x=-s.x, yaw=-s.yaw) for s in self.steps)
        return replace(self, steps=tuple(steps))


@dataclass(frozen=True, eq=False)
class ArmFigure:
    """Eight beats of both arms.

    Attributes:
        keys: Left and right, (8, 2, 4), as `arm_figures` says; both as if they were the left one.
        liking: How often emotions pick it.
    """

    keys: Array
    liking: Liking

    def mirrored(self) -> "ArmFigure":
        """Return the same with the arms exchanged."""
        return ArmFigure(self.keys[:, ::-1], self.liking)


@dataclass(frozen=True, eq=False)
class TorsoFigure:
    """Eight beats of the trunk.

    Attributes:
        keys: Pelvis tilt forward, pelvis roll, spine forward, spine to the left, spine turned to
            the left, head nod; degrees, (8, 6).
        liking: How often emotions pick it.
    """

    keys: Array
    liking: Liking

    def mirrored(self) -> "TorsoFigure":
        """Return the same to the other side."""
        return TorsoFigure(self.keys * [1, -1, 1, -1, -1, 1], self.liking)
