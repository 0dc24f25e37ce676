"""Rotations of the frame path agree with SciPy's."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.spatial.transform import Rotation

from server.capture import fast_rotations as linear

VECTORS = arrays(float, (5, 3), elements=st.floats(-10, 10))
TURNS = arrays(float, (5, 3), elements=st.floats(-3.0, 3.0))


@settings(deadline=None)
@given(VECTORS, VECTORS)
def test_cross_and_dot(a, b):
    np.testing.assert_allclose(linear.cross(a, b), np.cross(a, b), atol=1e-9)
    np.testing.assert_allclose(linear.dot(a, b)[:, 0], np.einsum("nk,nk->n", a, b), atol=1e-9)


@settings(deadline=None)
@given(TURNS)
def test_matrices_and_quaternions(turns):
    rotation = Rotation.from_rotvec(turns)
    matrices = linear.matrices(rotation.as_quat())
    np.testing.assert_allclose(matrices, rotation.as_matrix(), atol=1e-12)
    agreement = np.abs((linear.quaternions(matrices) * rotation.as_quat()).sum(axis=1))
    np.testing.assert_allclose(agreement, 1.0, atol=1e-12)


@settings(deadline=None)
@given(arrays(float, (3, 3, 3), elements=st.floats(-5, 5)))
def test_quaternions_of_anything_are_finite(matrices):
    assert np.isfinite(linear.quaternions(matrices)).all()


@settings(deadline=None)
@given(TURNS, st.floats(0, 1))
def test_blend_takes_the_shorter_way(turns, part):
    a = Rotation.identity(5).as_quat()
    b = Rotation.from_rotvec(turns)
    between = Rotation.from_quat(linear.blend(a, -b.as_quat(), np.array([[part]])))
    assert (between.magnitude() <= b.magnitude() + 1e-9).all()
    whole = linear.blend(a, b.as_quat(), np.array([[1.0]]))
    np.testing.assert_allclose(np.abs((whole * b.as_quat()).sum(axis=1)), 1.0, atol=1e-12)
