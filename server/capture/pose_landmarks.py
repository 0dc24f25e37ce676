"""How a person stands: the network's numbers to landmarks, and to the region of the next picture.

References:
    V. Bazarevsky et al., "BlazePose: On-device Real-time Body Pose tracking", arXiv:2006.10204.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from server.capture import landmarks as lm
from server.capture.landmarks import Landmarks
from server.capture.pose_region import Region

Array = np.ndarray

SIDE = 256
"""Pixels of the picture that the network takes."""

PRESENT = 0.5
"""Probability above which there is a person."""

_MIDDLE, _EDGE = 33, 34  # landmarks beyond those of the body, that tell the region
_COUNT = 35
_REFINED = 0.5  # probability from which a heatmap knows better
_REACH = np.arange(-3, 4)  # cells about a landmark that are looked at


@dataclass(frozen=True, eq=False)
class Estimate:
    """What the network gives for one region.

    Attributes:
        landmarks: Pixels of the network's picture, depth, and log-odds of being visible and of
            being in the picture, (39, 5).
        presence: Probability that there is a person.
        heatmaps: Log-odds of where each landmark is, (39, rows, columns).
        world: Metres from the middle of the hips, x to the right, y down, z away, (39, 3).
    """

    landmarks: Float[Array, "39 5"]
    presence: float
    heatmaps: Float[Array, "39 64 64"]
    world: Float[Array, "39 3"]


def read(estimate: Estimate, region: Region, width: int, height: int) -> tuple[Landmarks, Region]:
    """Return a person's landmarks, and where to look for them in the next picture.

    Args:
        estimate: What the network gave for the region.
        region: What the network was shown.
        width: Pixels of the picture, and
        height: pixels again.
    """
    points = region.place(_refined(estimate.landmarks[:_COUNT, :2] / SIDE, estimate.heatmaps))
    world = estimate.world[: lm.COUNT].astype(float)
    world[:, :2] = world[:, :2] @ (region.axes.T / region.side)
    visibility = _sigmoid(estimate.landmarks[: lm.COUNT, 3].astype(float))
    image = (points[: lm.COUNT] - [width / 2, height / 2]) / height
    return Landmarks(world, visibility, image), Region.about(points[_MIDDLE], points[_EDGE])


def _refined(
    points: Float[Array, "n 2"], heatmaps: Float[Array, "39 rows columns"]
) -> Float[Array, "n 2"]:
    """Return points, [0, 1], moved to the middle of what their heatmaps show about them."""
    size = np.array(heatmaps.shape[:0:-1])
    cells = np.trunc(points * size).astype(int)
    near = cells[:, :, None] + _REACH
    inside = (near >= 0) & (near < size[:, None])
    columns, rows = np.clip(near, 0, size[:, None] - 1).transpose(1, 0, 2)
    each = np.arange(len(points))[:, None, None]
    shown = _sigmoid(heatmaps[each, rows[:, :, None], columns[:, None, :]].astype(float))
    shown *= inside[:, 1, :, None] & inside[:, 0, None, :]
    known = (shown.max(axis=(1, 2)) >= _REFINED) & ((cells >= 0) & (cells < size)).all(axis=1)
    total = np.maximum(shown.sum(axis=(1, 2)), 1e-9)
    column = (shown.sum(axis=1) * near[:, 0]).sum(axis=1) / total
    row = (shown.sum(axis=2) * near[:, 1]).sum(axis=1) / total
    return np.where(known[:, None], np.column_stack([column, row]) / size, points)


def _sigmoid(values: Array) -> Array:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(values, -100.0, 100.0))))
