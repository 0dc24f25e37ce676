"""The shipped model, danced by a batch of partners."""

from pathlib import Path

import numpy as np
import pytest

from motion import features
from motion.clip import Clip, Pose
from motion.errors import ConditionError
from motion.model.engine import Conditions, Engine
from motion.partner.partner_batch import (
    FRAMES_BETWEEN_REWINDS,
    LOST_DISTANCE,
    STAGE_RADIUS,
    BatchFrames,
    PartnerBatch,
)
from tests.motion.strategies import swaying

MODEL = Path(__file__).parents[3] / "models" / "default"


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine.load(MODEL)


def weights(engine: Engine, *labels: str) -> np.ndarray:
    """One emotion for each partner, (B, E)."""
    return np.eye(len(engine.contract.emotions))[
        [engine.contract.emotions.index(x) for x in labels]
    ]


def danced(batch: PartnerBatch, emotion: np.ndarray, seconds: float) -> list[BatchFrames]:
    energy = np.ones(len(emotion))
    return [batch.advance(emotion, energy) for _ in range(round(seconds * batch.fps))]


def clip_of(frames: list[BatchFrames], slot: int) -> Clip:
    return Clip.from_poses([Pose(f.hips[slot], f.rotations[slot]) for f in frames], 30)


class Counting:
    """An engine that notes what it was asked for, and may fail in one row or swell in all."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.contract, self.initial_states = engine.contract, engine.initial_states
        self.batches: list[int] = []
        self.asked: Conditions | None = None
        self.fail_in: int | None = None
        self.swell = 1.0

    def step(self, frames, *rest):
        following, states = self._engine.step(frames, *rest)
        self.batches.append(len(frames))
        self.asked = rest[0]
        following = self.swell * following
        if self.fail_in is not None:
            following[self.fail_in] = np.nan
            self.fail_in = None
        return following, states


def test_a_partner_dances_alone_as_it_does_in_a_batch(engine):
    emotion = weights(engine, "happy", "sad", "excited", "proud", "angry")
    batch, alone = PartnerBatch(engine, [3, 4, 5, 6, 7]), PartnerBatch(engine, [5])
    for each, slot in ((batch, 2), (alone, 0)):
        each.take_up(slot, swaying(150))
    together = clip_of(danced(batch, emotion, 3), 2)
    by_itself = clip_of(danced(alone, emotion[2:3], 3), 0)
    np.testing.assert_array_equal(together.rotations, by_itself.rotations)
    np.testing.assert_array_equal(together.hips, by_itself.hips)


def test_the_model_calls_are_spread_evenly_over_frames(engine):
    counting = Counting(engine)
    batch = PartnerBatch(counting, range(16))
    emotion = weights(engine, *["happy"] * 16)
    danced(batch, emotion, 1)
    counting.batches.clear()
    danced(batch, emotion, 1)
    assert counting.batches == [4] * 30


def test_partners_who_think_between_frames_dance_the_same_and_hold_no_frame_up(engine):
    counting = Counting(engine)
    seeds = [1, 2, 3, 5, 6]  # all but the one in four who thinks in the frame itself
    ahead, batch = PartnerBatch(counting, seeds), PartnerBatch(engine, seeds)
    happy, sad = weights(engine, *["happy"] * 5), weights(engine, *["sad"] * 5)
    calls = []
    for number in range(90):
        if number == 30:
            for each in (ahead, batch):
                each.take_up(2, swaying(150))
                each.remove_partner(4)
        emotion, energy = sad if number > 60 else happy, np.ones(5)
        counting.batches.clear()
        shown, expected = (each.advance(emotion, energy) for each in (ahead, batch))
        calls.append(len(counting.batches))
        ahead.think_ahead()
        np.testing.assert_array_equal(shown.hips, expected.hips)
        np.testing.assert_array_equal(shown.rotations, expected.rotations)
    assert sum(calls[5:30]) == 0
    assert sum(calls[30:]) > 0  # a dancer's motion that is read, and a change of emotion


def test_a_control_that_is_moved_costs_few_calls_and_its_last_value_counts(engine):
    counting = Counting(engine)
    batch = PartnerBatch(counting, [1])
    happy, sad = weights(engine, "happy"), weights(engine, "sad")
    danced(batch, happy, 1)
    counting.batches.clear()
    for part in np.linspace(0.0, 1.0, 60):
        danced(batch, part * sad + (1 - part) * happy, 1 / 30)
    # A token for every four frames, and two at most for each of five rewinds a second.
    assert 15 < len(counting.batches) <= 15 + 2 * 2 * 5
    danced(batch, sad, FRAMES_BETWEEN_REWINDS / 30)
    np.testing.assert_array_equal(counting.asked.emotion, sad)


def test_what_is_asked_for_in_place_counts_from_the_next_token_on(engine):
    counting = Counting(engine)
    batch, happy = PartnerBatch(counting, [1]), weights(engine, "happy")
    danced(batch, happy, 1)
    usual = counting.asked
    batch.temperature[0] = 0.25
    danced(batch, happy, 0.3)
    assert counting.asked.temperature == 0.25 != usual.temperature
    np.testing.assert_array_equal(counting.asked.emotion, usual.emotion)


def test_a_new_emotion_is_guided_further_at_first(engine):
    counting = Counting(engine)
    counting.contract = engine.contract.model_copy(update={"emphasis": 0.5})
    batch, usual = PartnerBatch(counting, [1]), engine.contract.guidance
    happy, sad = weights(engine, "happy"), weights(engine, "sad")
    danced(batch, happy, 1)
    assert counting.asked.guidance == pytest.approx(usual)
    danced(batch, sad, 1 / 30)
    assert counting.asked.guidance == pytest.approx(usual + 0.5 * (1 + usual))
    danced(batch, sad, 4)
    assert counting.asked.guidance == pytest.approx(usual, abs=0.02)


def test_who_is_asked_for_twice_the_energy_rises_half_as_far_within_phrases(engine):
    def asked(energy: float, phrasing: float) -> float:
        counting = Counting(engine)
        counting.contract = engine.contract.model_copy(
            update={"swell_by_content": ((0.0, phrasing),)}
        )
        batch = PartnerBatch(counting, [1])
        while counting.asked is None:
            batch.advance(weights(engine, "happy"), np.array([energy]))
        return float(np.log(counting.asked.energy[0, 0]))

    usual, twice = (asked(energy, 0.5) - asked(energy, 0.0) for energy in (1.0, 2.0))
    assert abs(usual) > 0.05
    assert twice == pytest.approx(usual / 2, abs=1e-3)


def test_partners_come_and_go_while_others_dance_on(engine):
    stayed, alone = PartnerBatch(engine, [1, 2]), PartnerBatch(engine, [1])
    happy = weights(engine, "happy", "happy", "happy")
    whole = danced(stayed, happy[:2], 1)
    stayed.remove_partner(1)
    whole += danced(stayed, happy[:2], 0.5)
    assert stayed.add_partner(8) == 1
    assert stayed.add_partner(9) == 2
    newcomers = danced(stayed, happy, 1)
    expected = clip_of(danced(alone, happy[:1], 2.5), 0)
    np.testing.assert_array_equal(clip_of(whole + newcomers, 0).rotations, expected.rotations)
    fresh = PartnerBatch(engine, [8])
    np.testing.assert_array_equal(
        clip_of(newcomers, 1).rotations, clip_of(danced(fresh, happy[:1], 1), 0).rotations
    )


def test_an_empty_slot_stands_and_takes_nobody_up(engine):
    batch = PartnerBatch(engine, [1])
    batch.remove_partner(0)
    [frame] = danced(batch, np.full((1, 8), np.nan), 1 / 30)
    np.testing.assert_allclose(frame.rotations[0], Pose.standing().rotations, atol=1e-6)
    with pytest.raises(IndexError, match="which is empty"):
        batch.take_up(0, swaying())


@pytest.mark.parametrize("wait", [0, 1, 2, 3])
def test_a_change_of_emotion_shows_in_the_very_next_frame(engine, wait):
    changed, unchanged = PartnerBatch(engine, [1]), PartnerBatch(engine, [1])
    sad, excited = weights(engine, "sad"), weights(engine, "excited")
    for batch in (changed, unchanged):
        danced(batch, sad, 1 + wait / 30)
    before = danced(unchanged, sad, 0.5)
    after = danced(changed, excited, 0.5)
    apart = np.abs(clip_of(after, 0).rotations - clip_of(before, 0).rotations).max((1, 2))
    assert apart[0] > 1e-5
    assert apart[-1] > 0.05


def test_a_change_of_emotion_does_not_pop(engine):
    batch = PartnerBatch(engine, range(3))
    names = engine.contract.emotions
    frames = []
    for turn in range(8):
        emotion = weights(engine, *(names[(slot + turn) % len(names)] for slot in range(3)))
        frames += danced(batch, emotion, 1 + 7 / 30)
    for slot in range(3):
        acceleration = np.linalg.norm(
            np.diff(clip_of(frames, slot).world_positions(), 2, axis=0), axis=-1
        ).max(-1)
        changes = np.arange(1, 8) * 37
        at = np.concatenate([acceleration[changes + d] for d in (-2, -1, 0)])
        assert at.max() < 1.2 * np.delete(acceleration, changes).max()


def test_intensity_zero_is_no_emotion_and_more_is_more(engine):
    def speed(intensity: float) -> float:
        batch = PartnerBatch(engine, range(4))
        emotion = intensity * weights(engine, *["excited"] * 4)
        frames = danced(batch, emotion, 8)
        return float(np.mean([features.joint_speed(clip_of(frames, s)).mean() for s in range(4)]))

    none, half, full = speed(0.0), speed(0.6), speed(1.4)
    assert none < half < full
    first, second = (
        clip_of(danced(PartnerBatch(engine, [1]), 0 * weights(engine, label), 2), 0)
        for label in ("excited", "sad")
    )
    np.testing.assert_array_equal(first.rotations, second.rotations)


@pytest.mark.parametrize("bad", [-0.1, np.nan, np.inf, 1.6])
def test_weights_out_of_range_are_refused(engine, bad):
    batch, emotion = PartnerBatch(engine, [1]), weights(engine, "happy")
    with pytest.raises(ConditionError, match=r"expected weights from 0 with a sum up to 1\.5"):
        danced(batch, np.where(emotion > 0, bad, 0.0), 1)
    with pytest.raises(ConditionError, match=r"expected numbers in \[0\.5, 2\.0\]"):
        batch.advance(emotion, np.array([bad - 1.5]))


def test_a_model_that_fails_for_one_is_never_shown_and_the_others_dance_on(engine):
    counting = Counting(engine)
    batch, untouched = PartnerBatch(counting, [1, 2]), PartnerBatch(engine, [1, 2])
    happy = weights(engine, "happy", "happy")
    frames = danced(batch, happy, 1.5)
    counting.fail_in = 0
    frames += danced(batch, happy, 1.5)
    assert batch.recoveries.sum() == 1
    failed = int(np.argmax(batch.recoveries))
    steps = np.linalg.norm(np.diff(clip_of(frames, failed).world_positions(), axis=0), axis=-1)
    assert steps.max() < 0.45  # a hand, in the worst of sixteen moments: 0.41
    other = 1 - failed
    np.testing.assert_allclose(
        clip_of(frames, other).rotations,
        clip_of(danced(untouched, happy, 3), other).rotations,
        atol=1e-4,
    )


def test_a_partner_far_off_the_stage_is_fetched_back_smoothly(engine):
    batch = PartnerBatch(engine, [1])
    far = swaying(150)
    batch.take_up(0, Clip("far", 30, far.hips + 6.0 * np.eye(3)[0], far.rotations))
    clip = clip_of(danced(batch, weights(engine, "neutral"), 2), 0)
    assert batch.recoveries.tolist() == [1]
    distance = np.hypot(clip.hips[:, 0], clip.hips[:, 2])
    assert distance[30:].max() < STAGE_RADIUS + LOST_DISTANCE
    assert np.abs(np.diff(clip.hips, 2, axis=0)).max() < 0.5


def test_a_model_that_drifts_is_noticed_and_set_up_anew(engine):
    drifting = Counting(engine)
    batch = PartnerBatch(drifting, [1])
    happy = weights(engine, "happy")
    danced(batch, happy, 0.5)
    drifting.swell = 2.5
    frames = danced(batch, happy, 1)
    assert batch.recoveries[0] >= 1
    drifting.swell = 1.0
    frames += danced(batch, happy, 1)
    recoveries = batch.recoveries[0]
    frames += danced(batch, happy, 1)
    assert batch.recoveries[0] == recoveries
    assert np.isfinite(clip_of(frames, 0).rotations).all()
