"""The demo performer: dances, stands on the floor, and is seen as a camera would see it."""

import numpy as np
import pytest

from motion.clip import Pose
from motion.kinematics import world_from_local
from motion.skeleton import CANONICAL
from server import landmarks as lm
from server.choreography import BEATS_PER_MINUTE, choreography
from server.demo import DemoSource, world_landmarks
from server.figures import ARM_FIGURES, FOOTWORKS

FPS = 60
SECONDS = 35
TOES = CANONICAL.indices("leftToes", "rightToes")
ANKLES = CANONICAL.indices("leftFoot", "rightFoot")


@pytest.fixture(scope="module")
def dance() -> np.ndarray:
    poses = [choreography(frame / FPS, 0) for frame in range(SECONDS * FPS)]
    return world_from_local(
        CANONICAL,
        np.stack([pose.hips for pose in poses]),
        np.stack([pose.rotations for pose in poses]),
    )[0]


def test_same_seed_same_dance_other_seed_another():
    a, b, other = choreography(31.4, 5), choreography(31.4, 5), choreography(31.4, 6)
    np.testing.assert_array_equal(a.rotations, b.rotations)
    assert np.abs(a.rotations - other.rotations).max() > 0.05


def test_feet_rest_on_the_floor_and_do_not_slide(dance):
    toes = dance[:, TOES]
    assert toes[..., 1].min() > 0.0199
    assert dance[:, ANKLES, 1].min() > 0.06
    down = toes[..., 1] < 0.0201
    assert down.mean() > 0.6
    assert down.any(axis=1).all()
    speed = (np.linalg.norm(np.diff(toes, axis=0), axis=-1) * FPS)[down[1:] & down[:-1]]
    assert np.percentile(speed, 90) < 1e-6
    assert speed.max() < 0.15


def test_motion_is_smooth_and_alive(dance):
    speed = np.linalg.norm(np.diff(dance, axis=0), axis=-1) * FPS
    acceleration = np.linalg.norm(np.diff(dance, 2, axis=0), axis=-1) * FPS**2
    assert acceleration[:, 0].max() < 30
    assert acceleration.max() < 100
    seconds = speed[: (SECONDS - 1) * FPS]
    assert seconds.reshape(SECONDS - 1, FPS, -1).mean(axis=(1, 2)).min() > 0.15


def test_dancer_stays_near_turns_and_changes_level(dance):
    assert np.abs(dance[:, 0, [0, 2]]).max() < 0.8
    assert np.ptp(dance[:, 0, 1]) > 0.12
    across = dance[:, CANONICAL.index("leftUpperLeg")] - dance[:, CANONICAL.index("rightUpperLeg")]
    assert across[:, 0].min() < -0.1


def test_every_figure_is_danced_before_one_comes_again():
    beats = 8 * max(len(FOOTWORKS), len(ARM_FIGURES))
    times = np.arange(4, beats, 8) * 60 / BEATS_PER_MINUTE
    arms = np.stack([choreography(time, 1).rotations for time in times])
    apart = np.abs(arms[:, None] - arms[None]).max(axis=(2, 3))
    assert apart[~np.eye(len(times), dtype=bool)].min() > 0.1


@pytest.mark.parametrize("footwork", FOOTWORKS)
def test_footwork_ends_where_it_began(footwork):
    for side in (0, 1):
        last = [step for step in footwork.steps if step.side == side][-1]
        begin = [0.11, 0.07, 0.15] if side == 0 else [-0.11, 0.07, -0.15]
        assert [last.x, last.z] == pytest.approx(begin[:2], abs=0.002)
        assert np.cos(last.yaw - begin[2]) == pytest.approx(1.0, abs=1e-3)


def test_landmarks_are_centred_and_in_camera_axes():
    found = world_landmarks(Pose.rest())
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
    assert np.isfinite(second.positions).all()
    source.close()
    assert source.latest() is None
