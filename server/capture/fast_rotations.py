"""Rotations for the frame path: a few bones at a time, where a call costs more than its sums.

`motion.rotations` is for clips; for twenty bones `np.cross` and SciPy's `Rotation` cost several
times what these do, and these take degenerate input without an error.
"""

import numpy as np
from jaxtyping import Float

Array = np.ndarray

_TWICE = np.array([1, 2, 0, 2, 0, 1])  # the next coordinates, then those after


def cross(a: Float[Array, "#N 3"], b: Float[Array, "#N 3"]) -> Float[Array, "N 3"]:
    """Return the cross products of rows."""
    a, b = a.take(_TWICE, axis=1), b.take(_TWICE, axis=1)
    return a[:, :3] * b[:, 3:] - a[:, 3:] * b[:, :3]


def dot(a: Float[Array, "#N K"], b: Float[Array, "#N K"]) -> Float[Array, "N 1"]:
    """Return the dot products of rows, kept as a column."""
    return np.asarray(np.add.reduce(a * b, axis=-1, keepdims=True))


def unit(a: Float[Array, "N K"]) -> Float[Array, "N K"]:
    """Return rows scaled to length one; rows of nearly no length stay short."""
    return a / np.maximum(np.sqrt(dot(a, a)), 1e-9)


def across(a: Float[Array, "#N 3"], along: Float[Array, "#N 3"]) -> Float[Array, "N 3"]:
    """Return what is left of `a`, as a unit vector, after taking out the direction `along`."""
    return unit(a - dot(a, along) * along)


def _product_map() -> tuple[Array, Array]:
    """Return A, c with 4 q qᵀ = A·m + c for a rotation matrix m of the quaternion q."""
    table = np.zeros((4, 4, 3, 3))
    constant = np.eye(4)
    table[range(3), range(3)] = -np.eye(3)
    for i in range(3):
        j, k = (i + 1) % 3, (i + 2) % 3
        table[i, i, i, i] = table[3, 3, i, i] = 1.0
        table[i, j, i, j] = table[i, j, j, i] = table[j, i, i, j] = table[j, i, j, i] = 1.0
        table[i, 3, k, j] = table[3, i, k, j] = 1.0
        table[i, 3, j, k] = table[3, i, j, k] = -1.0
    return table.reshape(16, 9).T.copy(), constant.reshape(16)


def _matrix_map() -> Array:
    """Return A with m = A·(q qᵀ) for the rotation matrix m of a unit quaternion q."""
    table = np.zeros((3, 3, 4, 4))
    for i in range(3):
        j, k = (i + 1) % 3, (i + 2) % 3
        table[i, i, [i, 3, j, k], [i, 3, j, k]] = [1.0, 1.0, -1.0, -1.0]
        table[i, j, i, j] = table[j, i, i, j] = 2.0
        table[i, j, k, 3], table[j, i, k, 3] = -2.0, 2.0
    return table.reshape(9, 16).T.copy()


_PRODUCTS, _PRODUCTS_CONSTANT = _product_map()
_MATRIX = _matrix_map()


def quaternions(matrices: Float[Array, "N 3 3"]) -> Float[Array, "N 4"]:
    """Return unit quaternions of rotation matrices.

    Finite input gives finite output, whatever it is.

    References:
        S. W. Shepperd, "Quaternion from Rotation Matrix", 1978.
    """
    products = matrices.reshape(-1, 9) @ _PRODUCTS + _PRODUCTS_CONSTANT
    largest = products[:, ::5].argmax(axis=1)
    return unit(products.reshape(-1, 4, 4)[np.arange(len(largest)), largest])


def matrices(quaternions: Float[Array, "N 4"]) -> Float[Array, "N 3 3"]:
    """Return rotation matrices of unit quaternions."""
    products = quaternions[:, :, None] * quaternions[:, None, :]
    return (products.reshape(-1, 16) @ _MATRIX).reshape(-1, 3, 3)


def blend(
    a: Float[Array, "N 4"], b: Float[Array, "N 4"], part: Float[Array, "#N 1"]
) -> Float[Array, "N 4"]:
    """Return quaternions between `a` (part 0) and `b` (part 1), on the shorter way.

    Normalised linear interpolation: cheap, and even enough for the small turns of one frame.
    """
    nearer = np.where(dot(a, b) < 0.0, -b, b)
    return unit(a + part * (nearer - a))
