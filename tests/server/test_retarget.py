"""Landmarks to poses: true to what was seen, and whole whatever was not."""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from motion.clip import Pose
from motion.kinematics import facing, world_from_local
from motion.skeleton import CANONICAL
from server.capture import landmarks as lm
from server.capture.demo import Camera, demo_dance
from server.capture.landmarks import Landmarks
from server.capture.retarget import Retargeter

SEED = 11
CAMERA = Camera()
FLIP = np.array([1.0, -1.0, -1.0, 1.0])
LEGS = [lm.LEFT_HIP, lm.RIGHT_HIP, *range(lm.LEFT_KNEE, lm.COUNT)]
HANDS = CANONICAL.indices("leftHand", "rightHand")
FEET = CANONICAL.indices("leftToes", "rightToes")


@dataclass(frozen=True, eq=False)
class Frame(Landmarks):
    time: float = 0.0


def seen(pose: Pose, time: float, camera: Camera = CAMERA) -> Frame:
    return Frame(**vars(camera.see(pose)), time=time)


@lru_cache
def danced(seconds: float, fps: float = 30.0, start: float = 0.0) -> list[Frame]:
    times = start + np.arange(int(seconds * fps)) / fps
    return [seen(pose, time) for pose, time in zip(demo_dance(times, SEED), times, strict=True)]


def hidden(landmarks: Frame, which: list[int]) -> Frame:
    visibility = landmarks.visibility.copy()
    visibility[which] = 0.0
    return replace(landmarks, visibility=visibility)


def timed(frames: list[Frame]) -> list[tuple[Frame, float]]:
    return [(frame, frame.time) for frame in frames]


def retargeted(frames: list[Frame]) -> list[Pose]:
    retargeter = Retargeter()
    return [retargeter.update(frame, frame.time) for frame in frames]


def joints(poses: list[Pose]) -> np.ndarray:
    hips = np.stack([pose.hips for pose in poses])
    return world_from_local(CANONICAL, hips, np.stack([pose.rotations for pose in poses]))[0]


def truth_of(frames: list[Frame], later: float = 0.0) -> np.ndarray:
    return joints(demo_dance(np.array([frame.time + later for frame in frames]), SEED))


def about_hips(positions: np.ndarray) -> np.ndarray:
    return positions - positions[:, :1]


def largest_move(positions: np.ndarray) -> float:
    return float(np.linalg.norm(np.diff(positions, axis=0), axis=-1).max())


@pytest.mark.parametrize("fps", [15.0, 30.0, 60.0])
def test_pose_is_that_of_the_performer_at_any_rate(fps):
    frames = danced(8.0, fps)
    found = joints(retargeted(frames))
    truth = truth_of(frames)
    errors = np.linalg.norm(about_hips(found) - about_hips(truth), axis=-1)[int(fps) :]
    assert np.median(errors) < 0.02
    assert np.percentile(errors, 95) < 0.07
    assert np.abs(found[:, 0, 1] - truth[:, 0, 1]).max() < 0.06


def test_lags_less_than_two_frames():
    frames = danced(8.0)
    found = about_hips(joints(retargeted(frames)))[30:]
    truth = about_hips(truth_of(frames))[30:]
    errors = [
        np.linalg.norm(found[lag:, HANDS] - truth[: len(truth) - lag, HANDS], axis=-1).mean()
        for lag in range(5)
    ]
    assert np.argmin(errors) < 2


def test_jitter_is_smoothed():
    rng = np.random.default_rng(0)
    still = seen(Pose.standing(), 0.0)
    frames = [
        replace(still, time=i / 30, positions=still.positions + rng.normal(0, 0.005, (33, 3)))
        for i in range(120)
    ]
    found = joints(retargeted(frames))[30:]
    wrists = np.stack([frame.positions[[lm.LEFT_WRIST, lm.RIGHT_WRIST]] for frame in frames])
    moved, given = (
        np.median(np.linalg.norm(np.diff(x, axis=0), axis=-1)) for x in (found[:, HANDS], wrists)
    )
    assert moved < 0.4 * given


def test_size_of_the_performer_does_not_matter():
    frames = danced(3.0)
    child = [replace(frame, positions=0.6 * frame.positions) for frame in frames]
    difference = about_hips(joints(retargeted(child))) - about_hips(joints(retargeted(frames)))
    assert np.median(np.linalg.norm(difference, axis=-1)) < 0.01


def test_mirror_image_gives_the_mirrored_pose():
    frames = danced(6.0)
    mirrored = [
        replace(frame, positions=frame.positions[lm.MIRROR] * [-1.0, 1.0, 1.0]) for frame in frames
    ]
    for pose, other in zip(retargeted(frames), retargeted(mirrored), strict=True):
        np.testing.assert_allclose(other.hips, pose.hips * [-1.0, 1.0, 1.0], atol=0.02)
        turned = pose.rotations[CANONICAL.mirror] * FLIP
        assert np.abs((other.rotations * turned).sum(axis=1)).min() > 1 - 1e-6


