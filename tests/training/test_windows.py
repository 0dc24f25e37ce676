from dataclasses import replace

import numpy as np
import pytest
import torch

from motion.errors import BhavaError, MotionFileError
from tests.training.tiny import TINY, clips
from training.fit.pools import check_clip, held_out_pools_of, pools_of
from training.fit.recipe import Dropout
from training.fit.train import Training
from training.fit.windows import Windows, windows_of


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


def test_clips_may_be_far_shorter_than_a_window():
    short = [replace(clip[start : start + 15]) for clip in clips() for start in range(0, 150, 15)]
    for clip in short:
        check_clip(clip)
    windows = windows_of(pools_of(short, TINY), TINY, 0)
    window = windows.window(np.random.default_rng(0))
    assert len(window.frames) > 15
    assert torch.isfinite(window.frames).all()


def test_a_corpus_without_the_labels_of_the_recipe_is_refused():
    with pytest.raises(
        BhavaError, match=r"got none for \['happy', 'dance'\], only for \['neutral'\]"
    ):
        pools_of(clips()[:1], TINY)


def test_a_corpus_of_one_label_can_be_learnt():
    data = TINY.data.model_copy(update={"emotions": ["neutral"], "shares": {"neutral": 1.0}})
    recipe = TINY.model_copy(update={"data": data})
    windows = Windows(recipe, clips(), clips())
    module = Training(recipe.model_dump())
    module.prepare_from(windows.pools, windows.to_fit())
    batch = torch.utils.data.default_collate([windows.to_fit().window(np.random.default_rng(0))])
    assert torch.isfinite(module.network.loss(batch, 0.0))


def test_an_emotion_of_a_single_recording_is_refused():
    with pytest.raises(
        BhavaError, match=r"2 recordings of every emotion.* got fewer for \['happy'\]"
    ):
        held_out_pools_of([clips()[0], clips()[2]], TINY)


def test_another_label_of_a_single_recording_is_learnt_but_not_validated():
    windows = Windows(TINY, clips(), clips()[:2])
    assert windows.unvalidated == ["dance"]
    drawn = windows_of(windows.held_out, TINY, 0)
    labels = [drawn.window(np.random.default_rng(seed)).labels for seed in range(20)]
    assert torch.stack(labels)[..., :2].sum() > 0
    assert torch.stack(labels)[..., 2].sum() == 0


def test_windows_hide_what_they_are_told_to():
    def window(**dropout):
        data = TINY.data.model_copy(update={"dropout": Dropout(**dropout), "tokens": 60})
        recipe = TINY.model_copy(update={"data": data})
        return windows_of(pools_of(clips(), recipe), recipe, 0).window(np.random.default_rng(0))

    shown, hidden = (window(labels=p, energy=p, context=p) for p in (0.0, 1.0))
    assert (shown.labels.sum(-1) == 1).all()
    assert (shown.energy > 0).all()
    assert (shown.reach == len(shown.reach)).all()
    assert not hidden.labels.any()
    assert not hidden.energy.any()
    assert (hidden.reach < 24).all()


def test_processes_draw_different_windows_and_the_same_again():
    pools = pools_of(clips(), TINY)
    first, again, second = (
        next(iter(windows_of(pools, TINY, 3, rank))).frames for rank in (0, 0, 1)
    )
    assert torch.equal(first, again)
    assert not torch.equal(first, second)
