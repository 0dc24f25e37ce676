from dataclasses import replace

import numpy as np
import pytest

from motion.clip import Clip, Pose
from tests.motion.strategies import swaying
from training.corpus.trimming import active, common_actions, moving


def begins_and_ends_standing(still: int = 60, moving: int = 120) -> Clip:
    dance = swaying(moving)
    poses = [Pose(dance.hips[0], dance.rotations[0])] * still
    poses += [dance.pose(frame) for frame in range(moving)]
    poses += [Pose(dance.hips[-1], dance.rotations[-1])] * still
    return Clip.from_poses(poses, 30.0, "dance")


def test_heads_and_tails_that_stand_are_cut_and_no_more():
    whole = begins_and_ends_standing()
    clip = whole[moving(whole, 0.05)]
    assert 115 <= len(clip) <= 140
    assert clip.name == "dance"


def test_what_moves_or_stands_throughout_stays_whole():
    assert moving(swaying(90), 0.05) == slice(0, 90)
    still = begins_and_ends_standing(60, 1)
    assert moving(still, 0.05) == slice(None)


@pytest.mark.parametrize(("fewest", "kept"), [(1, "abb-"), (2, "bb-"), (3, "-")])
def test_actions_of_few_clips_are_rare_and_those_that_nobody_named_are_not(fewest, kept):
    made = [replace(swaying(4), labels={"content": c} if c != "-" else {}) for c in "abb-"]
    common = common_actions(made, fewest)
    named = [clip.labels.get("content", "") for clip in made]
    assert "".join(name or "-" for name in named if name in common) == kept


def test_idle_heads_and_tails_are_cut():
    moving = swaying(120)
    still = 60
    frames = np.r_[np.zeros(still, int), np.arange(120), np.full(still, 119)]
    clip = Clip("idle", 30, moving.hips[frames], moving.rotations[frames])
    assert 100 <= len(active(clip)) <= 140
