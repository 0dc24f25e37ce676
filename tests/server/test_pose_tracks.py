"""Who is followed: kept while hidden, known again by colours, and never made of two bodies."""

from dataclasses import replace

import numpy as np
import pytest

from server.capture.landmarks import COUNT, NOSE, TRUNK, Landmarks
from server.capture.pose_region import Region
from server.capture.pose_smoothing import PoseSmoother
from server.capture.pose_tracks import DOUBT, Find, Track, assigned, twins
from server.capture.pose_view import clear_view

RED, BLUE = np.eye(64)[[3, 40]] * 255.0


def region(x: float) -> Region:
    return Region(np.array([x, 200.0]), 200.0, 0.0)


def body(x: float, worn: np.ndarray | None = RED) -> Find:
    image = np.full((COUNT, 2), [x, 200.0])
    image[TRUNK] += [[15, -50], [-15, -50], [10, 0], [-10, 0]]
    image[NOSE, 1] -= 80
    standing = Landmarks(np.zeros((COUNT, 3)), np.ones(COUNT), image / 400 - 0.5)
    return Find(region(x), PoseSmoother(), standing, worn)


def known(number: int, x: float, worn: np.ndarray) -> Track:
    return Track(number, region(x)).met(body(x, worn), 0.1, crowded=False)


def test_two_who_meet_keep_their_colours_whichever_body_the_regions_show():
    tracks = [known(1, 200, RED), known(2, 220, BLUE)]
    red, blue = body(215, RED), body(205, BLUE)
    assert assigned({1: blue, 2: red}, tracks) == {1: red, 2: blue}


def test_who_was_hidden_is_known_again_in_the_body_of_a_newcomer_by_their_colours():
    hidden, newcomer = known(1, 200, RED).missed(0.5), Track(2, region(260))
    again, stranger = body(260, RED), body(260, BLUE)
    assert assigned({2: again}, [hidden, newcomer]) == {1: again}
    assert assigned({2: stranger}, [hidden, newcomer]) == {2: stranger}


def test_a_body_made_of_two_is_nobodys_if_it_is_strange_to_one_and_more_like_the_other():
    front, hidden = known(1, 200, RED), known(2, 220, BLUE).missed(0.1)
    mixed = body(205, BLUE + np.eye(64)[[7, 8]].sum(axis=0) * 255.0)
    assert assigned({1: mixed}, [front, hidden]) == {}
    assert assigned({1: mixed}, [front]) == {1: mixed}


def test_who_is_hidden_goes_on_more_slowly_and_keeps_their_looks():
    track = replace(known(1, 200, RED), velocity=np.array([100.0, 0.0])).missed(0.5).missed(0.5)
    assert 250 < track.region.centre[0] < 300
    assert track.velocity[0] == pytest.approx(25.0)
    assert track.hidden == pytest.approx(1.0)
    assert np.array_equal(track.worn, RED)


def test_a_newcomer_in_a_crowd_is_believed_only_after_a_while_and_others_at_once():
    track = Track(3, region(200))
    assert track.met(body(200), 0.1, crowded=False).believed
    for _ in range(round(DOUBT / 0.1) - 1):
        track = track.met(body(200), 0.1, crowded=True)
        assert not track.believed
    assert track.met(body(200), 0.1001, crowded=True).believed


def test_colours_are_not_learnt_in_a_crowd():
    track = known(1, 200, RED)
    assert np.array_equal(track.met(body(200, BLUE), 1.0, crowded=True).worn, RED)
    assert not np.allclose(track.met(body(200, BLUE), 1.0, crowded=False).worn, RED)


def test_two_bodies_on_one_another_are_one():
    assert twins(body(200), body(210))
    assert not twins(body(200), body(240))


def test_others_are_painted_over_before_somebody_and_beside_them_behind():
    image = np.zeros((400, 400, 3), np.uint8)
    image[:, 200:], image[:, :200] = (0, 0, 200), (200, 0, 0)
    own, other = body(200).landmarks, body(210).landmarks
    views = [
        clear_view(image, Region.whole(400, 400), 400, own, before, behind).astype(int)
        for before, behind in (([], []), ([other], []), ([], [other]))
    ]
    changed = [(view != views[0]).any(axis=2) for view in views]
    assert changed[1][175, 205]
    assert not changed[2][175, 205]
    assert changed[2][175, 231]
    assert not changed[1][175, 150]
