from copy import deepcopy
from functools import cache

import numpy as np
import pytest
import torch
from torch.utils.data import default_collate

from motion import features
from motion.model.engine import Engine
from motion.partner.partner import Partner
from tests.training.exported import assert_a_batch_is_singles
from tests.training.tiny import BASELINES, QUIET, TINY, clips, tiny_baseline
from training.fit.export import TOLERANCE, export, largest_difference, step_of
from training.fit.train import Training, load_checkpoint, train
from training.fit.windows import Windows
from training.models.baseline import (
    MixtureHead,
    MixturePerDimensionHead,
    PointConfig,
    PointHead,
    to_uniform,
)

NEVER, USUAL_ENERGY = torch.zeros(1), torch.ones(2)
"""Weight of the label that is no emotion, and the energy of the two that are."""

KINDS = pytest.mark.parametrize("kind", BASELINES)


def recipe_of(kind):
    return tiny_baseline(kind) if kind in BASELINES else TINY


@cache
def prepared(kind):
    recipe = recipe_of(kind)
    torch.manual_seed(0)
    windows = Windows(recipe, clips(), clips())
    module = Training(recipe.model_dump())
    module.prepare_from(windows.pools, windows.to_fit())
    drawn = windows.to_fit()
    batch = default_collate([drawn.window(np.random.default_rng(seed)) for seed in range(4)])
    return module.network.eval(), batch


def fitted(kind):
    """An untrained network with its normalisation, and a batch of real windows."""
    return deepcopy(prepared(kind))


@KINDS
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_baseline_learns(kind):
    network, batch = fitted(kind)
    optimiser = torch.optim.AdamW(network.parameters(), 1e-2)
    losses = []
    for _ in range(20):
        loss = network.loss(batch, 0.0)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    assert losses[-1] < 0.7 * losses[0] if losses[0] > 0 else losses[-1] < losses[0]


@KINDS
@torch.no_grad()
def test_noise_on_the_inputs_disturbs_a_baseline(kind):
    network, batch = fitted(kind)
    assert network.loss(batch, 0.5) != network.loss(batch, 0.0)


@KINDS
@torch.no_grad()
def test_steps_equal_the_full_forward(kind):
    recipe = tiny_baseline(kind)
    network, _ = fitted(kind)
    step, context = network.exported(NEVER, USUAL_ENERGY).eval(), recipe.model.context_tokens
    frames = torch.from_numpy(Windows(recipe, clips(), clips()).pools[0].frames[:12])[None]
    emotion = torch.tensor([[0.0, 1.0]])
    label = torch.tensor([[0.0, 1.0, 0.0]]).expand(12, -1)[None]
    inputs = torch.cat([network.codec.normalise(frames), label], -1)
    states = [torch.zeros(1, *state.shape) for state in step.states]
    nothing, normal = torch.zeros(1, 1), torch.zeros(1, step.noise)
    for taken in (4, 8, 12):
        newest = frames[:, taken - 4 : taken]
        following, *states = step(newest, emotion, *[nothing] * 4, normal, *states)
        seen = inputs[:, :taken] if kind.startswith("lstm") else inputs[:, :taken][:, -context:]
        stream = network(seen)[:, -1]
        expected = network.codec.denormalise(
            network.head.sample(stream, nothing, normal[:, : network.head.noise])
        )
        torch.testing.assert_close(following[:, 0], expected, atol=1e-4, rtol=1e-4)


@KINDS
@torch.no_grad()
def test_the_emotion_reaches_every_frame_and_energy_none(kind):
    network, batch = fitted(kind)
    step = network.exported(NEVER, USUAL_ENERGY).eval()
    states = [torch.zeros(4, *state.shape) for state in step.states]
    one, normal = torch.ones(4, 1), torch.zeros(4, step.noise)

    def following(emotion, energy):
        weights = torch.tensor([emotion] * 4)
        given = weights, energy * one, one, one, one, normal
        return step(batch.frames[:, 2:6], *given, *states)[0]

    usual = following([1.0, 0.0], 1.0)
    assert torch.equal(following([1.0, 0.0], 2.0), usual)
    assert ((following([0.0, 1.0], 1.0) - usual).abs().amax(-1) > 0).all()


@pytest.mark.parametrize("kind", ["transformer-mdn", *BASELINES])
@torch.no_grad()
def test_labels_that_are_no_emotions_hold_as_exported(kind):
    network, _ = fitted(kind)
    emotion = torch.tensor([[1.0, 0.0]] * 4)
    expected = torch.tensor([[1.0, 0.0, 0.7]] * 4)
    step = network.exported(torch.tensor([0.7]), USUAL_ENERGY)
    torch.testing.assert_close(step.labels_of(emotion), expected)


