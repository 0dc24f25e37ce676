"""Faults of motion capture, mended: joints that flip from one frame to the next.

Optical systems lose a stretched limb's twist and turn it about by half a circle for some frames.
No body turns a joint that fast, so that such steps are told by speed alone.
"""

from dataclasses import replace

import numpy as np
from jaxtyping import Bool, Float

from motion import rotations
from motion.clip import Clip

Array = np.ndarray

FASTEST_TURN = 40.0
"""Angular speed that no joint reaches relative to its parent, radians per second."""

FASTEST_TURN_IN = {"g1-moves": 20.0}
"""Likewise in data sets without markers, whose smoothing leaves only faults as fast as that."""

LONGEST_FAULT = 0.4
"""Flips this close together are one fault, seconds."""

MARGIN = 0.05
"""How far a bridge over a fault reaches beyond it on either side, seconds."""


def mended(clip: Clip) -> Clip:
    """Return a clip in which each fault is replaced by the shortest turn across it."""
    turned = clip.rotations.copy()
    fastest = FASTEST_TURN_IN.get(clip.labels.get("dataset", ""), FASTEST_TURN)
    flips = _flips(turned, clip.fps, fastest)
    for joint in np.flatnonzero(flips.any(axis=0)):
        for start, end in _faults(np.flatnonzero(flips[:, joint]), clip.fps, len(clip)):
            turned[start : end + 1, joint] = rotations.slerp(
                turned[start, joint], turned[end, joint], np.linspace(0.0, 1.0, end - start + 1)
            )
    return replace(clip, rotations=turned)


def _flips(local: Float[Array, "T J 4"], fps: float, fastest: float) -> Bool[Array, "S J"]:
    """Tell which steps from one frame to the next turn a joint faster than any body."""
    cosine = np.abs(np.sum(local[1:] * local[:-1], axis=-1))
    return 2.0 * np.arccos(np.clip(cosine, 0.0, 1.0)) * fps > fastest


def _faults(steps: Array, fps: float, frames: int) -> list[tuple[int, int]]:
    """Return the first and the last frame to bridge for each group of flips close together."""
    margin = round(MARGIN * fps)
    groups = np.split(steps, np.flatnonzero(np.diff(steps) > LONGEST_FAULT * fps) + 1)
    return [
        (max(int(group[0]) - margin, 0), min(int(group[-1]) + 1 + margin, frames - 1))
        for group in groups
    ]
