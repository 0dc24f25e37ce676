"""A body made of capsules: what pictures and GLB files show.

Left limbs are warm, right limbs cool, so that a swap of sides shows at once.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from motion import rotations
from motion.skeleton import CANONICAL, Skeleton

Array = np.ndarray
Colour = tuple[float, float, float]

BODY: Colour = (0.82, 0.80, 0.78)
LEFT: Colour = (0.93, 0.58, 0.38)
RIGHT: Colour = (0.42, 0.62, 0.88)


@dataclass(frozen=True)
class Capsule:
    """A part of the body.

    Attributes:
        joint: The joint whose frame it lives in.
        start: One end in that frame, metres.
        end: The other end.
        radii: Radius at each end, metres.
        colour: Red, green, blue in [0, 1].
    """

    joint: str
    start: tuple[float, float, float]
    end: tuple[float, float, float]
    radii: tuple[float, float]
    colour: Colour


def _side_capsules(side: str, sign: float, colour: Colour) -> list[Capsule]:
    origin = (0.0, 0.0, 0.0)
    return [
        Capsule(f"{side}Shoulder", origin, (sign * 0.13, 0.0, 0.0), (0.05, 0.058), BODY),
        Capsule(f"{side}UpperArm", origin, (sign * 0.28, 0.0, 0.0), (0.050, 0.038), colour),
        Capsule(f"{side}LowerArm", origin, (sign * 0.25, 0.0, 0.0), (0.038, 0.026), colour),
        Capsule(
            f"{side}Hand", (sign * 0.02, 0.0, 0.0), (sign * 0.15, 0.0, 0.0), (0.03, 0.016), colour
        ),
        Capsule(
            f"{side}Hand", (sign * 0.03, 0.0, 0.02), (sign * 0.08, 0.0, 0.07), (0.014, 0.01), colour
        ),
        Capsule("chest", (sign * 0.035, -0.01, 0.0), (sign * 0.085, 0.15, 0.0), (0.08, 0.07), BODY),
        Capsule("hips", (sign * 0.04, 0.01, 0.0), (sign * 0.085, -0.06, 0.0), (0.10, 0.085), BODY),
        Capsule(f"{side}UpperLeg", origin, (0.0, -0.41, 0.0), (0.078, 0.052), colour),
        Capsule(f"{side}LowerLeg", origin, (0.0, -0.41, 0.0), (0.052, 0.034), colour),
        Capsule(f"{side}Foot", (0.0, -0.035, -0.03), (0.0, -0.05, 0.11), (0.038, 0.03), colour),
        Capsule(f"{side}Toes", (0.0, 0.008, -0.01), (0.0, 0.002, 0.05), (0.028, 0.02), colour),
    ]


FIGURE: tuple[Capsule, ...] = (
    Capsule("spine", (0.0, -0.06, 0.0), (0.0, 0.12, 0.0), (0.105, 0.10), BODY),
    Capsule("chest", (0.0, -0.02, 0.0), (0.0, 0.14, 0.005), (0.10, 0.105), BODY),
    Capsule("chest", (-0.10, 0.165, 0.0), (0.10, 0.165, 0.0), (0.058, 0.058), BODY),
    Capsule("neck", (0.0, -0.03, 0.0), (0.0, 0.09, 0.0), (0.05, 0.045), BODY),
    Capsule("head", (0.0, 0.03, 0.02), (0.0, 0.10, 0.01), (0.075, 0.092), BODY),
    Capsule("head", (0.0, 0.045, 0.09), (0.0, 0.03, 0.115), (0.016, 0.016), BODY),
    *_side_capsules("left", 1.0, LEFT),
    *_side_capsules("right", -1.0, RIGHT),
)
"""The body of the canonical skeleton as capsules in the frames of its joints."""

THICKNESS = 0.03
"""Radius of a bone where nothing is known of the body, as a share of the skeleton's reach."""


