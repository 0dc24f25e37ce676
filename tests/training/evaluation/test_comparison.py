"""`bhava evaluate` from corpus and model folders to report, what fails included."""

import json
from dataclasses import replace

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from typer.testing import CliRunner

from bhava import app
from motion import features
from motion.errors import BhavaError
from motion.model.contract import CONTRACT_FILE, GRAPH_FILE, Contract
from motion.model.engine import Engine
from motion.partner.partner_batch import PartnerBatch
from motion.skeleton import CANONICAL
from tests.training import fakes
from tests.training.fakes import EMOTIONS
from training.corpus.corpus import Entry, load_corpus, write_index
from training.evaluation import classifier, comparison, evaluate, opinions, probes, rollouts, scores
from training.evaluation.comparison import compare
from training.evaluation.looks import read_looks
from training.evaluation.plots import write_videos
from training.evaluation.report import to_markdown


@pytest.fixture(scope="module", autouse=True)
def small():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(classifier, "STEPS", 10)
        patch.setattr(classifier, "FOLDS", 2)
        patch.setattr(scores, "DRAWS", 3)
        patch.setattr(scores, "VALUE_DRAWS", 3)
        patch.setattr(opinions, "CHOREOGRAPHED_MINUTES", 4)
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


def model(folder, emotions, contents=()):
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
        contents=contents,
        energy_by_content=((0.5,) * len(emotions),) * len(contents),
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


def test_the_second_judge_looks_when_it_is_asked_and_counts(corpus, echo, tmp_path):
    out, ledger = tmp_path / "report", tmp_path / "looks.json"
    command = ["evaluate", "--corpus", str(corpus), "--out", str(out), "--minutes", "0.25"]
    command += ["--model", str(echo), "--beside", str(corpus), "--second-judge", str(ledger)]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0, done.output
    assert [(look.model, look.looks) for look in read_looks(ledger)] == [("echo", 1)]
    assert "Looks so far: 1 at `echo`" in done.output
    assert "| second | " in done.output
    written = json.loads((out / "report.json").read_text())
    found = written["second_judge"]
    assert np.allclose(np.sum(found["models"]["echo"]["confusion"], axis=1), 1)
    real, echoed, _ = (result["scores"]["second_judge"]["value"] for result in written["results"])
    assert real > 0.9 > echoed
    sources = {row["source"] for row in written["bodies"]}
    assert {"echo", "persistence", corpus.name} <= sources


def test_nothing_looks_unless_it_is_asked(corpus, echo):
    report = compare([echo], load_corpus(corpus), seconds=10, progress=Quiet())
    assert report.second is None
    assert [one.judge for one in report.on_dance] == ["first"]
    assert "second_judge" not in report.results[0].scores


def test_a_damaged_ledger_is_told_before_anything_is_danced(corpus, echo, tmp_path):
    (tmp_path / "looks.json").write_text("{")
    with pytest.raises(BhavaError, match="expected a ledger of looks"):
        compare(
            [echo],
            load_corpus(corpus),
            seconds=10,
            progress=Quiet(),
            ledger=tmp_path / "looks.json",
        )


def test_models_are_held_against_one_content(corpus, echo):
    clips = load_corpus(corpus)
    labelled = [replace(clip, labels={**clip.labels, "content": "dance"}) for clip in clips]
    plain = [
        replace(clip, name=f"plain {clip.name}", labels={"content": "walk", "group": clip.name})
        for clip in clips
    ]
    report = compare([echo], [*labelled, *plain], seconds=10, progress=Quiet(), content="walk")
    assert "all take the pooled value, and speed times the emotion's ratio" in report.standard
    assert "accuracy" not in report.real.scores
    text = to_markdown(report)
    assert "hand above the shoulder at least" not in text
    assert "second judge at least 1 times real" in text
    with pytest.raises(BhavaError, match=r"content: expected one of dance, .* got jive"):
        compare([echo], clips, seconds=10, progress=Quiet(), content="jive")
    with pytest.raises(BhavaError, match=r"content walk: expected clips .* got 0 clips"):
        compare([echo], clips, seconds=10, progress=Quiet(), content="walk")


def test_a_model_dances_the_content_that_is_asked_for(monkeypatch, tmp_path):
    seen = []

    class Watched(PartnerBatch):
        def advance(self, *conditions, **others):
            seen.append(self.content.copy())
            return super().advance(*conditions, **others)

    monkeypatch.setattr(rollouts, "PartnerBatch", Watched)
    engine = Engine.load(model(tmp_path / "both", EMOTIONS, ("dance", "walk")))
    spec = rollouts.RolloutSpec(
        fakes.dance("sad", 2.0, 1), 1, (rollouts.ConditionChange(0, np.array([1.0, 0.0])),)
    )
    for content, weights in (("walk", [0, 1]), ("dance", [1, 0]), ("", [1, 0])):
        list(rollouts.ModelSource(engine, content).roll_out([spec], 2))
        assert seen[-1].tolist() == [weights]
    with pytest.raises(BhavaError, match="both: expected a content of dance, walk, got jive"):
        rollouts.ModelSource(engine, "jive")


def test_a_model_that_tells_contents_apart_is_held_against_its_usual_one(corpus, echo, tmp_path):
    both = model(tmp_path / "both", EMOTIONS, ("dance", "walk"))
    clips = [
        replace(clip, labels={**clip.labels, "content": "dance"}) for clip in load_corpus(corpus)
    ]
    report = compare([echo, both], clips, seconds=10, progress=Quiet())
    assert report.content == "dance"
    assert not report.failures


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
    assert {path: e.contract.name for path, e in engines.items()} == {echo: "echo"}
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
