"""The landmarker on real pictures: several people, and made anew without a gap."""

from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from server.capture.landmarks import LEFT_HIP, Landmarks, Sighting
from server.capture.pose_finder import Picture, PoseFinder
from server.capture.tracking import Tracker

BLACK = np.zeros((480, 640, 3), np.uint8)


def upright(video: Path, count: int) -> list[np.ndarray]:
    import cv2

    capture = cv2.VideoCapture(str(video))
    return [cv2.resize(capture.read()[1], (270, 480)) for _ in range(count)]


@pytest.fixture(scope="module")
def duet(shared_video: Path) -> list[np.ndarray]:
    """One dancer and the mirror image of a later moment, side by side."""
    dancer = upright(shared_video, 70)
    gap = np.zeros((480, 100, 3), np.uint8)
    return [np.hstack([dancer[i], gap, dancer[i + 40][:, ::-1]]) for i in range(30)]


def found(pictures: list[np.ndarray], people: int) -> list[Sighting]:
    finder = PoseFinder(people)
    return [finder.find(Picture(i / 30, image)) for i, image in enumerate(pictures)]


def test_two_people_are_found_and_keep_their_sides(duet: list[np.ndarray]):
    tracker = Tracker()
    numbered = [tracker.update(sighting) for sighting in found(duet, 2)][3:]
    assert [set(people) for people in numbered] == [{1, 2}] * len(numbered)
    sides = [[side(people[number]) for number in (1, 2)] for people in numbered]
    assert sides == [sides[0]] * len(numbered)
    assert set(sides[0]) == {-1, 1}


def side(seen: Landmarks) -> int:
    return int(np.sign(seen.image[LEFT_HIP, 0]))


def test_no_more_are_found_than_asked_for(duet: list[np.ndarray]):
    assert {len(sighting.people) for sighting in found(duet[:5], 1)} == {1}


def test_made_anew_only_when_nobody_misses_a_picture(duet: list[np.ndarray]):
    finder = PoseFinder(1)
    late = 2 * PoseFinder.LIFE
    finder.find(Picture(0.0, duet[0]))
    first = finder.made
    shown = [duet[1], duet[2], BLACK, BLACK, duet[3], duet[4]]
    seen = [finder.find(Picture(late + i / 30, image)) for i, image in enumerate(shown)]
    assert [len(s.people) for s in islice(seen, 2)] == [1, 1]
    assert len(seen[-1].people) == 1
    assert finder.made == first + 1
