"""How near a motion is to another: the ruler of what is taken up."""

import numpy as np

from motion import kinematics, rotations
from motion.clip import Clip
from motion.skeleton import LEG_LENGTH

SAME = 0.02
"""Leg lengths within which two poses are the same."""


def distances(one: Clip, other: Clip) -> np.ndarray:
    """Mean distance of joints in the facing frame, for each pair of poses, leg lengths."""
    a, b = _placed(one), _placed(other)
    return np.linalg.norm(a[:, None] - b[None], axis=-1).mean(-1)


def nearest(one: Clip, other: Clip) -> float:
    """Mean distance to the nearest pose of another motion."""
    return float(distances(one, other).min(1).mean())


def longest_replay(one: Clip, other: Clip) -> float:
    """Seconds of the longest stretch that another motion has frame by frame."""
    same = distances(one, other) < SAME
    runs = np.zeros(same.shape[1] + 1, int)
    longest = 0
    for row in same:
        runs[1:] = np.where(row, runs[:-1] + 1, 0)
        longest = max(longest, int(runs.max()))
    return longest / one.fps


def _placed(clip: Clip) -> np.ndarray:
    positions = clip.world_positions()
    back = rotations.about_y(-kinematics.facing(positions))[:, None]
    return rotations.rotate(back, positions - clip.hips[:, None] * [1.0, 0.0, 1.0]) / LEG_LENGTH
