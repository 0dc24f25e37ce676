import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from motion.clip import Clip
from motion.errors import MotionFileError
from tests.motion.strategies import swaying
from training.corpus.corpus import (
    SCHEMA,
    Entry,
    load_corpus,
    read_index,
    split_held_out,
    write_index,
)

SHORT = swaying(3)


def clip(name: str, emotion: str = "", group: str = "") -> Clip:
    labels = {key: value for key, value in (("emotion", emotion), ("group", group)) if value}
    return replace(SHORT, name=name, labels=labels)


def stored(folder, name: str) -> Entry:
    (folder / "clips").mkdir(exist_ok=True)
    one = clip(name, "sad")
    one.save(folder / "clips" / f"{name}.npz")
    return Entry(name, f"clips/{name}.npz", "somewhere", "1", one.labels, 3, 0.1)


def test_what_is_written_is_loaded(tmp_path):
    entries = [stored(tmp_path, name) for name in "ab"]
    write_index(tmp_path, entries)
    assert read_index(tmp_path) == entries
    loaded = load_corpus(tmp_path)
    assert [one.name for one in loaded] == ["a", "b"]
    assert loaded[0].labels == {"emotion": "sad"}
    np.testing.assert_allclose(loaded[0].hips, SHORT.hips, atol=1e-6)
    assert not list(tmp_path.glob("*.tmp"))


def test_an_absent_corpus_says_what_makes_one(tmp_path):
    with pytest.raises(MotionFileError, match="bhava prepare"):
        load_corpus(tmp_path / "absent")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "expected the index"),
        ("[]", "expected the index"),
        ("{}", "schema"),
        (json.dumps({"schema": SCHEMA + 1, "clips": []}), f"expected schema {SCHEMA}, got"),
        (json.dumps({"schema": SCHEMA, "clips": []}), "expected clips in the corpus, got none"),
        (json.dumps({"schema": SCHEMA, "clips": [{"name": "a"}]}), "expected the index"),
        (json.dumps({"schema": SCHEMA}), "clips"),
    ],
)
def test_a_damaged_index_is_refused(tmp_path, text, message):
    (tmp_path / "index.json").write_text(text)
    with pytest.raises(MotionFileError, match=message):
        load_corpus(tmp_path)


def test_a_clip_that_is_gone_is_named(tmp_path):
    write_index(tmp_path, [stored(tmp_path, "a")])
    (tmp_path / "clips/a.npz").unlink()
    with pytest.raises(MotionFileError, match=r"a\.npz"):
        load_corpus(tmp_path)


GROUPED = st.lists(
    st.tuples(st.sampled_from(["happy", "sad", ""]), st.integers(0, 12)), min_size=1, max_size=60
).map(
    lambda pairs: [clip(f"{i}", emotion, f"{emotion}-{g}") for i, (emotion, g) in enumerate(pairs)]
)


@given(GROUPED, st.floats(0, 1), st.randoms(use_true_random=False))
def test_no_group_is_on_both_sides_and_order_does_not_matter(clips, share, random):
    train, held_out = split_held_out(clips, share)
    assert sorted([*train, *held_out], key=id) == sorted(clips, key=id)
    groups = [{one.labels["group"] for one in side} for side in (train, held_out)]
    assert not groups[0] & groups[1]
    shuffled = list(clips)
    random.shuffle(shuffled)
    assert {one.name for one in split_held_out(shuffled, share)[1]} == {o.name for o in held_out}


def test_every_emotion_is_held_out_in_its_share():
    clips = [clip(f"{emotion}{i}", emotion) for emotion in ("happy", "sad") for i in range(40)]
    _, held_out = split_held_out(clips, 0.1)
    emotions = [one.labels["emotion"] for one in held_out]
    assert emotions.count("happy") == emotions.count("sad") == 4


def test_a_small_emotion_is_held_out_once_and_never_wholly():
    clips = [clip("a", "happy"), clip("b", "happy"), clip("c", "sad")]
    train, held_out = split_held_out(clips, 0.1)
    assert len(held_out) == 1
    assert {one.labels["emotion"] for one in train} == {"happy", "sad"}


def test_new_clips_leave_the_old_split_mostly_alone():
    old = [clip(f"clip {i}", "happy") for i in range(100)]
    before = {one.name for one in split_held_out(old)[1]}
    after = {one.name for one in split_held_out([*old, clip("new", "happy")])[1]}
    assert len(before & after) >= len(before) - 1
