"""What is taken up, measured: real continuations score, strangers and fakes do not."""

from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from bhava import app
from motion.choreography import Cue, danced
from motion.choreography.material import Phrase
from motion.clip import Clip, Pose
from training.evaluation.taking_up import (
    TakeUp,
    correlations,
    likeness,
    longest_replay,
    measure,
    nearest,
)

FPS = 30
MOODS = ["happy", "sad", "angry", "excited", "tired", "proud"]


@pytest.fixture(scope="module")
def take_ups() -> list[TakeUp]:
    found = []
    for seed, mood in enumerate(MOODS):
        dance = danced(8.0, seed, (Cue.from_emotion({mood: 1.0}),), 100.0 + 5 * seed)
        reply = Phrase(dance[:120]).danced_on(60, 1.0, np.random.default_rng(seed))
        found.append(TakeUp(mood, dance[:120], dance[120:180], reply[:60]))
    return found


def test_a_partner_that_took_up_is_nearer_than_a_stranger_and_than_standing(take_ups) -> None:
    found = measure(take_ups)
    for partner, standing in zip(found["partner"], found["standing"], strict=True):
        assert partner.distance < min(partner.stranger, standing.distance)
        assert partner.distance <= partner.warped + 1e-9
        assert not partner.caught
    mean = {who: np.mean([one.distance for one in rows]) for who, rows in found.items()}
    assert mean["partner"] < mean["the performer"] < mean["a stranger"]


def test_both_fakes_are_caught(take_ups) -> None:
    found = measure(take_ups)
    for fake in ("fake: last pose held", "fake: phrase replayed"):
        assert all(one.caught for one in found[fake])
        assert np.mean([one.distance for one in found[fake]]) < 0.03


def test_energy_and_level_go_with_what_was_heard(take_ups) -> None:
    alike = correlations(take_ups)
    assert alike["energy"] > 0.6
    assert alike["level"] > 0.6
    mixed = [
        TakeUp(one.name, one.heard, one.going_on, other.reply)
        for one, other in zip(take_ups, [*take_ups[1:], take_ups[0]], strict=True)
    ]
    assert correlations(mixed)["energy"] < alike["energy"] - 0.3


def test_a_motion_is_its_own_replay_and_no_distance_away(take_ups) -> None:
    heard = take_ups[0].heard
    same = likeness(heard, heard, [take_ups[1].heard])
    assert same.distance == pytest.approx(0.0, abs=1e-9)
    assert same.warped == pytest.approx(0.0, abs=1e-9)
    assert same.pace == pytest.approx(1.0)
    assert longest_replay(heard, heard) == pytest.approx(4.0)
    assert nearest(heard, heard.mirrored()) > 0.02


def test_the_command_reports_pairs_and_refuses_what_is_none(take_ups, tmp_path: Path) -> None:
    asked = ["react", "--pairs", str(tmp_path), "--out", str(tmp_path / "report")]
    refused = CliRunner().invoke(app, asked)
    assert refused.exit_code == 1
    assert "expected two or more" in refused.output
    for one in take_ups[:2]:
        before = Clip.from_poses([Pose.standing()] * 120, FPS)
        partner = _after(before, one.reply, {"taken_up": "2.000 4.000"})
        partner.save(tmp_path / f"{one.name}.partner.npz")
        _after(one.heard, one.going_on, {}).save(tmp_path / f"{one.name}.performer.npz")
    found = CliRunner().invoke(app, asked)
    assert found.exit_code == 0, found.output
    assert "What is taken up, 2 pairs" in found.output


def _after(first: Clip, then: Clip, labels: dict[str, str]) -> Clip:
    hips = np.concatenate([first.hips, then.hips, then.hips[:15]])
    turned = np.concatenate([first.rotations, then.rotations, then.rotations[:15]])
    return Clip("", FPS, hips, turned, labels)
