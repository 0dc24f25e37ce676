import numpy as np
import pytest

from motion import features
from motion.errors import MotionFileError
from tests.training.tiny import TINY, clips
from training.fit.dataset import blend
from training.fit.pools import Pool, pools_of
from training.fit.windows import windows_of


def test_a_blend_leaves_no_jump():
    frames = np.concatenate([np.zeros((10, 3)), np.ones((20, 3))]).astype(np.float32)
    blend(frames, 10)
    assert np.abs(np.diff(frames, axis=0)).max() < 0.2
    assert np.all(frames[22:] == 1)


def test_windows_hold_what_they_promise_and_follow_their_seed():
    pools = pools_of(clips(), TINY)
    windows = windows_of(pools, TINY, 3)
    a, b = (windows.window(np.random.default_rng(5)) for _ in range(2))
    assert a.frames.shape == (2 + 7 * 4, features.WIDTH)
    assert a.labels.shape == (7, 3)
    assert a.energy.shape == (7, 1)
    for left, right in zip(a, b, strict=True):
        np.testing.assert_array_equal(left, right)


def test_over_many_windows_all_labels_meet_and_conditions_are_dropped_at_times():
    data = TINY.data.model_copy(update={"tokens": 40})
    windows = windows_of(pools_of(clips(), TINY), TINY.model_copy(update={"data": data}), 3)
    rng = np.random.default_rng(0)
    drawn = [windows.window(rng) for _ in range(200)]
    emotion = np.concatenate([w.labels for w in drawn])
    assert emotion.sum(0).min() > 0.15 * len(emotion)
    assert 0.05 < np.mean(emotion.sum(1) == 0) < 0.3
    assert 0.05 < np.mean([w.energy.numpy() == 0 for w in drawn]) < 0.3
    switches = [np.any(np.diff(w.labels.numpy().argmax(1)) != 0) for w in drawn]
    assert np.mean(switches) > 0.1


def test_a_label_with_too_little_motion_is_refused():
    pools = [Pool.from_clips([clip[:20]]) for clip in clips()]
    with pytest.raises(MotionFileError, match="expected at least 45 frames, got 40"):
        windows_of(pools, TINY, 0)
