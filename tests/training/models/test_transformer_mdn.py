import math

import pytest
import torch

from motion.features import CANONICAL_LAYOUT
from tests.training.tiny import TINY, clips
from training.fit.pools import pools_of
from training.fit.train import Training
from training.fit.windows import windows_of
from training.models.mixture import Mixture
from training.models.scheduled_sampling import foreign_posture
from training.models.transformer_mdn import STRAIGHTENED, TransformerMDN


@pytest.fixture(scope="module")
def network() -> TransformerMDN:
    """An untrained network with a fitted codec and conditions that matter."""
    torch.manual_seed(0)
    pools = pools_of(clips(), TINY)
    module = Training(TINY.model_dump())
    module.prepare_from(pools, windows_of(pools, TINY, 0))
    for block in module.network.blocks:
        torch.nn.init.normal_(block.modulation.weight, std=0.3)
    return module.network.eval()


def drawn_inputs(batch: int, tokens: int) -> list[torch.Tensor]:
    """Frames, labels, energy, and a reach over all tokens."""
    frames = torch.randn(batch, tokens, 4, 134)
    labels = torch.rand(batch, tokens, 3)
    reach = torch.full((batch, tokens), tokens)
    return [frames, labels, torch.rand(batch, tokens, 1) + 0.1, reach]


@torch.no_grad()
def test_cached_steps_equal_the_full_forward_beyond_the_context(network):
    frames, labels, energy, reach = drawn_inputs(2, 11)
    full = network(frames, labels, energy, reach)
    condition = network.conditioned(labels, energy)
    keys = values = torch.zeros(2, 2, 2, 4, 16)
    for token in range(11):
        filled = torch.full((2,), min(token + 1, 4))
        step, keys, values = network.step(
            frames[:, token], condition[:, token], keys, values, filled
        )
        for a, b in zip(step, full, strict=True):
            torch.testing.assert_close(a, b[:, token], atol=1e-5, rtol=1e-4)


@torch.no_grad()
def test_the_future_is_not_seen_and_the_distant_past_is_forgotten(network):
    frames, *conditions = drawn_inputs(1, 12)
    before = network(frames, *conditions).means
    frames[:, 6] += 1.0
    changed = (network(frames, *conditions).means - before).abs().flatten(2).amax(-1)[0]
    reach = 2 * (4 - 1)  # layers times the tokens that attention looks back
    assert torch.all(changed[:6] == 0)
    assert torch.all(changed[6:10] > 0)
    assert torch.all(changed[6 + reach + 1 :] == 0)


@torch.no_grad()
def test_a_short_reach_forgets_sooner(network):
    frames, labels, energy, reach = drawn_inputs(1, 12)
    short = torch.ones_like(reach)
    before = network(frames, labels, energy, short).means
    frames[:, 6] += 1.0
    changed = (network(frames, labels, energy, short).means - before).abs().flatten(2).amax(-1)[0]
    assert (changed > 0).nonzero().flatten().tolist() == [6]


@torch.no_grad()
def test_emotion_and_energy_change_the_prediction(network):
    frames, labels, energy, reach = drawn_inputs(1, 3)
    usual = network(frames, labels, energy, reach).means
    assert (network(frames, 1 - labels, energy, reach).means - usual).abs().max() > 1e-3
    assert (network(frames, labels, 3 * energy, reach).means - usual).abs().max() > 1e-3


def test_the_codec_gives_real_motion_back_and_goes_on_smoothly(network):
    pools = pools_of(clips(), TINY)
    codec = network.codec
    frames = codec.normalise(torch.from_numpy(pools[0].frames[:60]))
    stretches = frames.unfold(0, 6, 1).transpose(1, 2)
    latent = codec.encode(stretches[:, :2], stretches[:, 2:])
    back = codec.decode(stretches[:, :2], latent)
    error = (back - stretches[:, 2:]).square().mean()
    assert error < 0.05 * (stretches[:, 2:] - stretches.mean((0, 1))).square().mean()
    still = codec.decode(stretches[:, :2], torch.zeros_like(latent))
    first_step = (still[:, 0] - stretches[:, 1]).abs().mean()
    assert first_step < 2 * (stretches[:, 1:] - stretches[:, :-1]).abs().mean()


def mixture_of(scale: float) -> Mixture:
    means = torch.tensor([[-1.0, 0.0], [2.0, 1.0]])
    return Mixture(torch.tensor([math.log(0.25), math.log(0.75)]), means, torch.full((2, 2), scale))


def test_the_likelihood_is_a_density():
    axis = torch.linspace(-8, 8, 400)
    grid = torch.stack(torch.meshgrid(axis, axis, indexing="ij"), -1)
    cell = float(axis[1] - axis[0]) ** 2
    assert mixture_of(-0.5).log_likelihood(grid).exp().sum() * cell == pytest.approx(1, abs=1e-3)


def test_samples_follow_the_mixture():
    torch.manual_seed(0)
    mixture = Mixture(*(part.expand(20000, *part.shape) for part in mixture_of(-2.0)))
    draws = mixture.sample(torch.ones(20000, 1), torch.rand(20000, 1), torch.randn(20000, 2))
    second = draws[:, 0] > 0.5
    assert second.float().mean().item() == pytest.approx(0.75, abs=0.02)
    torch.testing.assert_close(draws[second].mean(0), torch.tensor([2.0, 1.0]), atol=0.02, rtol=0)
    assert draws[second].std(0).mean().item() == pytest.approx(math.exp(-2), rel=0.05)


def test_without_temperature_the_likeliest_mean_is_taken():
    draw = mixture_of(0.0).sample(torch.zeros(1), torch.zeros(1), torch.randn(2))
    torch.testing.assert_close(draw, torch.tensor([2.0, 1.0]))


def test_guidance_pushes_away_from_the_unconditional():
    mixture, base = mixture_of(0.0), Mixture(*(0 * part for part in mixture_of(0.0)))
    torch.testing.assert_close(mixture.guided(base, torch.zeros(1)).means, mixture.means)
    torch.testing.assert_close(mixture.guided(base, torch.ones(1)).means, 2 * mixture.means)


def test_who_is_held_as_another_differs_in_rotations_by_that_one_s_mean_alone():
    torch.manual_seed(0)
    tokens = torch.randn(3, 5, 4, CANONICAL_LAYOUT.width)
    turned = CANONICAL_LAYOUT.part["rotations"]
    tokens[1, ..., turned] += 2.0
    away = foreign_posture(tokens, CANONICAL_LAYOUT, 1.0)
    assert not away[..., : turned.start].any()
    assert not away[..., turned.stop :].any()
    assert away[2, ..., turned].mean() > 0 > away[1, ..., turned].mean()
    torch.testing.assert_close(away[:, 0], away[:, 4])
    assert not foreign_posture(tokens, CANONICAL_LAYOUT, 0.0).any()


@torch.no_grad()
def test_rotations_come_nearer_to_rotations_and_the_rest_stays(network):
    step = network.exported(torch.zeros(0), torch.ones(2))
    turned = CANONICAL_LAYOUT.part["rotations"]
    frames = torch.randn(2, 4, 134)
    frames[..., turned] = torch.eye(3)[:2].flatten().repeat(21)  # the first two columns of no turn
    torch.testing.assert_close(step.straightened(frames), frames)
    stretched = frames.clone()
    stretched[..., turned] *= 1.4
    after = step.straightened(stretched)
    expected = 1 + 0.4 * (1 - STRAIGHTENED)
    torch.testing.assert_close(after[..., turned], expected * frames[..., turned])
    torch.testing.assert_close(after[..., : turned.start], frames[..., : turned.start])
