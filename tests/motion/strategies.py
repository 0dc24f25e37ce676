"""Hypothesis strategies and small motions that several tests use."""

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from motion import rotations
from motion.clip import Clip, Pose

finite = st.floats(-1, 1, allow_nan=False, width=32)
vectors = npst.arrays(np.float64, (3,), elements=finite).filter(lambda v: np.linalg.norm(v) > 0.1)
quaternions = (
    npst.arrays(np.float64, (4,), elements=finite)
    .filter(lambda q: np.linalg.norm(q) > 0.1)
    .map(rotations.normalise)
)


def swaying(frames: int = 90, fps: float = 30.0, travel: float = 0.5) -> Clip:
    """A figure that walks along a curve with smooth, different motion in every joint."""
    t = np.arange(frames)[:, None, None] / fps
    rng = np.random.default_rng(1)
    shape = (1, len(Pose.rest().rotations), 3)
    angle = 0.25 * np.sin(2 * np.pi * rng.uniform(0.2, 1.0, shape) * t + rng.uniform(0, 6, shape))
    quaternions = np.concatenate([angle, np.ones((*angle.shape[:2], 1))], axis=-1)
    heading = 0.8 * t[:, 0, 0]
    quaternions[:, 0] = rotations.multiply(rotations.about_y(heading), quaternions[:, 0])
    hips = np.stack([travel * np.sin(heading), 0.9 + 0 * heading, travel * heading], axis=-1)
    return Clip("sway", fps, hips, rotations.normalise(quaternions), {"emotion": "happy"})
