"""Which clips, and how much of them, are worth learning from."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from motion.clip import Clip
from motion.features import joint_speed

CALM_SECONDS = 0.5
"""Over which speed is averaged: a held breath in a dance is no end of it."""


def action_of(clip: Clip) -> str:
    """Return what is done in a clip, empty where nobody said."""
    return clip.labels.get("content", "")


def trimmed(clip: Clip, slowest: float) -> Clip:
    """Return a clip without the head and tail in which it all but stands.

    Args:
        clip: Any; one that stands throughout is returned whole.
        slowest: Mean joint speed relative to the hips below which nothing is done, m/s.
    """
    span = max(1, round(CALM_SECONDS * clip.fps))
    if len(clip) <= span:
        return clip
    smooth = np.convolve(joint_speed(clip), np.full(span, 1.0 / span), mode="same")
    moving = np.flatnonzero(smooth >= slowest)
    return clip[int(moving[0]) : int(moving[-1]) + 1] if len(moving) > span else clip


def common_actions(clips: Sequence[Clip], fewest: int) -> set[str]:
    """Return the actions of at least so many clips; clips of no known action belong to them."""
    counts = Counter(map(action_of, clips))
    return {action for action, count in counts.items() if count >= fewest or not action}
