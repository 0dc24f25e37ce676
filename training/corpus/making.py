"""What a corpus makes of a motion: a clip at 30 fps without the faults of motion capture."""

from collections.abc import Mapping

import numpy as np

from motion.clip import Clip
from motion.errors import MotionFileError
from motion.formats.motion_files import Motion, clip_of
from motion.rigs.own_skeleton import OwnAxes
from training.corpus.cleaning import mended
from training.corpus.corpus import FPS

SHORTEST = 8
"""Fewest frames at 30 fps that make a clip of a corpus."""


def make_clip(
    motion: Motion, name: str, labels: Mapping[str, str], own: OwnAxes | None = None
) -> Clip:
    """Return the clip of a motion; see `motion_files.clip_of`.

    Raises:
        MotionFileError: If it fits on no skeleton, or has poses that are not finite.
    """
    clip = mended(clip_of(motion, name, labels, own)).resampled(FPS)
    if not (np.isfinite(clip.hips).all() and np.isfinite(clip.rotations).all()):
        raise MotionFileError("expected a finite pose in every frame, got NaN or infinity")
    return clip


def require_length(clip: Clip) -> None:
    """Refuse a clip that is too short for a corpus.

    Raises:
        MotionFileError: If it is.
    """
    if len(clip) < SHORTEST:
        raise MotionFileError(f"expected {SHORTEST} frames or more at 30 fps, got {len(clip)}")
