"""What the shipped model makes of synthetic dancers, mode by mode.

"No pop" is measured beside real dance: the largest joint acceleration within half a second of a
change stays below 1.5 times the 99.9th percentile of that of the choreography that is danced to.
"""

from functools import cache

import numpy as np
import pytest

from motion import features, kinematics
from motion.choreography.colouring import posture
from motion.clip import Clip, Pose
from motion.model import observed_dancer
from server.interaction.dance import MOST_PARTNERS, RULES
from server.interaction.take_ups import SETTLE
from server.wire.messages import Controls
from server.wire.protocol import PARTNER, FrameMessage
from tests.server.dance_harness import (
    FPS,
    DanceHarness,
    Dancer,
    acceleration,
    dancer,
    in_turn,
    partner,
    stands,
)
from tests.server.doubles import CONTRACT, SwayingEngine
from training.evaluation.taking_up import longest_replay, nearest

SOON = round(0.5 * FPS)
UPPER = [6, 7, 8, 14, 15, 16]
"""Joints of the arms."""


@cache
def real_acceleration() -> float:
    clip = Clip.from_poses([dancer()(frame / FPS) for frame in range(60 * FPS)], FPS)
    return float(np.percentile(acceleration(clip), 99.9))


def pop(before: list[FrameMessage], after: list[FrameMessage], number: int = 0) -> float:
    """The largest acceleration within half a second of a change."""
    return float(acceleration(partner(before[-2:] + after[:SOON], number)).max())


def speed(frames: list[FrameMessage]) -> float:
    return float(features.joint_speed(partner(frames)).mean())


def mirrored(performer: Dancer, frames: list[FrameMessage]) -> Clip:
    return Clip.from_poses([performer(frame.time) for frame in frames], FPS).mirrored()


def arms(clip: Clip) -> np.ndarray:
    """Where the arms' joints are, from the chest and in its axes, (T, 6, 3)."""
    still = clip.hips * 0.0
    still[:, 1] = 1.0
    upright = clip.rotations.copy()
    upright[:, 0] = [0.0, 0.0, 0.0, 1.0]
    positions = Clip("arms", FPS, still, upright).world_positions()
    return positions[:, UPPER] - positions[:, 2:3]


def apart(one: Clip, other: Clip) -> float:
    """Mean distance of the arms' joints, metres."""
    return float(np.linalg.norm(arms(one) - arms(other), axis=-1).mean())


# --- modes ------------------------------------------------------------------------------------


def test_frames_are_numbered_timed_and_coloured() -> None:
    frames = DanceHarness(mode="solo").run(0.5)
    assert [frame.sequence for frame in frames] == list(range(15))
    assert [frame.time for frame in frames] == pytest.approx([50 + n / FPS for n in range(15)])
    assert all(frame.emotion.argmax() == 0 and frame.captured is None for frame in frames)
    assert not any(frame.performer_present for frame in frames)


def test_who_dances_is_taken_up_once_settled() -> None:
    frames = DanceHarness(mode="continue").run(SETTLE + 1, dancer())
    taken = [n for n, frame in enumerate(frames) if frame.figures[0].taken_up]
    assert taken == [pytest.approx(SETTLE * FPS, abs=12)]
    assert all(frame.performer_present for frame in frames[1:])
    assert frames[-1].captured == pytest.approx(frames[-1].time, abs=0.05)


def test_what_is_taken_up_is_gone_on_with_and_a_seed_gives_it_again() -> None:
    performer = dancer(4)
    clips = []
    for _ in range(2):
        harness = DanceHarness(mode="continue", emotion={"neutral": 1.0})
        harness.run(8.0, performer)
        harness.run(0.5, performer, take_up=True)
        clips.append(partner(harness.run(2.0, performer)))
    assert np.array_equal(clips[0].rotations, clips[1].rotations)
    heard = Clip.from_poses([performer(54.0 + n / FPS) for n in range(4 * FPS)], FPS)
    standing = Clip.from_poses([Pose.standing()] * 60, FPS)
    assert nearest(clips[0], heard) < min(0.13, 0.75 * nearest(standing, heard))
    assert longest_replay(clips[0], heard) < 1.0
    assert 0.7 < features.joint_speed(clips[0]).mean() / features.joint_speed(heard).mean() < 1.3


