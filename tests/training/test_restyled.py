"""Dance takes on what an emotion does to other actions: posture, size and tempo."""

from dataclasses import replace

import numpy as np
import pytest

from motion import features, rotations
from motion.choreography import Cue, danced
from motion.clip import Clip
from motion.errors import BhavaError
from motion.kinematics import facing
from motion.skeleton import CANONICAL
from training.restyled import DATASET, TEMPO_RANGE, restyle, restyled_clips, styles

LEGS = [i for i, joint in enumerate(CANONICAL.joints) if "Leg" in joint or joint == "hips"]


def acted(emotion: str, content: str, seed: int) -> Clip:
    clip = danced(12.0, seed, (Cue.of({emotion: 1.0}),), 110.0, name=f"{emotion}_{content}")
    return replace(clip, labels={"dataset": "acted", "content": content, "emotion": emotion})


@pytest.fixture(scope="module")
def corpus() -> list[Clip]:
    dance = danced(8.0, 9, (Cue.of({}),), 120.0, name="waltz")
    dance = replace(dance, labels={"dataset": "real", "content": "dance", "group": "waltz"})
    actions = [
        acted(emotion, content, seed)
        for seed, content in enumerate(("walk", "wave"))
        for emotion in ("neutral", "sad", "excited")
    ]
    return [dance, *actions]


def stoop(clip: Clip) -> float:
    """How far the head is before the hips, metres."""
    world = clip.world_positions()
    ahead = world[:, CANONICAL.index("head")] - world[:, 0]
    return float(rotations.rotate(rotations.about_y(-facing(world)), ahead)[:, 2].mean())


def test_every_dance_comes_in_every_emotion(corpus):
    made = restyled_clips(corpus)
    assert [clip.labels["emotion"] for clip in made] == ["excited", "sad"]
    assert all(clip.labels["dataset"] == DATASET for clip in made)
    assert all(clip.labels["group"] == "waltz" for clip in made)
    assert len({clip.name for clip in made}) == 2


def test_posture_and_tempo_are_those_of_the_emotion(corpus):
    dance = corpus[0]
    excited, sad = restyled_clips(corpus)
    assert stoop(sad) > stoop(dance) + 0.05
    assert stoop(excited) < stoop(sad) - 0.05
    speeds = [features.joint_speed(clip).mean() for clip in (sad, dance, excited)]
    assert speeds[0] < speeds[1] < speeds[2]
    low, high = TEMPO_RANGE
    assert all(low <= dance.seconds / clip.seconds <= high * 1.01 for clip in (sad, excited))


def test_hips_and_legs_keep_their_course(corpus):
    style = replace(styles(corpus[1:])["sad"], tempo=1.0)
    dance, made = corpus[0], restyle(corpus[0], style)
    np.testing.assert_array_equal(made.hips, dance.hips)
    np.testing.assert_array_equal(made.rotations[:, LEGS], dance.rotations[:, LEGS])


def test_an_emotion_without_a_common_action_is_named(corpus):
    lonely = replace(corpus[2], labels={**corpus[2].labels, "content": "swim"})
    with pytest.raises(BhavaError, match="sad: expected an action that neutral plays too"):
        styles([corpus[1], lonely])
