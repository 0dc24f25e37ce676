"""Each measure catches the fault that it is for, and only that."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motion.clip import Clip, Pose
from motion.skeleton import LEG_LENGTH
from tests.motion.strategies import swaying
from tests.training.fakes import reversed_in_time, trembling
from training.evaluation import measures
from training.evaluation.measures import Gaussian, Trace


def frozen(seconds: float = 10.0) -> Clip:
    return Clip.from_poses([Pose.standing()] * round(30 * seconds), 30)


def moved(clip: Clip, along: np.ndarray) -> Clip:
    return replace(clip, hips=clip.hips + along[:, None] * [1.0, 0.0, 0.0])


def test_a_frozen_figure_has_no_speed_and_freezes_always():
    still, lively = Trace.measure(frozen()), Trace.measure(swaying(300))
    assert measures.speed([still]) == pytest.approx(0, abs=1e-9)
    assert measures.freeze([still], 0.5) == 1
    assert measures.freeze([lively], measures.speed([lively])) == 0


def test_a_clip_shorter_than_a_window_of_freezing_tells_nothing():
    assert measures.freeze([Trace.measure(frozen(1.5))], 0.5) == 0


def test_trembling_shows_in_jerk_most_at_high_frequencies():
    calm, shaken = Trace.measure(swaying(300)), Trace.measure(trembling(swaying(300)))
    assert measures.percentile([shaken.jerk], 50) > 10 * measures.percentile([calm.jerk], 50)
    hertz = measures.frequencies(30)
    assert hertz[shaken.spectrum.argmax()] > 8
    assert len(hertz) == len(calm.spectrum)


def test_sliding_shows_in_skate_with_its_speed():
    slid = moved(frozen(), np.arange(300) * 0.01)
    assert measures.skate([Trace.measure(frozen())]) == pytest.approx(0, abs=1e-9)
    assert measures.skate([Trace.measure(slid)]) == pytest.approx(0.3 / LEG_LENGTH, rel=1e-6)


def test_a_figure_in_the_air_does_not_skate():
    flying = replace(frozen(), hips=frozen().hips + np.array([0.0, 1.0, 0.0]))
    assert measures.skate([Trace.measure(flying)]) == 0


def test_landing_harder_than_leaving_is_told_from_its_reverse():
    saw = np.tile(np.concatenate([np.linspace(0, 0.05, 9), [0.02]]), 30)
    landing = moved(frozen(), np.cumsum(saw))
    there, back = Trace.measure(landing), Trace.measure(reversed_in_time(landing))
    assert measures.skewness([there]) < -0.5
    assert measures.skewness([back]) == pytest.approx(-measures.skewness([there]), rel=1e-6)


def test_constant_acceleration_is_measured_in_leg_lengths():
    trace = Trace.measure(moved(frozen(), 0.5 * LEG_LENGTH * (np.arange(300) / 30) ** 2))
    np.testing.assert_allclose(trace.acceleration, 1.0, rtol=1e-6)
    assert trace.jerk.max() < 1e-6


def test_facing_and_distance_are_of_the_stage():
    away = Trace.measure(moved(frozen(), np.full(300, 3.0)))
    assert away.distance == pytest.approx(3.0)
    assert away.to_audience == 1.0
    back = frozen()
    back.rotations[:, 0] = [0.0, 1.0, 0.0, 0.0]
    assert Trace.measure(back).to_audience == 0.0


@settings(max_examples=30)
@given(st.sets(st.integers(0, 59), min_size=1))
def test_frames_that_are_not_finite_are_counted_and_the_pose_before_shown(lost):
    clip = swaying(60)
    clip.hips[sorted(lost)[::2]] = np.nan
    clip.rotations[sorted(lost)[1::2]] = np.inf
    mended, count = measures.mended(clip)
    assert count == len(lost)
    assert np.isfinite(mended.hips).all()
    assert np.isfinite(mended.rotations).all()
    for frame in range(60):
        if frame not in lost:
            np.testing.assert_array_equal(mended.hips[frame], clip.hips[frame])
        elif frame:
            np.testing.assert_array_equal(mended.rotations[frame], mended.rotations[frame - 1])


def test_windows_cover_a_clip_and_a_short_one_is_a_window_itself():
    assert measures.windows(swaying(300)) == [slice(0, 120), slice(60, 180), slice(120, 240),
                                              slice(180, 300)]  # fmt: skip
    assert measures.windows(swaying(45)) == [slice(0, 120)]
    assert len(Trace.measure(swaying(45)).kinetic) == 1


def test_frechet_distance_of_known_gaussians():
    rng = np.random.default_rng(0)
    a = Gaussian.fit([rng.normal(0, 1, (20000, 3))])
    b = Gaussian.fit([rng.normal([1, 0, 0], 2, (20000, 3))])
    assert measures.frechet(a, a) == pytest.approx(0, abs=1e-9)
    assert measures.frechet(a, b) == pytest.approx(1 + 3, rel=0.05)
    assert measures.frechet(a, b) == pytest.approx(measures.frechet(b, a))


def test_every_group_of_a_gaussian_counts_alike():
    few, many = np.zeros((2, 1)), np.ones((200, 1))
    fitted = Gaussian.fit([few, many])
    assert fitted.mean == pytest.approx([0.5])
    assert fitted.covariance == pytest.approx(0.25)


def test_mean_distance_is_between_sets_alone():
    near, far = np.zeros((5, 2)), np.tile([3.0, 4.0], (7, 1))
    assert measures.mean_distance([near, far]) == pytest.approx(5.0)
    assert np.isnan(measures.mean_distance([near]))
    many = [np.full((1, 1), float(i % 2)) for i in range(40)]
    assert 0.3 < measures.mean_distance(many) < 0.7
