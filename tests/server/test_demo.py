"""The demo performer: dances, stands on the floor, and is seen as a camera would see it."""

import numpy as np
import pytest

from motion.clip import Pose
from motion.kinematics import world_from_local
from motion.skeleton import CANONICAL
from server.capture import landmarks as lm
from server.capture.demo import Camera, DemoSource, demo_dance


def test_dances_in_one_mood_after_another_without_a_pop():
    times = np.arange(0.0, 90.0, 1 / 30)
    poses = demo_dance(times, 0)
    hips = np.stack([pose.hips for pose in poses])
    dance = world_from_local(CANONICAL, hips, np.stack([pose.rotations for pose in poses]))[0]
    assert np.linalg.norm(np.diff(dance, axis=0), axis=-1).max() < 0.35
    height = dance[:2550, CANONICAL.index("leftHand"), 1].reshape(5, 510).mean(axis=1)
    assert np.ptp(height) > 0.2
    other = demo_dance(times[1200:1201], 1)[0]
    assert np.abs(poses[1200].rotations - other.rotations).max() > 0.05


def test_landmarks_are_centred_and_in_camera_axes():
    found = Camera().see(Pose.rest()).positions
    np.testing.assert_allclose(found[lm.LEFT_HIP] + found[lm.RIGHT_HIP], 0.0, atol=1e-12)
    assert found[lm.LEFT_WRIST, 0] > 0.5
    assert found[lm.NOSE, 1] < -0.5
    assert found[lm.NOSE, 2] < found[lm.LEFT_EAR, 2]
    np.testing.assert_allclose(found[lm.MIRROR] * [-1, 1, 1], found, atol=1e-12)


def test_source_delivers_each_frame_once():
    now = 10.0
    source = DemoSource(lambda: now)
    assert source.latest() is None
    assert source.state == "starting"
    source.start()
    first = source.latest()
    assert first.time == 10.0
    assert source.state == "delivering"
    assert source.latest() is None
    now = 10.05
    second = source.latest()
    assert second.time == pytest.approx(10.0 + 1 / 30)
    [person] = second.people
    assert np.isfinite(person.positions).all()
    source.close()
    assert source.latest() is None