def test_an_answer_is_made_of_the_phrase() -> None:
    call = dancer(1)
    harness = DanceHarness(mode="answer", emotion={"neutral": 1.0})
    phrase = in_turn(call, 56.0, stands)
    harness.run(6.0, phrase)
    answer = partner(harness.run(6.0, phrase))
    moving = np.flatnonzero(features.joint_speed(answer) > 0.25)
    answer = answer[int(moving[0]) + 15 : int(moving[0]) + 75]
    heard = Clip.from_poses([call(52.0 + n / FPS) for n in range(4 * FPS)], FPS)
    stranger = Clip.from_poses([dancer(9, "proud")(50.0 + n / FPS) for n in range(6 * FPS)], FPS)
    assert nearest(answer, heard) < min(0.1, 0.6 * nearest(answer, stranger))


def test_who_stands_still_is_left_in_peace_until_it_is_asked_for() -> None:
    harness = DanceHarness(mode="continue")
    assert not any(f.figures[0].taken_up for f in harness.run(4.0, stands))
    assert sum(f.figures[0].taken_up for f in harness.run(0.5, stands, take_up=True)) == 1


def test_a_mirror_follows_closely_and_soon_and_feels() -> None:
    performer = dancer(1)
    harnesses = {
        label: DanceHarness(mode="mirror", emotion={label: 1.0}) for label in ("happy", "sad")
    }
    clips = {}
    for label, harness in harnesses.items():
        harness.run(2.5, performer)
        clips[label] = partner(harness.run(4.0, performer))
    end = harnesses["happy"].now
    lags = {
        lag: apart(clips["happy"], _danced(performer, end - 4.0 - lag / FPS, 4.0))
        for lag in range(12)
    }
    lag = min(lags, key=lambda frames: lags[frames])
    assert lag <= 5
    assert lags[lag] < 0.1
    unrelated = apart(clips["happy"], _danced(dancer(2), end - 4.0, 4.0))
    assert lags[lag] < 0.5 * unrelated
    assert apart(clips["happy"], clips["sad"]) > 0.02


def test_a_mirror_without_emotion_is_what_it_was_before_there_was_colouring() -> None:
    plain, old = (DanceHarness(mode="mirror", emotion={}, rules=rules) for rules in (RULES, 1))
    one, other = (partner(harness.run(3.0, dancer(1))) for harness in (plain, old))
    np.testing.assert_allclose(one.rotations, other.rotations, atol=1e-12)
    np.testing.assert_allclose(one.hips, other.hips, atol=1e-12)


def test_a_mirror_feels_in_its_posture_and_steps_when_the_performer_does() -> None:
    performer = dancer(1, "neutral")
    clips = {}
    for label in ("sad", "proud"):
        harness = DanceHarness(mode="mirror", emotion={label: 1.0})
        harness.run(2.5, performer)
        clips[label] = partner(harness.run(6.0, performer))
    sad, proud = (np.degrees(np.median(posture(clips[label]), axis=1)) for label in clips)
    assert np.all(sad - proud > [20.0, 35.0])
    stood = _stands(_danced(performer, 52.5, 6.0))
    for clip in clips.values():
        alike = [
            float((stood[: len(stood) - lag] == _stands(clip)[lag:]).mean()) for lag in range(8)
        ]
        assert max(alike) > 0.8
        assert int(np.argmax(alike)) <= 3


def _stands(clip: Clip) -> np.ndarray:
    return kinematics.contacts(clip.world_positions(), FPS)[:, [1, 3]]


def _danced(performer: Dancer, start: float, seconds: float) -> Clip:
    poses = [performer(start + n / FPS) for n in range(round(seconds * FPS))]
    return Clip.from_poses(poses, FPS).mirrored()


def test_a_duet_goes_from_the_own_dance_with_echoes_over_turns_to_one_dance() -> None:
    performer = dancer(3)
    harnesses = [DanceHarness(mode="duet", influence=x, seed=2) for x in (0.0, 0.5, 1.0)]
    alone = DanceHarness(mode="solo", seed=2)
    for harness in (*harnesses, alone):
        harness.run(0.5, performer)
    frames = [harness.run(5.5, performer) for harness in harnesses]
    solo = partner(alone.run(5.5, performer))
    clips = [partner(danced) for danced in frames]
    unison = mirrored(performer, frames[0])
    halves = slice(15, 75), slice(105, 165)
    near = [[apart(clip[half], unison[half]) for half in halves] for clip in clips]
    # At 0 the own dance comes first, then an echo; at 0.5 both dance the same first.
    assert apart(clips[0][:60], solo[:60]) < 0.005
    assert apart(clips[0][halves[1]], solo[halves[1]]) > 0.05
    assert max(near[2][0], near[2][1], near[1][0]) < 0.12
    assert min(near[0][0], near[0][1], near[1][1]) > 1.3 * near[2][1]
    heard = unison.mirrored()
    standing = Clip.from_poses([Pose.standing()] * 60, FPS)
    assert nearest(clips[1][halves[1]], heard) < 0.7 * nearest(standing, heard)


