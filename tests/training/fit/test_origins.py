"""Dances of a corpus told apart: in data, windows, training and what is exported."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from pydantic import ValidationError

from motion.choreography.colouring import posture
from motion.clip import Clip
from motion.errors import BhavaError
from motion.model.engine import Conditions, Engine, Noise
from tests.motion.strategies import swaying
from tests.training.fit.test_contents import SHARES
from tests.training.tiny import QUIET, TINY, clips
from training.corpus.coloured import WALKS, coloured_clips
from training.fit.export import export, largest_difference, step_of
from training.fit.origins import origin_weights, origins_in
from training.fit.pools import Pool, pools_of
from training.fit.recipe import Recipe
from training.fit.train import begin_with, load_checkpoint, train
from training.fit.windows import windows_of
from training.models.window import NO_ORIGIN

pytestmark = QUIET


def recipe_of(origins: int, **data: object) -> Recipe:
    recipe = TINY.model_dump()
    recipe["data"] |= {"contents": ["dance", "walk"], "shares": SHARES, **data}
    recipe["model"]["origins"] = origins
    return Recipe.model_validate(recipe)


RECIPE = recipe_of(3)


def dance(name: str, seconds: float = 4.0, dataset: str = "made") -> Clip:
    motion = swaying(round(30 * seconds))
    labels = {"dataset": dataset, "content": "dance", "group": name}
    return Clip(name, 30, motion.hips, motion.rotations, labels)


DANCES = [dance("b"), dance("a"), dance("a")]


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    everything = [*clips()[:2], *DANCES]
    return train(RECIPE, everything, everything, tmp_path_factory.mktemp("run"), resume=False)


def test_dances_are_numbered_by_group_and_all_choreographed_ones_alike():
    recipe = recipe_of(3, datasets=[])
    made = [dance(f"made {n}", dataset="choreography") for n in range(2)]
    numbers = origins_in([*clips()[:2], *DANCES, *made], recipe)
    assert numbers == {"a": 1, "b": 2, "made 0": 3, "made 1": 3}
    assert origins_in(DANCES, recipe_of(0)) == {}


def test_too_many_dances_and_dances_without_contents_are_refused():
    with pytest.raises(BhavaError, match=r"model.origins: expected at least 2, got 1"):
        origins_in(DANCES, recipe_of(1))
    plain = TINY.model_dump()
    plain["model"]["origins"] = 3
    with pytest.raises(ValidationError, match=r"expected data.contents with model.origins 3"):
        Recipe.model_validate(plain)


def test_windows_tell_origins_of_dances_alone_and_hide_some():
    everything = [*clips()[:2], *DANCES]
    pools = pools_of(everything, RECIPE, origins=origins_in(everything, RECIPE))
    windows = windows_of(pools, RECIPE, 3)
    rng = np.random.default_rng(0)
    drawn = [windows.window(rng) for _ in range(150)]
    origin = np.concatenate([window.origin for window in drawn])
    dances = np.concatenate([window.labels[:, 2] for window in drawn]) == 1
    assert set(origin[dances]) == {NO_ORIGIN, 1, 2}
    assert 0.05 < np.mean(origin[dances] == NO_ORIGIN) < 0.3
    walks = np.concatenate([window.labels[:, 3] for window in drawn]) == 1
    assert (origin[walks] == NO_ORIGIN).all()


def test_short_dances_are_not_drowned_by_a_long_one():
    pools = {
        "dance": Pool.from_clips([dance("a", 16), dance("b", 4)], origins={"a": 1, "b": 2}),
        "happy walk": Pool.from_clips([dance("c")]),
    }
    weights = origin_weights(pools, ["happy", "dance", "walk"], 2)
    np.testing.assert_allclose(weights.sum(1), 1)
    np.testing.assert_allclose(weights[2], [1, 0, 0])
    assert weights[1, 1] == pytest.approx(2 * weights[1, 2], rel=0.1)


def test_a_partner_stays_with_one_dance_until_another_is_drawn(checkpoint):
    step = step_of(load_checkpoint(checkpoint))
    rows, rng = 4000, torch.Generator().manual_seed(0)
    normal = torch.randn(rows, step.noise, generator=rng)
    dancing = torch.tensor([[0.0, 0, 1, 0]]).expand(rows, -1)
    nothing = torch.zeros(rows, 1)
    drawn = step.next_origin(nothing, dancing, normal)
    shares = [float((drawn == number).float().mean()) for number in (1, 2)]
    assert shares == pytest.approx(step.network.origin_weights[2, 1:3].tolist(), abs=0.03)
    kept = step.next_origin(drawn, dancing, torch.randn(rows, step.noise, generator=rng))
    assert 0.98 < float((kept == drawn).float().mean()) < 1.0
    # What nobody looks at draws nothing; who walks dances no dance.
    assert not step.next_origin(nothing, dancing, torch.zeros_like(normal)).any()
    walking = torch.tensor([[0.0, 0, 0, 1]]).expand(rows, -1)
    assert not step.next_origin(drawn, walking, normal).any()


def test_the_graph_draws_origins_as_torch_does(checkpoint, tmp_path):
    export(checkpoint, tmp_path / "tiny", licence="none")
    engine = Engine.load(tmp_path / "tiny")
    assert largest_difference(step_of(load_checkpoint(checkpoint)), engine) < 1e-4
    one, states = np.ones((1, 1), np.float32), engine.initial_states()
    frames = np.zeros((1, *engine.contract.inputs["frames"]), np.float32)
    conditions = Conditions(np.eye(2, dtype=np.float32)[:1], one, one, one)
    noise = Noise.draw(engine.contract, np.random.default_rng(0))
    assert engine.step(frames, conditions, states, noise)[1]["origin"][0, 0] in (1, 2)


def test_training_begins_with_other_weights_as_far_as_they_go(checkpoint, tmp_path):
    everything = [*clips()[:2], *DANCES]
    plain = recipe_of(0)
    first = train(plain, everything, everything, tmp_path / "first", resume=False)
    once = recipe_of(3).model_dump()
    once["trainer"]["max_steps"] = 2
    once["optimiser"]["learning_rate"] = 1e-9
    begun = train(
        Recipe.model_validate(once),
        everything,
        everything,
        tmp_path / "second",
        resume=False,
        begin=first,
    )
    old, new = (load_checkpoint(path).network.state_dict() for path in (first, begun))
    for name, weight in old.items():
        torch.testing.assert_close(new[name], weight, atol=1e-6, rtol=0)
    assert new["origin_weights"][2].sum() == pytest.approx(1)
    with pytest.raises(BhavaError, match=r"expected weights of the recipe's network, got origin"):
        begin_with(load_checkpoint(first), checkpoint)
    other = plain.model_dump()
    other["model"]["latent"] = 6
    narrow = train(
        Recipe.model_validate(other), everything, everything, tmp_path / "narrow", resume=False
    )
    with pytest.raises(BhavaError, match="expected weights of the recipe's shapes"):
        begin_with(load_checkpoint(first), narrow)


def test_neutral_walks_are_held_as_acted_ones_are():
    motion = swaying(120)
    labels = {"dataset": "made", "content": "walk", "emotion": "neutral", "group": "g"}
    walk = Clip("made/w", 30, motion.hips, motion.rotations, labels)
    acted = replace(walk, name="made/s", labels=labels | {"emotion": "sad"})
    data = RECIPE.data.model_copy(update={"coloured": 1, "emotions": ["neutral", "sad", "happy"]})
    (made,) = coloured_clips([walk, acted], data, 0)
    assert (made.labels["emotion"], made.labels["content"]) == ("sad", "walk")
    assert made.labels["group"] == "g"
    lean, head = (np.degrees(np.median(angle)) for angle in posture(made))
    assert (lean, head) == pytest.approx(WALKS["sad"][:2], abs=6)
    assert coloured_clips([walk, acted], data.model_copy(update={"coloured": 0}), 0) == []
