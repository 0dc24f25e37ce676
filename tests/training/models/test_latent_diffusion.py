from copy import deepcopy
from functools import cache

import numpy as np
import pytest
import torch
from torch.utils.data import default_collate

from motion.errors import BhavaError
from motion.model.engine import Conditions, Engine, Noise
from motion.partner.partner import Partner
from tests.training.exported import assert_a_batch_is_singles
from tests.training.tiny import QUIET, clips, tiny_latent_diffusion
from training.fit.export import TOLERANCE, export, largest_difference, step_of
from training.fit.recipe import Recipe
from training.fit.train import Training, load_checkpoint, train
from training.fit.windows import Windows
from training.models.latent_diffusion import hold_oldest, spring
from training.models.motion_autoencoder import cosines

RECIPE = tiny_latent_diffusion()
PAST, WINDOW = 12, 24


@cache
def prepared():
    torch.manual_seed(0)
    windows = Windows(RECIPE, clips(), clips())
    module = Training(RECIPE.model_dump())
    module.prepare_from(windows.pools, windows.to_fit())
    drawn = windows.to_fit()
    batch = default_collate([drawn.window(np.random.default_rng(seed)) for seed in range(4)])
    return module.network.eval(), batch


def fitted():
    """An untrained network with its encoder, and a batch of real windows."""
    return deepcopy(prepared())


def step_and_states(network, batch=4):
    step = network.exported(torch.zeros(1), torch.ones(2)).eval()
    return step, [torch.zeros(batch, *state.shape) for state in step.states]


def outputs(network, inputs, emotion=(1.0, 0.0), energy=1.0, guidance=1.0, seed=0):
    step, states = step_and_states(network, len(inputs))
    one = torch.ones(len(inputs), 1)
    normal = torch.randn(len(inputs), step.noise, generator=torch.Generator().manual_seed(seed))
    conditions = (
        torch.tensor([emotion] * len(inputs)),
        energy * one,
        one,
        guidance * one,
        one,
        normal,
    )
    return step(inputs, *conditions, *states)[0]


@torch.no_grad()
def test_a_latent_keeps_most_of_a_window_where_it_is_shown():
    network, batch = fitted()
    windows = network.examples(batch)[0]
    rebuilt = network.codec.decode(network.codec.encode(windows))
    shown = slice(PAST - 2, PAST + 4)
    lost = (rebuilt - windows)[:, shown].square().sum()
    around = (windows[:, shown] - windows.mean((0, 1))).square().sum()
    assert lost < 0.1 * around


@torch.no_grad()
def test_latents_of_what_it_was_fitted_to_have_unit_variance():
    network, _ = fitted()
    drawn = Windows(RECIPE, clips(), clips()).to_fit()
    batch = default_collate([drawn.window(np.random.default_rng(seed)) for seed in range(60)])
    latent = network.codec.encode(network.examples(batch)[0])
    assert latent.std().item() == pytest.approx(1.0, abs=0.3)


def test_cosines_are_orthonormal():
    waves = cosines(WINDOW, 12)
    torch.testing.assert_close(waves @ waves.T, torch.eye(12), atol=1e-5, rtol=0)


def test_it_learns():
    network, batch = fitted()
    optimiser = torch.optim.AdamW(network.parameters(), 1e-2)
    losses = []
    for _ in range(30):
        loss = network.loss(batch, 0.0)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    assert np.mean(losses[-5:]) < 0.6 * losses[0]


@torch.no_grad()
def test_a_past_that_strayed_is_painted_in_and_the_motion_comes_back_from_it():
    network, batch = fitted()
    windows = network.examples(batch)[0]
    past = windows[:, :PAST] + 1.0
    joined = network.joined(past, windows)
    torch.testing.assert_close(joined[:, :PAST], past)
    away = (joined - windows)[:, PAST:].mean((0, 2))
    assert (away[:-1] > away[1:]).all()
    assert 0.9 < away[0] < 1.0
    assert spring(40)[0, -1] < 0.01


def test_frames_before_those_known_are_the_oldest_known_one():
    past = torch.arange(5.0).reshape(1, 5, 1).expand(2, 5, 1)
    known = hold_oldest(past, torch.tensor([2, 5]))[..., 0]
    assert known.tolist() == [[3, 3, 3, 3, 4], [0, 1, 2, 3, 4]]


