"""The kind that heeds another dancer: what it sees, learns, exports and does with it."""

from copy import deepcopy
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.utils.data import default_collate

from motion import features, kinematics
from motion.errors import BhavaError
from motion.model import observed_dancer
from motion.model.engine import Conditions, Engine, Noise
from motion.partner.lead import Lead
from motion.partner.partner_batch import PartnerBatch
from motion.skeleton import CANONICAL
from tests.motion.strategies import swaying
from tests.training.tiny import QUIET, clips, tiny_duet
from training.evaluation.reaction import (
    Duet,
    held_out_duets,
    measure,
    of_one_length,
    write_report,
)
from training.fit.export import TOLERANCE, export, largest_difference, step_of
from training.fit.recipe import Recipe
from training.fit.train import Training, load_checkpoint, train
from training.fit.windows import Windows
from training.models import duet
from training.models.transformer_mdn import TransformerMDN

TINY_DUET = tiny_duet()


@cache
def prepared():
    torch.manual_seed(0)
    windows = Windows(TINY_DUET, clips(), clips())
    module = Training(TINY_DUET.model_dump())
    module.prepare_from(windows.pools, windows.to_fit())
    drawn, rng = windows.to_fit(), np.random.default_rng(0)
    batch = default_collate([drawn.window(rng) for _ in range(12)])
    return module.network.eval(), batch


@torch.no_grad()
def test_joints_are_where_the_skeleton_has_them():
    clip = swaying()
    positions = duet.joint_positions(torch.from_numpy(features.from_clip(clip)), range(21))
    poses = features.to_poses(features.from_clip(clip), np.zeros((len(clip), 3)))
    np.testing.assert_allclose(positions, kinematics.world_positions(CANONICAL, *poses), atol=1e-4)


def states(velocity):
    """Joints at one point 1 m above the root, all of one velocity."""
    place = torch.zeros(len(duet.JOINTS), 3)
    place[:, 1] = 1.0
    return place, torch.tensor([velocity] * len(duet.JOINTS))


@pytest.mark.parametrize(
    ("theirs", "expected"),
    [
        ([3.0, 3.0, 0.0], [1, 0, 0, 0]),
        ([-3.0, -3.0, 0.0], [0, 1, 0, 0]),
        ([-3.0, 3.0, 0.0], [0, 0, 1, 0]),
        ([3.0, -3.0, 0.0], [0, 0, 0, 1]),
    ],
)
def test_edges_tell_the_same_the_opposite_and_the_mirrored_way(theirs, expected):
    here = torch.tensor([0.0, 0.0, 0.0, 1.0])
    edge = duet.edges(states([3.0, 3.0, 0.0]), states(theirs), here)
    torch.testing.assert_close(edge[0, 0, 1:], torch.tensor(expected).float(), atol=0.02, rtol=0)


def test_edges_tell_how_near_joints_are():
    near, far = (
        duet.edges(states([0.0] * 3), states([0.0] * 3), torch.tensor([x, 0.0, 1.0, 0.0]))[0, 0, 0]
        for x in (0.0, 2.0)
    )
    assert near == 1
    assert far < 0.01


@torch.no_grad()
def test_windows_show_another_dancer_in_duets_alone():
    _, batch = prepared()
    present = batch.other[..., observed_dancer.PRESENT]
    assert batch.other.shape == (12, 7, 4, observed_dancer.WIDTH)
    assert 0.05 < present.mean() < 0.9
    assert ((present == 0) | (present == 1)).all()


@torch.no_grad()
def test_an_untrained_network_heeds_nobody_and_nobody_is_the_same_whatever_is_told_of_them():
    network, batch = prepared()
    frames = network.codec.normalise(batch.frames)[:, 2:].unflatten(1, (-1, 4))
    torch.testing.assert_close(
        network.embedded(frames, batch.other), TransformerMDN.embedded(network, frames, None)
    )
    network = deepcopy(network)
    for joins in (network.sight, network.relations.out):
        torch.nn.init.normal_(joins.weight, std=0.02)
    nobody = torch.randn_like(batch.other)
    nobody[..., observed_dancer.PRESENT] = 0
    absent = network.embedded(frames, nobody)
    torch.testing.assert_close(absent, network.embedded(frames, torch.zeros_like(nobody)))
    somebody = nobody.clone()
    somebody[..., observed_dancer.PRESENT] = 1
    assert (network.embedded(frames, somebody) - absent).abs().amax(-1).min() > 1e-3


