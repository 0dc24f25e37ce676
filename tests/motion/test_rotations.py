from functools import reduce
from operator import mul

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from motion import rotations
from tests.motion.strategies import quaternions, vectors


def same_rotation(a: np.ndarray, b: np.ndarray) -> bool:
    return bool(np.all(np.abs(np.sum(a * b, axis=-1)) > 1 - 1e-6))


@given(quaternions, quaternions, vectors)
def test_product_and_rotation_agree_with_scipy(a, b, v):
    expected = Rotation.from_quat(a) * Rotation.from_quat(b)
    assert same_rotation(rotations.multiply(a, b), expected.as_quat())
    np.testing.assert_allclose(rotations.rotate(a, v), Rotation.from_quat(a).apply(v), atol=1e-9)


@pytest.mark.parametrize("count", [1, 127, 128, 700])
def test_matrices_agree_with_scipy_and_are_the_same_bits_alone(count):
    q = np.random.default_rng(count).normal(size=(count, 4))
    matrices = rotations.to_matrix(q)
    np.testing.assert_allclose(matrices, Rotation.from_quat(q).as_matrix(), atol=1e-14)
    np.testing.assert_array_equal(matrices, np.stack([rotations.to_matrix(one) for one in q]))


def test_a_quaternion_of_zero_length_has_no_matrix():
    with pytest.raises(ValueError, match="any length but zero"):
        rotations.to_matrix(np.stack([rotations.IDENTITY, np.zeros(4)]))


@given(vectors)
def test_rotation_vectors_agree_with_scipy(v):
    expected = Rotation.from_rotvec(v)
    np.testing.assert_allclose(rotations.from_rotvec(v), expected.as_quat(), atol=1e-12)


@given(quaternions)
def test_rotation_vectors_are_read_on_the_shorter_way(q):
    q = rotations.normalise(q)
    read = rotations.to_rotvec(q)
    assert np.linalg.norm(read) <= np.pi + 1e-12
    assert same_rotation(rotations.from_rotvec(read), q)


@pytest.mark.parametrize("length", [0.0, 1e-300, 1e-12, 1e-6, np.pi])
def test_rotation_vectors_come_back_from_the_smallest_on(length):
    v = length * np.array([0.6, 0.0, -0.8])
    read = rotations.to_rotvec(rotations.from_rotvec(v))
    np.testing.assert_allclose(read, v, rtol=1e-12, atol=1e-300)


@pytest.mark.parametrize("axes", ["X", "YZ", "ZYX", "YZX", "XYZXY"])
def test_turns_about_axes_agree_with_scipy(axes):
    angles = np.random.default_rng(0).uniform(-np.pi, np.pi, (20, len(axes)))
    steps = [Rotation.from_euler(axis, angles[:, [i]]) for i, axis in enumerate(axes)]
    expected = reduce(mul, steps).as_quat()
    assert same_rotation(rotations.from_euler(axes, angles), expected)


def test_turns_need_an_axis():
    with pytest.raises(ValueError, match="expected one axis or more"):
        rotations.from_euler("", np.zeros((3, 0)))


@given(quaternions)
def test_inverse_undoes(q):
    assert same_rotation(rotations.multiply(q, rotations.inverse(q)), rotations.IDENTITY)


@given(quaternions)
def test_6d_round_trip_survives_scale(q):
    assert same_rotation(rotations.from_6d(3.0 * rotations.to_6d(q)), q)


@given(vectors, vectors)
def test_swing_leads_from_one_direction_to_the_other(a, b):
    turned = rotations.rotate(rotations.swing(a, b), rotations.normalise(a))
    np.testing.assert_allclose(turned, rotations.normalise(b), atol=2e-3)


@given(vectors)
def test_swing_to_the_opposite_direction_is_half_a_circle(a):
    turned = rotations.rotate(rotations.swing(a, -a), a)
    np.testing.assert_allclose(turned, -a, atol=1e-6)


@given(quaternions, quaternions, st.floats(0, 1))
def test_slerp_moves_in_proportion_on_the_shorter_arc(a, b, t):
    whole = (Rotation.from_quat(b) * Rotation.from_quat(a).inv()).magnitude()
    between = Rotation.from_quat(rotations.slerp(a, b, np.array(t)))
    part = (between * Rotation.from_quat(a).inv()).magnitude()
    assert part == pytest.approx(t * whole, abs=1e-4)


def test_positive_turn_about_y_leads_forward_to_left():
    turned = rotations.rotate(rotations.about_y(np.array(np.pi / 2)), np.array([0.0, 0.0, 1.0]))
    np.testing.assert_allclose(turned, [1.0, 0.0, 0.0], atol=1e-12)


@given(st.sampled_from(["Z", "XYZ", "ZXY", "YXZ", "ZYZ"]), st.integers(0, 2**32 - 1))
def test_euler_angles_become_the_bits_that_scipy_makes_of_them(axes, seed):
    angles = np.random.default_rng(seed).uniform(-180.0, 180.0, (9, len(axes)))
    angles[:3] = [[0.0], [180.0], [-90.0]]
    expected = Rotation.from_euler(axes, angles, degrees=True).as_quat()
    np.testing.assert_array_equal(rotations.from_euler(axes, np.radians(angles)), expected)
