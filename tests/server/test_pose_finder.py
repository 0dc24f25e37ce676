"""The networks on real pictures: who is found, followed, lost and found again."""

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


def test_one_who_was_lost_is_found_again(duet: list[np.ndarray]):
    shown = [duet[0], duet[1], BLACK, BLACK, duet[2], duet[3]]
    assert [len(sighting.people) for sighting in found(shown, 1)] == [1, 1, 0, 0, 1, 1]


def test_a_second_person_is_found_while_the_first_is_followed(duet: list[np.ndarray]):
    alone = [np.where(np.arange(image.shape[1])[:, None] < 320, image, 0) for image in duet[:10]]
    counts = [len(sighting.people) for sighting in found(alone + duet[10:20], 4)]
    assert counts[:10] == [1] * 10
    assert counts[-3:] == [2] * 3


def test_pictures_of_any_size_and_shape_are_taken():
    shapes = [(1, 1), (1, 4000), (2160, 3), (33, 77)]
    pictures = [np.full((*shape, 3), 128, np.uint8) for shape in shapes]
    assert [sighting.people for sighting in found(pictures, 4)] == [()] * len(shapes)
