import numpy as np
import pytest

from motion.clip import Clip, Pose
from motion.draw.drawing import Drawing
from motion.draw.render import contact_sheet, render, render_pose
from tests.motion.foreign_rigs import posed
from tests.motion.strategies import swaying

MIDDLE = np.array([0.0, 0.8, 0.0])


def pixels_like(picture: np.ndarray, warm: bool) -> np.ndarray:
    """Columns and rows of clearly warm (left) or cool (right) pixels."""
    red, blue = picture[..., 0].astype(int), picture[..., 2].astype(int)
    rows, columns = np.nonzero(red - blue > 50 if warm else blue - red > 50)
    return np.stack([columns, rows], axis=1)


def test_the_left_side_is_warm_and_on_the_right_of_the_picture():
    rest = Pose.rest()
    picture = render_pose(rest.hips, rest.rotations, MIDDLE, 1.1, 160)
    left, right = pixels_like(picture, warm=True), pixels_like(picture, warm=False)
    assert len(left) > 200
    assert len(right) > 200
    assert left[:, 0].mean() > 90
    assert right[:, 0].mean() < 70


def test_a_raised_arm_is_drawn_higher():
    clip = posed({"leftUpperArm": ("z", [-70.0, 70.0])})
    low, high = (
        pixels_like(render_pose(h, r, MIDDLE, 1.1, 160), warm=True)
        for h, r in zip(clip.hips, clip.rotations, strict=True)
    )
    assert high[:, 1].min() < low[:, 1].min() - 10


def test_near_parts_hide_far_ones():
    clip = posed({"hips": ("y", [75.0, -105.0])})
    beside = [
        pixels_like(render_pose(h, r, MIDDLE, 1.1, 160), warm=True)
        for h, r in zip(clip.hips, clip.rotations, strict=True)
    ]
    assert abs(len(beside[0]) - len(beside[1])) > 100


def test_the_figure_is_in_every_picture_and_moves():
    pictures = list(render(Drawing.from_clip(swaying(8, travel=4.0)), 96))
    assert {picture.shape for picture in pictures} == {(96, 96, 3)}
    for picture in pictures:
        figure = np.concatenate([pixels_like(picture, True), pixels_like(picture, False)])
        assert figure.min() > 2
        assert figure.max() < 94
    assert np.abs(pictures[0].astype(int) - pictures[-1]).max() > 50


@pytest.mark.parametrize("offset", [[0, 0, 0], [40, 0, 40], [0, -1, 0], [0, 5, 0]])
def test_odd_places_still_give_a_picture(offset):
    rest = Pose.rest()
    picture = render_pose(rest.hips + offset, rest.rotations, MIDDLE, 1.0, 64)
    assert picture.shape == (64, 64, 3)


def test_a_contact_sheet_has_a_row_per_clip():
    clips = [swaying(20), Clip("one pose", 30, *still())]
    sheet = contact_sheet(clips, frames=3, size=60)
    assert sheet.shape == (120, 180, 3)
    np.testing.assert_array_equal(sheet[80:, :60], sheet[80:, 60:120])
    assert (sheet[20:60, :60] != sheet[20:60, 60:120]).any()


def still() -> tuple[np.ndarray, np.ndarray]:
    rest = Pose.rest()
    return rest.hips[None], rest.rotations[None]
