"""The real motion that models are held against, content by content."""

from dataclasses import replace

import numpy as np
import pytest

from motion.clip import Clip
from motion.errors import BhavaError
from motion.features import joint_speed
from motion.skeleton import LEG_LENGTH
from tests.training import fakes
from tests.training.bodies import walking
from tests.training.fakes import EMOTIONS
from training.evaluation import classifier, scores
from training.evaluation.evaluate import evaluate_real
from training.evaluation.reference import Reference


@pytest.fixture(scope="module", autouse=True)
def small():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(classifier, "STEPS", 10)
        patch.setattr(classifier, "FOLDS", 2)
        patch.setattr(scores, "DRAWS", 3)
        yield


def walks(count: int, emotion: str = "", seconds: float = 6.0) -> list[Clip]:
    """Walks at growing pace."""
    named = {"emotion": emotion} if emotion else {}
    return [
        replace(
            walking(seconds, 0.8 + 0.1 * number),
            name=f"walk {emotion} {number}",
            labels={"content": "walk", "dataset": "w", "group": f"{emotion} {number}", **named},
        )
        for number in range(count)
    ]


@pytest.fixture(scope="module")
def acted() -> list[Clip]:
    return fakes.corpus(4, 8.0)


@pytest.fixture(scope="module")
def pooled(acted) -> Reference:
    return Reference.measure([*acted, *walks(20)], EMOTIONS, content="walk")


def test_without_a_content_all_clips_that_bear_an_emotion_count(acted):
    reference = Reference.measure([*acted, *walks(20)], EMOTIONS)
    standard = reference.standard
    assert standard.bears_emotions
    assert len(standard.clips) == len(acted)
    assert reference.speed[0] < reference.speed[1]
    assert "8 clips of every emotion" in standard.described()


def test_clips_without_an_emotion_are_pooled_and_speed_follows_the_emotion(acted, pooled):
    alone = Reference.measure(acted, EMOTIONS)
    standard = pooled.standard
    assert not standard.bears_emotions
    assert standard.held_out.sum() == 2
    assert "The 2 clips held out from models are " in standard.described()
    assert pooled.jerk[0] == pooled.jerk[1]
    assert pooled.skate[0] == pooled.skate[1]
    ratio = np.array(alone.speed) / np.mean(alone.speed)
    np.testing.assert_allclose(np.array(pooled.speed) / np.mean(pooled.speed), ratio)
    speed = np.mean([joint_speed(clip).mean() for clip in standard.clips])
    assert np.mean(pooled.speed) == pytest.approx(speed / LEG_LENGTH, rel=0.02)


def test_emotions_have_values_of_their_own_only_if_all_have_clips(acted):
    one = [*walks(20, "sad"), *walks(2, "excited", 3.0), *walks(20)]
    pool = Reference.measure([*acted, *one], EMOTIONS, content="walk")
    assert not pool.standard.bears_emotions
    assert pool.jerk[0] == pool.jerk[1]
    assert evaluate_real(pool).scores["speed"].value == pytest.approx(1.0)
    every = [*walks(20, "sad"), *walks(9, "excited")]
    own = Reference.measure([*acted, *every], EMOTIONS, content="walk")
    assert own.standard.bears_emotions
    assert own.jerk[0] != own.jerk[1]
    assert "accuracy" in evaluate_real(own).scores


def test_floors_hold_every_fold_of_the_content_against_the_others(pooled):
    assert len(pooled.standard.clips) == 20
    assert set(pooled.standard.folds) == {0, 1}
    assert all(fold.embedded_floor > 0 for fold in pooled.unseen)


def test_real_motion_without_emotions_has_ratios_and_no_accuracy(pooled):
    real = evaluate_real(pooled)
    assert "accuracy" not in real.scores
    assert real.scores["speed"].value == pytest.approx(1.0)
    assert real.scores["frechet"].low <= real.scores["frechet"].value
    assert real.scores["travel"].value == pytest.approx(1.75 / LEG_LENGTH, rel=0.1)
    assert not real.by_emotion
    assert not real.confusion
    assert len(real.spectrum) == len(EMOTIONS)


def test_too_little_of_a_content_is_told(acted):
    with pytest.raises(BhavaError, match=r"content walk: .* got 1 clips, 6\.0 s"):
        Reference.measure([*acted, *walks(1)], EMOTIONS, content="walk")
    one_take = [replace(c, labels=c.labels | {"group": "w"}) for c in walks(5)]
    with pytest.raises(BhavaError, match=r"expected clips of 2 groups or more, .* in 1 folds"):
        Reference.measure([*acted, *one_take], EMOTIONS, content="walk")
