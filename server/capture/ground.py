"""Where the body is: landmarks are centred on the hips, so the feet must tell."""

import numpy as np
from jaxtyping import Float

from motion.skeleton import CANONICAL

Array = np.ndarray

_FEET = CANONICAL.indices("leftFoot", "rightFoot")
_BALLS = CANONICAL.indices("leftToes", "rightToes")
_HEEL = np.array([0.0, -CANONICAL.rest_positions[_FEET[0], 1], -0.04])
_BALL = np.array([0.0, -CANONICAL.rest_positions[_BALLS[0], 1], 0.0])
_TIP = _BALL + np.array([0.0, 0.0, 0.05])


def soles(positions: Float[Array, "J 3"], turned: Float[Array, "J 3 3"]) -> tuple[float, float]:
    """Return the height of the lowest point of the left and the right foot, metres.

    Args:
        positions: Positions of the joints, in axes of the world.
        turned: World rotations of the joints.
    """
    heels = positions[_FEET] + turned[_FEET] @ _HEEL
    balls = positions[_BALLS] + turned[_BALLS] @ _BALL
    tips = positions[_BALLS] + turned[_BALLS] @ _TIP
    left, right = np.minimum(np.minimum(heels, balls), tips)[:, 1]
    return float(left), float(right)


class Ground:
    """Keeps the lower foot where it stands, and so finds the way of the hips."""

    HYSTERESIS = 0.025
    """Metres by which the other foot must be lower to become the one that stands."""
    FASTEST = 3.0
    """Metres a second that the hips may travel."""
    HOMEWARD = 20.0
    """Half-life in seconds of the distance from the origin, so that errors do not add up."""

    def __init__(self) -> None:
        self._place = np.zeros(2)
        self._balls: Array | None = None
        self._standing = 0

    def forget(self) -> None:
        """Take the next position of the feet as it is, without a step."""
        self._balls = None

    def update(
        self, positions: Float[Array, "J 3"], turned: Float[Array, "J 3 3"], seconds: float
    ) -> Float[Array, "3"]:
        """Return the world position of the hips, metres, floor at height 0.

        Args:
            positions: Positions of the joints, from the hips, in world axes.
            turned: World rotations of the joints.
            seconds: Since the call before.
        """
        left, right = soles(positions, turned)
        lower = int(right < left)
        if self._balls is None or abs(left - right) > self.HYSTERESIS:
            self._standing = lower
        self._travel(positions[_BALLS][:, [0, 2]], seconds)
        return np.array([self._place[0], -min(left, right), self._place[1]])

    def _travel(self, balls: Array, seconds: float) -> None:
        """Move by what the standing foot seemed to move, the other way."""
        before, self._balls = self._balls, balls
        if before is not None:
            moved = before[self._standing] - balls[self._standing]
            farthest = self.FASTEST * seconds
            self._place += moved * min(1.0, farthest / max(float(np.hypot(*moved)), 1e-9))
        self._place *= 0.5 ** (seconds / self.HOMEWARD)
