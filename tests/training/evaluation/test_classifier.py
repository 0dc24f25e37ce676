from dataclasses import replace

import numpy as np
import pytest

from motion.errors import BhavaError
from tests.training import fakes
from tests.training.fakes import EMOTIONS
from training.evaluation import classifier
from training.evaluation.classifier import folds, inputs, mirrored, train_ensemble


@pytest.fixture(scope="module", autouse=True)
def small():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(classifier, "STEPS", 20)
        patch.setattr(classifier, "FOLDS", 2)
        yield


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("classifiers")


@pytest.fixture(scope="module")
def ensemble(cache):
    return train_ensemble(fakes.corpus(), EMOTIONS, cache=cache)


def recognised(ensemble, clip) -> float:
    index = EMOTIONS.index(clip.labels["emotion"])
    return float(np.mean(ensemble.classify(clip).probabilities.argmax(-1) == index))


def test_unseen_clips_are_recognised_and_changed_ones_still(ensemble):
    for clip in fakes.corpus():
        assert recognised(ensemble, clip) > 0.6, clip.name
        for change in (fakes.trembling, fakes.sliding, lambda c: c.mirrored()):
            assert recognised(ensemble, replace(change(clip), name="")) > 0.6, clip.name


def test_a_clip_is_classified_by_the_network_that_has_not_seen_it(ensemble):
    clip = fakes.corpus()[0]
    (number,) = {ensemble.fold_of[clip.name]}
    unseen = ensemble.classify(clip)
    assert unseen.embeddings.shape[0] == 1
    np.testing.assert_array_equal(unseen.embeddings[0], ensemble.embed_seen(clip, number))
    everybody = ensemble.classify(replace(clip, name="generated"))
    assert everybody.embeddings.shape[0] == len(ensemble.networks) == 2
    np.testing.assert_allclose(everybody.probabilities.sum(-1), 1, rtol=1e-5)


def test_shuffled_labels_cannot_be_learnt():
    rng = np.random.default_rng(3)
    clips = fakes.corpus()
    order = rng.permutation([clip.labels["emotion"] for clip in clips])
    shuffled = [
        replace(clip, labels={**clip.labels, "emotion": str(emotion)})
        for clip, emotion in zip(clips, order, strict=True)
    ]
    ensemble = train_ensemble(shuffled, EMOTIONS)
    assert np.mean([recognised(ensemble, clip) for clip in shuffled]) < 0.75


def test_an_ensemble_is_read_again_if_neither_motion_nor_revision_has_changed(
    ensemble, cache, monkeypatch
):
    monkeypatch.setattr(classifier, "_train", None)
    clips = fakes.corpus()
    again = train_ensemble(clips, EMOTIONS, cache=cache)
    expected = ensemble.classify(clips[0]).probabilities
    np.testing.assert_array_equal(again.classify(clips[0]).probabilities, expected)
    changed = [replace(clips[0], hips=clips[0].hips + 0.01), *clips[1:]]
    with pytest.raises(TypeError):
        train_ensemble(changed, EMOTIONS, cache=cache)
    monkeypatch.setattr(classifier, "REVISION", classifier.REVISION + 1)
    with pytest.raises(TypeError):
        train_ensemble(clips, EMOTIONS, cache=cache)


@pytest.mark.usefixtures("ensemble")
def test_damaged_weights_are_named(cache, tmp_path):
    for file in cache.iterdir():
        (tmp_path / file.name).write_bytes(b"no weights")
    with pytest.raises(BhavaError, match="expected trained classifiers"):
        train_ensemble(fakes.corpus(), EMOTIONS, cache=tmp_path)


def test_folds_are_even_keep_groups_and_play_one_content_together():
    base = fakes.corpus()[0]
    clips = [
        replace(base, name=f"{e} {c} {half}", labels={"emotion": e, "content": c, "group": e + c})
        for e in EMOTIONS
        for c in "abcdefghij"
        for half in (1, 2)
    ]
    fold = folds(clips, 5)
    by_group = {clip.labels["group"]: set() for clip in clips}
    by_content = {clip.labels["content"]: set() for clip in clips}
    for clip, number in zip(clips, fold, strict=True):
        by_group[clip.labels["group"]].add(number)
        by_content[clip.labels["content"]].add(number)
    assert all(len(found) == 1 for found in by_group.values())
    assert all(len(found) == 1 for found in by_content.values())
    assert np.bincount(fold).tolist() == [8] * 5
    shuffled = np.random.default_rng(0).permutation(len(clips))
    np.testing.assert_array_equal(folds([clips[i] for i in shuffled], 5), fold[shuffled])


def test_inputs_do_not_know_place_and_facing_but_sides():
    clip = fakes.corpus()[6]
    elsewhere = replace(clip, hips=clip.hips + np.array([3.0, 0.0, -2.0]))
    np.testing.assert_allclose(inputs(elsewhere), inputs(clip), atol=1e-4)
    np.testing.assert_allclose(inputs(clip.mirrored()), mirrored(inputs(clip)), atol=1e-4)
    assert np.abs(inputs(clip.mirrored()) - inputs(clip)).max() > 0.1
