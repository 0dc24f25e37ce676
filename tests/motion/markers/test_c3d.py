import numpy as np
import pytest

from motion.errors import MotionFileError
from motion.markers.c3d import parse_c3d
from motion.markers.marker_files import parse_marker_c3d
from motion.markers.markers import Markers
from tests.motion.markers.c3d_writer import c3d_file
from tests.motion.markers.test_marker_fit import PLUG_IN, danced, marked

RNG = np.random.default_rng(0)
WALK = RNG.normal(0.0, 400.0, (60, 3, 3)).cumsum(axis=0)


@pytest.mark.parametrize("frames", ["short", "float", "trial"])
@pytest.mark.parametrize("count", [60, 40_000, 70_000])
def test_any_number_of_frames_is_read_however_it_is_written(frames, count):
    points = RNG.normal(0.0, 400.0, (count, 2, 3)).astype(np.float32)
    read = parse_c3d(c3d_file(["a", "b"], points, frames=frames))
    np.testing.assert_array_equal(read.positions, points)
    assert read.notes == ()


def test_whole_frames_of_a_file_cut_short_are_read_and_it_is_said():
    data = c3d_file(["a", "b", "c"], WALK)
    read = parse_c3d(data[: len(data) - 1024])
    assert 30 < len(read.positions) < 60
    assert read.notes == (f"expected 60 frames, got {len(read.positions)} whole ones",)


def test_labels_go_on_after_the_255th():
    labels = [f"M{number:03}" for number in range(600)]
    points = RNG.normal(0.0, 400.0, (5, 600, 3))
    assert parse_c3d(c3d_file(labels, points)).labels == tuple(labels)


@pytest.mark.parametrize("gap", ["residual", "nan", "origin", "frozen"])
@pytest.mark.parametrize("scale", [-1.0, 0.1])
def test_gaps_in_all_spellings_are_gaps(gap, scale):
    points, residuals = WALK.copy(), np.zeros((60, 3))
    if gap == "residual":
        residuals[20:35, 1] = -1.0
    elif gap == "frozen":
        points[20:35, 1] = points[19, 1]
    else:
        points[20:35, 1] = np.nan if gap == "nan" else 0.0
    if scale > 0 and gap in ("nan", "frozen"):
        pytest.skip("integers have no NaN, and stand still by themselves")
    read = parse_c3d(c3d_file(["a", "b", "c"], points / 10, residuals=residuals, scale=scale))
    seen = np.isfinite(read.positions).all(-1)
    assert not seen[20:35, 1].any()
    assert seen.sum() == 60 * 3 - 15


def test_a_marker_that_stands_while_all_stand_is_no_gap():
    points = np.repeat(WALK[:1], 60, axis=0)
    assert np.isfinite(parse_c3d(c3d_file(["a", "b", "c"], points)).positions).all()


def test_damaged_files_are_refused():
    data = c3d_file(["a", "b"], WALK[:, :2])
    for cut in (4, 300, 700):
        with pytest.raises(MotionFileError, match="expected"):
            parse_c3d(data[:cut])


def together(separate: str) -> tuple[Markers, Markers, bytes]:
    """Two dancers two metres apart in one file, their names told apart or not at all."""
    one, other = (marked(danced(30), PLUG_IN, seed=seed) for seed in (0, 1))
    other.positions[..., 0] += 2000.0
    names = [label.removeprefix("dancer:") for label in PLUG_IN]
    labels = [f"{who}{separate}{name}" for who in ("Anna", "Ben") for name in names]
    points = np.concatenate([one.positions, other.positions], axis=1)
    if not separate:
        order = RNG.permutation(len(labels))
        labels, points = [(names * 2)[at] for at in order], points[:, order]
    return one, other, c3d_file(labels, points, fps=30.0)


@pytest.mark.parametrize("separate", [":", "_", " ", ".", ""])
def test_two_people_are_told_apart_by_name_or_place(separate):
    one, other, data = together(separate)
    found = parse_marker_c3d(data, "duet")
    assert len(found) == 2
    found.sort(key=lambda markers: np.nanmean(markers.positions[..., 0]))
    if separate:
        assert [markers.subject for markers in found] == ["Anna", "Ben"]
    for markers, wanted in zip(found, (one, other), strict=True):
        order = [markers.labels.index(label.removeprefix("dancer:")) for label in PLUG_IN]
        np.testing.assert_allclose(markers.positions[:, order], wanted.positions, rtol=1e-4)


def test_a_thing_beside_a_person_is_nobody():
    one = marked(danced(30), PLUG_IN)
    labels = [*PLUG_IN, "sword:1", "sword:2"]
    points = np.concatenate([one.positions, one.positions[:, :2] + 500.0], axis=1)
    (found,) = parse_marker_c3d(c3d_file(labels, points), "fight")
    assert (found.subject, len(found.labels)) == ("", len(PLUG_IN))
