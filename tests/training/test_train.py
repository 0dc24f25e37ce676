import shutil

import numpy as np
import pytest
import torch

from motion.contract import Contract
from motion.engine import Conditions, Engine
from motion.errors import BhavaError, ModelContractError
from tests.training.tiny import TINY, clips
from training.export import Step, export, largest_difference, load_checkpoint
from training.recipe import Recipe
from training.train import learning_rate_at, train, way_back

pytestmark = [
    pytest.mark.filterwarnings("ignore::UserWarning:lightning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    return train(TINY, clips(), clips(), folder, resume=False)


@pytest.fixture(scope="module")
def model(checkpoint, tmp_path_factory):
    folder = tmp_path_factory.mktemp("models") / "tiny"
    export(checkpoint, folder, licence="none")
    return folder


def test_training_goes_on_from_its_last_checkpoint(checkpoint, tmp_path):
    folder = tmp_path / "resumed"
    shutil.copytree(checkpoint.parent, folder)
    longer = TINY.model_copy(update={"trainer": {**TINY.trainer, "max_steps": 6}})
    last = train(longer, clips(), clips(), folder, resume=True)
    assert torch.load(checkpoint, weights_only=False)["global_step"] == 4
    assert torch.load(last, weights_only=False)["global_step"] == 6


def test_the_log_can_be_read_by_tensorboard(checkpoint):
    assert list(checkpoint.parent.glob("events.out.tfevents.*"))


def test_the_graph_computes_what_torch_does(checkpoint, model):
    network = load_checkpoint(checkpoint).network.eval()
    assert largest_difference(Step(network, 2), Engine.load(model)) < 1e-4


def test_a_batch_computes_what_singles_do(model):
    engine = Engine.load(model)
    contract = engine.contract
    rng = np.random.default_rng(0)

    def drawn(name: str) -> np.ndarray:
        shape = (3, *contract.inputs[name])
        return rng.random(shape, np.float32)

    frames = drawn("frames")
    states = {state.name: drawn(state.name) for state in contract.states}
    states["filled"] = np.array([[0.0], [2.0], [4.0]], np.float32)
    conditions = [drawn(name) for name in ("emotion", "energy", "temperature", "guidance")]

    class Fixed:
        """Gives every member of a batch the same random numbers as it gets alone."""

        def random(self, shape, _):
            return np.full(shape, 0.4, np.float32)

        def standard_normal(self, shape, _):
            return np.full(shape, 0.3, np.float32)

    whole, after = engine.step(frames, Conditions(*conditions), states, Fixed())
    for i in range(3):
        one = slice(i, i + 1)
        alone, alone_after = engine.step(
            frames[one],
            Conditions(*(c[one] for c in conditions)),
            {name: state[one] for name, state in states.items()},
            Fixed(),
        )
        np.testing.assert_allclose(whole[one], alone, atol=1e-4)
        for name, state in alone_after.items():
            np.testing.assert_allclose(after[name][one], state, atol=1e-4)


def test_a_contract_that_does_not_fit_its_graph_says_what_differs(model, tmp_path):
    folder = tmp_path / "other"
    shutil.copytree(model, folder)
    contract = Contract.load(folder)
    changed = contract.model_copy(
        update={"emotions": ("a", "b", "c"), "energy_by_emotion": (1.0, 1.0, 1.0)}
    )
    (folder / "contract.json").write_text(changed.model_dump_json())
    with pytest.raises(ModelContractError, match=r"'emotion': expected shape \(3,\), got \(2,\)"):
        Engine.load(folder)


def test_a_broken_graph_is_named(model, tmp_path):
    folder = tmp_path / "broken"
    shutil.copytree(model, folder)
    (folder / "model.onnx").write_bytes(b"no graph at all")
    with pytest.raises(ModelContractError, match="expected an ONNX graph"):
        Engine.load(folder)


def test_a_checkpoint_of_something_else_is_refused(tmp_path):
    path = tmp_path / "other.ckpt"
    torch.save({"weights": 1}, path)
    with pytest.raises(BhavaError, match="expected a checkpoint of bhava train"):
        load_checkpoint(path)


def test_a_recipe_that_does_not_fit_is_named(tmp_path):
    path = tmp_path / "recipe.toml"
    path.write_text("seed = 1\nflavour = 'sweet'\n")
    with pytest.raises(BhavaError, match=r"recipe\.toml"):
        Recipe.load(path)


def test_the_shipped_recipes_are_valid():
    from pathlib import Path

    recipes = list(Path("training/recipes").glob("*.toml"))
    assert recipes
    for recipe in recipes:
        Recipe.load(recipe)


def test_motion_that_strayed_comes_back_without_a_jump():
    strayed = torch.zeros(1, 20, 4, 1)
    strayed[0, 5, :, 0] = torch.tensor([0.1, 0.3, 0.6, 1.0])
    path = torch.cat([strayed, torch.zeros(1, 1, 4, 1)], 1) + way_back(strayed)
    path = path.flatten()
    assert torch.all(path[:20] == 0)
    steps = path.diff().diff()[22:]
    assert steps.abs().max() < 0.4, "it turns back as a spring does"
    assert path[-8:].abs().max() < 0.05


def test_the_learning_rate_rises_and_falls():
    rates = [learning_rate_at(step, 10, 100) for step in range(120)]
    assert rates[9] == 1
    assert np.all(np.diff(rates[:10]) > 0)
    assert np.all(np.diff(rates[10:]) <= 0)
    assert rates[-1] == pytest.approx(0.01)
