"""Rotations, by NumPy alone: SciPy's would take a fifth of the server's start, and 39 MB.

Quaternions are (x, y, z, w); arrays lead with batch axes, which broadcast. Results are in Fortran's
order: each component lies in one piece, so that NumPy's next calls read it without steps.
"""

import numpy as np
from jaxtyping import Float

Array = np.ndarray

IDENTITY = np.array([0.0, 0.0, 0.0, 1.0])

_FEW = 512
"""Numbers up to which one way to compute with them is the faster, and from which the other; both
add the same terms in the same order."""

_W_FIRST = np.array([3, 0, 1, 2])
_FACTORS = np.array([[0, 1, 2, 3], [3, 2, 1, 0], [2, 3, 0, 1], [1, 0, 3, 2]])
_SIGNS = np.array([[1, 1, 1, 1], [1, -1, 1, -1], [1, 1, -1, -1], [-1, 1, 1, -1]], np.int8)
"""The components of `b`, by which w, x, y and z of `a` are multiplied, and with which sign."""

_ENTRIES = np.array([[5, 1, 2, 1, 0, 6, 2, 6, 0], [10, 11, 7, 11, 10, 3, 7, 3, 5]])
_ENTRY_SIGNS = np.array(
    [[-1, 1, 1, 1, -1, 1, 1, 1, -1], [-1, -1, 1, 1, -1, -1, -1, 1, -1]], np.int8
)
"""The two products of components, 4 i + j of i and j, in each entry of a rotation matrix, and their
signs."""

_OUTER = np.array([[0, 7, 8, 4], [7, 1, 9, 5], [8, 9, 2, 6], [4, 5, 6, 3]])
"""Where `from_matrix` has the products of two components of a quaternion."""


def multiply(a: Float[Array, "*batch 4"], b: Float[Array, "*batch 4"]) -> Float[Array, "*batch 4"]:
    """Return the quaternion product: first rotate by `b`, then by `a`; batches broadcast."""
    if a.size + b.size < _FEW:  # where NumPy's calls cost more than the arithmetic: fewer of them
        terms = b.take(_FACTORS, -1) * _SIGNS * a.take(_W_FIRST, -1)[..., None]
        product = terms[..., 0, :] + terms[..., 1, :]
        product += terms[..., 2, :]
        product += terms[..., 3, :]
        return product
    ax, ay, az, aw = a[..., 0], a[..., 1], a[..., 2], a[..., 3]
    bx, by, bz, bw = b[..., 0], b[..., 1], b[..., 2], b[..., 3]
    w = aw * bw - ax * bx - ay * by - az * bz
    product = np.empty((*w.shape, 4), w.dtype, order="F")
    product[..., 0] = aw * bx + ax * bw + ay * bz - az * by
    product[..., 1] = aw * by - ax * bz + ay * bw + az * bx
    product[..., 2] = aw * bz + ax * by - ay * bx + az * bw
    product[..., 3] = w
    return product


def inverse(q: Float[Array, "*batch 4"]) -> Float[Array, "*batch 4"]:
    """Return the inverse of unit quaternions."""
    return q * np.array([-1.0, -1.0, -1.0, 1.0])


def rotate(q: Float[Array, "*batch 4"], v: Float[Array, "*batch 3"]) -> Float[Array, "*batch 3"]:
    """Rotate vectors by unit quaternions; batches broadcast."""
    axis, w = q[..., :3], q[..., 3:]
    t = 2.0 * cross(axis, v)
    return v + w * t + cross(axis, t)


def cross(a: Float[Array, "*batch 3"], b: Float[Array, "*batch 3"]) -> Float[Array, "*batch 3"]:
    """Return the cross product; batches broadcast. For small arrays faster than NumPy's own."""
    ax, ay, az = a[..., 0], a[..., 1], a[..., 2]
    bx, by, bz = b[..., 0], b[..., 1], b[..., 2]
    x = ay * bz - az * by
    product = np.empty((*x.shape, 3), x.dtype, order="F")
    product[..., 0] = x
    product[..., 1] = az * bx - ax * bz
    product[..., 2] = ax * by - ay * bx
    return product


def to_matrix(q: Float[Array, "*batch 4"]) -> Float[Array, "*batch 3 3"]:
    """Return rotation matrices of quaternions of any length but zero.

    Raises:
        ValueError: If one has zero length.
    """
    q = q.astype(np.float64, copy=False)
    squares = dot(q, q)
    if not squares.all():
        raise ValueError("expected quaternions of any length but zero, got one of zero length")
    scaled = q * np.sqrt(2.0 / squares)[..., None]
    matrices = np.empty((*q.shape[:-1], 3, 3))
    if q.size < _FEW:
        products = (scaled[..., :, None] * scaled[..., None, :]).reshape(*q.shape[:-1], 16)
        terms = products.take(_ENTRIES, -1) * _ENTRY_SIGNS
        entries = terms[..., 0, :] + terms[..., 1, :]
        entries[..., ::4] += 1.0
        return entries.reshape(matrices.shape)
    x, y, z, w = scaled[..., 0], scaled[..., 1], scaled[..., 2], scaled[..., 3]
    xx, yy, zz = x * x, y * y, z * z
    xy, xz, yz = x * y, x * z, y * z
    xw, yw, zw = x * w, y * w, z * w
    matrices[..., 0, 0] = 1.0 - (yy + zz)
    matrices[..., 0, 1] = xy - zw
    matrices[..., 0, 2] = xz + yw
    matrices[..., 1, 0] = xy + zw
    matrices[..., 1, 1] = 1.0 - (xx + zz)
    matrices[..., 1, 2] = yz - xw
    matrices[..., 2, 0] = xz - yw
    matrices[..., 2, 1] = yz + xw
    matrices[..., 2, 2] = 1.0 - (xx + yy)
    return matrices


