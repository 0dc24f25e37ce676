from dataclasses import replace

import numpy as np
import pytest

from motion.clip import Clip, Pose
from tests.motion.strategies import swaying
from training.corpus.corpus_report import main_label, most_common, summarise, write_report


def standing(frames: int, labels: dict[str, str]) -> Clip:
    rest = Pose.rest()
    return Clip(
        "still",
        30,
        np.tile(rest.hips, (frames, 1)),
        np.tile(rest.rotations, (frames, 1, 1)),
        labels,
    )


@pytest.mark.parametrize(
    ("labels", "label"),
    [
        ({"content": "dance-short", "emotion": "neutral", "style": "normal"}, "dance"),
        ({"content": "walk", "emotion": "sad", "style": "sad"}, "sad"),
        ({"style": "giant", "dataset": "bandai-namco-1"}, "giant"),
        ({"dataset": "cmu"}, "cmu"),
        ({}, "unknown"),
    ],
)
def test_a_clip_counts_under_its_most_telling_label(labels, label):
    assert main_label(replace(swaying(2), labels=labels)) == label


def test_summaries_measure_minutes_speed_and_contact():
    moving = replace(swaying(90), labels={"emotion": "happy"})
    still = [standing(900, {"emotion": "sad"}), standing(900, {"emotion": "sad"})]
    sad, happy = summarise([moving, *still])
    assert (sad.label, sad.clips, sad.minutes) == ("sad", 2, 1.0)
    assert (sad.speed, sad.contact) == (0.0, 1.0)
    assert (happy.label, happy.clips) == ("happy", 1)
    assert happy.speed > 0.05
    relative = moving.world_positions()[:, 1:] - moving.hips[:, None]
    by_hand = np.linalg.norm(relative[1:] - relative[:-1], axis=-1).mean() * 30 / 0.82
    assert happy.speed == pytest.approx(by_hand)


def test_the_most_common_motions_come_first_with_their_lengths():
    clips = [standing(frames, {"content": "walk"}) for frames in (30, 60, 120)]
    walk, unknown = most_common([standing(30, {}), *clips])
    assert (walk.action, walk.clips, walk.seconds) == ("walk", 3, (1.0, 2.0, 4.0))
    assert walk.minutes == pytest.approx(7 / 60)
    assert (unknown.action, unknown.clips) == ("unknown", 1)


def test_a_single_frame_has_no_speed():
    (only,) = summarise([standing(1, {"emotion": "sad"})])
    assert only.speed == 0.0


def test_the_report_is_a_picture_and_a_table(tmp_path):
    clips = [replace(swaying(90), labels={"emotion": "happy"}), standing(30, {"style": "giant"})]
    picture, table = write_report(clips, tmp_path)
    assert picture.stat().st_size > 10_000
    text = table.read_text()
    assert "| happy | 1 | 0.1 |" in text
    assert "| giant | 1 | 0.0 | 0.00 | 1.00 |" in text
    assert picture.name in text
    assert "| unknown | 2 | 0.1 | 1.0 | 2.0 | 3.0 |" in text