def test_feet_stand_on_the_floor_and_where_they_are():
    frames = danced(20.0)
    found = joints(retargeted(frames))
    truth = truth_of(frames)
    assert found[:, FEET, 1].min() > -0.02
    assert found[:, FEET, 1].min(axis=1).max() < 0.06
    planted = (np.linalg.norm(np.diff(truth[:, FEET], axis=0), axis=-1) < 1e-6).all(axis=1)
    slid = np.linalg.norm(np.diff(found[:, FEET][:, :, [0, 2]], axis=0), axis=-1).min(axis=1)
    assert np.median(slid[planted]) * 30 < 0.05


def test_hips_travel_with_steps_and_come_home():
    frames = danced(20.0)
    found = joints(retargeted(frames))[:, 0]
    truth = truth_of(frames)[:, 0]
    assert np.corrcoef(found[:, 0], truth[:, 0])[0, 1] > 0.9
    assert np.abs(found[:, [0, 2]]).max() < 1.0


def turning(turns: float, seconds: float) -> list[Frame]:
    standing = seen(Pose.standing(), 0.0)
    frames = []
    for i in range(int(seconds * 30)):
        angle = 2 * np.pi * turns * i / (seconds * 30)
        sine, cosine = np.sin(angle), np.cos(angle)
        about = np.array([[cosine, 0.0, -sine], [0.0, 1.0, 0.0], [sine, 0.0, cosine]])
        frames.append(replace(standing, time=i / 30, positions=standing.positions @ about))
    return frames


@pytest.mark.parametrize("turns", [1.0, -1.0])
def test_turning_around_is_followed(turns):
    found = np.unwrap(facing(joints(retargeted(turning(turns, 1.5)))))
    assert abs(found[-1] - found[0]) == pytest.approx(2 * np.pi, abs=0.4)


@pytest.mark.parametrize("depth", [1.0, -1.0])
@pytest.mark.parametrize("frames", [1, 3, 10])
def test_left_taken_for_right_is_undone(frames, depth):
    straight = danced(3.0)
    flipped = list(straight)
    for i in range(45, 45 + frames):
        positions = straight[i].positions[lm.MIRROR] * [1.0, 1.0, depth]
        flipped[i] = replace(straight[i], positions=positions)
    difference = joints(retargeted(flipped)) - joints(retargeted(straight))
    assert np.abs(difference).max() < 0.01


def test_swap_that_stays_is_believed():
    standing = seen(Pose.standing(), 0.0)
    about = np.diag([-1.0, 1.0, -1.0])
    frames = [
        replace(
            standing, time=i / 30, positions=standing.positions @ (about if i > 30 else np.eye(3))
        )
        for i in range(90)
    ]
    found = joints(retargeted(frames))
    assert abs(facing(found[-1])) == pytest.approx(np.pi, abs=0.1)
    assert largest_move(found) < 0.5


def test_hidden_arm_is_held_then_hangs():
    frames = danced(5.0)
    arm = [lm.LEFT_ELBOW, lm.LEFT_WRIST, lm.LEFT_INDEX, lm.LEFT_PINKY]
    found = retargeted([hidden(frame, arm) if frame.time > 2.0 else frame for frame in frames])
    joint = CANONICAL.index("leftUpperArm")
    np.testing.assert_array_equal(found[62].rotations[joint], found[70].rotations[joint])
    hanging = Pose.standing().rotations[joint]
    assert abs(found[-1].rotations[joint] @ hanging) > 0.98
    assert largest_move(joints(found)) < 0.2


def test_limb_that_is_seen_again_does_not_pop():
    frames = danced(6.0)
    arm = [lm.LEFT_ELBOW, lm.LEFT_WRIST, lm.LEFT_INDEX, lm.LEFT_PINKY]
    found = joints(retargeted([hidden(f, arm) if 1.0 < f.time < 3.0 else f for f in frames]))
    assert largest_move(found) < 0.2
    truth = truth_of(frames)
    assert np.median(np.linalg.norm(about_hips(found) - about_hips(truth), axis=-1)[120:]) < 0.03


def test_upper_body_alone_stands_and_lives():
    frames = [hidden(frame, LEGS) for frame in danced(6.0)]
    found = retargeted(frames)
    positions = joints(found)
    legs = CANONICAL.indices("leftUpperLeg", "leftLowerLeg", "rightUpperLeg", "rightLowerLeg")
    feet = CANONICAL.indices("leftFoot", "rightFoot")
    assert np.ptp(positions[:, feet, 1], axis=0).max() < 0.01
    assert found[-1].hips[1] == pytest.approx(0.95, abs=0.02)
    assert np.abs(np.stack([pose.rotations[legs, 3] for pose in found])).min() > 0.99
    truth = truth_of(frames)
    seen_hands = about_hips(positions)[30:, HANDS, 1] - about_hips(truth)[30:, HANDS, 1]
    assert np.median(np.abs(seen_hands)) < 0.05


