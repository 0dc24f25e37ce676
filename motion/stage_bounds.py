"""The partner stays on its stage: near the edge its path bends inwards and slows outwards."""

import numpy as np
from jaxtyping import Float

from motion import features
from motion.features import Root

Array = np.ndarray

FREE_SHARE = 0.5
"""Share of the radius within which nothing is changed."""

TURN_RATE = 1.2
"""Radians per second at most by which the path bends: below what a viewer notices in a dance."""


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
    sine, cosine = np.sin(root.facing), np.cos(root.facing)
    outward = (
        np.array([cosine * root.x - sine * root.z, sine * root.x + cosine * root.z]) / distance
    )
    leaving = np.maximum(velocity @ outward, 0.0)
    velocity -= edge * leaving[:, None] * outward
    across = velocity[:, 0] * outward[1] - velocity[:, 1] * outward[0]
    speed = np.linalg.norm(velocity, axis=1)
    bounded[:, features.PART["turn_rate"]] += (
        edge * TURN_RATE * np.minimum(speed, 1.0) * np.sign(across)
    )[:, None]
    return bounded
