"""A partner that listens: feet stay, weight and breath move, eyes and beat are the dancer's."""

import numpy as np
import pytest

from motion import features, rotations
from motion.choreography import Cue, danced
from motion.clip import Clip
from motion.kinematics import world_from_local
from motion.partner.listening import HEARD_SECONDS, WIDEST, Listening, beat
from motion.skeleton import CANONICAL

FPS = 30
HEAD = CANONICAL.index("head")
FEET = CANONICAL.indices("leftFoot", "rightFoot", "leftToes", "rightToes")
HEARD = round(HEARD_SECONDS * FPS)


def speed_at(tempo: float) -> np.ndarray:
    return features.joint_speed(danced(12.0, 1, (Cue.from_emotion({"happy": 1.0}),), tempo))


def listened(seconds: float, towards: float = 0.0, seed: int = 0, tempo: float | None = None):
    listening = Listening(FPS, np.random.default_rng(seed))
    if tempo is not None:
        listening.hear(speed_at(tempo)[:HEARD])
    poses = [listening.next_frames(towards, 5).pose(-1) for _ in range(round(seconds * FPS))]
    return Clip.from_poses(poses, FPS)


@pytest.mark.parametrize("tempo", [96.0, 112.0, 124.0])
def test_the_beat_of_a_dance_is_heard_and_that_of_rest_is_none(tempo):
    found = beat(speed_at(tempo)[60 : 60 + HEARD], FPS)
    assert found is not None
    assert found[0] == pytest.approx(60.0 / tempo, abs=0.04)
    assert beat(np.zeros(HEARD), FPS) is None
    assert beat(np.ones(10), FPS) is None


def test_feet_stay_while_the_weight_changes_and_nothing_jumps():
    clip = listened(20.0, tempo=112.0)
    joints = clip.world_positions()
    assert np.abs(joints[:, FEET] - joints[:1, FEET]).max() < 0.01
    side = clip.hips[:, 0]
    assert side.max() > 0.02
    assert side.min() < -0.02
    assert np.linalg.norm(np.diff(joints, 2, axis=0), axis=-1).max() * FPS**2 < 20.0


@pytest.mark.parametrize("towards", [-2.0, 0.5, 2.0])
def test_it_looks_at_the_dancer_as_far_as_a_neck_turns(towards):
    clip = listened(2.5, towards)
    turned = world_from_local(CANONICAL, clip.hips, clip.rotations)[1][-1, HEAD]
    ahead = rotations.rotate(turned, np.array([0.0, 0.0, 1.0]))
    wanted = float(np.clip(towards, -WIDEST, WIDEST))
    assert np.arctan2(ahead[0], ahead[2]) == pytest.approx(wanted, abs=0.1)


def test_it_bounces_to_a_beat_and_not_without():
    def bounced(clip: Clip) -> float:
        return float(np.ptp(clip.hips[60:, 1]))

    assert bounced(listened(6.0, tempo=112.0)) > 0.03
    assert bounced(listened(6.0)) < 0.005
    height = listened(10.0, tempo=112.0).hips[60:, 1]
    power = np.abs(np.fft.rfft(height - height.mean()))
    assert np.argmax(power) * FPS / len(height) == pytest.approx(112 / 60, abs=0.15)


def test_a_seed_gives_it_again_and_another_does_not():
    one, again, other = (listened(8.0, seed=seed) for seed in (0, 0, 1))
    assert np.array_equal(one.rotations, again.rotations)
    assert np.abs(one.hips - other.hips).max() > 0.02