@torch.no_grad()
def test_steps_equal_the_full_forward():
    network, batch = prepared()
    frames = network.codec.normalise(batch.frames)[:, 2:].unflatten(1, (-1, 4))
    full = network(frames, batch.labels, batch.energy, torch.full((12, 7), 9), batch.other)
    condition = network.conditioned(batch.labels, batch.energy)
    keys = values = torch.zeros(12, 2, 2, 4, 16)
    for token in range(7):
        filled = torch.full((12,), min(token + 1, 4))
        step, keys, values = network.step(
            frames[:, token], condition[:, token], keys, values, filled, batch.other[:, token]
        )
        for a, b in zip(step, full, strict=True):
            torch.testing.assert_close(a, b[:, token], atol=1e-4, rtol=1e-3)


class TestExported:
    """Trained, exported and danced with as the default is, and beside somebody."""

    pytestmark = QUIET

    @pytest.fixture(scope="class")
    def run(self, tmp_path_factory):
        folder = tmp_path_factory.mktemp("duet")
        checkpoint = train(TINY_DUET, clips(), clips(), folder, resume=False)
        export(checkpoint, folder / "model", licence="none")
        return checkpoint, Engine.load(folder / "model")

    def test_the_graph_computes_what_torch_does(self, run):
        checkpoint, engine = run
        assert engine.contract.other
        assert largest_difference(step_of(load_checkpoint(checkpoint)), engine) < TOLERANCE

    def test_who_is_not_mentioned_is_not_there(self, run):
        engine = run[1]
        contract, rng = engine.contract, np.random.default_rng(0)
        drawn = {
            name: rng.random((2, *shape), np.float32) for name, shape in contract.inputs.items()
        }
        conditions = [drawn[name] for name in ("emotion", "energy", "temperature", "guidance")]
        noise = Noise(drawn["uniform"], drawn["normal"])

        def following(seen):
            return engine.step(
                drawn["frames"],
                Conditions(*conditions, other=seen),
                engine.initial_states(2),
                noise,
            )[0]

        np.testing.assert_array_equal(following(None), following(np.zeros_like(drawn["other"])))
        assert np.abs(following(np.ones_like(drawn["other"])) - following(None)).max() > 1e-4

    def test_a_partner_dances_otherwise_beside_somebody_who_pulls_at_nothing(self, run):
        dancer = swaying(150)

        def danced(seen):
            partners = PartnerBatch(run[1], [1])
            partners.take_up(0, swaying(60))
            leads = {0: Lead.from_clip(dancer, 0.0, 0.0)} if seen else {}
            return [partners.advance(np.eye(2)[:1], np.ones(1), leads) for _ in range(20)]

        with_them, alone = danced(True), danced(False)
        assert np.isfinite(with_them[-1].rotations).all()
        assert np.abs(with_them[-1].rotations - alone[-1].rotations).max() > 1e-4

    def test_its_reaction_is_measured_beside_a_partner_that_ignores(self, run, tmp_path):
        duets = held_out_duets([])[::3]
        result = measure(run[1], duets)
        real = result.coupling["all"]["real"]["speed"]
        assert real.value > 0.8 > result.coupling["all"]["ignoring"]["speed"].value
        assert set(result.foresight["all"]) == {"true", "stranger", "nobody"}
        text = write_report([result], tmp_path).read_text()
        assert "| canon | ignoring |" in text


def changed(**data: object) -> Recipe:
    recipe = TINY_DUET.model_dump()
    return Recipe.model_validate(recipe | {"data": recipe["data"] | data})


def test_a_corpus_of_soloists_teaches_no_duet():
    alone = changed(duet_minutes=0.0)
    with pytest.raises(BhavaError, match=r"expected clips .* together for duet, .* got none among"):
        Windows(alone, clips(), clips())


@pytest.mark.parametrize(("beside", "least", "most"), [(0.0, 0.0, 0.0), (1.0, 0.45, 0.9)])
def test_segments_beside_another_come_as_often_as_a_recipe_says(beside, least, most):
    recipe = changed(dropout={"other": 0.0}, beside=beside)
    windows, rng = Windows(recipe, clips(), clips()).to_fit(), np.random.default_rng(0)
    seen = [windows.window(rng).other[..., observed_dancer.PRESENT] for _ in range(60)]
    assert least <= torch.stack(seen).mean() <= most


def test_neighbours_of_another_length_are_measured_as_a_batch_of_their_own():
    long, short = (swaying(frames) for frames in (60, 40))
    duets = [Duet("a", long, long), Duet("a", long, long), Duet("b", short, short)]
    assert [len(same) for same in of_one_length(duets)] == [2, 1]


def test_a_model_that_heeds_nobody_has_no_reaction():
    engine = Engine.load(Path("models/default"))
    with pytest.raises(BhavaError, match="default: expected a model that observes another dancer"):
        measure(engine, [])
