import shutil
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import helper

from motion.errors import BhavaError, ModelContractError
from motion.model.contract import Contract
from motion.model.engine import Engine
from tests.training.exported import assert_a_batch_is_singles
from tests.training.tiny import QUIET, TINY, clips, tiny_recipe
from training.fit.export import batch_multiple, contract_of, export, largest_difference, step_of
from training.fit.train import Training, load_checkpoint, train
from training.models.kinds import KINDS

pytestmark = QUIET

SHIPPED = Path(__file__).parents[3] / "models" / "default"


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    return train(TINY, clips(), clips(), folder, resume=False)


@pytest.fixture(scope="module")
def model(checkpoint, tmp_path_factory):
    folder = tmp_path_factory.mktemp("models") / "tiny"
    export(checkpoint, folder, licence="none")
    return folder


def test_the_graph_computes_what_torch_does(checkpoint, model):
    step = step_of(load_checkpoint(checkpoint))
    assert largest_difference(step, Engine.load(model)) < 1e-4


def test_a_graph_tells_nothing_of_the_disk_it_was_made_on(model):
    assert b"/training/models/" not in (model / "model.onnx").read_bytes()
    assert b"/training/models/" not in (SHIPPED.parent / "dance" / "model.onnx").read_bytes()


CONDITIONS = ["frames", "emotion", "energy", "temperature", "guidance", "uniform", "normal"]
CACHE = ["keys", "values", "filled"]
COURSE = ["said", "latent", "past", "danced", "leg_emotion", "encoder", "decoder"]
INPUTS = {
    "transformer-mdn": [*CONDITIONS, *CACHE],
    "space-time": [*CONDITIONS, *CACHE],
    "duet": [*CONDITIONS, "other", *CACHE],
    "text-transformer": [*CONDITIONS, "text", *CACHE],
    "lstm-vae": [*CONDITIONS, *COURSE],
    "latent-diffusion": [*CONDITIONS, "past", "begun"],
    "lstm-mdn": [*CONDITIONS, "hidden", "cell"],
    "lstm-mse": [*CONDITIONS, "hidden", "cell"],
    "transformer-mdn-per-dimension": [*CONDITIONS, "window", "filled"],
    "transformer-mse": [*CONDITIONS, "window", "filled"],
}
"""The graph's inputs by kind, in order: models that were exported before have these."""


@pytest.mark.parametrize("kind", KINDS)
def test_inputs_keep_their_names_and_order(kind):
    module = Training(tiny_recipe(kind).model_dump())
    step = step_of(module)
    assert step.input_names == INPUTS[kind]
    assert list(contract_of(module, step, "tiny", "none").inputs) == INPUTS[kind]


def test_the_graph_bears_the_names_of_the_contract(model):
    contract = Contract.load(model)
    graph = onnx.load(model / "model.onnx").graph
    assert [value.name for value in graph.input] == list(contract.inputs)
    assert [value.name for value in graph.output] == list(contract.outputs)


def test_a_batch_computes_what_singles_do(model):
    engine = Engine.load(model)
    assert engine.contract.batch_multiple == 1
    assert_a_batch_is_singles(engine, filled=[0.0, 2.0, 4.0])


def test_a_batch_of_the_shipped_model_computes_what_singles_do():
    engine = Engine.load(SHIPPED)
    assert engine.contract.batch_multiple == 1
    assert_a_batch_is_singles(engine, filled=[0.0, 20.0, 32.0])


@pytest.mark.parametrize(
    ("function", "width", "multiple"),
    [("Log", 1, 4), ("Exp", 6, 2), ("Sin", 12, 1), ("Tanh", 1, 1)],
)
def test_batches_fill_the_registers_of_a_graph(function, width, multiple):
    result = helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, ["batch", width])
    node = helper.make_node(function, ["x"], ["y"])
    assert batch_multiple(helper.make_graph([node], "", [], [], value_info=[result])) == multiple


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


def test_the_contract_tells_the_held_out_likelihood(checkpoint, model):
    saved = torch.load(checkpoint, weights_only=False)["quality"]
    quality = Contract.load(model).quality
    assert set(quality) == {"held_out_nats_per_frame"}
    assert np.isfinite(quality["held_out_nats_per_frame"])
    assert quality == saved


def test_a_checkpoint_of_something_else_is_refused(tmp_path):
    path = tmp_path / "other.ckpt"
    torch.save({"weights": 1}, path)
    with pytest.raises(BhavaError, match="expected a checkpoint of bhava train"):
        load_checkpoint(path)


def test_a_damaged_checkpoint_is_refused(checkpoint, tmp_path):
    path = tmp_path / "damaged.ckpt"
    path.write_bytes(checkpoint.read_bytes()[:2000])
    with pytest.raises(BhavaError, match=r"damaged\.ckpt: expected a checkpoint"):
        load_checkpoint(path)


def test_a_checkpoint_that_is_absent_is_named(tmp_path):
    with pytest.raises(BhavaError, match=r"none\.ckpt: .* No such file"):
        load_checkpoint(tmp_path / "none.ckpt")


@pytest.mark.parametrize(
    "change", [{"channels": 64}, {"kind": "hidden-markov"}, {"layers": "many"}]
)
def test_a_checkpoint_whose_weights_do_not_fit_its_recipe_is_refused(checkpoint, tmp_path, change):
    content = torch.load(checkpoint, weights_only=False)
    content["hyper_parameters"]["recipe"]["model"].update(change)
    path = tmp_path / "other.ckpt"
    torch.save(content, path)
    with pytest.raises(BhavaError, match="expected a checkpoint of bhava train"):
        load_checkpoint(path)