@pytest.mark.parametrize(
    "kind", ["transformer-mdn", *(kind for kind in BASELINES if "mdn" in kind)]
)
@torch.no_grad()
def test_likelihoods_are_those_of_raw_features(kind):
    """In a unit half as large, where all numbers are twice as large, densities are halved."""
    network, batch = fitted(kind)
    before = network.nats_per_frame(batch)
    network.codec.scale *= 2
    network.codec.mean *= 2
    after = network.nats_per_frame(batch._replace(frames=2 * batch.frames))
    assert (after - before).item() == pytest.approx(features.WIDTH * np.log(2), rel=1e-3)


@torch.no_grad()
def test_networks_without_a_density_claim_none():
    for kind in ("lstm-mse", "transformer-mse"):
        network, batch = fitted(kind)
        assert network.nats_per_frame(batch) is None


@torch.no_grad()
def test_a_prediction_is_judged_by_its_error_and_by_how_far_it_falls_short_of_moving():
    sizes = {"channels": 8, "layers": 1, "kind": "lstm-mse", "context_tokens": 4}
    x, last = torch.zeros(5, 8), torch.zeros(5, features.WIDTH)
    target = torch.full_like(last, 3.0)
    losses = []
    for how in ({}, {"error": "absolute"}, {"stillness_penalty": 3.0}):
        head = PointHead(PointConfig(**sizes, **how), features.WIDTH)
        torch.nn.init.constant_(head.out.bias, 1.0)  # a third of the way
        losses.append(head.loss(x, target, last).item())
    assert losses == pytest.approx([4.0, 2.0, 4.0 + 3.0 * (1 - 1 / 3)])


@torch.no_grad()
def test_one_component_alone_has_the_same_density_either_way():
    joint, apart = (
        head_kind(8, 1, features.WIDTH) for head_kind in (MixtureHead, MixturePerDimensionHead)
    )
    for head in (joint, apart):
        torch.nn.init.zeros_(head.out.weight)
        torch.nn.init.zeros_(head.out.bias)
    x, target = torch.randn(3, 8), torch.randn(3, features.WIDTH)
    expected = torch.distributions.Normal(0, 1).log_prob(target).sum(-1)
    torch.testing.assert_close(joint.log_likelihood(x, target), expected)
    torch.testing.assert_close(apart.log_likelihood(x, target), expected)


def test_normal_numbers_draw_components_evenly():
    uniform = to_uniform(torch.randn(40000, generator=torch.Generator().manual_seed(0)))
    counts = torch.histc(uniform, 10, 0, 1) / len(uniform)
    assert (counts - 0.1).abs().max() < 0.01


@torch.no_grad()
def test_features_draw_their_components_apart_or_together():
    """Two far components: a joint draw takes one of them for all features, the other mixes."""
    torch.manual_seed(0)
    shares = []
    for head_kind in (MixtureHead, MixturePerDimensionHead):
        head = head_kind(8, 2, features.WIDTH)
        torch.nn.init.zeros_(head.out.weight)
        bias = torch.zeros_like(head.out.bias)
        if isinstance(head, MixturePerDimensionHead):
            means = bias.view(features.WIDTH, 3, 2)[:, 1]
        else:
            means = bias[2:].view(2, 2 * features.WIDTH)[:, : features.WIDTH].T
        means[:, 0], means[:, 1] = -9.0, 9.0
        head.out.bias.copy_(bias)
        draw = head.sample(torch.zeros(200, 8), torch.ones(200, 1), torch.randn(200, head.noise))
        shares.append((draw > 0).float().mean(-1))
    joint, apart = shares
    assert ((joint == 0) | (joint == 1)).all()
    assert joint.mean().item() == pytest.approx(0.5, abs=0.1)
    assert ((apart > 0.3) & (apart < 0.7)).all()


class TestExported:
    """Baselines are trained, exported and danced with as the default is."""

    pytestmark = QUIET

    @pytest.fixture(scope="class", params=BASELINES)
    def run(self, request, tmp_path_factory):
        folder = tmp_path_factory.mktemp(request.param)
        checkpoint = train(tiny_baseline(request.param), clips(), clips(), folder, resume=False)
        export(checkpoint, folder / "model", licence="none")
        return checkpoint, Engine.load(folder / "model")

    def test_the_graph_computes_what_torch_does(self, run):
        checkpoint, engine = run
        assert largest_difference(step_of(load_checkpoint(checkpoint)), engine) < TOLERANCE

    def test_the_contract_tells_what_it_is(self, run):
        contract = run[1].contract
        assert contract.kind in BASELINES
        assert contract.guidance == 0
        assert contract.context_frames == 6
        assert ("held_out_nats_per_frame" in contract.quality) == ("mdn" in contract.kind)

    def test_a_batch_computes_what_singles_do(self, run):
        filled = {"filled": [0.0, 3.0, 6.0]} if "filled" in run[1].contract.inputs else {}
        assert_a_batch_is_singles(run[1], **filled)

    def test_a_partner_dances_with_it(self, run):
        partner = Partner(run[1], seed=1)
        partner.take_up(clips()[0])
        frames = [partner.advance(np.array([0.0, 1.0])) for _ in range(30)]
        assert all(np.isfinite(frame.pose.rotations).all() for frame in frames)
