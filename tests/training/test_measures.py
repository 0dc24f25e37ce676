"""Each measure catches the fault that it is for, and only that."""

import numpy as np
import pytest

from motion.clip import Clip, Pose
from motion.skeleton import LEG_LENGTH
from tests.motion.strategies import swaying
from training import measures


def frozen(seconds: float = 10.0) -> Clip:
    return Clip.from_poses([Pose.standing()] * round(30 * seconds), 30)


def trembling(clip: Clip) -> Clip:
    shaken = clip.rotations + np.random.default_rng(0).normal(0, 0.02, clip.rotations.shape)
    shaken /= np.linalg.norm(shaken, axis=-1, keepdims=True)
    return Clip("trembling", clip.fps, clip.hips, shaken)


def test_a_frozen_figure_has_no_speed_and_freezes_always():
    assert measures.speed([frozen()]) == pytest.approx(0, abs=1e-9)
    assert measures.freeze([frozen()], 0.5) == 1
    assert measures.freeze([swaying(300)], measures.speed([swaying(300)])) == 0


def test_trembling_shows_in_jerk():
    clip = swaying(300)
    assert measures.jerk([trembling(clip)]) > 10 * measures.jerk([clip])


def test_sliding_shows_in_skate_with_its_speed():
    still = frozen()
    slid = Clip("slid", 30, still.hips + np.arange(300)[:, None] * [0.01, 0, 0], still.rotations)
    assert measures.skate([still]) == pytest.approx(0, abs=1e-9)
    assert measures.skate([slid]) == pytest.approx(0.3 / LEG_LENGTH, rel=1e-6)


def test_frechet_distance_of_known_gaussians():
    rng = np.random.default_rng(0)
    a, b = rng.normal(0, 1, (20000, 3)), rng.normal([1, 0, 0], 2, (20000, 3))
    assert measures.frechet(a, a) == pytest.approx(0, abs=1e-3)
    assert measures.frechet(a, b) == pytest.approx(1 + 3, rel=0.05)
