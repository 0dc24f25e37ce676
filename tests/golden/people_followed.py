"""People who cross, hide one another, come and leave: both languages must follow them alike."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from server.capture.appearance import colours
from server.capture.landmarks import COLOURS, COUNT, NOSE, TRUNK, Landmarks
from server.capture.pairing import cheapest_pairs
from server.capture.pose_following import Following
from server.capture.pose_region import Region
from server.capture.pose_smoothing import PoseSmoother
from server.capture.pose_tracks import Find, Track, sides_apart, twins

_FPS, _PICTURES = 8, 48
_SIDE = 1.0  # picture heights
_SEEN = 0.4  # sides of a region within which a body is seen
_HIDDEN = 0.1  # picture heights from who is before them within which nobody is seen

_MIXED = 17
"""Number of the picture in which the body of the foremost is found in part on who is behind."""

Body = tuple[float, list[int]]
"""Where somebody's hips are, picture heights right of the middle, and the colours they wear."""


def _pictures() -> list[list[Body]]:
    """Return who shows in each picture, the foremost first."""
    pictures = []
    for number in range(_PICTURES):
        time = number / _FPS
        foremost = [40, 9, 10] if number == _MIXED else [3]
        there = [(0.5 - 0.25 * time, foremost), (-0.5 + 0.2 * time, [40]), (-0.9, [22])]
        if 1.5 < time < 4.0:
            there.append((1.2, [9]))
        shown: list[Body] = []
        for x, worn in there:
            if all(abs(x - other) > _HIDDEN for other, _ in shown):
                shown.append((round(x, 3), worn))
        pictures.append(shown)
    return pictures


def _find(body: Body) -> Find:
    x, worn = body
    image = np.full((COUNT, 2), [x, 0.0])
    image[TRUNK] += [[0.05, -0.2], [-0.05, -0.2], [0.03, 0.0], [-0.03, 0.0]]
    image[NOSE, 1] -= 0.3
    stands = Landmarks(np.zeros((COUNT, 3)), np.ones(COUNT), image)
    region = Region(np.array([x, 0.0]), _SIDE, 0.0)
    return Find(region, PoseSmoother(), stands, 255.0 * np.eye(COLOURS)[worn].sum(axis=0))


class _Eyes:
    """See the bodies of one picture: the nearest to a region that is nobody's before it."""

    def __init__(self, bodies: list[Body]) -> None:
        self._finds = [_find(body) for body in bodies]

    def search(self) -> list[Region]:
        return [find.region for find in self._finds]

    def see(
        self,
        track: Track,
        region: Region,
        before: Sequence[Landmarks],
        behind: Sequence[Landmarks],  # noqa: ARG002
    ) -> Find | None:
        covering = [Find(region, track.smoother, person, None) for person in before]
        left = [f for f in self._finds if not any(twins(f, other) for other in covering)]
        near = min(left, key=lambda find: sides_apart(find.region, region), default=None)
        return near if near and sides_apart(near.region, region) < _SEEN else None


def values() -> dict[str, Any]:
    """Return pictures and who is seen in each of them; and what the rules are made of."""
    pictures, following = _pictures(), Following(4)
    seen = [
        following.update(_Eyes(bodies), number / _FPS) for number, bodies in enumerate(pictures)
    ]
    rng = np.random.default_rng(3)
    costs = [rng.integers(0, 100, shape).tolist() for shape in ((3, 3), (2, 4), (4, 2))]
    pixels = rng.integers(0, 256, (16, 16, 3)).astype(np.uint8)
    whole = Landmarks(np.zeros((COUNT, 3)), np.ones(COUNT), np.zeros((COUNT, 2)))
    whole.image[TRUNK] = [[-0.5, -0.5], [0.5, -0.5], [-0.5, 0.5], [0.5, 0.5]]
    worn = colours(pixels, whole)
    assert worn is not None
    return {
        "fps": _FPS,
        "pictures": pictures,
        "seen": [
            [{"number": t.number, "x": round(float(t.region.centre[0]), 3)} for t in tracks]
            for tracks in seen
        ],
        "costs": costs,
        "pairs": [cheapest_pairs(each) for each in costs],
        "pixels": pixels[..., ::-1].reshape(-1).tolist(),
        "colours": worn.tolist(),
    }
