from dataclasses import replace

import numpy as np
import torch

from tests.training.tiny import TINY, clips
from training.fit.pools import check_clip, pools_of
from training.fit.recipe import Dropout
from training.fit.train import Training
from training.fit.windows import Windows, windows_of


def test_clips_may_be_far_shorter_than_a_window():
    short = [replace(clip[start : start + 15]) for clip in clips() for start in range(0, 150, 15)]
    for clip in short:
        check_clip(clip)
    windows = windows_of(pools_of(short, TINY), TINY, 0)
    window = windows.window(np.random.default_rng(0))
    assert len(window.frames) > 15
    assert torch.isfinite(window.frames).all()


def test_a_corpus_of_one_label_can_be_learnt():
    data = TINY.data.model_copy(update={"emotions": ["neutral"], "shares": {"neutral": 1.0}})
    recipe = TINY.model_copy(update={"data": data})
    windows = Windows(recipe, clips(), clips())
    module = Training(recipe.model_dump())
    module.prepare_from(windows.pools, windows.to_fit())
    batch = torch.utils.data.default_collate([windows.to_fit().window(np.random.default_rng(0))])
    assert torch.isfinite(module.network.loss(batch, 0.0))


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