def test_two_of_a_duet_keep_a_distance_and_the_partner_turns_to_the_performer() -> None:
    harness = DanceHarness(mode="duet", influence=0.0, seed=2)
    harness.run(12.0, dancer(3))
    frames = harness.run(4.0, dancer(3))
    places = np.array([frame.figures[1].pose.hips[[0, 2]] for frame in frames])
    roots = features.roots(partner(frames))
    away = places - roots[:, :2]
    off = np.angle(np.exp(1j * (np.arctan2(*away.T) - roots[:, 2])))
    assert 1.0 < np.hypot(*away[-FPS:].T).mean() < 2.6
    assert (np.abs(off) < np.pi / 3).mean() > 0.6


class Watching(SwayingEngine):
    """A model that heeds others, and notes whom it saw in its newest call."""

    def __init__(self) -> None:
        super().__init__(CONTRACT.model_copy(update={"other": True}))
        self.seen = np.zeros(0)

    def step(self, frames, conditions, *rest):
        self.seen = conditions.other
        return super().step(frames, conditions, *rest)


@pytest.mark.parametrize("influence", [0.0, 0.5])
def test_a_model_that_heeds_others_sees_the_performer_in_a_duet_however_little_it_is_pulled(
    influence: float,
) -> None:
    engine = Watching()
    harness = DanceHarness(lambda _: engine, mode="solo", influence=influence)
    harness.run(1.0, dancer())
    assert not engine.seen.any()
    harness.run(1.0, dancer(), mode="duet")
    assert (engine.seen[..., observed_dancer.PRESENT] == 1).all()
    [request] = harness.requests.values()
    assert request.lead.shown_share == request.lead.input_share == pytest.approx(influence)
    harness.run(2.0, mode="duet")
    assert not engine.seen.any()


def test_an_answer_waits_for_the_end_of_a_phrase_and_is_about_as_long() -> None:
    harness = DanceHarness(mode="answer", emotion={"happy": 1.0})
    phrase = in_turn(dancer(1), 54.0, stands)
    call = harness.run(4.0, phrase)
    assert not any(frame.figures[0].taken_up for frame in call)
    answer = harness.run(9.0, phrase)
    moving = features.joint_speed(partner(answer)) > 0.25
    seconds = np.flatnonzero(moving) / FPS
    assert sum(frame.figures[0].taken_up for frame in answer) == 1
    assert speed(call[45:]) < 0.3 * speed(answer[60:120])
    assert 0.5 < seconds[0] < 2.0
    assert seconds[-1] - seconds[0] == pytest.approx(4.0, abs=1.5)


def test_who_listens_shifts_its_weight_and_goes_along_with_the_beat() -> None:
    new, old = (DanceHarness(mode="answer", emotion={}, rules=rules) for rules in (RULES, 5))
    listens, stood = (partner(harness.run(5.0, dancer(1))[60:]) for harness in (new, old))
    assert np.ptp(listens.hips[:, 0]) > np.ptp(stood.hips[:, 0]) + 0.02
    assert np.std(np.diff(listens.hips[:, 1])) > 2.0 * np.std(np.diff(stood.hips[:, 1]))
    assert np.ptp(listens.hips[:, 2]) < 0.1


def test_solo_heeds_nobody() -> None:
    alone, watched = DanceHarness(mode="solo"), DanceHarness(mode="solo")
    apart_ = partner(alone.run(3.0)).rotations - partner(watched.run(3.0, dancer())).rotations
    assert not apart_.any()


def test_a_freeze_comes_to_rest_and_the_dance_goes_on() -> None:
    for mode in ("continue", "mirror"):
        harness = DanceHarness(mode=mode, emotion={"happy": 1.0})
        harness.run(3.0, dancer())
        still = harness.run(3.0, dancer(), panic="freeze")
        assert speed(still[45:]) < 0.01
        before = partner(still[-1:]).hips[0]
        after = harness.run(2.0, dancer(), panic="none")
        assert speed(after[30:]) > 0.1
        assert np.linalg.norm(partner(after).hips[0] - before) < 0.05


