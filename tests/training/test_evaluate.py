import json
from pathlib import Path

import numpy as np
import pytest

from motion.clip import Clip
from motion.engine import Engine
from motion.errors import BhavaError
from tests.motion.strategies import swaying
from training import classifier, evaluate
from training.classifier import judge, train_classifier

MODEL = Path(__file__).parents[2] / "models" / "default"


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine.load(MODEL)


def clips(emotions: tuple[str, ...]) -> list[Clip]:
    """For each emotion a clip that leans in its own way."""
    made = []
    for index, emotion in enumerate(emotions):
        base = swaying(240)
        leaning = base.rotations + np.array([0.0, 0.0, 0.04 * index, 0.0])
        leaning /= np.linalg.norm(leaning, axis=-1, keepdims=True)
        made.append(Clip(emotion, 30, base.hips, leaning, {"emotion": emotion}))
    return made


def test_the_classifier_tells_labels_apart_and_is_wrong_on_shuffled_ones(monkeypatch):
    monkeypatch.setattr(classifier, "STEPS", 50)
    real = [[clip] for clip in clips(("a", "b", "c", "d", "e", "f"))][::5]
    network = train_classifier(real, seed=0)
    for label, group in enumerate(real):
        assert np.mean(judge(network, group)[0] == label) == 1
        assert np.mean(judge(network, real[1 - label])[0] == label) == 0


def test_a_model_is_measured_and_reported(engine, monkeypatch, tmp_path):
    monkeypatch.setattr(classifier, "STEPS", 20)
    monkeypatch.setattr(evaluate, "SEEDS", (1,))
    told: list[str] = []
    real = clips(engine.contract.emotions)
    measured = evaluate.evaluate(engine, real, real, seconds=12, progress=told.append)
    assert [row.name for row in measured.rows] == list(engine.contract.emotions)
    assert all(np.isfinite(list(vars(row).values())[1:]).all() for row in measured.rows)
    assert len(told) == 1 + len(engine.contract.emotions)
    report = evaluate.write_report([measured], tmp_path / "report")
    assert "| happy |" in report.read_text()
    saved = json.loads((tmp_path / "report" / "report.json").read_text())
    assert saved[0]["rows"][0]["name"] == engine.contract.emotions[0]


def test_an_emotion_without_real_clips_is_named(engine):
    real = clips(engine.contract.emotions[:-1])
    with pytest.raises(BhavaError, match=f"got none: .*{engine.contract.emotions[-1]}"):
        evaluate.evaluate(engine, real, real, seconds=12, progress=lambda _: None)
