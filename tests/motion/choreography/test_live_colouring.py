"""Dances coloured frame by frame: the emotion shows, time and feet stay the dancer's own."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from motion import features, kinematics
from motion.choreography import Cue, danced
from motion.choreography.carriage import CARRIAGES
from motion.choreography.colouring import posture
from motion.choreography.colours import COLOURS
from motion.choreography.live_colouring import LiveColouring, tints
from motion.clip import Clip
from motion.skeleton import CANONICAL

LABELS = [*COLOURS, "nameless"]
FEET = CANONICAL.indices(*kinematics.CONTACT_JOINTS)
HANDS = CANONICAL.indices("leftHand", "rightHand")


@pytest.fixture(scope="module")
def dance() -> Clip:
    return danced(12.0, 3, (Cue.from_emotion({"neutral": 1.0}),), 112.0)


def tint(**weights: float) -> np.ndarray:
    row = [weights.get(label, 0.0) for label in LABELS]
    return tints(np.array([row]), LABELS)


def coloured(clip: Clip, asked: np.ndarray) -> Clip:
    colouring, frames = LiveColouring(), []
    for frame in range(len(clip)):
        poses = clip.hips[None, [frame]], clip.rotations[None, [frame]]
        positions = colouring.observe(poses, 1.0 / clip.fps)
        frames.append(colouring.coloured(poses, positions, asked))
    hips, turned = (np.concatenate(part, axis=1)[0] for part in zip(*frames, strict=True))
    return replace(clip, hips=hips, rotations=turned)


@pytest.mark.parametrize("weights", [{}, {"neutral": 1.0}, {"nameless": 1.0}])
def test_what_asks_for_nothing_changes_nothing(dance, weights):
    made = coloured(dance, tint(**weights))
    np.testing.assert_allclose(made.world_positions(), dance.world_positions(), atol=1e-6)


@pytest.mark.parametrize("emotion", ["sad", "proud", "angry", "afraid", "tired"])
def test_posture_comes_near_to_that_of_the_emotion(dance, emotion):
    own, made = (
        np.degrees(np.median(posture(clip), axis=1)) for clip in (dance, _of(dance, emotion))
    )
    wanted = np.array([COLOURS[emotion].lean, COLOURS[emotion].head])
    assert np.all(np.abs(made - wanted) < np.maximum(6.0, 0.4 * np.abs(own - wanted)))


@pytest.mark.parametrize("emotion", CARRIAGES)
def test_emotions_differ_from_one_another(dance, emotion):
    here = _of(dance, emotion).world_positions()
    others = [_of(dance, other).world_positions() for other in ("neutral", "tired", "excited")]
    apart = [np.linalg.norm(here - other, axis=-1).mean() for other in others]
    assert min(away for away in apart if away > 1e-9) > 0.02


@pytest.mark.parametrize("emotion", COLOURS)
def test_feet_stand_when_they_stood_and_motion_keeps_its_time(dance, emotion):
    made = _of(dance, emotion)
    places, before = made.world_positions(), dance.world_positions()
    toes = FEET[1::2]
    np.testing.assert_allclose(places[:, toes], before[:, toes], atol=0.05)
    stood = [kinematics.contacts(clip, dance.fps) for clip in (places, before)]
    assert (stood[0] == stood[1]).mean() > 0.93
    speeds = [
        features.joint_speed(clip) - features.joint_speed(clip).mean() for clip in (made, dance)
    ]
    lags = [float(np.dot(speeds[0][lag:], speeds[1][: len(speeds[1]) - lag])) for lag in range(10)]
    assert int(np.argmax(lags)) <= 3


def test_no_frame_jumps(dance):
    usual = np.abs(np.diff(dance.world_positions(), 2, axis=0)).max()
    for emotion in COLOURS:
        made = _of(dance, emotion)
        assert np.abs(np.diff(made.world_positions()[10:], 2, axis=0)).max() < 2.5 * usual


def test_half_an_emotion_is_between_none_and_all(dance):
    places = [coloured(dance, tint(sad=x)).world_positions()[-60:] for x in (0.0, 0.5, 1.0)]
    near, far = (np.linalg.norm(p - places[0], axis=-1).mean() for p in places[1:])
    assert 0.3 * far < near < 0.75 * far


def test_dancers_side_by_side_are_coloured_as_each_alone(dance):
    both = tints(np.eye(len(LABELS))[[LABELS.index("sad"), LABELS.index("happy")]], LABELS)
    colouring = LiveColouring(2)
    for frame in range(30):
        poses = dance.hips[[frame, frame], None], dance.rotations[[frame, frame], None]
        positions = colouring.observe(poses, 1.0 / dance.fps)
        hips, turned = colouring.coloured(poses, positions, both)
    for row, emotion in enumerate(("sad", "happy")):
        alone = coloured(dance[:30], tint(**{emotion: 1.0}))
        np.testing.assert_allclose(hips[row, 0], alone.hips[-1], atol=1e-9)
        np.testing.assert_allclose(turned[row, 0], alone.rotations[-1], atol=1e-9)


@cache
def _of(dance: Clip, emotion: str) -> Clip:
    return coloured(dance, tint(**{emotion: 1.0}))
