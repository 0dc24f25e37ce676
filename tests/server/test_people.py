"""Several people made of one dancer: found, told apart, and cut out as the measure says."""

from pathlib import Path

import numpy as np
import pytest

from server.bench.crowd_pictures import HEIGHT, SCENES, STAGINGS, WIDTH, Moment, crowds, cut_out
from server.bench.people import matches, score
from server.capture import pose_people
from server.capture.appearance import colours, unlike
from server.capture.landmarks import COUNT, TRUNK, Landmarks

SIDE_BY_SIDE, GROUP, CROSSING, HALF_HIDDEN = SCENES[:4]
FRAMES = 30
OVERLAPPING = 90


@pytest.fixture(scope="module")
def moments(shared_video: Path) -> list[Moment]:
    return cut_out(shared_video, OVERLAPPING)


@pytest.mark.parametrize(("scene", "recall"), [(SIDE_BY_SIDE, 0.95), (GROUP, 0.9)])
def test_people_beside_one_another_are_found_and_stay_who_they_are(scene, recall, moments):
    found = score(crowds(scene, moments, FRAMES), len(scene.ways))
    assert found.recall >= recall
    assert found.changes == 0


def test_one_who_is_half_hidden_is_found_and_stays_who_they_are(moments):
    found = score(crowds(HALF_HIDDEN, moments, OVERLAPPING), 2)
    assert found.recall >= 0.95
    assert found.changes == 0


def test_the_scenes_that_only_judge_show_the_video_smaller_and_from_its_end(shared_video):
    first, judged = (cut_out(shared_video, 1, staging)[0] for staging in STAGINGS)
    above = HEIGHT // 5
    assert (judged.image[:above] == judged.image[above]).all()
    assert not (first.image[:above] == first.image[above]).all()
    assert not judged.shape[: above // 2].any()
    assert abs(judged.image.mean() - first.image.mean()) > 5


def somebody() -> Moment:
    shape = np.zeros((HEIGHT, 270), bool)
    shape[100:400, 100:171] = True
    points = np.full((COUNT, 2), [135.0, 250.0])
    return Moment(np.zeros((HEIGHT, 270, 3), np.uint8), shape, points)


def test_a_scene_shows_everybody_where_it_says():
    crowd = next(crowds(SIDE_BY_SIDE, [somebody()], 1))
    assert crowd.picture.image.shape == (HEIGHT, WIDTH, 3)
    middles = [points[TRUNK[2:], 0].mean() for points in crowd.people]
    assert middles == pytest.approx([-0.32, 0.32], abs=0.01)


def test_who_is_behind_somebody_need_not_be_found():
    frames = list(crowds(CROSSING, [somebody()], 46))
    assert frames[0].people[0] is not None
    assert frames[45].people[0] is None
    assert frames[45].people[1] is not None


def person(x: float) -> np.ndarray:
    points = np.zeros((COUNT, 2))
    points[TRUNK] = [[x - 0.1, 0], [x + 0.1, 0], [x - 0.1, 0.2], [x + 0.1, 0.2]]
    return points


def found_at(x: float) -> Landmarks:
    return Landmarks(np.zeros((COUNT, 3)), np.ones(COUNT), person(x))


def test_each_number_is_of_one_person_who_keeps_it_while_that_may_be():
    people = [person(0.0), person(0.06), None]
    assert matches(people, {7: found_at(0.0)}, {}) == {0: 7}
    assert matches(people, {7: found_at(0.0)}, {1: 7}) == {1: 7}
    assert matches(people, {7: found_at(0.5)}, {1: 7}) == {}
    assert matches(people, {7: found_at(0.1), 8: found_at(-0.01)}, {}) == {0: 8, 1: 7}


def network_numbers(*people: tuple[int, int, float]) -> tuple[np.ndarray, np.ndarray]:
    middles, points = np.full((40, 48), -9.0), np.zeros((40, 48, 17, 2))
    points[..., 5:7, 0], points[..., 15:17, 0] = -5.0, 8.0
    for row, column, sure in people:
        middles[row, column] = sure
    return middles, points.reshape(40, 48, 34)


def test_a_region_stands_about_the_hips_of_each_person_the_surest_first():
    numbers = network_numbers((20, 30, 1.0), (20, 10, 3.0), (21, 11, 2.0), (5, 5, -2.0))
    found = pose_people.regions(*numbers, scale=0.5)
    assert [list(region.centre) for region in found] == [[80.0, 160.0], [240.0, 160.0]]
    assert found[0].side == pytest.approx(2.5 * 1.15 * 8 * 4 / 0.5)
    assert found[0].angle == pytest.approx(0.0)


@pytest.mark.parametrize("shape", [(1, 1), (480, 640), (1280, 720), (3, 4000)])
def test_pictures_of_any_shape_are_framed_in_whole_steps(shape):
    shown, scale = pose_people.framed(np.full((*shape, 3), 200, np.uint8))
    assert all(side % 32 == 0 and 0 < side <= 192 for side in shown.shape[:2])
    assert max(shape) * scale == pytest.approx(192)


def test_clothes_are_told_apart_by_colour_not_by_light():
    red, blue = (np.full((100, 100, 3), colour, np.uint8) for colour in ([0, 0, 200], [200, 0, 0]))
    worn = [colours(image, found_at(0.0)) for image in (red, blue, red // 2)]
    assert unlike(worn[0], worn[1]) == pytest.approx(1.0)
    assert unlike(worn[0], worn[2]) == pytest.approx(0.0, abs=1e-6)
    assert colours(red, found_at(9.0)) is None
