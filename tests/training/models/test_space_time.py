import pytest
import torch

from motion.features import CANONICAL_LAYOUT, Layout
from tests.motion.own_rigs import PUPPET, skeleton_of
from training.models.space_time import Config, SpaceTime

PUPPETS = Layout(skeleton_of(PUPPET))
SIZES = Config(
    kind="space-time",
    frames_per_token=3,
    context_tokens=4,
    latent=8,
    components=3,
    channels=16,
    layers=2,
    heads=2,
)
LABELS, TIMES = 2, 9

LAYOUTS = pytest.mark.parametrize(
    "layout", [CANONICAL_LAYOUT, PUPPETS], ids=["canonical", "puppet"]
)


def network_of(layout: Layout) -> SpaceTime:
    torch.manual_seed(0)
    network = SpaceTime(SIZES, LABELS, layout).eval()
    for block in network.blocks:
        torch.nn.init.normal_(block.modulation.weight, std=0.1)
    return network


def inputs_of(layout: Layout, batch: int = 2):
    generator = torch.Generator().manual_seed(1)
    frames = torch.randn(batch, TIMES, SIZES.frames_per_token, layout.width, generator=generator)
    labels = torch.rand(batch, TIMES, LABELS, generator=generator)
    return frames, labels, torch.ones(batch, TIMES, 1), torch.full((batch, TIMES), 99)


@LAYOUTS
@torch.no_grad()
def test_steps_equal_the_full_forward(layout):
    network = network_of(layout)
    frames, labels, energy, reach = inputs_of(layout)
    whole = network(frames, labels, energy, reach)
    keys = torch.zeros(2, *network.cache_shape)
    values, filled = keys.clone(), torch.zeros(2)
    for time in range(TIMES):
        filled = (filled + 1).clamp(max=SIZES.context_tokens)
        condition = network.conditioned(labels[:, time], energy[:, time])
        mixture, keys, values = network.step(frames[:, time], condition, keys, values, filled)
        for found, expected in zip(mixture, whole, strict=True):
            torch.testing.assert_close(found, expected[:, time], atol=1e-4, rtol=1e-4)


@LAYOUTS
@torch.no_grad()
def test_nothing_is_seen_before_it_happens_nor_after_it_is_too_long_ago(layout):
    network, (frames, *conditions) = network_of(layout), inputs_of(layout)
    usual = network(frames, *conditions).means
    last, first = frames.clone(), frames.clone()
    last[:, -1] += 1.0
    first[:, 0] += 1.0
    torch.testing.assert_close(network(last, *conditions).means[:, :-1], usual[:, :-1])
    seen = 1 + SIZES.layers * (SIZES.context_tokens - 1)  # what layers hand on reaches farther
    assert (network(first, *conditions).means[:, 1] - usual[:, 1]).abs().max() > 1e-4
    torch.testing.assert_close(network(first, *conditions).means[:, seen:], usual[:, seen:])


@torch.no_grad()
def test_joints_look_at_one_another():
    network, frames = network_of(CANONICAL_LAYOUT), inputs_of(CANONICAL_LAYOUT)[0]
    hand = CANONICAL_LAYOUT.part["rotations"].stop - 6
    other = frames.clone()
    other[..., hand : hand + 6] += 1.0
    streams = [network.tokens(each) for each in (frames, other)]
    assert torch.equal(streams[0][:, 0], streams[1][:, 0])
    mixed = [network.blocks[0].within_time(stream) for stream in streams]
    assert (mixed[0][:, 0] - mixed[1][:, 0]).abs().max() > 1e-4


def test_blocks_are_the_same_whatever_the_skeleton():
    shapes = [
        {name: weight.shape for name, weight in network_of(layout).blocks.named_parameters()}
        for layout in (CANONICAL_LAYOUT, PUPPETS)
    ]
    assert shapes[0] == shapes[1]
