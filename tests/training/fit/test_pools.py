from dataclasses import replace

import numpy as np
import pytest

from motion.errors import BhavaError, MotionFileError
from tests.training.corpus.test_trimming import begins_and_ends_standing
from tests.training.tiny import TINY, clips
from training.fit.pools import held_out_pools_of, pools_of, worth_learning
from training.fit.recipe import Recipe


def broken(change: str):
    clip = clips()[0]
    if change == "nan":
        rotations = clip.rotations.copy()
        rotations[7, 3] = np.nan
        return replace(clip, rotations=rotations)
    if change == "infinite":
        hips = clip.hips.copy()
        hips[9] = np.inf
        return replace(clip, hips=hips)
    if change == "skeleton":
        return replace(clip, rotations=clip.rotations[:, :20])
    if change == "rate":
        return replace(clip, fps=60.0)
    return clip[:1]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ("nan", "neutral: expected finite numbers, got others in frame 7"),
        ("infinite", "neutral: expected finite numbers, got others in frame 9"),
        ("skeleton", r"neutral: expected 150 frames of 21 joints, got .*\(150, 20, 4\)"),
        ("rate", "neutral: expected 30 frames a second, got 60"),
        ("one frame", "neutral: expected at least 2 frames, got 1"),
    ],
)
def test_a_clip_that_nothing_can_be_learnt_from_is_named(change, complaint):
    with pytest.raises(MotionFileError, match=complaint):
        pools_of([broken(change), *clips()[1:]], TINY)


def test_a_corpus_without_the_labels_of_the_recipe_is_refused():
    with pytest.raises(
        BhavaError, match=r"got none for \['happy', 'dance'\], only for \['neutral'\]"
    ):
        pools_of(clips()[:1], TINY)


def test_a_label_without_clips_is_named():
    with pytest.raises(BhavaError, match=r"got none for \['dance'\]"):
        pools_of(clips()[:2], TINY)


def test_an_emotion_of_a_single_recording_is_refused():
    with pytest.raises(
        BhavaError, match=r"2 recordings of every emotion.* got fewer for \['happy'\]"
    ):
        held_out_pools_of([clips()[0], clips()[2]], TINY)


def test_a_recipe_says_what_is_left_out():
    recipe = TINY.model_dump()
    recipe["data"].update(slowest=0.05, fewest=2)
    walks = [clip for clip in clips() if clip.labels["content"] == "walk"]
    rare = replace(walks[0], labels={**walks[0].labels, "content": "fall"})
    idle = replace(begins_and_ends_standing(), labels=walks[0].labels)
    learnt, held_out = worth_learning([*walks, rare], [idle], Recipe.model_validate(recipe))
    assert [clip.labels["content"] for clip in learnt] == ["walk"] * len(walks)
    assert len(held_out[0]) < len(idle)
    np.testing.assert_array_equal(learnt[0].hips, walks[0].hips)
