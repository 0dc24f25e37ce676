"""How well several people are found and told apart, and what it costs."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float
from scipy.optimize import linear_sum_assignment

from server.bench.crowd_pictures import FPS, SCENES, STAGINGS, Crowd, crowds, cut_out
from server.bench.row import Row
from server.capture.landmarks import PEOPLE, TRUNK, Landmarks, trunk_length
from server.capture.pose_finder import PoseFinder
from server.capture.pose_following import LOOK
from server.capture.pose_networks import PoseNetworks
from server.capture.tracking import Tracker

Array = np.ndarray

FRAMES = 300
"""Pictures of each scene."""
SEARCHES = 100
"""Pictures that are searched for people, one after the other."""

_NEAR = 0.5  # of a trunk's length by which the corners of a trunk may be off


@dataclass(frozen=True)
class Score:
    """How a scene went.

    Attributes:
        recall: Share of those who showed that were found, in [0, 1].
        changes: How often somebody was given another number, a minute of the scene.
        times: Processor time of each picture, milliseconds.
        people: How many are in the scene.
    """

    recall: float
    changes: float
    times: Float[Array, "N"]
    people: int


def people_rows(video: Path) -> Iterator[Row]:
    """Yield what is made of scenes composed of a video of one dancer.

    Args:
        video: Somebody alone, whole, from head to foot.
    """
    for staging in STAGINGS:
        moments = cut_out(video, FRAMES, staging)
        if staging is STAGINGS[0]:
            yield _search_row(crowds(SCENES[0], moments, SEARCHES, staging))
        for scene in SCENES:
            found = score(crowds(scene, moments, FRAMES, staging), len(scene.ways))
            yield from _rows(f"{scene.name}{staging.name}", found)


def _search_row(scene: Iterator[Crowd]) -> Row:
    networks = PoseNetworks(PEOPLE)
    times = []
    for crowd in scene:
        began = time.thread_time()
        networks.detect(crowd.picture.image)
        times.append(1000 * (time.thread_time() - began))
    note = f"processor time; at most every {LOOK} s, while there may be more people"
    return Row.from_values("several people: a search", "ms", np.array(times), aim=15, note=note)


def _rows(scene: str, found: Score) -> Iterator[Row]:
    most = 5 if found.people == 2 else 10
    note = f"of those who show by half, {FRAMES} pictures; at most {most} % are asked"
    yield Row(f"{scene}: not found", "%", 100 * (1 - found.recall), aim=most, note=note)
    note = "somebody given another number"
    yield Row(f"{scene}: changes of identity", "a minute", found.changes, aim=1, note=note)
    note = "processor time of a picture for each of them, search included"
    each = found.times / found.people
    yield Row.from_values(f"{scene}: a person", "ms", each, aim=12, note=note)


def score(scene: Iterator[Crowd], people: int) -> Score:
    """Follow a scene as a server follows a camera."""
    finder, tracker = PoseFinder(), Tracker()
    numbers: list[list[int]] = [[] for _ in range(people)]
    matched: dict[int, int] = {}
    times, shown, found = [], 0, 0
    for crowd in scene:
        began = time.thread_time()
        sighting = finder.find(crowd.picture)
        times.append(1000 * (time.thread_time() - began))
        numbered = tracker.update(sighting)
        matched = matches(crowd.people, numbered, matched)
        shown += sum(points is not None for points in crowd.people)
        found += len(matched)
        for who, number in matched.items():
            numbers[who].append(number)
    changes = sum(int(np.count_nonzero(np.diff(given))) for given in numbers)
    return Score(found / shown, 60 * FPS * changes / len(times), np.array(times), people)


def matches(
    people: Sequence[Float[Array, "33 2"] | None],
    seen: dict[int, Landmarks],
    before: dict[int, int],
) -> dict[int, int]:
    """Return the number of everybody who was found, each number for one person at most.

    Args:
        people: Where everybody is, picture heights; None for who does not show.
        seen: Who was found, by number.
        before: Who was whom in the picture before; whoever may still be the same, is.

    References:
        K. Bernardin, R. Stiefelhagen, "Evaluating Multiple Object Tracking Performance: The CLEAR
        MOT Metrics", EURASIP Journal on Image and Video Processing, 2008.
    """
    showing = {who: points for who, points in enumerate(people) if points is not None}
    if not showing or not seen:
        return {}
    whos, numbers = list(showing), list(seen)
    off = np.array([[_apart(seen[n].image, showing[who]) for n in numbers] for who in whos])
    same = np.array([[before.get(who) == number for number in numbers] for who in whos])
    cost = np.where(off < _NEAR, off - same * len(whos), 2.0 * len(whos))
    pairs = zip(*linear_sum_assignment(cost), strict=True)
    return {whos[row]: numbers[column] for row, column in pairs if off[row, column] < _NEAR}


def _apart(found: Float[Array, "33 2"], points: Float[Array, "33 2"]) -> float:
    """Return how far the corners of a trunk are off, in the trunk's lengths."""
    spans = found[TRUNK] - points[TRUNK]
    return float(np.hypot(*spans.T).mean()) / trunk_length(points)
