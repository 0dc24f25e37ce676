"""A phrase danced on: like it, never a replay of it, and without a jump."""

import numpy as np
import pytest

from motion import features
from motion.choreography import Cue, danced
from motion.choreography.material import Phrase
from motion.clip import Clip, Pose
from training.evaluation.taking_up import longest_replay, nearest

FPS = 30


@pytest.fixture(scope="module", params=[("happy", 1), ("sad", 2), ("angry", 3)], ids=str)
def phrase(request) -> Clip:
    emotion, seed = request.param
    return danced(12.0, seed, (Cue.from_emotion({emotion: 1.0}),), 112.0)[90:330]


def made(phrase: Clip, seed: int = 0, tempo: float = 1.0) -> Clip:
    return Phrase(phrase).danced_on(8 * FPS, tempo, np.random.default_rng(seed))


def speed(clip: Clip) -> float:
    return float(features.joint_speed(clip).mean())


def test_it_is_as_long_as_asked_and_as_lively_as_the_phrase(phrase):
    clip = made(phrase)
    assert 8 * FPS <= len(clip) < 9.5 * FPS
    assert 0.7 < speed(clip) / speed(phrase) < 1.3


def test_it_is_nearer_to_its_phrase_than_a_figure_that_stands_and_than_another_dance(phrase):
    near = nearest(made(phrase)[:60], phrase)
    standing = Clip.from_poses([Pose.standing()] * 60, FPS)
    stranger = danced(4.0, 77, (Cue.from_emotion({"proud": 1.0}),), 96.0)
    assert near < 0.7 * nearest(standing, phrase)
    assert near < 0.7 * nearest(made(phrase)[:60], stranger)


def test_it_is_no_replay_for_over_a_second_where_the_phrase_itself_is_one(phrase):
    assert longest_replay(made(phrase), phrase) < 1.0
    assert longest_replay(phrase[60:], phrase) > 5.0


def test_no_join_jumps(phrase):
    usual = np.abs(np.diff(phrase.world_positions(), 2, axis=0)).max()
    assert np.abs(np.diff(made(phrase).world_positions(), 2, axis=0)).max() < 1.5 * usual


def test_chance_and_tempo_change_it_and_a_seed_gives_it_again(phrase):
    one, again, other = (made(phrase, seed) for seed in (0, 0, 1))
    assert np.array_equal(one.rotations, again.rotations)
    shared = min(len(one), len(other))
    assert np.abs(one.rotations[:shared] - other.rotations[:shared]).max() > 0.05
    assert speed(made(phrase, tempo=1.3)) > 1.1 * speed(made(phrase, tempo=0.8))


@pytest.mark.parametrize(("first", "mirrored"), [(0, True), (120, False)])
def test_an_answer_repeats_a_stretch_as_it_was_or_in_its_mirror_image(phrase, first, mirrored):
    reply = Phrase(phrase).answered(
        len(phrase), 1.0, np.random.default_rng(0), first=first, mirrored=mirrored
    )
    assert len(reply) >= len(phrase)
    source = phrase.mirrored() if mirrored else phrase
    assert nearest(reply[:60], source[first : first + 60]) < 0.02
    assert longest_replay(reply, source) > 2.0


@pytest.mark.parametrize("frames", [30, 45])
def test_short_phrases_are_enough(frames):
    short = danced(4.0, 4, (Cue.from_emotion({"happy": 1.0}),), 112.0)[:frames]
    for reply in (made(short), Phrase(short).answered(90, 1.0, np.random.default_rng(0))):
        assert len(reply) >= 90
        assert np.isfinite(reply.hips).all()


def test_who_stands_gives_a_figure_that_stands():
    still = made(Clip.from_poses([Pose.standing()] * 120, FPS))
    assert speed(still) < 1e-6
