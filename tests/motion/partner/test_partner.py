"""The shipped model, danced by the partner."""

from pathlib import Path

import numpy as np
import pytest

from motion import features
from motion.clip import Clip
from motion.model.engine import Engine
from motion.partner.partner import Partner
from motion.partner.partner_batch import STAGE_RADIUS
from motion.partner.token_stream import PREFILL_TOKENS_PER_FRAME
from tests.motion.strategies import swaying

MODEL = Path(__file__).parents[3] / "models" / "default"


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine.load(MODEL)


def weights(engine: Engine, label: str) -> np.ndarray:
    return np.eye(len(engine.contract.emotions))[engine.contract.emotions.index(label)]


def danced(partner: Partner, emotion: np.ndarray, seconds: float) -> Clip:
    count = round(seconds * partner.fps)
    return Clip.from_poses([partner.advance(emotion).pose for _ in range(count)], partner.fps)


def test_the_same_seed_gives_the_same_motion_and_another_another(engine):
    a, b, c = (danced(Partner(engine, seed), weights(engine, "happy"), 3) for seed in (1, 1, 2))
    np.testing.assert_array_equal(a.rotations, b.rotations)
    assert np.abs(a.rotations - c.rotations).max() > 0.05


def test_the_partner_goes_on_moving_on_its_stage(engine):
    clip = danced(Partner(engine, 0), weights(engine, "excited"), 30)
    assert np.isfinite(clip.rotations).all()
    assert np.hypot(clip.hips[:, 0], clip.hips[:, 2]).max() < STAGE_RADIUS + 0.5
    speed = features.joint_speed(clip)
    assert speed[:450].mean() > 0.2
    assert speed[-450:].mean() > 0.5 * speed[:450].mean()


def test_emotions_differ_in_how_lively_they_are(engine):
    speeds = {
        label: features.joint_speed(danced(Partner(engine, 0), weights(engine, label), 12)).mean()
        for label in ("sad", "excited")
    }
    assert speeds["excited"] > 1.3 * speeds["sad"]


def test_more_energy_gives_more_motion(engine):
    def speed(energy: float) -> float:
        partner = Partner(engine, 0)
        poses = [partner.advance(weights(engine, "neutral"), energy).pose for _ in range(400)]
        return float(features.joint_speed(Clip.from_poses(poses, partner.fps)).mean())

    assert speed(1.6) > 1.15 * speed(0.7)


def test_a_new_partner_goes_on_from_the_dancer(engine):
    dancer = swaying(120)
    partner = Partner(engine, 0)
    partner.take_up(dancer)
    first = partner.advance(weights(engine, "neutral"))
    assert first.taken_up
    both = Clip.from_poses([dancer.pose(-1), first.pose], 30).world_positions()
    assert np.abs(both[1] - both[0]).max() < 0.15


def test_the_prefill_of_a_long_context_is_spread_over_frames(engine):
    partner = Partner(engine, 0)
    danced(partner, weights(engine, "happy"), 1)
    partner.take_up(swaying(150))
    taken_up = [partner.advance(weights(engine, "happy")).taken_up for _ in range(12)]
    assert taken_up.count(True) == 1
    assert (
        taken_up.index(True) == engine.contract.context_frames // 4 // PREFILL_TOKENS_PER_FRAME - 1
    )


def test_a_take_up_in_the_midst_of_dancing_does_not_pop(engine):
    partner = Partner(engine, 0)
    before = danced(partner, weights(engine, "happy"), 4)
    partner.take_up(swaying(120))
    after = danced(partner, weights(engine, "happy"), 2)
    hips, turned = (
        np.concatenate(p)
        for p in zip((before.hips, before.rotations), (after.hips, after.rotations), strict=True)
    )
    positions = Clip("both", 30, hips, turned).world_positions()
    steps = np.linalg.norm(np.diff(positions, axis=0), axis=-1).max(-1)
    assert steps[119:129].max() < max(0.15, 1.5 * steps[:119].max())


class Faulty:
    """An engine whose model fails once."""

    def __init__(self, engine: Engine, at: int) -> None:
        self._engine, self._left = engine, at
        self.contract = engine.contract
        self.initial_states = engine.initial_states

    def step(self, *arguments):
        following, states = self._engine.step(*arguments)
        self._left -= 1
        return (following * np.nan if self._left == 0 else following), states


def test_a_model_that_fails_is_set_up_anew_and_never_shown(engine):
    partner = Partner(Faulty(engine, 20), 0)
    clip = danced(partner, weights(engine, "happy"), 5)
    assert partner.recoveries == 1
    assert np.isfinite(clip.rotations).all()
    steps = np.linalg.norm(np.diff(clip.world_positions(), axis=0), axis=-1)
    assert steps.max() < 0.3
