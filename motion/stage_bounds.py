"""The partner stays on its stage: near the edge its path bends inwards and slows outwards."""

import numpy as np
from jaxtyping import Float

from motion import features
from motion.features import Root

Array = np.ndarray

FREE_SHARE = 0.5
"""Share of the radius within which nothing is changed."""

CURVATURE = 2.0
"""Radians per metre at most by which the path bends: circles of half a metre."""

TURN_RATE = 4.0
"""Radians per second at most by which the path bends: a brisk turn in a dance."""

RETURN_RATE = 2.0
"""Metres per second by which the partner is drawn in, for each metre beyond the edge."""


def keep_on_stage(frames: Float[Array, "K F"], root: Root, radius: float) -> Float[Array, "K F"]:
    """Return the features with the root's motion bent to stay within a circle about the origin.

    Args:
        frames: Features that go on from the root; not changed.
        root: Of the frame before the first.
        radius: Of the stage, metres.
    """
    distance = float(np.hypot(root.x, root.z))
    edge = np.clip((distance / radius - FREE_SHARE) / (1 - FREE_SHARE), 0.0, 1.0)
    if edge == 0.0:
        return frames
    bounded = frames.copy()
    velocity = bounded[:, features.PART["root_velocity"]]
    speed = np.linalg.norm(velocity, axis=1)
    sine, cosine = np.sin(root.facing), np.cos(root.facing)
    outward = np.array([cosine * root.x - sine * root.z, sine * root.x + cosine * root.z])
    outward /= distance
    away = velocity @ outward / np.maximum(speed, 1e-6)
    to_the_left = velocity[:, 0] * outward[1] >= velocity[:, 1] * outward[0]
    turn = np.minimum(CURVATURE * speed, TURN_RATE) * (1 + away) / 2 * np.where(to_the_left, 1, -1)
    bounded[:, features.PART["turn_rate"]] += edge * turn[:, None]
    leaving = edge * speed * np.maximum(away, 0.0) + RETURN_RATE * max(distance - radius, 0.0)
    velocity -= leaving[:, None] * outward
    return bounded
