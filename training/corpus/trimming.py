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


def moving(clip: Clip, slowest: float | None = None) -> slice:
    """Return where a clip is not idle at its head or tail; all of it if it is idle throughout.

    Args:
        clip: Any.
        slowest: Mean joint speed relative to the hips, over half a second, below which it is idle,
            m/s; a third of the clip's own mean if None.
    """
    speed = joint_speed(clip)
    span = min(max(1, int(CALM_SECONDS * clip.fps)), len(speed))
    smooth = np.convolve(speed, np.full(span, 1.0 / span), mode="same")
    found = np.flatnonzero(smooth >= (speed.mean() / 3 if slowest is None else slowest))
    return slice(int(found[0]), int(found[-1]) + 1) if len(found) > span else slice(None)


def active(clip: Clip) -> Clip:
    """Return a clip without its idle head and tail; see `moving`."""
    return clip[moving(clip)]


def common_actions(clips: Sequence[Clip], fewest: int) -> set[str]:
    """Return the actions of at least so many clips; clips of no known action belong to them."""
    counts = Counter(map(action_of, clips))
    return {action for action, count in counts.items() if count >= fewest or not action}
