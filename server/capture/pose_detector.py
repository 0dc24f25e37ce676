"""Who is in a picture: the network's boxes to regions of interest, one for each person.

References:
    W. Liu et al., "SSD: Single Shot MultiBox Detector", ECCV 2016.
    V. Bazarevsky et al., "BlazeFace: Sub-millisecond Neural Face Detection on Mobile GPUs",
    arXiv:1907.05047 (overlapping boxes are averaged, not dropped).
"""

import numpy as np
from jaxtyping import Float

from server.capture.pose_region import Region

Array = np.ndarray

SIDE = 224
"""Pixels of the picture that the network takes."""

_SURE = 0.5  # probability from which a box counts
_SAME = 0.5  # intersection over union from which two boxes are of one person
_GRIDS = ((28, 2), (14, 2), (7, 6))  # cells a side, boxes a cell
_MIDDLE, _EDGE = slice(4, 6), slice(6, 8)  # of a box's numbers, its first two key points


def _anchors() -> Float[Array, "2254 2"]:
    """Return the middles of the cells that boxes are told from, [0, 1] of the picture."""
    grids = []
    for cells, boxes in _GRIDS:
        middles = (np.arange(cells) + 0.5) / cells
        points = np.stack(np.meshgrid(middles, middles), axis=-1).reshape(-1, 2)
        grids.append(np.repeat(points, boxes, axis=0))
    return np.concatenate(grids)


_ANCHORS = _anchors()


def regions(
    boxes: Float[Array, "2254 12"], scores: Float[Array, "2254"], whole: Region
) -> list[Region]:
    """Return a region for each person, the surest first.

    Args:
        boxes: Middle, size and four key points, pixels of the network's picture from an anchor.
        scores: How surely each is a person, log-odds.
        whole: What the network was shown.
    """
    likely = 1.0 / (1.0 + np.exp(-np.clip(scores.astype(float), -100.0, 100.0)))
    sure = likely >= _SURE
    values = boxes[sure] / SIDE
    values[:, :2] += _ANCHORS[sure]
    values[:, 4:] += np.tile(_ANCHORS[sure], 4)
    people = _merged(values, likely[sure])
    return [Region.about(whole.place(p[_MIDDLE]), whole.place(p[_EDGE])) for p in people]


def _merged(boxes: Float[Array, "n 12"], scores: Float[Array, "n"]) -> list[Float[Array, "12"]]:
    """Return a box for each person: the mean, by score, of those that overlap the surest."""
    people = []
    left = np.argsort(-scores, kind="stable")
    while len(left):
        same = _overlaps(boxes[left], boxes[left[0]]) > _SAME
        same[0] = True
        group, left = left[same], left[~same]
        people.append(np.average(boxes[group], axis=0, weights=scores[group]))
    return people


def _overlaps(boxes: Float[Array, "n 12"], box: Float[Array, "12"]) -> Float[Array, "n"]:
    """Return intersection over union of boxes, (x, y, width, height), with one."""
    reach = (boxes[:, 2:4] + box[2:4]) / 2 - np.abs(boxes[:, :2] - box[:2])
    common = np.clip(reach, 0.0, np.minimum(boxes[:, 2:4], box[2:4])).prod(axis=1)
    union = boxes[:, 2:4].prod(axis=1) + box[2:4].prod() - common
    return np.asarray(common / np.maximum(union, 1e-12))
