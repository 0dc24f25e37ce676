"""Dances coloured: the look of an emotion arrives, and feet that stand keep standing."""

from dataclasses import replace

import numpy as np
import pytest

from motion import features, kinematics, rotations
from motion.choreography import Cue, danced
from motion.choreography.colouring import (
    SINKS,
    carried_as,
    coloured,
    handed,
    level_of,
    levelled,
    paced,
    posture,
    postured,
    sized,
    spun,
)
from motion.choreography.colours import COLOURS, Colour, varied
from motion.choreography.posing import elevation_of
from motion.clip import Clip, Pose
from motion.skeleton import CANONICAL, LEG_LENGTH

FEET = CANONICAL.indices("leftFoot", "rightFoot")
HANDS = CANONICAL.indices("leftHand", "rightHand")
SHOULDERS = CANONICAL.indices("leftUpperArm", "rightUpperArm")


@pytest.fixture(scope="module")
def dance() -> Clip:
    return danced(20.0, 3, (Cue.from_emotion({"neutral": 1.0}),), 112.0)


def speed(clip: Clip) -> float:
    return float(features.joint_speed(clip).mean() / LEG_LENGTH)


def turning(clip: Clip) -> float:
    heading = np.unwrap(kinematics.facing(clip.world_positions()))
    return float(np.abs(np.diff(heading)).mean() * clip.fps)


@pytest.mark.parametrize(("lean", "head"), [(26.0, 50.0), (-7.0, -15.0)])
def test_posture_is_what_is_asked_for(dance, lean, head):
    found = np.degrees([np.median(angle) for angle in posture(postured(dance, lean, head))])
    np.testing.assert_allclose(found, [lean, head], atol=2.0)


def test_who_bends_forward_lets_arms_hang_and_feet_stand(dance):
    before, after = (clip.world_positions() for clip in (dance, postured(dance, 30.0, 30.0)))
    np.testing.assert_allclose(after[:, FEET], before[:, FEET], atol=0.03)
    low = before[:, HANDS, 1] - before[:, SHOULDERS, 1] < -0.4
    arms = after[:, HANDS] - after[:, SHOULDERS] - (before[:, HANDS] - before[:, SHOULDERS])
    assert np.linalg.norm(arms[low], axis=-1).mean() < 0.15


@pytest.mark.parametrize("lean", [30.0, -15.0])
def test_hips_go_the_other_way_than_a_trunk_that_leans(dance, lean):
    moved = postured(dance, lean, 0.0).hips - dance.hips
    heading = kinematics.facing(dance.world_positions())
    ahead = moved[:, 0] * np.sin(heading) + moved[:, 2] * np.cos(heading)
    assert np.all(np.sign(ahead) == -np.sign(lean))
    assert 0.01 < np.abs(ahead).mean() < 0.12


def elbows(clip: Clip) -> float:
    """Bend in the mean, degrees."""
    shoulders, elbows, hands = (
        clip.world_positions()[:, CANONICAL.indices(f"left{part}", f"right{part}")]
        for part in ("UpperArm", "LowerArm", "Hand")
    )
    upper, lower = (rotations.normalise(v) for v in (elbows - shoulders, hands - elbows))
    return float(np.degrees(np.arccos(np.clip((upper * lower).sum(-1), -1.0, 1.0))).mean())


def test_arms_dwell_as_those_of_an_emotion_and_neutral_ones_as_they_did(dance):
    tired, afraid = (elbows(carried_as(dance, emotion, 1.0)) for emotion in ("tired", "afraid"))
    assert tired < elbows(dance) - 10.0
    assert afraid > elbows(dance) + 10.0
    assert elbows(carried_as(dance, "tired", 1.5)) < tired
    same = carried_as(dance, "neutral", 1.0).world_positions()
    np.testing.assert_allclose(same, dance.world_positions(), atol=1e-6)


def test_arms_that_hang_stay_when_hands_are_raised_oftener(dance):
    before, after = (elevation_of(c.world_positions()) for c in (dance, handed(dance, 0.3)))
    raised = np.degrees(after - before)
    hang, reach = before < np.radians(-60), np.abs(before) < np.radians(15)
    assert raised[hang].mean() < 0.4 * raised[reach].mean()


@pytest.mark.parametrize("share", [0.04, 0.3])
def test_hands_are_above_the_shoulders_as_often_as_is_asked_for(dance, share):
    places = handed(dance, share).world_positions()
    found = (places[:, HANDS, 1] > places[:, SHOULDERS, 1]).mean()
    assert found == pytest.approx(share, abs=0.06)


