"""Poses bent, enlarged and raised agree with SciPy's rotations."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from motion import kinematics
from motion.choreography.posing import (
    ARM_RANGE,
    ARMS,
    FEET,
    HEAD,
    TRUNK,
    bowed,
    elevation_of,
    enlarged,
    posture_of,
    raised,
)
from motion.skeleton import CANONICAL
from tests.motion.strategies import swaying

CLIP = swaying(40)
POSITIONS, WORLD = kinematics.world_from_local(CANONICAL, CLIP.hips, CLIP.rotations)


def lateral() -> np.ndarray:
    heading = kinematics.facing(POSITIONS)
    return np.stack([np.cos(heading), 0.0 * heading, -np.sin(heading)], axis=-1)


def assert_turned(made: np.ndarray, expected: Rotation) -> None:
    assert (Rotation.from_quat(made) * expected.inv()).magnitude().max() < 1e-7


@pytest.mark.parametrize("size", [0.0, 0.6, 1.0, 1.7])
def test_enlarged_joints_lead_further_up_to_a_half_turn(size):
    rng = np.random.default_rng(0)
    middle, away = Rotation.random(200, rng), Rotation.from_rotvec(rng.normal(size=(200, 3)))
    wanted = away.magnitude() * size
    most = np.maximum(away.magnitude(), 0.9 * np.pi)
    axis = away.as_rotvec() / away.magnitude()[:, None]
    expected = middle * Rotation.from_rotvec(axis * np.minimum(wanted, most)[:, None])
    made = enlarged(-(middle * away).as_quat(), middle.as_quat(), size)
    assert_turned(made, expected)


def test_a_bow_turns_trunk_and_head_about_the_line_across_the_body():
    lean, head = 0.3, np.linspace(-0.5, 0.5, len(WORLD))
    bent = bowed(POSITIONS, WORLD, lean, head)
    angles = {name: share * lean + 0.0 * head for name, share in TRUNK.items()}
    angles |= {"neck": (lean + head) / 2, "head": head, "leftShoulder": lean + 0.0 * head}
    for name, angle in angles.items():
        joint = CANONICAL.index(name)
        turn = Rotation.from_rotvec(lateral() * angle[:, None])
        assert_turned(bent[:, joint], turn * Rotation.from_quat(WORLD[:, joint]))
    np.testing.assert_array_equal(bent[:, FEET], WORLD[:, FEET])


def test_arms_that_hang_go_along_with_a_bow_by_less():
    bent = bowed(POSITIONS, WORLD, 0.3, 0.0)
    along = POSITIONS[:, ARMS[:, 2]] - POSITIONS[:, ARMS[:, 0]]
    up = along[..., 1] / np.linalg.norm(along, axis=-1)
    share = 1.0 - 0.8 * np.clip((0.3 - up) / 1.3, 0.0, 1.0)
    for side, joint in enumerate(ARMS[:, 0]):
        turn = Rotation.from_rotvec(lateral() * 0.3 * share[:, side, None])
        assert_turned(bent[:, joint], turn * Rotation.from_quat(WORLD[:, joint]))


def test_posture_is_seen_from_the_side_of_the_body():
    lean, head = posture_of(POSITIONS, WORLD[:, HEAD])
    trunk = POSITIONS[:, CANONICAL.index("neck")] - POSITIONS[:, 0]
    ahead = np.cross(lateral(), [0.0, 1.0, 0.0])
    np.testing.assert_allclose(lean, np.arctan2((trunk * ahead).sum(-1), trunk[:, 1]), atol=1e-9)
    face = Rotation.from_quat(WORLD[:, HEAD]).apply([0.0, 0.0, 1.0])
    np.testing.assert_allclose(head, -np.arcsin(face[:, 1]), atol=1e-9)


@pytest.mark.parametrize("angle", [-0.4, 0.0, 0.5, 3.0])
def test_arms_rise_within_their_range_all_of_a_piece(angle):
    made = raised(POSITIONS, WORLD, angle)
    for side, joints in enumerate(ARMS):
        turns = [
            Rotation.from_quat(made[:, j]) * Rotation.from_quat(WORLD[:, j]).inv() for j in joints
        ]
        assert max((turns[0].inv() * turn).magnitude().max() for turn in turns) < 1e-7
        arm = POSITIONS[:, joints[2]] - POSITIONS[:, joints[0]]
        up = turns[0].apply(arm)[:, 1] / np.linalg.norm(arm, axis=-1)
        own = elevation_of(POSITIONS)[:, side]
        np.testing.assert_allclose(
            own, np.arcsin(arm[:, 1] / np.linalg.norm(arm, axis=-1)), atol=1e-9
        )
        free = np.clip((own - ARM_RANGE[0]) / np.radians(35.0), 0.0, 1.0)
        np.testing.assert_allclose(
            np.arcsin(up), np.clip(own + angle * free, *ARM_RANGE), atol=1e-6
        )


def test_what_is_no_number_stays_none():
    positions, world = POSITIONS[:1].copy(), WORLD[:1].copy()
    positions[0, ARMS[0, 2]] = np.nan
    world[0, HEAD] = np.nan
    assert np.isnan(elevation_of(positions)[0]).tolist() == [True, False]
    assert np.isnan(posture_of(positions, world[:, HEAD])[1]).all()
