"""Dance content and posture tell what a body does, and expose figures that only pretend."""

from dataclasses import replace

import numpy as np
import pytest

from motion.clip import Clip
from motion.skeleton import CANONICAL, LEG_LENGTH
from tests.training.bodies import spinning, standing, times, turned, walking
from training.evaluation.aims import AIMS
from training.evaluation.body_table import MEASURES, body_of, body_rows, body_section, real_rows
from training.evaluation.dance_content import BodyTrace, DanceContent, dance_content, posture
from training.evaluation.evaluate import exactly


def content(clip: Clip) -> DanceContent:
    return dance_content([BodyTrace.measure(clip)])


def missed(clip: Clip) -> set[str]:
    """Return the aims of dance that a clip misses."""
    found = {name: exactly(value) for name, value in vars(content(clip)).items()}
    return {aim.score for aim in AIMS if aim.measure == "dance" and not aim.holds(found, {})}


def test_a_walk_is_no_dance():
    found = content(walking(10.0))
    assert found.travel == pytest.approx(1.2 / LEG_LENGTH, rel=0.01)
    assert found.hand == 0
    assert found.turning < 0.1
    assert missed(walking(10.0)) == {"travel", "hand", "turning", "height"}


def test_a_frozen_pose_is_no_dance():
    found = content(standing(10.0))
    assert (found.travel, found.hand, found.turning, found.height) == pytest.approx((0, 0, 0, 0))
    assert missed(standing(10.0)) == {"travel", "hand", "turning", "height"}
    assert posture([BodyTrace.measure(standing(10.0))]).stillness == 1


def test_spinning_on_the_spot_with_arms_up_shows_in_travel_and_hands():
    found = content(spinning(10.0))
    assert found.turning == pytest.approx(1.4, rel=0.01)
    assert found.height == pytest.approx(0.12 / np.sqrt(2) / LEG_LENGTH, rel=0.02)
    assert missed(spinning(10.0)) == {"travel", "hand"}


def test_steps_on_the_spot_and_trembling_are_no_travel():
    clip = standing(10.0)
    steps = 0.05 * np.sin(2 * np.pi * 4 * times(clip))
    shaken = replace(clip, hips=clip.hips + steps[:, None] * [1.0, 0.0, 0.0])
    assert content(shaken).travel < 0.1 * 0.05 * 2 * np.pi * 4 / LEG_LENGTH


def test_one_hand_above_its_shoulder_counts_half():
    raised = turned(standing(2.0), "leftUpperArm", "z", 150.0)
    assert content(raised).hand == 0.5


def test_posture_reads_angles_and_hands():
    leant = turned(turned(standing(2.0), "spine", "x", 20.0), "neck", "x", 30.0)
    found = posture([BodyTrace.measure(leant)])
    hips, spine, neck = CANONICAL.rest_positions[CANONICAL.indices("hips", "spine", "neck"), 1]
    share = (neck - spine) / (neck - hips)
    assert found.lean == pytest.approx(20 * share, abs=1.0)
    assert found.head == found.standing_head == pytest.approx(50.0)
    assert found.standing == 1
    bent = turned(standing(2.0), "leftLowerArm", "y", -90.0)
    assert posture([BodyTrace.measure(bent)]).elbow == pytest.approx(45.0)
    upright = posture([BodyTrace.measure(standing(2.0))])
    assert upright.lean == pytest.approx(0, abs=1e-6)
    assert upright.hand_height < 0 < upright.hand_spread


def test_who_never_stands_has_no_standing_posture():
    found = posture([BodyTrace.measure(walking(5.0))])
    assert np.isnan(found.standing_lean)
    assert found.pace == pytest.approx(1.2, rel=0.01)


def test_slow_changes_of_level_are_height_and_no_bounce():
    clip = standing(20.0)
    level = 0.2 * np.sin(2 * np.pi * times(clip) / 20)
    sunk = replace(clip, hips=clip.hips + level[:, None] * [0.0, 1.0, 0.0])
    assert content(sunk).height > 0.1
    assert posture([BodyTrace.measure(sunk)]).bounce < 1.0


def test_a_performance_in_pieces_is_measured_as_a_whole():
    low = replace(standing(5.0), hips=standing(5.0).hips - [0.0, 0.3, 0.0])
    traces = [BodyTrace.measure(standing(5.0)), BodyTrace.measure(low)]
    assert dance_content(traces).height == pytest.approx(0.15 / LEG_LENGTH)


def test_frames_that_are_not_finite_are_measured_as_the_pose_before():
    broken = walking(3.0)
    broken.hips[40:43] = np.nan
    assert content(broken).travel == pytest.approx(content(walking(3.0)).travel, rel=0.1)


def test_rows_have_a_mean_over_groups_and_intervals():
    walks = [body_of([BodyTrace.measure(walking(4.0, pace))]) for pace in (0.8, 1.0, 1.2)]
    still = [body_of([BodyTrace.measure(standing(4.0))])]
    rows = body_rows("fake", {"walk": walks, "still": still, "none": []})
    assert [(row.group, row.count) for row in rows] == [("walk", 3), ("still", 1), ("mean", 4)]
    walk, _, mean = (row.values["pace"] for row in rows)
    assert walk.low < walk.value < walk.high
    assert mean.value == pytest.approx(walk.value / 2)
    assert set(rows[0].values) == set(MEASURES)
    assert "| fake | walk | 3 |" in body_section(rows)


def test_real_dances_come_by_data_set_and_real_walks_by_emotion():
    def labelled(clip: Clip, **labels: str) -> Clip:
        return replace(clip, labels=labels)

    clips = [
        labelled(spinning(3.0), content="dance-short", dataset="a", emotion="neutral"),
        labelled(spinning(3.0), content="dance", dataset="b"),
        labelled(walking(3.0), content="walk-left", dataset="a", emotion="sad"),
        labelled(walking(3.0), content="walk", dataset="a"),
        labelled(standing(3.0), content="bow", dataset="c", emotion="neutral"),
        labelled(walking(3.0), content="run", dataset="a", emotion="sad"),
    ]
    rows = real_rows(clips, ("neutral", "sad"))
    assert [(row.source, row.group, row.count) for row in rows] == [
        ("real dance", "a", 1),
        ("real dance", "b", 1),
        ("real dance", "mean", 2),
        ("real gesture, c", "neutral", 1),
        ("real walk, a", "sad", 1),
    ]
