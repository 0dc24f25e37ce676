import itertools
from copy import deepcopy
from functools import cache

import numpy as np
import pytest
import torch
from torch.utils.data import default_collate

from motion.errors import BhavaError
from motion.model.engine import Engine
from motion.partner.partner import Partner
from tests.training.exported import assert_a_batch_is_singles
from tests.training.tiny import QUIET, clips, tiny_vae
from training.fit.export import TOLERANCE, export, largest_difference, step_of
from training.fit.train import Training, load_checkpoint, train
from training.fit.windows import Windows
from training.models.network import StepConditions

LEG = 2


@cache
def prepared():
    torch.manual_seed(0)
    recipe = tiny_vae()
    windows = Windows(recipe, clips(), clips())
    module = Training(recipe.model_dump())
    module.prepare_from(windows.pools, windows.to_fit())
    drawn = windows.to_fit()
    batch = default_collate([drawn.window(np.random.default_rng(seed)) for seed in range(4)])
    return module.network.eval(), batch


def fitted():
    """An untrained network with its normalisation, and a batch of real windows."""
    return deepcopy(prepared())


class Stepping:
    """Steps one after the other, as an engine takes them."""

    def __init__(self, network, energy=1.0, temperature=1.0):
        self.step = network.exported(torch.zeros(1), torch.ones(2)).eval()
        self.states = [torch.zeros(1, *state.shape) for state in self.step.states]
        self.energy, self.temperature = energy, temperature

    def given(self, emotion, normal):
        one, drawn = torch.ones(1, 1), torch.full((1, self.step.noise), normal)
        energy, temperature = self.energy * one, self.temperature * one
        return torch.tensor([emotion]), energy, temperature, one, 0.5 * one, drawn

    def __call__(self, frames, emotion=(1.0, 0.0), normal=0.0):
        following, *self.states = self.step(frames, *self.given(emotion, normal), *self.states)
        return following

    def __getitem__(self, name):
        return self.states[[state.name for state in self.step.states].index(name)]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_it_learns_to_dance_from_latents():
    network, batch = fitted()
    optimiser = torch.optim.AdamW(network.parameters(), 1e-2)
    errors = []
    for _ in range(30):
        parts = network.parts(batch, 0.0)
        errors.append(parts.error.item())
        optimiser.zero_grad()
        network.loss(batch, 0.0).backward()
        optimiser.step()
    assert errors[-1] < 0.7 * errors[0]


@torch.no_grad()
def test_latents_hold_the_motion_before_anything_is_learnt():
    network, batch = fitted()
    torch.manual_seed(0)
    real = network.codec.normalise(batch.frames)
    assert network.parts(batch, 0.0).error < 0.2 * real.var((0, 1)).mean()


@torch.no_grad()
def test_noise_on_what_it_hears_disturbs_it_and_the_weight_counts_nats():
    network, batch = fitted()
    torch.manual_seed(0)
    calm = network.loss(batch, 0.0)
    torch.manual_seed(0)
    parts = network.parts(batch, 0.0)
    network.config = network.config.model_copy(update={"kl_weight": 1.0})
    torch.manual_seed(0)
    strict = network.loss(batch, 0.0)
    assert (strict - calm).item() == pytest.approx((1 - 1e-4) * parts.divergence.item(), rel=1e-3)
    assert network.parts(batch, 1.0).error > 1.5 * parts.error


def test_windows_that_are_shorter_than_two_legs_are_refused():
    network, batch = fitted()
    short = batch._replace(frames=batch.frames[:, : 2 + 4 * 2 * LEG])
    with pytest.raises(BhavaError, match="tokens: expected 4 or more, got 3"):
        network.loss(short, 0.0)


