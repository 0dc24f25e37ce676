"""Rotations as arrays; `motion/compiled/` holds the arithmetic.

Quaternions are (x, y, z, w); arrays lead with batch axes, which broadcast. Results are float64.
"""

from ctypes import c_int

import numpy as np
from jaxtyping import Float

from motion.compiled import function

Array = np.ndarray

IDENTITY = np.array([0.0, 0.0, 0.0, 1.0])

ZERO_LENGTH = "expected quaternions of any length but zero, got one of zero length"

_multiply, _rotate, _cross = (function(name, "nddo") for name in ("multiply", "rotate", "cross"))
_swing, _frame = (function(name, "nddo") for name in ("swing", "frame"))
_to_rotvec, _from_rotvec = (function(name, "ndo") for name in ("to_rotvec", "from_rotvec"))
_from_matrix, _from_6d = (function(name, "ndo") for name in ("from_matrix", "from_6d"))
_to_matrix = function("to_matrix", "ndo", c_int)
_normalise = function("normalise", "nndo")
_slerp = function("slerp", "ndddo")


def multiply(a: Float[Array, "*batch 4"], b: Float[Array, "*batch 4"]) -> Float[Array, "*batch 4"]:
    """Return the quaternion product: first rotate by `b`, then by `a`; batches broadcast."""
    a, b = _together(a, b)
    product = np.empty(a.shape)
    _multiply(a.size // 4, a, b, product)
    return product


def inverse(q: Float[Array, "*batch 4"]) -> Float[Array, "*batch 4"]:
    """Return the inverse of unit quaternions."""
    return q * np.array([-1.0, -1.0, -1.0, 1.0])


def rotate(q: Float[Array, "*batch 4"], v: Float[Array, "*batch 3"]) -> Float[Array, "*batch 3"]:
    """Rotate vectors by unit quaternions; batches broadcast."""
    q, v = _together(q, v)
    rotated = np.empty(v.shape)
    _rotate(v.size // 3, q, v, rotated)
    return rotated


def cross(a: Float[Array, "*batch 3"], b: Float[Array, "*batch 3"]) -> Float[Array, "*batch 3"]:
    """Return the cross product; batches broadcast."""
    a, b = _together(a, b)
    product = np.empty(a.shape)
    _cross(a.size // 3, a, b, product)
    return product


def to_matrix(q: Float[Array, "*batch 4"]) -> Float[Array, "*batch 3 3"]:
    """Return rotation matrices of quaternions of any length but zero.

    Raises:
        ValueError: If one has zero length.
    """
    matrices = np.empty((*q.shape[:-1], 3, 3))
    if _to_matrix(q.size // 4, q, matrices):
        raise ValueError(ZERO_LENGTH)
    return matrices


def from_rotvec(v: Float[Array, "*batch 3"]) -> Float[Array, "*batch 4"]:
    """Return the rotations about the vectors by their lengths, radians.

    References:
        F. S. Grassia, "Practical Parameterization of Rotations Using the Exponential Map", 1998.
    """
    q = np.empty((*v.shape[:-1], 4))
    _from_rotvec(v.size // 3, v, q)
    return q


def to_rotvec(q: Float[Array, "*batch 4"]) -> Float[Array, "*batch 3"]:
    """Return the axes of unit quaternions times their angles in [0, pi]; undoes `from_rotvec`."""
    v = np.empty((*q.shape[:-1], 3))
    _to_rotvec(q.size // 4, q, v)
    return v


def from_euler(axes: str, angles: Float[Array, "*batch N"]) -> Float[Array, "*batch 4"]:
    """Return turns about axes one after the other, each about the axis as the last turn left it.

    Args:
        axes: N letters of X, Y and Z.
        angles: One for each axis, radians.
    """
    turned = None
    for number, axis in enumerate(axes):
        half = 0.5 * angles[..., number]
        about = np.zeros((*half.shape, 4))
        about[..., "XYZ".index(axis)], about[..., 3] = np.sin(half), np.cos(half)
        turned = about if turned is None else multiply(turned, about)
    if turned is None:
        raise ValueError("expected one axis or more, got none")
    return turned


def from_matrix(m: Float[Array, "*batch 3 3"]) -> Float[Array, "*batch 4"]:
    """Return quaternions (w >= 0) of rotation matrices.

    References:
        S. W. Shepperd, "Quaternion from Rotation Matrix", 1978: every row of the outer product of
        the quaternion with itself is the quaternion, scaled; the largest row loses no digits.
    """
    q = np.empty((*m.shape[:-2], 4))
    _from_matrix(m.size // 9, m, q)
    return q


def to_6d(q: Float[Array, "*batch 4"]) -> Float[Array, "*batch 6"]:
    """Return the first two columns of the rotation matrix, x column first.

    References:
        Zhou et al., "On the Continuity of Rotation Representations", arXiv:1812.07035.
    """
    columns = np.swapaxes(to_matrix(q), -1, -2)[..., :2, :]
    return columns.reshape(*q.shape[:-1], 6)


def from_6d(d: Float[Array, "*batch 6"]) -> Float[Array, "*batch 4"]:
    """Return quaternions from two columns that need be neither unit nor orthogonal."""
    q = np.empty((*d.shape[:-1], 4))
    _from_6d(d.size // 6, d, q)
    return q


def frame(x: Float[Array, "*batch 3"], y: Float[Array, "*batch 3"]) -> Float[Array, "*batch 3 3"]:
    """Return the right-handed frame whose first axis is `x` and whose second is nearest to `y`.

    The axes are the columns. Gram-Schmidt; input without a plane gives the identity.
    """
    x, y = _together(x, y)
    axes = np.empty((*x.shape, 3))
    _frame(x.size // 3, x, y, axes)
    return axes


def normalise(v: Float[Array, "*batch N"]) -> Float[Array, "*batch N"]:
    """Return vectors scaled to unit length; zero vectors stay zero."""
    unit = np.empty(v.shape)
    _normalise(v[..., 0].size, v.shape[-1], v, unit)
    return unit


def length(v: Float[Array, "*batch N"]) -> Float[Array, "*batch"]:
    """Return the lengths of vectors."""
    return np.sqrt(dot(v, v))


def dot(a: Float[Array, "*batch N"], b: Float[Array, "*batch N"]) -> Float[Array, "*batch"]:
    """Return the inner products of short vectors; batches broadcast."""
    terms = a * b
    total = terms[..., 0] + terms[..., 1]
    for component in range(2, terms.shape[-1]):
        total += terms[..., component]
    return total


def swing(a: Float[Array, "*batch 3"], b: Float[Array, "*batch 3"]) -> Float[Array, "*batch 4"]:
    """Return the smallest rotation that turns direction `a` into direction `b`.

    Opposite directions turn by half a circle about an arbitrary axis normal to `a`.
    """
    a, b = _together(a, b)
    q = np.empty((*a.shape[:-1], 4))
    _swing(a.size // 3, a, b, q)
    return q


def about_y(angle: Float[Array, "*batch"]) -> Float[Array, "*batch 4"]:
    """Return the rotation by an angle in radians about Y; positive turns +Z towards +X."""
    angle = np.asarray(angle)
    zero = np.zeros_like(angle)
    return np.stack([zero, np.sin(angle / 2), zero, np.cos(angle / 2)], axis=-1)


def twist_about_y(q: Float[Array, "*batch 4"]) -> Float[Array, "*batch"]:
    """Return by how much rotations turn about Y, radians: what `about_y` takes, but for the swing.

    References:
        P. Dobrowolski, "Swing-twist decomposition in Clifford algebra", arXiv:1506.05481.
    """
    return 2.0 * np.arctan2(q[..., 1], q[..., 3])


def slerp(
    a: Float[Array, "*batch 4"], b: Float[Array, "*batch 4"], t: Float[Array, "*batch"]
) -> Float[Array, "*batch 4"]:
    """Interpolate on the shorter arc; `t` in [0, 1] broadcasts against the batch.

    References:
        K. Shoemake, "Animating Rotation with Quaternion Curves", 1985.
    """
    a, b, share = _together(a, b, np.asarray(t)[..., None])
    q = np.empty(a.shape)
    _slerp(a.size // 4, a, b, share, q)
    return q


def _together(*arrays: Array) -> list[Array]:
    """Return arrays of vectors with the batch that theirs broadcast to."""
    batch = arrays[0].shape[:-1]
    for array in arrays:
        if array.shape[:-1] != batch:
            batch = np.broadcast(*(each[..., 0] for each in arrays)).shape
            return [_filled(each, batch) for each in arrays]
    return list(arrays)


def _filled(array: Array, batch: tuple[int, ...]) -> Array:
    if array.shape[:-1] == batch:
        return array
    filled = np.empty((*batch, array.shape[-1]))
    filled[...] = array
    return filled
