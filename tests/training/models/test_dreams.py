import numpy as np
import pytest
import torch

from motion.errors import BhavaError, MotionFileError
from tests.motion.strategies import swaying
from tests.training.models.test_baselines import fitted as fitted_baseline
from tests.training.models.test_lstm_vae import LEG, fitted
from training.models.dreams import dream, require_latents

WARM = 4 * (LEG + 1)
"""Frames of a dream that are the clip's own."""


@pytest.fixture(scope="module")
def network():
    """A network that has learnt to rebuild one sway, and another that is tilted."""
    network, batch = fitted()
    optimiser = torch.optim.AdamW(network.parameters(), 1e-2)
    for _ in range(20):
        optimiser.zero_grad()
        network.loss(batch, 0.0).backward()
        optimiser.step()
    return network


def turned(clip):
    return np.abs(np.diff(clip.rotations, axis=0)).sum()


def test_a_dream_begins_as_the_clip_and_goes_on_without_a_jump(network):
    clip = swaying(63)
    danced = dream(network, clip)
    assert (danced.fps, len(danced)) == (30.0, 60)
    np.testing.assert_allclose(danced.hips[:WARM], clip.hips[:WARM], atol=1e-3)
    step, own = (
        np.linalg.norm(np.diff(each.world_positions(), axis=0), axis=-1).max(-1)
        for each in (danced, clip.resampled(30.0))
    )
    assert step[WARM - 1] < own.max()


def test_it_strays_as_far_as_asked_and_the_same_seed_alike(network):
    clip, places = swaying(60), []
    for spread, seed in ((0.0, 0), (0.0, 1), (0.3, 0), (0.3, 0), (3.0, 0)):
        danced = dream(network, clip, spread=spread, seed=seed)
        places.append(danced.world_positions()[WARM:])
    rebuilt, other_seed, near, again, far = places
    np.testing.assert_array_equal(rebuilt, other_seed)
    np.testing.assert_array_equal(near, again)
    assert 0 < np.abs(near - rebuilt).mean() < np.abs(far - rebuilt).mean()


def test_between_two_clips_it_leaves_one_for_the_other(network):
    one, other = swaying(100), swaying(80).mirrored()
    alone, between = dream(network, one), dream(network, one, towards=other)
    assert len(between) == len(dream(network, other))
    apart = np.abs(alone.rotations[: len(between)] - between.rotations).mean((1, 2))
    assert apart[:WARM].max() < 1e-6 < apart[-1]
    assert apart[-8:].mean() > apart[WARM : WARM + 8].mean()


def test_what_cannot_be_dreamt_of_is_refused(network):
    with pytest.raises(MotionFileError, match=r"expected 0\.7 s or more, got 0\.6 s"):
        dream(network, swaying(19))
    with pytest.raises(BhavaError, match="expected a model of kind lstm-vae, got lstm-mse"):
        require_latents(fitted_baseline("lstm-mse")[0])
    assert require_latents(network) is network
