"""`bhava evaluate` from corpus and model folders to report, what fails included."""

import json

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from typer.testing import CliRunner

from bhava import app
from motion import features
from motion.errors import BhavaError
from motion.model.contract import CONTRACT_FILE, GRAPH_FILE, Contract
from motion.skeleton import CANONICAL
from tests.training import fakes
from tests.training.fakes import EMOTIONS
from training.corpus.corpus import Entry, load_corpus, write_index
from training.evaluation import classifier, comparison, evaluate, probes, scores
from training.evaluation.comparison import compare
from training.evaluation.plots import write_videos


@pytest.fixture(scope="module", autouse=True)
def small():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(classifier, "STEPS", 10)
        patch.setattr(classifier, "FOLDS", 2)
        patch.setattr(scores, "DRAWS", 3)
        patch.setattr(scores, "VALUE_DRAWS", 3)
        patch.setattr(evaluate, "SEEDS", (1, 2))
        patch.setattr(evaluate, "TIMED_FRAMES", 20)
        patch.setattr(probes, "ENERGIES", (0.5, 2.0))
        patch.setattr(probes, "INTENSITIES", (0.0, 1.0))
        patch.setattr(probes, "SHARES", (0.0, 1.0))
        patch.setattr(probes, "DANCERS", 1)
        yield


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    folder = tmp_path_factory.mktemp("corpus")
    entries = []
    for clip in fakes.corpus(4, 6.0):
        file = f"{clip.name}.npz"
        clip.save(folder / file)
        entries.append(Entry(clip.name, file, "", "", clip.labels, len(clip), clip.seconds))
    write_index(folder, entries)
    return folder


@pytest.fixture(scope="module")
def echo(tmp_path_factory):
    """A model that says again and again what it has heard."""
    return model(tmp_path_factory.mktemp("models") / "echo", EMOTIONS)


def model(folder, emotions):
    contract = Contract(
        name=folder.name,
        kind="echo",
        fps=30,
        frames_per_step=4,
        context_frames=30,
        joints=CANONICAL.joints,
        features=features.CANONICAL_LAYOUT.parts,
        emotions=emotions,
        energy_by_emotion=(0.5,) * len(emotions),
        noise=1,
        states=(),
        temperature=1,
        guidance=0,
        licence="none",
        corpus="made",
        quality={"held_out_nats_per_frame": -12.5},
    )
    tensors = [
        [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, ("B", *shape))
            for name, shape in part
        ]
        for part in (contract.inputs.items(), contract.outputs.items())
    ]
    node = helper.make_node("Identity", ["frames"], ["next_frames"])
    graph = helper.make_graph([node], "echo", *tensors)
    opset = helper.make_opsetid("", 17)
    folder.mkdir(exist_ok=True)
    onnx.save(helper.make_model(graph, ir_version=8, opset_imports=[opset]), folder / GRAPH_FILE)
    (folder / CONTRACT_FILE).write_text(contract.model_dump_json())
    return folder


class Quiet:
    def begin(self, doing: str, total: int) -> None:
        pass

    def advance(self, steps: int) -> None:
        pass


def test_a_broken_model_costs_its_own_row_alone(corpus, echo, tmp_path):
    out = tmp_path / "report"
    command = ["evaluate", "--corpus", str(corpus), "--out", str(out), "--minutes", "0.25"]
    command += ["--model", str(echo), "--model", str(tmp_path / "nowhere")]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 1
    assert "**Not measured:**" in done.output
    assert "nowhere" in done.output
    text = (out / "report.md").read_text()
    assert "| speed / real | 1 " in text
    written = json.loads((out / "report.json").read_text())
    assert [result["name"] for result in written["results"]] == ["real", "echo", "persistence"]
    found = written["results"][1]
    assert found["scores"]["held_out_nats_per_frame"]["value"] == -12.5
    assert found["verdict"]["dynamism"] is False
    assert found["scores"]["frame_ms_95"]["value"] >= found["scores"]["frame_ms_50"]["value"] > 0
    pictures = {path.name for path in out.glob("*.png")}
    named = {part.split(")")[0] for part in text.split("](")[1:]}
    assert named == pictures


def test_an_interruption_keeps_what_is_done(corpus, echo):
    class Impatient(Quiet):
        def begin(self, doing: str, _total: int) -> None:
            if doing == "persistence":
                raise KeyboardInterrupt

    report = compare([echo], load_corpus(corpus), seconds=10, progress=Impatient())
    assert [result.name for result in report.results] == ["echo"]
    assert report.failures == {"persistence": "interrupted"}


def test_models_must_be_of_the_same_emotions_and_of_different_names(echo, tmp_path):
    other = model(tmp_path / "other", ("sad", "bored"))
    engines, failures = comparison._load([echo, other, echo])
    assert [engine.contract.name for engine in engines] == ["echo"]
    assert "expected the emotions of echo" in failures[str(other)]
    assert "different names" in failures[str(echo)]


def test_no_model_at_all_is_an_error(corpus, tmp_path):
    with pytest.raises(BhavaError, match="expected one that can be loaded"):
        compare([tmp_path], load_corpus(corpus), seconds=10, progress=Quiet())


def test_videos_are_written(tmp_path):
    samples = [fakes.dance("sad", 0.2, 1, "sad")]
    (path,) = write_videos("dancer", samples, tmp_path)
    assert path.stat().st_size > 1000
    assert np.isfinite(samples[0].hips).all()
