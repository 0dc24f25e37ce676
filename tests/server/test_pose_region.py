"""Regions of interest: turned with the person, cut out upright, and placed back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.capture.pose_region import Region, cut

MIDDLES = st.tuples(st.floats(-500, 500), st.floats(-500, 500)).map(np.array)
ANGLES = st.floats(-3.1, 3.1)


def leaning(middle: np.ndarray, reach: float, angle: float) -> Region:
    """The region of a person whose trunk leans to the right by an angle."""
    return Region.about(middle, middle + reach * np.array([np.sin(angle), -np.cos(angle)]))


@given(MIDDLES, st.floats(5, 500), ANGLES)
def test_a_region_leans_with_the_person(middle, reach, angle):
    region = leaning(middle, reach, angle)
    assert region.angle == pytest.approx(angle, abs=1e-6)
    assert region.side == pytest.approx(2.5 * reach)


@given(MIDDLES, st.floats(5, 500), ANGLES)
def test_the_head_is_at_the_top_of_the_square(middle, reach, angle):
    region = leaning(middle, reach, angle)
    head = middle + reach * np.array([np.sin(angle), -np.cos(angle)])
    assert region.place(np.array([0.5, 0.1])) == pytest.approx(head, abs=1e-6 * reach + 1e-9)


def test_what_is_cut_out_lies_where_it_is_placed():
    image = np.zeros((300, 400, 3), np.uint8)
    image[140:144, 200:204] = 255
    region = leaning(np.array([180.0, 150.0]), 60.0, 0.7)
    shown = cut(image, region, 256, stretch=False)[..., 0].astype(float)
    rows, columns = np.indices(shown.shape)
    middle = np.array([(shown * columns).sum(), (shown * rows).sum()]) / shown.sum() / 256
    assert region.place(middle) == pytest.approx([201.5, 141.5], abs=0.3)


@pytest.mark.parametrize(("stretch", "beyond"), [(True, 200), (False, 0)])
def test_beyond_the_picture_its_edge_goes_on_or_black(stretch, beyond):
    image = np.full((50, 50, 3), 200, np.uint8)
    shown = cut(image, Region(np.array([0.0, 0.0]), 100.0, 0.0), 64, stretch=stretch)
    assert (shown[0, 0] == beyond).all()
    assert (shown[40, 40] == 200).all()


def test_overlap_is_that_of_squares():
    one = Region(np.array([0.0, 0.0]), 2.0, 0.3)
    assert one.overlap(one) == pytest.approx(1.0)
    assert one.overlap(Region(np.array([1.0, 0.0]), 2.0, 0.0)) == pytest.approx(2 / 6)
    assert one.overlap(Region(np.array([0.0, 0.0]), 1.0, 0.0)) == pytest.approx(1 / 4)
    assert one.overlap(Region(np.array([5.0, 0.0]), 2.0, 0.0)) == 0.0


@pytest.mark.parametrize(
    ("centre", "side", "angle"),
    [([np.nan, 0.0], 10.0, 0.0), ([0.0, 0.0], 1.0, 0.0), ([0.0, 0.0], 1e9, 0.0)],
)
def test_a_region_without_sense_is_told(centre, side, angle):
    assert not Region(np.array(centre), side, angle).sound(640, 480)
    assert Region(np.array([0.0, 0.0]), 100.0, 0.0).sound(640, 480)
