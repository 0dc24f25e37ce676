"""What good motion is, in numbers; each works on any clip, real or generated.

Lengths are in leg lengths of the canonical skeleton. Measures compare generated with real motion
from the same code.
"""

import numpy as np
from jaxtyping import Float
from scipy import linalg

from motion import features
from motion.clip import Clip
from motion.skeleton import CANONICAL, LEG_LENGTH

Array = np.ndarray

FREEZE_SECONDS = 2.0
FREEZE_SHARE = 0.1
SKATE_HEIGHT = 0.06 * LEG_LENGTH
TOES = CANONICAL.indices("leftToes", "rightToes")


def speed(clips: list[Clip]) -> float:
    """Return the mean joint speed relative to the hips, leg lengths per second."""
    return float(np.concatenate([features.joint_speed(c) for c in clips]).mean() / LEG_LENGTH)


def freeze(clips: list[Clip], real_speed: float) -> float:
    """Return the share of windows of 2 s that are slower than a tenth of the real mean speed."""
    means = [
        window.mean() / LEG_LENGTH
        for clip in clips
        for window in _windows(features.joint_speed(clip), int(FREEZE_SECONDS * clip.fps))
    ]
    return float(np.mean(np.array(means) < FREEZE_SHARE * real_speed)) if means else 0.0


def jerk(clips: list[Clip]) -> float:
    """Return the median over frames of the joints' mean jerk, leg lengths per second cubed."""
    jerks = [
        np.linalg.norm(np.diff(clip.world_positions(), 3, axis=0), axis=-1).mean(-1) * clip.fps**3
        for clip in clips
    ]
    return float(np.median(np.concatenate(jerks)) / LEG_LENGTH)


def skate(clips: list[Clip]) -> float:
    """Return the mean planar speed of toes that are near the floor, leg lengths per second."""
    slides = []
    for clip in clips:
        toes = clip.world_positions()[:, TOES]
        planar = np.linalg.norm(np.diff(toes[..., [0, 2]], axis=0), axis=-1) * clip.fps
        low = toes[1:, :, 1] < CANONICAL.rest_positions[TOES, 1] + SKATE_HEIGHT
        slides.append(planar[low])
    return float(np.concatenate(slides).mean() / LEG_LENGTH)


def frechet(a: Float[Array, "N D"], b: Float[Array, "M D"]) -> float:
    """Return the Fréchet distance of Gaussians fitted to two sets of embeddings.

    References:
        M. Heusel et al., "GANs Trained by a Two Time-Scale Update Rule", arXiv:1706.08500.
    """
    cov_a, cov_b = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    root = linalg.sqrtm(cov_a @ cov_b).real
    apart = np.square(a.mean(0) - b.mean(0)).sum()
    return float(apart + np.trace(cov_a + cov_b - 2 * root))


def _windows(values: Array, length: int) -> list[Array]:
    return [values[i : i + length] for i in range(0, len(values) - length + 1, length)]