def test_who_is_lowered_bends_the_knees_over_feet_that_stay(dance):
    low = levelled(dance, 1.0, np.full(len(dance), 0.2))
    before, after = dance.world_positions(), low.world_positions()
    np.testing.assert_allclose(after[:, FEET], before[:, FEET], atol=0.01)
    assert np.all(after[:, 0, 1] < before[:, 0, 1] - 0.15 * LEG_LENGTH)


@pytest.mark.parametrize("emotion", COLOURS)
def test_hips_sink_on_the_whole_as_far_as_a_colour_says(dance, emotion):
    colour = COLOURS[emotion]
    sunk = level_of(dance, colour, np.random.default_rng(0))
    assert sunk.mean() == pytest.approx(colour.low, abs=5e-3)
    assert sunk.min() >= min(0.0, colour.low - SINKS * colour.swing)


def test_who_keeps_up_and_still_sinks_at_times_rises_in_between(dance):
    colour = replace(COLOURS["afraid"], low=-0.05, swing=0.2)
    sunk = level_of(dance, colour, np.random.default_rng(0))
    assert sunk.mean() == pytest.approx(-0.05, abs=5e-3)
    assert sunk.max() > 0.1
    assert np.median(sunk) < sunk.mean()


def test_who_is_spun_turns_as_much_as_is_asked_for_and_slides_no_more(dance):
    more = spun(dance, turning(dance) + 0.8, np.random.default_rng(0))
    assert turning(more) > turning(dance) + 0.3
    places = more.world_positions()
    stands = kinematics.contacts(dance.world_positions(), dance.fps).reshape(-1, 2, 2).all(-1)
    alone = stands[1:].sum(-1) == 1
    slid = np.linalg.norm(np.diff(places[:, FEET], axis=0), axis=-1)[alone]
    assert np.median(slid[stands[1:][alone]]) * dance.fps < 0.1


def test_tempo_comes_to_a_speed_and_accents_sharpen(dance):
    calm, sharp = paced(dance, 0.7 * speed(dance), 0.0), paced(dance, speed(dance), 0.5)
    assert speed(calm) == pytest.approx(0.7 * speed(dance), rel=0.05)
    assert len(calm) == pytest.approx(len(dance) / 0.7, abs=2)
    quick, usual = (np.percentile(features.joint_speed(clip), 95) for clip in (sharp, dance))
    assert quick > 1.1 * usual


def test_size_leads_arms_further_from_where_they_dwell_and_one_changes_nothing(dance):
    np.testing.assert_allclose(
        np.abs(np.sum(sized(dance, 1.0).rotations * dance.rotations, -1)), 1.0, atol=1e-6
    )
    assert speed(sized(dance, 1.3)) > 1.1 * speed(dance) > 1.1 * speed(sized(dance, 0.8))


@pytest.mark.parametrize("emotion", COLOURS)
def test_a_coloured_dance_is_a_motion_and_follows_its_seed(dance, emotion):
    made, again = (coloured(dance, COLOURS[emotion], 5) for _ in range(2))
    np.testing.assert_allclose(made.rotations, again.rotations, atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(made.rotations, axis=-1), 1.0, atol=1e-6)
    step = np.linalg.norm(np.diff(made.world_positions(), axis=0), axis=-1)
    usual = np.linalg.norm(np.diff(dance.world_positions(), axis=0), axis=-1)
    assert step.max() < 2.5 * usual.max()


def test_emotions_keep_their_order_of_speed(dance):
    order = ["sad", "afraid", "happy", "angry"]
    speeds = [speed(coloured(dance, COLOURS[emotion], 1)) for emotion in order]
    assert speeds == sorted(speeds)


def test_a_figure_that_stands_stays_finite():
    still = Clip.from_poses([Pose.standing()] * 90, 30)
    made = coloured(still, COLOURS["sad"], 0)
    assert np.isfinite(made.hips).all()
    assert np.isfinite(made.rotations).all()


def test_dancers_differ_within_a_colour():
    one, other = (varied(COLOURS["sad"], np.random.default_rng(seed)) for seed in (0, 1))
    assert isinstance(one, Colour)
    assert one != other
    assert 0.84 < one.lean / COLOURS["sad"].lean < 1.16
