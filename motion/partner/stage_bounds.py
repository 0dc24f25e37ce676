"""Partners stay on their stage and turn to the audience, or a companion, rather than away.

Near the edge their paths bend inwards and slow outwards. A partner that faces away turns back
faster, or further away slower, than its model has it: most with a foot free.
"""

import numpy as np
from jaxtyping import Float

from motion.compiled import function

Array = np.ndarray

FREE_SHARE = 0.7
"""Share of the radius within which no path is changed."""

CURVATURE = 2.5
"""Radians per metre at most by which the path bends: circles of 0.4 m."""

TURN_RATE = 4.0
"""Radians per second at most by which the path bends: a brisk turn in a dance."""

RETURN_RATE = 2.0
"""Metres per second by which a partner is drawn in, for each metre beyond the edge."""

FACING_RATES = (0.8, 1.5)
"""Radians per second at most by which a partner turns back: in a walk, where it makes a
circle of a metre, and at rest, where it makes a step or two."""

STANDING_SHARE = 0.5
"""Share of these by which it turns on two standing feet: the foot lock holds them, and steps."""

FACING = (0.6, 1.1)
"""Radians off up to which a partner faces as it likes, and from which it turns in full: walkers
cross the stage on a slant rather than go straight down to its edge."""

WALK = 0.8
"""Metres per second of a walk."""

_FACING = np.array([*FACING_RATES, WALK, *FACING])
_BOUNDS = np.array([FREE_SHARE, CURVATURE, TURN_RATE])

_face, _bend_inwards = function("face", "nxdddo"), function("bend_inwards", "ndddo")
_hold_back = function("hold_back", "nxxddo")


def face(
    frames: Float[Array, "B F"],
    root: Float[Array, "B 3"],
    heading: Float[Array, "B"],
    standing_share: float = STANDING_SHARE,
) -> Float[Array, "B F"]:
    """Return the features with a turn to where the partners should face.

    Args:
        frames: Features that go on from the roots; not changed.
        root: Roots of the frames before; see `features.last_root`.
        heading: Radians about Y, 0 for the audience; NaN leaves the partner as it is.
        standing_share: Share of the rate with which it turns on two standing feet.
    """
    turned = np.array(frames, np.float64, order="C")
    _face(len(turned), standing_share, _FACING, root, heading, turned)
    return turned


def bend_inwards(
    frames: Float[Array, "B F"], root: Float[Array, "B 3"], radius: Float[Array, "B"]
) -> Float[Array, "B F"]:
    """Return the features with paths that lead off the stage bent inwards.

    Args:
        frames: Features that go on from the roots; not changed.
        root: Roots of the frames before; see `features.last_root`.
        radius: Radius of the stage, a circle about the origin, metres.
    """
    bent = np.array(frames, np.float64, order="C")
    _bend_inwards(len(bent), _BOUNDS, root, radius, bent)
    return bent


def hold_back(
    place: Float[Array, "B 2"], before: Float[Array, "B 2"], radius: Float[Array, "B"], dt: float
) -> Float[Array, "B 2"]:
    """Return places on the floor as near the edge as they may come.

    Args:
        place: Where the figures want to be, x and z in metres.
        before: Where they were in the frame before.
        radius: Radius of the stage, metres.
        dt: Seconds since the frame before.
    """
    held = np.array(place, np.float64, order="C")
    _hold_back(len(held), RETURN_RATE * dt, FREE_SHARE, before, radius, held)
    return held
