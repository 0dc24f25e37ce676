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