@torch.no_grad()
def test_steps_equal_the_full_forward():
    network, batch = fitted()
    frames, stepping = batch.frames[:1, 2:14] + 0.3 * torch.randn(1, 12, 134), Stepping(network)
    inputs = network.codec.normalise(frames).unflatten(1, (-1, 4))
    mean, _ = network.encode_all(inputs)
    condition = network.conditioned(torch.tensor([[1.0, 0.0, 0.0]]), torch.ones(1, 1))
    latents = []
    for number in range(3):
        following = stepping(frames[:, 4 * number : 4 * number + 4])
        latents.append(stepping["latent"])
        given = StepConditions(*stepping.given((1.0, 0.0), 0.0))
        drawn = stepping.step.drawn(mean[:, number], given)
        torch.testing.assert_close(latents[-1], drawn)
    earlier = inputs[:, :2], torch.stack(latents[:2], 1), condition.expand(1, 2, -1)
    memory = network.prime_decoder(*earlier, network.decoder.nothing(inputs))
    expected, _ = network.decode_leg(inputs[:, 2], latents[2], condition.unsqueeze(1), memory)
    torch.testing.assert_close(
        following, network.codec.denormalise(expected[:, 0]), atol=1e-4, rtol=1e-4
    )


@torch.no_grad()
def test_its_latent_walks_leg_after_leg_while_it_hears_itself():
    network, batch = fitted()
    stepping = Stepping(network)
    outputs, latents = batch.frames[:1, 2:6], []
    for number in range(2 * LEG + 1):
        outputs = stepping(outputs, normal=float(number))
        latents.append(stepping["latent"])
    apart = [not torch.equal(*pair) for pair in itertools.pairwise(latents)]
    assert apart == [False, True] * LEG


@torch.no_grad()
def test_another_emotion_begins_a_leg_at_once():
    network, batch = fitted()
    stepping = Stepping(network)
    outputs = stepping(batch.frames[:1, 2:6])
    before = stepping["latent"]
    outputs = stepping(outputs, emotion=(0.8, 0.2), normal=1.0)
    assert torch.equal(stepping["latent"], before)
    stepping(outputs, emotion=(0.0, 1.0), normal=1.0)
    assert not torch.equal(stepping["latent"], before)
    assert stepping["danced"].item() == 1


@torch.no_grad()
def test_emotion_energy_and_chance_reach_the_very_next_frames():
    network, batch = fitted()

    def outputs(**how):
        settings = {"energy": how.pop("energy", 1.0), "temperature": how.pop("temperature", 1.0)}
        return Stepping(network, **settings)(batch.frames[:1, 2:6], **how)

    usual = outputs(normal=1.0)
    for other in (
        outputs(normal=1.0, emotion=(0.0, 1.0)),
        outputs(normal=1.0, energy=2.0),
        outputs(),
    ):
        assert ((other - usual).abs().amax(-1) > 0).all()
    cold = [outputs(normal=normal, temperature=0.0) for normal in (0.0, 1.0)]
    torch.testing.assert_close(*cold)


@torch.no_grad()
def test_its_first_frames_go_on_from_what_it_heard():
    network, batch = fitted()
    following = Stepping(network)(batch.frames[:1, 2:6])
    jump = network.codec.normalise(following)[:, 0] - network.codec.normalise(batch.frames)[:1, 5]
    apart = network.codec.normalise(batch.frames).std()
    assert jump.square().mean().sqrt() < 0.5 * apart


class TestExported:
    """It is trained, exported and danced with as every kind is."""

    pytestmark = QUIET

    @pytest.fixture(scope="class")
    def run(self, tmp_path_factory):
        folder = tmp_path_factory.mktemp("vae")
        checkpoint = train(tiny_vae(), clips(), clips(), folder, resume=False)
        export(checkpoint, folder / "model", licence="none")
        return checkpoint, Engine.load(folder / "model")

    def test_the_graph_computes_what_torch_does(self, run):
        checkpoint, engine = run
        assert largest_difference(step_of(load_checkpoint(checkpoint)), engine) < TOLERANCE

    def test_a_batch_computes_what_singles_do(self, run):
        assert_a_batch_is_singles(run[1], danced=[0.0, 1.0, 2.0])

    def test_a_partner_dances_with_it(self, run):
        partner = Partner(run[1], seed=1)
        partner.take_up(clips()[0])
        frames = [partner.advance(np.array([0.0, 1.0])) for _ in range(60)]
        assert all(np.isfinite(frame.pose.rotations).all() for frame in frames)
        assert partner.recoveries == 0
