"""Capsules ray-cast into a picture: round lines between two points, a radius at either.

Every capsule is cast inside its own part of the picture, all parts in the same arrays. A depth
buffer tells what is seen of them; that is lit together and laid over the picture in turn.
"""

from functools import lru_cache
from itertools import pairwise

import numpy as np
from jaxtyping import Float32, Int, UInt8

from motion.draw.camera import FOCAL_LENGTH, LIGHT, Camera, pixels, rays

Array = np.ndarray


def draw_capsules(
    picture: UInt8[Array, "P 3"],
    camera: Camera,
    ends: Float32[Array, "L 2 3"],
    radii: Float32[Array, "L 2"],
    colours: Float32[Array, "L 3"],
) -> None:
    """Draw capsules into a picture whose pixels lie row by row.

    A ray's point nearest to an axis tells the place along it, and so the radius; the surface lies
    before that point by what Pythagoras leaves.

    Args:
        picture: Red, green, blue in 0 to 255; changed.
        camera: Who sees them.
        ends: World positions of both ends of each, metres.
        radii: At these ends, metres.
        colours: Red, green, blue in [0, 1].
    """
    # The farthest first, so that the edges of near ones are blended with what lies behind.
    order = np.argsort(-np.linalg.norm(ends.mean(1) - camera.position, axis=1))
    ends, radii, colours = ends[order], radii[order], colours[order]
    places = _pixels_about(camera, ends, radii)
    counts = [len(place) for place in places]
    bounds = np.cumsum([0, *counts]).tolist()
    place = np.concatenate([*places, np.empty(0, np.intp)])
    sight = _rays(camera.size).take(place, 1)
    axis, from_start = ends[:, 1] - ends[:, 0], camera.position - ends[:, 0]
    along, across = np.empty((2, len(place)), np.float32)
    for two, (first, last) in zip(np.stack([axis, from_start], 1), pairwise(bounds), strict=True):
        along[first:last], across[first:last] = two @ sight[:, first:last]
    squared = np.maximum(_dot(axis.T, axis.T), np.float32(1e-12))
    offset, away = _dot(from_start.T, axis.T), _dot(from_start.T, from_start.T)
    of_each = np.stack([squared, offset, away, radii[:, 0], radii[:, 1] - radii[:, 0]])
    squared, offset, away, radius, growth = np.repeat(of_each, counts, axis=1)
    part = (offset - along * across) / np.maximum(squared - along**2, np.float32(1e-9))
    part = np.clip(part, 0, 1)
    reached = part * along - across
    # Of the vector from the camera to the axis; the ray has unit length.
    away = away + part * (part * squared - 2 * offset) - reached**2
    radius = radius + part * growth
    distance = reached - np.sqrt(np.maximum(radius**2 - away, 0))
    coverage = (radius - np.sqrt(np.maximum(away, 0))) / reached
    coverage = coverage * np.float32(FOCAL_LENGTH * camera.size / 2) + np.float32(0.5)
    rows = _visible(place, bounds, coverage, distance, len(picture))
    bounds = np.searchsorted(rows, bounds).tolist()
    counts = np.diff(bounds)
    place, sight, part = place.take(rows), sight.take(rows, 1), part.take(rows)
    normal = distance.take(rows) * sight + np.repeat(from_start.T, counts, axis=1)
    normal -= part * np.repeat(axis.T, counts, axis=1)
    normal /= np.maximum(np.sqrt(_dot(normal, normal)), np.float32(1e-9))
    lit = _lit(np.repeat(255 * colours.T, counts, axis=1), normal, sight)
    levels = np.minimum(lit, 255).T.copy()
    share = coverage.take(rows)
    edges = np.flatnonzero(share < 1)
    inside = np.flatnonzero(share >= 1)
    picture[place.take(inside)] = levels.take(inside, 0)
    place, levels, share = place.take(edges), levels.take(edges, 0), share.take(edges)[:, None]
    for first, last in pairwise(np.searchsorted(edges, bounds).tolist()):
        here = place[first:last]
        behind = picture.take(here, 0)
        picture[here] = behind + share[first:last] * (levels[first:last] - behind)


def _visible(
    place: Int[Array, "N"],
    bounds: list[int],
    coverage: Float32[Array, "N"],
    distance: Float32[Array, "N"],
    size: int,
) -> Int[Array, "S"]:
    """Return which pixels of all capsules no other capsule hides."""
    depth = np.full(size, np.inf, np.float32)
    solid = np.where(coverage >= 1, distance, np.float32(np.inf))
    for first, last in pairwise(bounds):
        here = place[first:last]
        depth[here] = np.minimum(depth.take(here), solid[first:last])
    return np.flatnonzero((coverage > 0) & (distance <= depth.take(place)))


def _pixels_about(
    camera: Camera, ends: Float32[Array, "L 2 3"], radii: Float32[Array, "L 2"]
) -> list[Int[Array, "P"]]:
    """Return the numbers of all pixels that each capsule may cover, row by row."""
    import cv2

    points, scale = camera.project(ends.reshape(-1, 3))
    points = points.reshape(-1, 2, 2)
    # A ball in a corner of the picture looks a tenth longer than in the middle.
    margins = 1.1 * radii.max(1) * scale.reshape(-1, 2).max(1) + 1.5
    tops = np.maximum(points[..., 1].min(1) - margins, 0).astype(int)
    bottoms = np.minimum(points[..., 1].max(1) + margins, camera.size).astype(int)
    margins = np.ceil(margins).astype(int).tolist()
    found = []
    for (start, end), margin, top, bottom in zip(
        pixels(points), margins, tops.tolist(), bottoms.tolist(), strict=True
    ):
        near = np.zeros((max(bottom - top, 0), camera.size), np.uint8)
        if near.size:
            cv2.line(near, (start[0], start[1] - top), (end[0], end[1] - top), 1, 2 * margin)
        found.append(np.flatnonzero(near.view(bool)) + top * camera.size)
    return found


@lru_cache(maxsize=4)
def _rays(size: int) -> Float32[Array, "3 P"]:
    """Return the directions through all pixels, a row for each component."""
    return rays(size).reshape(-1, 3).T.copy()


def _dot(a: Float32[Array, "3 P"], b: Float32[Array, "3 P"]) -> Float32[Array, "P"]:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def _lit(
    colour: Float32[Array, "3 P"],
    normal: Float32[Array, "3 P"],
    rays: Float32[Array, "3 P"],
) -> Float32[Array, "3 P"]:
    """Return the colour of a surface: sky light, key light, a soft highlight and a dark rim.

    All colours are levels, up to 255.
    """
    sky = np.float32(0.42) + np.float32(0.18) * normal[1]
    to_light, to_ray = LIGHT @ normal, _dot(normal, rays)
    key = np.float32(0.62) * np.maximum(to_light, 0)
    # Of the normal that mirrors the light into the camera: halfway between light and eye.
    halfway = np.sqrt(np.float32(2) - np.float32(2) * (LIGHT @ rays))
    mirrored = np.maximum(to_light - to_ray, 0) / np.maximum(halfway, np.float32(1e-3))
    # To the power of 24; NumPy's own power takes a hundred times as long.
    gloss = np.float32(0.16 * 255) * np.square(np.square(np.square(mirrored * mirrored * mirrored)))
    rim = np.clip(np.float32(-2.2) * to_ray, 0, 1)
    shade = (sky + key) * (np.float32(0.7) + np.float32(0.3) * rim)
    return colour * shade + gloss
