"""What a partner makes of a phrase: as long as it was heard, and then its own in the emotion."""

import numpy as np
import pytest

from motion import features
from motion.choreography import Cue, danced
from motion.choreography.colouring import posture
from motion.clip import Clip, Pose
from motion.emotion import weights_of
from motion.partner.lead import Lead
from motion.partner.offline import EmotionChange, generate_frames
from motion.partner.reply import HAND_OVER, SHARE, Reply
from tests.server.dance_harness import engine
from training.evaluation.taking_up import nearest

FPS = 30
FRAMES = 5


@pytest.fixture(scope="module")
def phrase() -> Clip:
    return danced(12.0, 1, (Cue.from_emotion({"happy": 1.0}),), 112.0)[90:270]


def danced_out(reply: Reply, **emotion: float) -> list[Lead]:
    leads = []
    while not reply.over:
        leads.append(reply.next_lead(emotion, np.array([1.0, 0.0, 0.5]), FRAMES))
        assert len(leads) < 20 * FPS
    return leads


def motion_of(leads: list[Lead]) -> Clip:
    return features.to_clip(np.stack([lead.frames[-1] for lead in leads]), FPS)


def test_it_is_as_long_as_it_was_heard_then_fades(phrase):
    leads = danced_out(Reply.going_on(phrase, 1.0, np.random.default_rng(0)))
    assert len(leads) == pytest.approx(len(phrase) + HAND_OVER * FPS, abs=1)
    shares = np.array([lead.shown_share for lead in leads])
    assert (shares[: len(phrase)] == SHARE).all()
    assert np.all(np.diff(shares[len(phrase) :]) < 0)
    assert shares[-1] == 0.0


def test_an_answer_is_as_long_as_the_phrase_and_ends(phrase):
    leads = danced_out(Reply.answering(phrase, 1.0, np.random.default_rng(0)))
    assert len(leads) == len(phrase)
    assert all(lead.shown_share == SHARE for lead in leads)


def test_an_answer_begins_with_what_was_danced_last_and_grows_away_from_it(phrase):
    late = phrase[-4 * FPS :]
    for seed in range(3):
        leads = danced_out(Reply.answering(phrase, 1.0, np.random.default_rng(seed)), sad=1.0)
        answer = motion_of(leads)
        first, last = nearest(answer[:60], late), nearest(answer[-60:], late)
        assert first < 0.11
        assert first < 0.8 * last


def test_the_emotion_grows_in_what_is_gone_on_with(phrase):
    plain, sad = (
        posture(
            motion_of(danced_out(Reply.going_on(phrase, 1.0, np.random.default_rng(0)), **felt))
        )
        for felt in ({}, {"sad": 1.0})
    )
    bent = np.degrees(np.array(sad) - np.array(plain))
    first, last = bent[:, 5:35].mean(1), bent[:, -60:].mean(1)
    assert np.all(first > [2.0, 8.0])
    assert np.all(last > 1.6 * first)


def test_more_energy_is_quicker(phrase):
    speeds = [
        features.joint_speed(
            motion_of(danced_out(Reply.going_on(phrase, energy, np.random.default_rng(0))))
        ).mean()
        for energy in (0.6, 1.6)
    ]
    assert speeds[1] > 1.2 * speeds[0]


def test_a_context_is_taken_up_before_the_model_goes_its_own_way(phrase):
    contract = engine().contract
    cue = EmotionChange(0.0, weights_of({"neutral": 1.0}, contract.emotions))
    frames = generate_frames(engine(), [cue], 10.0, seed=1, context=phrase)
    clip = Clip.from_poses([frame.pose for frame in frames], FPS)
    first, last = (nearest(clip[at : at + 60], phrase) for at in (0, 240))
    standing = nearest(Clip.from_poses([Pose.standing()] * 60, FPS), phrase)
    assert first < 0.6 * standing
    assert first < 0.7 * last
    assert 0.6 < features.joint_speed(clip[:60]).mean() / features.joint_speed(phrase).mean() < 1.4