# --- no change pops ----------------------------------------------------------------------------

CHANGES = [
    {"mode": "continue"},
    {"mode": "mirror"},
    {"mode": "duet"},
    {"mode": "answer"},
    {"mode": "solo"},
    {"seed": 77},
    {"model": "other"},
    {"panic": "freeze"},
    {"emotion": {"sad": 1.0}, "energy": 1.5, "influence": 1.0},
]


@pytest.mark.parametrize("mode", ["continue", "mirror", "duet", "answer", "solo"])
def test_no_change_of_controls_pops(mode: str) -> None:
    bound = 1.5 * real_acceleration()
    harness = DanceHarness(mode=mode, emotion={"happy": 1.0}, seed=5)
    before = harness.run(2.6, dancer())
    start: Controls = harness.controls
    pops = {}
    for change in CHANGES:
        for name, wish in (("to", change), ("back", start.model_dump(include=set(change)))):
            after = harness.run(0.7, dancer(), **wish)
            pops[f"{change} {name}"] = pop(before, after)
            before = after
    assert max(pops.values()) < bound, pops
    assert harness.faults.counts == {}


@pytest.mark.parametrize("mode", ["continue", "mirror", "duet", "answer"])
def test_performers_may_leave_return_stand_or_change_without_a_pop(mode: str) -> None:
    bound = 1.5 * real_acceleration()
    harness = DanceHarness(mode=mode, emotion={"happy": 1.0}, influence=0.8)
    near, far = dancer(0, aside=-0.8, back=1.0), dancer(1, aside=0.8)
    nearer = dancer(1, aside=0.8, back=1.6)
    scenes: list[tuple[Dancer, ...]] = [
        (near,),
        (),
        (near,),
        (near, far),
        (near, nearer),
        (stands,),
    ]
    before = harness.run(2.6, near)
    pops = []
    for people in scenes:
        after = harness.run(2.2 if not people else 1.2, *people)
        pops.append(pop(before, after))
        before = after
    assert max(pops) < bound, pops
    assert harness.faults.counts == {}


# --- several dancers ------------------------------------------------------------------------------


def partners(frame: FrameMessage) -> list[int]:
    return [figure.id for figure in frame.figures if figure.kind == PARTNER]


def test_each_dancer_has_a_partner_and_they_come_and_go() -> None:
    harness = DanceHarness(mode="mirror", dancers="each")
    left, right = dancer(0, aside=-0.7), dancer(1, aside=0.7)
    assert partners(harness.run(1.5, left)[-1]) == [0]
    two = harness.run(3.0, left, right)
    assert partners(two[-1]) == [0, 1]
    distance = partner(two[-30:], 0).hips[:, [0, 2]] - partner(two[-30:], 1).hips[:, [0, 2]]
    assert np.linalg.norm(distance, axis=1).min() > 0.6
    ends = [
        apart(partner(two[-60:], number), mirrored(performer, two[-60:]))
        for number in (0, 1)
        for performer in (left, right)
    ]
    assert ends[0] < 0.7 * ends[1]
    assert ends[3] < 0.7 * ends[2]
    assert partners(harness.run(7.0, left)[-1]) == [0]
    assert partners(harness.run(1.0, dancers="nearest")[-1]) == [0]


def test_the_nearest_does_not_flicker() -> None:
    harness = DanceHarness(mode="mirror", dancers="nearest")
    left, right = dancer(0, aside=-0.7), dancer(1, aside=0.7)
    harness.run(2.0, left, right)
    frames = harness.run(4.0, left, right)
    close = [apart(partner(frames), mirrored(each, frames)) for each in (left, right)]
    assert min(close) < 0.6 * max(close)
    assert acceleration(partner(frames)).max() < 2.0 * real_acceleration()


def test_people_who_jump_about_get_no_more_partners_than_there_may_be_people() -> None:
    harness = DanceHarness(mode="mirror", dancers="each")
    most = 0
    for turn in range(12):
        here = [
            dancer(2 * turn + side, aside=0.7 * side - 0.35 + 1.3 * (turn % 2)) for side in (0, 1)
        ]
        most = max(most, len(partners(harness.run(0.8, *here)[-1])))
    assert 2 <= most <= MOST_PARTNERS
