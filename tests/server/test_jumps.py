"""Jumps are as high as they were, and nothing else is a jump."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from motion.clip import Pose
from motion.kinematics import world_from_local
from motion.skeleton import CANONICAL
from server.capture.demo import Camera, demo_dance
from server.capture.landmarks import Landmarks
from server.capture.retarget import Retargeter

FPS = 30
TAKE_OFF = 2.0
TIMES = np.arange(4 * FPS) / FPS
LEGS = [(s + j, k) for s in ("left", "right") for j, k in (("UpperLeg", -1), ("LowerLeg", 2))]
TOES = CANONICAL.indices("leftToes", "rightToes")


def crouching(bend: float, lift: float = 0.0, z: float = 0.0) -> Pose:
    """Returns somebody with bent knees whose feet are that far above the floor."""
    standing = Pose.standing()
    turned = standing.rotations.copy()
    for joint, share in [*LEGS, ("leftFoot", -1), ("rightFoot", -1)]:
        i = CANONICAL.index(joint)
        bent = Rotation.from_quat(turned[i]) * Rotation.from_rotvec([share * bend, 0.0, 0.0])
        turned[i] = bent.as_quat()
    shorter = length(standing.rotations) - length(turned)
    return Pose(standing.hips + np.array([0.0, lift - shorter, z]), turned)


def length(turned: np.ndarray) -> float:
    """Returns how far the toes are below the hips."""
    return float(-world_from_local(CANONICAL, np.zeros(3), turned)[0][TOES, 1].min())


def jumping(height: float, forward: float) -> list[Pose]:
    """Returns a crouch, a flight and a landing, some way towards the camera."""
    speed = np.sqrt(2 * 9.81 * height)
    flight = 2 * speed / 9.81
    poses = []
    for time in TIMES - TAKE_OFF:
        down = np.interp(time, [-0.5, -0.25, -0.1, 0.0], [0.0, 0.55, 0.35, 0.0])
        landed = 0.5 * np.sin(np.pi * np.clip((time - flight) / 0.5, 0, 1))
        lift = max(speed * time - 4.905 * time**2, 0.0)
        travelled = forward * np.clip((time + 0.1) / 0.7, 0, 1)
        poses.append(crouching(down + landed, lift, travelled))
    return poses


def seen_by(camera: Camera, poses: list[Pose], seed: int = 0) -> Iterator[Landmarks]:
    rng = np.random.default_rng(seed)
    for pose in poses:
        seen = camera.see(pose)
        image = seen.image + rng.normal(0, 0.003, seen.image.shape)
        positions = seen.positions + rng.normal(0, 0.01, seen.positions.shape)
        yield replace(seen, positions=positions, image=image)


def hips_of(frames: Iterator[Landmarks]) -> np.ndarray:
    retargeter = Retargeter()
    return np.array([retargeter.update(seen, i / FPS).hips[1] for i, seen in enumerate(frames)])


@pytest.mark.parametrize("tilt", [0.0, 0.2, -0.15])
@pytest.mark.parametrize("forward", [0.0, 0.3, -0.3])
@pytest.mark.parametrize("height", [0.2, 0.4])
def test_jump_is_as_high_as_it_was(height, forward, tilt):
    hips = hips_of(seen_by(Camera(tilt=tilt), jumping(height, forward)))
    standing = np.median(hips[: FPS + FPS // 3])
    assert hips.max() - standing == pytest.approx(height, rel=0.25)
    assert np.abs(np.diff(hips)).max() < 0.16  # the fastest of it is 0.1 m a frame
    assert hips[-15:] == pytest.approx(standing, abs=0.02)


def test_standing_up_fast_is_no_jump():
    bends = np.interp(TIMES, [1.0, 1.5, 2.0, 2.15], [0.0, 0.8, 0.8, 0.0])
    hips = hips_of(seen_by(Camera(), [crouching(bend) for bend in bends]))
    assert hips.max() < np.median(hips[:FPS]) + 0.03


@pytest.mark.parametrize("speed", [1.5, -1.5])
def test_steps_towards_the_camera_and_away_are_no_jump(speed):
    poses = [crouching(0.0, z=speed * np.clip(time - 2, 0, 0.7)) for time in TIMES]
    hips = hips_of(seen_by(Camera(tilt=0.2), poses))
    assert np.ptp(hips) < 0.03


def test_dance_of_the_demo_performer_has_no_flights():
    poses = demo_dance(np.arange(20 * FPS) / FPS, 11)
    truth = np.array([pose.hips[1] for pose in poses])
    assert np.abs(hips_of(seen_by(Camera(), poses)) - truth).max() < 0.07


def test_who_is_lost_in_flight_comes_down():
    frames = list(seen_by(Camera(), jumping(0.4, 0.0)))
    retargeter = Retargeter()
    top = int((TAKE_OFF + 0.25) * FPS)
    for i, seen in enumerate(frames[:top]):
        high = retargeter.update(seen, i / FPS).hips[1]
    for i in range(top, top + FPS // 2):
        low = retargeter.update(None, i / FPS).hips[1]
    assert low < high - 0.3