def test_walking_out_and_in():
    there, away = danced(2.0), [(None, 2.0 + i / 30) for i in range(60)]
    back = danced(3.0, start=20.0)
    back = [replace(frame, time=frame.time - 16.0) for frame in back]
    retargeter = Retargeter()
    present, poses = [], []
    for frame, time in [*timed(there), *away, *timed(back)]:
        poses.append(retargeter.update(frame, time))
        present.append(retargeter.present)
    assert all(present[: 60 + 14])
    assert not any(present[60 + 17 : 120])
    assert all(present[120:])
    assert largest_move(joints(poses)) < 0.3
    truth = truth_of(back, 16.0)
    errors = np.linalg.norm(about_hips(joints(poses[120:])) - about_hips(truth), axis=-1)
    assert np.median(errors[15:]) < 0.03


def test_nobody_yet_is_no_pose():
    retargeter = Retargeter()
    assert retargeter.update(None, 0.0) is None
    assert not retargeter.present


def test_someone_else_is_taken_up_without_a_pop():
    one, other = danced(2.0), danced(2.0, start=40.0)
    about = np.diag([-1.0, 1.0, -1.0])
    other = [replace(f, time=f.time - 38.0, positions=f.positions @ about) for f in other]
    found = joints(retargeted(one + other))
    assert largest_move(found) < 0.5
    np.testing.assert_allclose(np.abs(facing(found[-1])), np.pi, atol=0.5)


def test_single_leap_is_ignored():
    frames = danced(3.0)
    leaping = list(frames)
    positions = frames[60].positions.copy()
    positions[lm.LEFT_WRIST] += [0.9, 0.0, 0.0]
    leaping[60] = replace(frames[60], positions=positions)
    difference = joints(retargeted(leaping)) - joints(retargeted(frames))
    assert np.abs(difference).max() < 0.12


def test_knees_do_not_bend_backwards():
    standing = seen(Pose.standing(), 0.0)
    standing.positions[[lm.LEFT_KNEE, lm.RIGHT_KNEE], 2] += 0.12
    frames = [replace(standing, time=i / 30) for i in range(30)]
    pose = retargeted(frames)[-1]
    shins = pose.rotations[CANONICAL.indices("leftLowerLeg", "rightLowerLeg")]
    assert (shins[:, 0] * np.sign(shins[:, 3])).min() > -0.05


def test_pitched_camera_is_levelled():
    angle = np.radians(12)
    sine, cosine = np.sin(angle), np.cos(angle)
    pitch = np.array([[1.0, 0.0, 0.0], [0.0, cosine, sine], [0.0, -sine, cosine]])
    level = danced(20.0)
    pitched = [replace(frame, positions=frame.positions @ pitch) for frame in level]
    neck = CANONICAL.index("neck")
    straight, tilted = (about_hips(joints(retargeted(f)))[-150:, neck] for f in (level, pitched))
    assert abs(np.degrees(np.median(tilted[:, 2] - straight[:, 2]) / 0.48)) < 4


def test_clock_that_stands_or_jumps_back_does_no_harm():
    frames = danced(2.0)
    times = [0.0, 0.0, np.nan, 5.0, 1.0, -np.inf, np.inf, 2.0]
    poses = retargeted([replace(f, time=t) for f, t in zip(frames, times * 7, strict=False)])
    assert np.isfinite(joints(poses)).all()


NUMBERS = st.one_of(
    st.floats(-2.0, 2.0), st.floats(allow_nan=True, allow_infinity=True), st.just(0.0)
)
ANYTHING = st.builds(
    Frame,
    positions=arrays(float, (lm.COUNT, 3), elements=NUMBERS),
    visibility=arrays(float, lm.COUNT, elements=NUMBERS, fill=st.just(1.0)),
    image=arrays(float, (lm.COUNT, 2), elements=NUMBERS),
    time=NUMBERS,
)


@settings(max_examples=150, deadline=None)
@given(st.lists(ANYTHING, max_size=6))
def test_any_numbers_give_a_sound_pose(noise):
    poses = retargeted([*danced(0.2), *noise, *danced(0.1, start=9.0)])
    positions = joints(poses)
    lengths = np.linalg.norm([pose.rotations for pose in poses], axis=-1)
    assert np.isfinite(positions).all()
    np.testing.assert_allclose(lengths, 1.0, atol=1e-6)
    assert largest_move(positions) < 0.5
