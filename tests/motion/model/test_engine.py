import json
import shutil
from pathlib import Path

import pytest

from motion.errors import ModelContractError, SetupError
from motion.model.contract import Contract
from motion.model.engine import Engine

MODEL = Path(__file__).parents[3] / "models" / "default"


def changed(tmp_path: Path, **update: object) -> Path:
    """A copy of the model's contract with other entries."""
    contract = json.loads((MODEL / "contract.json").read_text())
    (tmp_path / "contract.json").write_text(json.dumps({**contract, **update}))
    return tmp_path


def test_a_model_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ModelContractError, match=r"nowhere.*expected a model's contract"):
        Engine.load(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("update", "expected"),
    [
        ({"joints": ["hips"]}, "joints: expected"),
        ({"features": [["rotations", 126]]}, "features: expected"),
        ({"energy_by_emotion": [1.0]}, "number of energies: expected"),
        ({"schema_version": 2}, "schema_version"),
        ({"fps": -1}, "fps"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_a_contract_that_does_not_fit_says_where(tmp_path, update, expected):
    with pytest.raises(ModelContractError, match=expected):
        Contract.load(changed(tmp_path, **update))


def test_a_contract_of_another_context_does_not_fit_its_graph(tmp_path):
    contract = Contract.load(MODEL)
    states = [{"name": s.name, "shape": [*s.shape[:-1], s.shape[-1] + 1]} for s in contract.states]
    shutil.copy(MODEL / "model.onnx", tmp_path)
    with pytest.raises(ModelContractError, match=r"input 'keys': expected shape"):
        Engine.load(changed(tmp_path, states=states))


def test_a_gpu_that_is_not_there_is_not_silently_replaced():
    import onnxruntime

    if "CUDAExecutionProvider" in onnxruntime.get_available_providers():
        pytest.skip("this machine's onnxruntime has a GPU")
    with pytest.raises(SetupError, match="expected cuda"):
        Engine.load(MODEL, "cuda")
