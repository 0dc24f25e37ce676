"""The second judge: apart from the first in build and use, and counted when it looks."""

import ast
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from motion.clip import Clip
from motion.errors import BhavaError
from motion.model.contract import CONTRACT_FILE, GRAPH_FILE
from tests.training import fakes
from tests.training.bodies import spinning, standing, turned, walking
from tests.training.fakes import EMOTIONS
from training.evaluation.looks import Look, count_look, fingerprint_of, read_looks
from training.evaluation.motion_statistics import NAMES, window_statistics
from training.evaluation.opinions import Opinion
from training.evaluation.second_judge import SecondJudge

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def clips() -> list[Clip]:
    return fakes.corpus(6, 8.0)


@pytest.fixture(scope="module")
def judge(clips: list[Clip]) -> SecondJudge:
    return SecondJudge.train(clips, [window_statistics(clip) for clip in clips], EMOTIONS)


def opinion(judge: SecondJudge, groups: list[list[Clip]]) -> Opinion:
    return Opinion.of_windows(
        [
            [judge.classify(window_statistics(clip), clip.name).argmax(-1) for clip in group]
            for group in groups
        ]
    )


def by_emotion(clips: list[Clip]) -> list[list[Clip]]:
    return [[clip for clip in clips if clip.labels["emotion"] == label] for label in EMOTIONS]


def statistic(clip: Clip, name: str) -> float:
    return float(window_statistics(clip)[0, NAMES.index(name)])


def test_statistics_are_named_and_say_what_they_are_called():
    assert window_statistics(walking(8.0)).shape == (3, len(NAMES))
    bowed = turned(standing(4.0), "neck", "x", 40.0)
    assert statistic(bowed, "head, mean") == pytest.approx(40.0)
    assert statistic(bowed, "head against trunk, mean") == pytest.approx(40.0)
    assert statistic(walking(4.0, 0.7), "pace, mean") == pytest.approx(0.7, rel=0.1)
    raised = turned(standing(4.0), "leftUpperArm", "z", 150.0)
    assert statistic(raised, "upper hand, mean") > 0 > statistic(raised, "lower hand, mean")
    assert statistic(spinning(4.0), "turning, mean") == pytest.approx(np.degrees(1.4), rel=0.1)


def test_left_and_right_are_not_told_apart():
    raised = turned(standing(4.0), "leftUpperArm", "z", 120.0)
    mirrored = window_statistics(raised.mirrored())
    np.testing.assert_allclose(mirrored, window_statistics(raised), atol=1e-6)


def test_statistics_do_not_depend_on_place_and_heading():
    clip = walking(5.0)
    away = turned(replace(clip, hips=clip.hips[:, [2, 1, 0]] * [-1, 1, 1]), "hips", "y", -90.0)
    np.testing.assert_allclose(window_statistics(away), window_statistics(clip), atol=1e-6)


def test_unseen_real_clips_are_recognised(judge, clips):
    found = opinion(judge, by_emotion(clips))
    assert found.accuracy.value > 0.9
    assert found.accuracy.low <= found.accuracy.value <= found.accuracy.high


def test_a_clip_is_judged_by_the_classifier_that_has_not_seen_it(judge, clips):
    clip = clips[0]
    statistics = window_statistics(clip)
    alone = judge.classifiers[judge.fold_of[clip.name]].probabilities(statistics)
    np.testing.assert_array_equal(judge.classify(statistics, clip.name), alone)
    assert not np.array_equal(judge.classify(statistics), alone)


def test_shuffled_labels_teach_nothing(clips):
    shuffled = [
        replace(clip, labels=clip.labels | {"emotion": EMOTIONS[number % 2]})
        for number, clip in enumerate(clips)
    ]
    judge = SecondJudge.train(shuffled, [window_statistics(c) for c in shuffled], EMOTIONS)
    assert opinion(judge, by_emotion(shuffled)).accuracy.value < 0.75


@pytest.mark.parametrize("fake", [walking, standing, spinning])
def test_a_figure_that_does_the_same_in_every_emotion_fails_in_one(judge, fake):
    found = opinion(judge, [[fake(8.0)] for _ in EMOTIONS])
    assert min(one.value for one in found.by_emotion) < 0.6
    assert found.accuracy.value == pytest.approx(0.5)


def test_the_other_emotion_than_asked_for_shows_in_the_confusion(judge, clips):
    found = opinion(judge, by_emotion(clips)[::-1])
    assert found.accuracy.value < 0.1
    assert found.confusion[0, 1] > 0.9
    np.testing.assert_allclose(found.confusion.sum(1), 1)


def test_an_emotion_that_was_not_danced_has_no_opinion(judge, clips):
    found = opinion(judge, [by_emotion(clips)[0], []])
    assert np.isnan(found.by_emotion[1].value)
    assert found.accuracy.value == found.by_emotion[0].value


def test_no_performance_gives_no_opinion():
    found = Opinion.of_windows([[], []])
    assert np.isnan([found.accuracy.value, found.accuracy.low]).all()
    assert np.isnan(found.confusion).all()


def test_an_emotion_of_one_group_is_named(clips):
    few = [*by_emotion(clips)[0], by_emotion(clips)[1][0]]
    with pytest.raises(BhavaError, match=r"emotion excited: expected .* two groups .* got 1 clips"):
        SecondJudge.train(few, [window_statistics(clip) for clip in few], EMOTIONS)


def test_nothing_but_an_evaluation_sees_the_second_judge():
    """Neither training nor the measures that choose between models may import it."""
    importing = {
        path.name
        for path in (ROOT / "training").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module == "training.evaluation.second_judge"
    }
    assert importing == {"opinions.py"}


def test_looks_are_counted_by_weights(tmp_path):
    ledger = tmp_path / "looks.json"
    assert read_looks(ledger) == []
    assert count_look(ledger, "first", "aa") == Look("first", "aa", 1)
    count_look(ledger, "other", "bb")
    assert count_look(ledger, "renamed", "aa") == Look("renamed", "aa", 2)
    assert read_looks(ledger) == [Look("other", "bb", 1), Look("renamed", "aa", 2)]


def test_other_weights_have_another_fingerprint(tmp_path):
    (tmp_path / GRAPH_FILE).write_bytes(b"graph")
    (tmp_path / CONTRACT_FILE).write_bytes(b"contract")
    before = fingerprint_of(tmp_path)
    assert fingerprint_of(tmp_path) == before
    (tmp_path / GRAPH_FILE).write_bytes(b"other")
    assert fingerprint_of(tmp_path) != before


@pytest.mark.parametrize("content", ["", "{", "[1]", json.dumps([{"model": "x"}])])
def test_a_damaged_ledger_is_told_and_kept(tmp_path, content):
    ledger = tmp_path / "looks.json"
    ledger.write_text(content)
    with pytest.raises(BhavaError, match=r"looks\.json: expected a ledger of looks, got"):
        count_look(ledger, "model", "aa")
    assert ledger.read_text() == content