def from_rotvec(v: Float[Array, "*batch 3"]) -> Float[Array, "*batch 4"]:
    """Return the rotations about the vectors by their lengths, radians.

    References:
        F. S. Grassia, "Practical Parameterization of Rotations Using the Exponential Map", 1998.
    """
    angle = length(v)[..., None]
    return np.concatenate([0.5 * np.sinc(angle / (2 * np.pi)) * v, np.cos(0.5 * angle)], axis=-1)


def to_rotvec(q: Float[Array, "*batch 4"]) -> Float[Array, "*batch 3"]:
    """Return the axes of unit quaternions times their angles in [0, pi]; undoes `from_rotvec`."""
    sine, w = length(q[..., :3]), q[..., 3]
    angle = 2.0 * np.arctan2(sine, np.abs(w))
    gain = np.divide(angle, sine, out=np.full_like(angle, 2.0), where=sine > 1e-12)
    return q[..., :3] * np.copysign(gain, w)[..., None]


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
    t = m.T  # by column, row, and then the batch
    terms = np.empty((10, *t.shape[2:]), t.dtype)  # four times xx, yy, zz, ww, xw, yw, zw, xy, ...
    both, apart = t[0, 0] + t[1, 1], t[0, 0] - t[1, 1]
    more, less = 1.0 + t[2, 2], 1.0 - t[2, 2]
    terms[0] = less + apart
    terms[1] = less - apart
    terms[2] = more - both
    terms[3] = more + both
    terms[4] = t[1, 2] - t[2, 1]
    terms[5] = t[2, 0] - t[0, 2]
    terms[6] = t[0, 1] - t[1, 0]
    terms[7] = t[0, 1] + t[1, 0]
    terms[8] = t[0, 2] + t[2, 0]
    terms[9] = t[1, 2] + t[2, 1]
    squares = terms[:4].reshape(4, -1)
    count = squares.shape[1]
    chosen = _OUTER.take(squares.argmax(0), axis=1) * count + np.arange(count)
    q = terms.take(chosen).reshape(4, *t.shape[2:]).T
    return q * np.copysign(1.0 / length(q), q[..., 3])[..., None]


def to_6d(q: Float[Array, "*batch 4"]) -> Float[Array, "*batch 6"]:
    """Return the first two columns of the rotation matrix, x column first.

    References:
        Zhou et al., "On the Continuity of Rotation Representations", arXiv:1812.07035.
    """
    columns = np.swapaxes(to_matrix(q), -1, -2)[..., :2, :]
    return columns.reshape(*q.shape[:-1], 6)


def from_6d(d: Float[Array, "*batch 6"]) -> Float[Array, "*batch 4"]:
    """Return quaternions from two columns that need be neither unit nor orthogonal."""
    d = np.asfortranarray(d)
    return from_matrix(frame(d[..., :3], d[..., 3:]))


def frame(x: Float[Array, "*batch 3"], y: Float[Array, "*batch 3"]) -> Float[Array, "*batch 3 3"]:
    """Return the right-handed frame whose first axis is `x` and whose second is nearest to `y`.

    The axes are the columns. Gram-Schmidt; input without a plane gives the identity.
    """
    x, z = normalise(x), cross(x, y)
    span = length(z)[..., None]
    z = z / np.maximum(span, 1e-12)
    axes = np.empty((*z.shape, 3), order="F")
    axes[..., 0], axes[..., 1], axes[..., 2] = x, cross(z, x), z
    plane = span > 1e-9
    return axes if plane.all() else np.where(plane[..., None], axes, np.eye(3))


def normalise(v: Float[Array, "*batch N"]) -> Float[Array, "*batch N"]:
    """Return vectors scaled to unit length; zero vectors stay zero."""
    return v / np.maximum(length(v), 1e-9)[..., None]


def length(v: Float[Array, "*batch N"]) -> Float[Array, "*batch"]:
    """Return the lengths of vectors."""
    return np.sqrt(dot(v, v))


def dot(a: Float[Array, "*batch N"], b: Float[Array, "*batch N"]) -> Float[Array, "*batch"]:
    """Return the inner products of short vectors; batches broadcast.

    NumPy's own sum adds in the same order, and takes four times as long for some hundred vectors:
    it loops over each by itself.
    """
    terms = a * b
    total = terms[..., 0] + terms[..., 1]
    for component in range(2, terms.shape[-1]):
        total += terms[..., component]
    return total


def swing(a: Float[Array, "*batch 3"], b: Float[Array, "*batch 3"]) -> Float[Array, "*batch 4"]:
    """Return the smallest rotation that turns direction `a` into direction `b`.

    Opposite directions turn by half a circle about an arbitrary axis normal to `a`.
    """
    a, b = normalise(a), normalise(b)
    w, axis = 1.0 + dot(a, b)[..., None], cross(a, b)
    opposite = w < 1e-6
    if opposite.any():
        normal = cross(a, np.where(np.abs(a[..., :1]) < 0.9, [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]))
        axis, w = np.where(opposite, normal, axis), np.where(opposite, 0.0, w)
    return normalise(np.concatenate([axis, w], axis=-1))


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
    t = np.asarray(t)[..., None]
    cosine = dot(a, b)[..., None]
    b = np.where(cosine < 0, -b, b)
    angle = np.arccos(np.clip(np.abs(cosine), 0.0, 1.0))
    sine = np.sin(angle)
    near = sine < 1e-6
    safe = np.where(near, 1.0, sine)
    from_a = np.where(near, 1.0 - t, np.sin((1.0 - t) * angle) / safe)
    from_b = np.where(near, t, np.sin(t * angle) / safe)
    return normalise(from_a * a + from_b * b)
