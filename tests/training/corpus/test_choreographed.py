"""The choreographer's corpus: labelled, deterministic, and moving as real motion does."""

from collections import Counter

import numpy as np
import pytest

from motion import features
from motion.choreography import EMOTIONS, tempo_range
from motion.clip import Clip
from motion.skeleton import CANONICAL, LEG_LENGTH
from training.corpus.choreographed import DATASET, ENERGY_RANGE, SECONDS, choreographed_clips

REAL_SPEED = {
    "neutral": 0.61,
    "happy": 0.86,
    "sad": 0.34,
    "angry": 0.84,
    "proud": 0.46,
    "afraid": 0.59,
    "excited": 0.96,
}
"""Of acted walks in the Bandai-Namco motion data sets, leg lengths per second; of the afraid in
real dance, as they dance twice as fast as they walk. Tired walks are as fast as neutral ones, and
so no measure."""


@pytest.fixture(scope="module")
def clips() -> list[Clip]:
    return choreographed_clips(12.0, seed=1)


def test_labels_and_minutes(clips):
    assert sum(clip.seconds for clip in clips) == pytest.approx(12 * 60)
    assert all(clip.fps == 30 and clip.seconds == SECONDS for clip in clips)
    assert Counter(clip.labels["emotion"] for clip in clips) == dict.fromkeys(EMOTIONS, 3)
    assert {clip.labels["dataset"] for clip in clips} == {DATASET}
    assert all(clip.labels["content"].startswith("dance") for clip in clips)
    assert len({clip.name for clip in clips}) == len({clip.labels["group"] for clip in clips}) == 24
    for clip in clips:
        low, high = tempo_range(clip.labels["emotion"])
        assert low - 1 <= float(clip.labels["beats_per_minute"]) <= high + 1
        assert ENERGY_RANGE[0] - 0.01 <= float(clip.labels["energy"]) <= ENERGY_RANGE[1] + 0.01


def test_the_same_seed_gives_the_same_clips_and_a_longer_corpus_begins_alike(clips):
    for clip, again in zip(clips, choreographed_clips(1.5, seed=1), strict=False):
        assert clip.name == again.name
        np.testing.assert_allclose(clip.rotations, again.rotations, atol=1e-9)
    other = choreographed_clips(0.5, seed=2)[0]
    assert np.abs(other.rotations - clips[0].rotations).max() > 0.1


def test_knees_are_bent_hardly_more_than_those_of_people_who_dance(clips):
    for clip in clips:
        places = clip.world_positions()
        hips, ankles = (
            places[:, CANONICAL.indices(f"left{part}", f"right{part}")]
            for part in ("UpperLeg", "Foot")
        )
        length = np.linalg.norm(ankles - hips, axis=-1) / LEG_LENGTH
        bent = np.degrees(2 * np.arccos(np.clip(length, 0.0, 1.0))).mean()
        assert bent < 56, clip.labels["emotion"]


def test_every_emotion_dances_about_as_fast_as_people_do(clips):
    for emotion, real in REAL_SPEED.items():
        members = [clip for clip in clips if clip.labels["emotion"] == emotion]
        danced = np.mean([features.joint_speed(clip).mean() for clip in members]) / LEG_LENGTH
        assert 0.6 < danced / real < 1.4, emotion