def figure_of(skeleton: Skeleton) -> tuple[Capsule, ...]:
    """Return the body of a skeleton: for one that is not canonical a capsule along each bone."""
    if skeleton is CANONICAL:
        return FIGURE
    radius = THICKNESS * float(skeleton.reach[0]) or 0.1
    root = Capsule(skeleton.joints[0], (0.0, 0.0, 0.0), (0.0, 0.0, 0.0), (radius, radius), BODY)
    bones = [
        Capsule(
            skeleton.joints[parent],
            (0.0, 0.0, 0.0),
            tuple(skeleton.rest_offsets[joint].tolist()),
            (radius, 0.7 * radius),
            _colour_of(skeleton.rest_positions[joint, 0], radius),
        )
        for joint, parent in enumerate(skeleton.parents)
        if parent >= 0
    ]
    return (root, *bones)


def _colour_of(x: float, middle: float) -> Colour:
    """Return the colour of a bone that ends at a distance to the left of the middle."""
    return BODY if abs(x) < middle else LEFT if x > 0 else RIGHT


@dataclass(frozen=True, eq=False)
class Mesh:
    """Triangles of the body in the rest pose, each vertex fixed to one joint.

    Attributes:
        positions: World positions in rest, metres, (V, 3).
        normals: Unit normals in rest, (V, 3).
        colours: Red, green, blue in [0, 1], (V, 3).
        joints: Index of each vertex's joint, (V,).
        triangles: Vertices of each triangle, anticlockwise from outside, (F, 3).
    """

    positions: Float[Array, "V 3"]
    normals: Float[Array, "V 3"]
    colours: Float[Array, "V 3"]
    joints: Int[Array, "V"]
    triangles: Int[Array, "F 3"]


def figure_mesh(skeleton: Skeleton = CANONICAL, rings: int = 10, segments: int = 14) -> Mesh:
    """Return the mesh of the figure.

    Args:
        skeleton: The skeleton that it is put on.
        rings: Rings of vertices per capsule, half of them on either end; even.
        segments: Vertices per ring.
    """
    figure = figure_of(skeleton)
    normals = [_capsule_normals(capsule, rings, segments) for capsule in figure]
    count = rings * segments
    owners = skeleton.indices(*(capsule.joint for capsule in figure))
    positions = [
        skeleton.rest_positions[owner] + _capsule_points(capsule, normal)
        for capsule, owner, normal in zip(figure, owners, normals, strict=True)
    ]
    triangles = _ring_triangles(rings, segments)
    return Mesh(
        np.concatenate(positions).reshape(-1, 3),
        np.concatenate(normals).reshape(-1, 3),
        np.repeat([capsule.colour for capsule in figure], count, axis=0),
        np.repeat(owners, count),
        np.concatenate([triangles + index * count for index in range(len(figure))]),
    )


def _capsule_normals(capsule: Capsule, rings: int, segments: int) -> Float[Array, "R S 3"]:
    """Return normals from the pole at the start to the pole at the end."""
    latitude = np.concatenate(
        [np.linspace(-np.pi / 2, 0, rings // 2), np.linspace(0, np.pi / 2, rings // 2)]
    )
    longitude = np.linspace(0.0, 2.0 * np.pi, segments, endpoint=False)
    latitude, longitude = np.meshgrid(latitude, longitude, indexing="ij")
    around = np.stack(
        [
            np.sin(latitude),
            np.cos(latitude) * np.cos(longitude),
            np.cos(latitude) * np.sin(longitude),
        ],
        axis=-1,
    )
    along_x = np.array([1.0, 0.0, 0.0])
    return rotations.rotate(
        rotations.swing(along_x, np.subtract(capsule.end, capsule.start)), around
    )


def _capsule_points(capsule: Capsule, normals: Float[Array, "R S 3"]) -> Float[Array, "R S 3"]:
    """Return points: the first half of the rings about the start, the second about the end."""
    half = len(normals) // 2
    near, far = capsule.radii
    return np.concatenate(
        [capsule.start + near * normals[:half], capsule.end + far * normals[half:]]
    )


def _ring_triangles(rings: int, segments: int) -> Int[Array, "F 3"]:
    """Return two triangles for each place between neighbouring rings."""
    ring, segment = np.meshgrid(np.arange(rings - 1), np.arange(segments), indexing="ij")
    here, beside = ring * segments + segment, ring * segments + (segment + 1) % segments
    above, across = here + segments, beside + segments
    faces = np.stack([here, beside, above, beside, across, above], axis=-1)
    return faces.reshape(-1, 3)
