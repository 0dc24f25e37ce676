"""What partners feel about the motion that they follow: the same alone and beside others."""

import numpy as np
import pytest

from motion.choreography import Cue, danced
from motion.clip import Clip
from motion.partner.feeling import NEWEST, Feeling, Felt, feel_together

FRAMES = 5
EMOTIONS = [{"sad": 1.0}, {}, {"happy": 0.6, "proud": 0.3}]


@pytest.fixture(scope="module")
def dances() -> list[Clip]:
    cue = (Cue.from_emotion({"happy": 1.0}),)
    return [danced(3.0, seed, cue, 112.0) for seed in range(len(EMOTIONS))]


def promised(feelings: list[Feeling], dances: list[Clip], at: int) -> list[Felt]:
    return [
        feeling.promise(dance[at : at + FRAMES][-feeling.needs(FRAMES) :], emotion)
        for feeling, dance, emotion in zip(feelings, dances, EMOTIONS, strict=False)
    ]


def test_feelings_give_the_same_bits_alone_and_side_by_side(dances):
    together, alone = ([Feeling() for _ in EMOTIONS] for _ in range(2))
    for at in range(40):
        beside = promised(together, dances, at)
        feel_together(beside)
        for one, other in zip(beside, promised(alone, dances, at), strict=True):
            np.testing.assert_array_equal(one.frames, other.frames)
            np.testing.assert_array_equal(one.root, other.root)
    assert len({felt.frames.tobytes() for felt in beside}) == len(EMOTIONS)


def test_frames_that_nobody_looks_at_are_felt_all_the_same(dances):
    feeling, seen = Feeling(), Feeling()
    for at in range(10):
        last = promised([feeling], dances, at)[0]
        expected = promised([seen], dances, at)[0].frames
    np.testing.assert_array_equal(last.frames, expected)


def test_a_motion_that_cannot_be_coloured_changes_no_feeling(dances):
    feelings, good = [Feeling(), Feeling()], dances[0][:FRAMES]
    bad = Clip("bad", good.fps, good.hips, 0.0 * good.rotations)
    fine, broken = (f.promise(c, EMOTIONS[0]) for f, c in zip(feelings, (good, bad), strict=True))
    with pytest.raises(ValueError, match="zero length"):
        feel_together([fine, broken])
    np.testing.assert_array_equal(fine.frames, Feeling().promise(good, EMOTIONS[0]).frames)


def test_frames_that_were_felt_stay_as_they_were(dances):
    feeling = Feeling()
    before = promised([feeling], dances, 0)[0].frames
    assert feeling.needs(FRAMES) == NEWEST < FRAMES == len(before) + 1
    after = promised([feeling], dances, 1)[0].frames
    np.testing.assert_array_equal(after[:-1], before[1:])
    assert feeling.needs(FRAMES + 4) == FRAMES + 4  # another model takes longer tokens
    longer = feeling.promise(dances[0][: FRAMES + 4], EMOTIONS[0])
    assert len(longer.frames) == FRAMES + 3