@torch.no_grad()
def test_windows_have_no_seam_whatever_the_latent():
    """The first frame said is as far from the last heard as that was from the one before."""
    network, batch = fitted()
    inputs = batch.frames[:, 2:6]
    poses = network.codec.to_poses
    last, before = poses(inputs)[:, -1], poses(inputs)[:, -2]
    for seed in range(3):
        first = poses(outputs(network, inputs, seed=seed))[:, 0]
        moved, away = (last - before).norm(dim=-1), (first - last - (last - before)).norm(dim=-1)
        assert (away < 0.5 + 1.5 * moved).all()


@torch.no_grad()
def test_emotion_energy_and_guidance_are_heard():
    network, batch = fitted()
    for block in network.blocks:
        torch.nn.init.normal_(block.mlp[-1].weight, std=0.1)
    inputs = batch.frames[:, 2:6]
    usual = outputs(network, inputs)
    assert not torch.equal(outputs(network, inputs, emotion=(0.0, 1.0)), usual)
    assert not torch.equal(outputs(network, inputs, energy=2.0), usual)
    assert not torch.equal(outputs(network, inputs, guidance=3.0), usual)


@torch.no_grad()
def test_a_partner_who_has_heard_little_has_stood_before():
    network, batch = fitted()
    step, states = step_and_states(network)
    one, normal = torch.ones(4, 1), torch.zeros(4, step.noise)
    emotion = torch.tensor([[1.0, 0.0]] * 4)
    conditions = emotion, one, one, one, one, normal
    _, past, begun = step(batch.frames[:, 2:6], *conditions, *states)
    inputs = network.codec.to_poses(batch.frames[:, 2:6])
    torch.testing.assert_close(past[:, :9], inputs[:, :1].expand(-1, 9, -1))
    _, past, _ = step(batch.frames[:, 6:10], *conditions, past, begun)
    torch.testing.assert_close(past[:, 4:], network.codec.to_poses(batch.frames[:, 2:10]))


def test_windows_too_short_and_sizes_that_do_not_fit_are_refused():
    recipe = RECIPE.model_dump()
    recipe["data"]["tokens"] = 4
    recipe = Recipe.model_validate(recipe)
    windows = Windows(recipe, clips(), clips())
    with pytest.raises(BhavaError, match="expected windows of 24 frames or more, got 20"):
        Training(recipe.model_dump()).prepare_from(windows.pools, windows.to_fit())
    wrong = RECIPE.model_dump()
    wrong["model"]["motion"]["window"] = 15
    with pytest.raises(ValueError, match="expected a window of 16 frames, got 15"):
        Recipe.model_validate(wrong)


class TestExported:
    """It is trained, exported and danced with as the default is."""

    pytestmark = QUIET

    @pytest.fixture(scope="class")
    def run(self, tmp_path_factory):
        folder = tmp_path_factory.mktemp("latent")
        checkpoint = train(RECIPE, clips(), clips(), folder, resume=False)
        export(checkpoint, folder / "model", licence="none")
        return checkpoint, Engine.load(folder / "model")

    def test_the_graph_computes_what_torch_does(self, run):
        checkpoint, engine = run
        assert largest_difference(step_of(load_checkpoint(checkpoint)), engine) < TOLERANCE
        assert engine.contract.context_frames == PAST

    def test_a_batch_computes_what_singles_do(self, run):
        assert_a_batch_is_singles(run[1], begun=[0.0, 1.0, 1.0])

    def test_to_hear_without_chance_leaves_the_same_memory(self, run):
        engine = run[1]
        contract, rng = engine.contract, np.random.default_rng(0)
        frames = rng.random((1, contract.frames_per_step, contract.inputs["frames"][1]), np.float32)
        one = np.ones((1, 1), np.float32)
        conditions = Conditions(np.eye(2, dtype=np.float32)[:1], one, one, one)
        states = engine.initial_states()
        outputs, drawn = engine.step(frames, conditions, states, Noise.draw(contract, rng))
        unwanted, inputs = engine.step(frames, conditions, states, Noise.zeros(contract))
        assert not np.allclose(outputs, unwanted)
        for name, state in drawn.items():
            np.testing.assert_array_equal(state, inputs[name])

    def test_a_partner_dances_with_it(self, run):
        partner = Partner(run[1], seed=1)
        partner.take_up(clips()[0])
        frames = [partner.advance(np.array([0.0, 1.0])) for _ in range(30)]
        assert all(np.isfinite(frame.pose.rotations).all() for frame in frames)
