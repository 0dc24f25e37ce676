import numpy as np
import pytest

from motion.clip import Clip, Pose
from motion.draw.camera import FOCAL_LENGTH, view_of
from motion.draw.capsules import draw_capsules
from motion.draw.drawing import Drawing
from motion.draw.render import contact_sheet, render, render_pose, to_yuv420
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


def test_the_figure_throws_a_soft_shadow_away_from_the_light():
    rest = Pose.rest()
    there, gone = (
        render_pose(rest.hips + offset, rest.rotations, MIDDLE, 1.1, 160).astype(float)
        for offset in ([0.0, 0.0, 0.0], [0.0, 50.0, 0.0])
    )
    darker = (gone - there).max(axis=2) > 8.0
    rows, columns = np.nonzero(darker & (there.max(axis=2) < 70.0))
    assert len(rows) > 300
    assert columns.mean() < 80.0
    shares = (there.sum(axis=2) / gone.sum(axis=2))[rows, columns]
    assert shares.min() == pytest.approx(0.4, abs=0.03)
    assert ((shares > 0.5) & (shares < 0.8)).mean() > 0.1


def test_a_ball_covers_its_area_to_parts_of_a_pixel():
    middle = np.zeros(3)
    view = view_of(middle, 1.0, 160)
    picture = np.full((3, 160, 160), 255, np.uint8)
    draw_capsules(picture, view, np.array([[*middle, *middle, 0.2, 0.2, 0.0, 0.0, 0.0]]))
    away = np.hypot(1.0, FOCAL_LENGTH)
    radius = FOCAL_LENGTH * 80 * 0.2 / np.sqrt(away**2 - 0.2**2)
    covered = 1.0 - picture[0] / 255.0
    assert ((covered > 0.1) & (covered < 0.8)).sum() > 4.0 * radius
    # But for the highlight.
    assert covered.sum() == pytest.approx(0.99 * np.pi * radius**2, rel=0.01)


@pytest.mark.parametrize(
    ("colour", "expected"),
    [((0, 0, 0), (16, 128, 128)), ((255, 255, 255), (235, 128, 128)), ((255, 0, 0), (82, 90, 240))],
)
def test_video_has_the_colours_of_bt_601(colour, expected):
    picture = np.broadcast_to(np.array(colour, np.uint8)[:, None, None], (3, 4, 4)).copy()
    planes = to_yuv420(picture)
    np.testing.assert_array_equal(planes[:4], expected[0])
    np.testing.assert_array_equal(planes[4], expected[1])
    np.testing.assert_array_equal(planes[5], expected[2])


def test_chroma_is_the_mean_of_four_pixels():
    picture = np.zeros((3, 4, 4), np.uint8)
    picture[2, 1, 1] = 200
    assert to_yuv420(picture)[4:].tolist() == [[150, 128, 128, 128], [124, 128, 128, 128]]
