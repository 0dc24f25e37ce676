"""Fakes must score badly, each by the measure that is there for its fault."""

from dataclasses import replace

import numpy as np
import pytest

from motion.errors import BhavaError
from tests.training import fakes
from tests.training.fakes import EMOTIONS, Dancer
from training.evaluation import classifier, scores
from training.evaluation.aims import verdict
from training.evaluation.evaluate import (
    danced_frames,
    evaluate,
    evaluate_real,
    exactly,
    held_out_clips_of,
    measure_rollouts,
)
from training.evaluation.reference import Reference
from training.evaluation.rollouts import Persistence

SECONDS = 12.0


@pytest.fixture(scope="module")
def real():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(classifier, "STEPS", 30)
        patch.setattr(classifier, "FOLDS", 2)
        return Reference.measure(fakes.corpus(), EMOTIONS)


@pytest.fixture(scope="module")
def held_out():
    return held_out_clips_of([clip for clip in fakes.corpus() if clip.name.endswith("0")], EMOTIONS)


@pytest.fixture(autouse=True)
def few_draws(monkeypatch):
    monkeypatch.setattr(scores, "DRAWS", 4)
    monkeypatch.setattr(scores, "VALUE_DRAWS", 4)


def scored(source, held_out, real):
    groups, _ = measure_rollouts(source, held_out, real, SECONDS, SECONDS / 2, lambda _: None)
    return {name: estimate.value for name, estimate in scores.score(groups, real).items()}


@pytest.fixture(scope="module")
def perfect(held_out, real):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scores, "DRAWS", 4)
        return scored(Dancer(), held_out, real)


def test_motion_as_good_as_real_scores_well(perfect):
    for name in ("speed", "jerk", "jerk_99", "skate", "diversity", "arrow"):
        assert perfect[name] == pytest.approx(1.0, abs=0.4), name
    assert perfect["accuracy"] > 0.9
    assert perfect["freeze"] == perfect["broken"] == perfect["off_stage"] == 0.0


def test_a_frozen_pose_freezes(held_out, real):
    found = scored(Dancer("frozen", fakes.frozen), held_out, real)
    assert found["freeze"] == 1.0
    assert found["liveliest"] < 0.01
    assert found["diversity"] < 0.01


def test_trembling_shows_in_the_jerk_and_not_in_the_emotion(held_out, real, perfect):
    found = scored(Dancer("trembling", fakes.trembling), held_out, real)
    assert found["jerk"] > 5 * perfect["jerk"]
    assert found["jerk_99"] > 2 * perfect["jerk_99"]
    assert found["accuracy"] > 0.9


def test_reversed_time_shows_in_its_arrow(held_out, real, perfect):
    found = scored(Dancer("reversed", fakes.reversed_in_time), held_out, real)
    assert found["arrow"] == pytest.approx(-perfect["arrow"], rel=0.3)


def test_another_emotion_than_asked_for_shows_in_the_accuracy(held_out, real):
    found = scored(fakes.Shuffled("shuffled"), held_out, real)
    assert found["accuracy_same"] < 0.1
    assert found["accuracy_contradicting"] < 0.1


def test_what_explodes_is_off_the_stage_and_not_finite(held_out, real):
    found = scored(Dancer("exploding", fakes.exploding), held_out, real)
    assert found["off_stage"] > 0.2
    assert found["broken"] > 0
    assert found["farthest"] > 5.0


def test_sliding_shows_in_the_skate(held_out, real, perfect):
    found = scored(Dancer("sliding", fakes.sliding), held_out, real)
    assert found["skate"] > 2 * perfect["skate"]
    assert found["speed"] == pytest.approx(perfect["speed"])


def test_decay_shows_in_the_slowest_minute_and_in_the_drift(held_out, real, perfect):
    found = scored(Dancer("stopping", fakes.stopping), held_out, real)
    assert found["slowest"] < 0.5 * perfect["slowest"]
    assert found["liveliest"] == pytest.approx(perfect["liveliest"], rel=0.3)
    assert found["drift"] > 2 * perfect["drift"]


def test_persistence_knows_neither_emotion_nor_chance_nor_energy(held_out, real):
    found = evaluate(
        Persistence(EMOTIONS), held_out, real, seconds=SECONDS, tick=lambda _: None
    ).scores
    assert found["accuracy_contradicting"].value < 0.2 < 0.8 < found["accuracy_same"].value
    assert found["diversity"].value < 0.2
    assert found["switch_frames"].value == np.inf
    for control in ("energy", "intensity", "blend"):
        assert found[f"{control}_rank"].value == 0.0, control


def test_a_switch_is_timed_to_the_frame_and_progress_told_of_every_frame(held_out, real):
    ticks: list[int] = []
    found = evaluate(Dancer(), held_out, real, seconds=SECONDS, tick=ticks.append).scores
    assert found["switch_frames"].value == 1.0
    assert found["switch_seconds"].value < 1.0
    assert found["switch_shown"].value == 1.0
    assert found["blend_rank"].value > 0.7
    assert sum(ticks) == danced_frames(held_out, SECONDS)


def test_real_motion_is_its_own_measure(real):
    result = evaluate_real(real)
    for name in ("speed", "slowest", "liveliest", "jerk", "jerk_99", "skate", "diversity", "arrow"):
        assert result.scores[name].value == pytest.approx(1.0), name
    assert result.scores["frechet"].value > 0
    assert result.confusion.keys() == {"same"}


def test_clips_are_summarised_in_one_call(real):
    clips = {e: [fakes.dance(e, 10.0, seed) for seed in (71, 72)] for e in EMOTIONS}
    found = scores.summarise(clips, real)
    assert found.keys() == scores.SCORES.keys()
    assert found["accuracy"] > 0.9
    assert found["speed"] == pytest.approx(1.0, abs=0.4)
    assert np.isnan(found["accuracy_contradicting"])
    half = scores.summarise({"sad": clips["sad"]}, real)
    assert half["accuracy"] > 0.9


def test_aims_are_held_missed_or_not_told():
    real = {name: exactly(1.0) for name in ("freeze", "accuracy", "frechet", "frechet_kinetic")}
    held = verdict({"slowest": exactly(0.9), "liveliest": exactly(1.1), "jerk": exactly(3)}, real)
    assert held["dynamism"] is True
    assert held["jerk"] is False
    assert held["skate"] is None


def test_an_emotion_without_held_out_clips_is_named():
    clips = [clip for clip in fakes.corpus() if clip.labels["emotion"] == "sad"]
    with pytest.raises(BhavaError, match=r"got none of \['excited'\]"):
        held_out_clips_of(clips, EMOTIONS)


def test_real_clips_that_do_not_serve_are_named():
    sad, excited = fakes.corpus()[:6], fakes.corpus()[6:]
    with pytest.raises(BhavaError, match=r"emotion excited: expected .* got 0 clips"):
        Reference.measure(sad, EMOTIONS)
    with pytest.raises(BhavaError, match=r"emotion excited: .* got 1 clips, 0\.5 s at most"):
        Reference.measure([*sad, excited[0][:15]], EMOTIONS)
    with pytest.raises(BhavaError, match=r"emotion excited: expected .* two groups .* got 1 clips"):
        Reference.measure([*sad, excited[0]], EMOTIONS)
    broken = replace(excited[1], hips=excited[1].hips * np.nan)
    with pytest.raises(BhavaError, match="excited 1: expected finite poses"):
        Reference.measure([*sad, broken], EMOTIONS)
