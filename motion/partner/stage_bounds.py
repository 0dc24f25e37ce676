"""Partners stay on their stage and turn to the audience, or a companion, rather than away.

Near the edge their paths bend inwards and slow outwards. A partner that faces away turns back
faster, or further away slower, than its model has it: most with a foot free.
"""

import numpy as np
from jaxtyping import Float

from motion import features, rotations
from motion.partner.grounding import ramp

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
    # A step turns the figure cheaply; on two standing feet the foot lock would have to twist legs.
    feet = frames[:, features.PART["contacts"]].reshape(-1, 2, 2).max(-1)
    free = np.clip(1.0 - feet.min(-1), standing_share, 1.0)
    speed = rotations.length(frames[:, features.PART["root_velocity"]])
    walking, resting = FACING_RATES
    rate = walking + (resting - walking) * ramp(speed, WALK, 0.0)
    away = np.nan_to_num(np.angle(np.exp(1j * (root[:, 2] - heading))))
    turned = frames.copy()
    turned[:, features.PART["turn_rate"]] -= (
        rate * free * ramp(np.abs(away), *FACING) * np.sign(away)
    )[:, None]
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
    outward = _outward(root[:, :2])
    sine, cosine = np.sin(root[:, 2]), np.cos(root[:, 2])
    outward_x = cosine * outward[:, 0] - sine * outward[:, 1]
    outward_z = sine * outward[:, 0] + cosine * outward[:, 1]
    along_x, along_z = frames[:, features.PART["root_velocity"]].T
    speed = np.hypot(along_x, along_z)
    away = (along_x * outward_x + along_z * outward_z) / np.maximum(speed, 1e-6)
    side = np.where(along_x * outward_z >= along_z * outward_x, 1, -1)
    # A path straight outwards turns the most, the shorter way round; one that leads back in is left
    # alone. The speed stays the model's: steps that were slowed would slide.
    turn = np.minimum(CURVATURE * speed, TURN_RATE) * (1 + away) / 2 * side
    bent = frames.copy()
    bent[:, features.PART["turn_rate"]] += (_edge(root[:, :2], radius) * turn)[:, None]
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
    outward = _outward(before)
    # What a turn does not prevent: only the outward part of the way is taken away, so that a path
    # along the edge is free, and who is outside is drawn in at a rate and not set back.
    leaving = np.maximum(rotations.dot(place - before, outward), 0.0) * _edge(before, radius)
    leaving += RETURN_RATE * dt * np.maximum(np.hypot(*before.T) - radius, 0.0)
    return place - leaving[:, None] * outward


def _outward(place: Float[Array, "B 2"]) -> Float[Array, "B 2"]:
    return place / np.maximum(np.hypot(*place.T), 1e-6)[:, None]


def _edge(place: Float[Array, "B 2"], radius: Float[Array, "B"]) -> Float[Array, "B"]:
    """How near the edge: 0 where all is free, 1 from the edge on."""
    share = np.hypot(*place.T) / radius
    return np.clip((share - FREE_SHARE) / (1 - FREE_SHARE), 0.0, 1.0)
