from pathlib import Path

import ezc3d
import numpy as np
import pytest

from motion.errors import MotionFileError
from motion.markers.c3d import parse_c3d
from motion.markers.marker_files import (
    CHOREOGRAPHY_LINES,
    CHOREOGRAPHY_MARKERS,
    MEANS,
    TRIMMED,
    parse_choreography,
)
from motion.markers.markers import Markers


def write_c3d(path: Path, markers: Markers) -> None:
    """Write markers as a studio does: points that were not seen are the origin's."""
    c3d = ezc3d.c3d()
    c3d["parameters"]["POINT"]["RATE"]["value"] = [markers.fps]
    c3d["parameters"]["POINT"]["LABELS"]["value"] = list(markers.labels)
    points = np.ones((4, len(markers.labels), len(markers)))
    points[:3] = np.nan_to_num(markers.positions, nan=0.0).transpose(2, 1, 0)
    c3d["data"]["points"] = points
    c3d.write(str(path))


def walked(frames: int = 20) -> Markers:
    positions = np.random.default_rng(0).normal(0.0, 400.0, (frames, 4, 3))
    return Markers("walk", 80.0, ("a:LFWT", "a:RFWT", "a:C7", "a:T10"), positions)


def test_points_of_c3d_come_back(tmp_path: Path) -> None:
    written = walked()
    written.positions[3:6, 2] = np.nan
    write_c3d(tmp_path / "walk.c3d", written)
    read = parse_c3d((tmp_path / "walk.c3d").read_bytes())
    assert (read.fps, read.labels, read.notes) == (80.0, written.labels, ())
    np.testing.assert_allclose(read.positions, written.positions, rtol=1e-5)
    assert np.isfinite(read.positions).all(-1).sum() == 20 * 4 - 3


@pytest.mark.parametrize("content", [b"", b"\x02", b"HIERARCHY", b"\x02\x50" + bytes(600)])
def test_what_is_no_c3d_is_refused(content: bytes) -> None:
    with pytest.raises(MotionFileError, match=r"expected (C3D|points)"):
        parse_c3d(content)


def array(frames: int = 2 * TRIMMED + 40) -> np.ndarray:
    """A choreography array whose numbers tell point, frame and axis."""
    point, frame, axis = np.ogrid[:55, :frames, :3]
    return (point + frame / 1e4 + axis / 10).astype(np.float64)


def test_a_choreography_array_loses_means_and_ends_and_stands_up() -> None:
    read = parse_choreography(array(), "knownbetter")
    assert (read.fps, read.labels, read.positions.shape) == (
        35.0,
        CHOREOGRAPHY_MARKERS,
        (40, 53, 3),
    )
    points = [point for point in range(55) if point not in MEANS]
    np.testing.assert_allclose(read.positions[0, :, 0], np.array(points) + TRIMMED / 1e4)
    np.testing.assert_allclose(read.positions[0, :, 2], -(np.array(points) + TRIMMED / 1e4 + 0.2))
    assert {end for line in CHOREOGRAPHY_LINES for end in line} <= set(read.labels)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (array().swapaxes(0, 1), r"expected an array of \(55, frames, 3\), got \(1040, 55, 3\)"),
        (array()[..., :2], r"expected an array of \(55, frames, 3\), got \(55, 1040, 2\)"),
        (array()[0], r"expected an array of \(55, frames, 3\), got \(1040, 3\)"),
        (array(1000), r"expected more than 1001 frames.* got 1000"),
        (array().astype(int), r"expected floating-point numbers, got int64"),
    ],
)
def test_another_array_is_refused(wrong: np.ndarray, message: str) -> None:
    with pytest.raises(MotionFileError, match=message):
        parse_choreography(wrong, "x")


def test_short_gaps_are_bridged_and_long_ones_stay() -> None:
    line = np.tile(np.arange(100.0)[:, None, None], (1, 1, 3))
    hidden = line.copy()
    hidden[10:20] = hidden[40:90] = np.nan
    bridged = Markers("x", 30.0, ("C7",), hidden).bridged()
    np.testing.assert_allclose(bridged.positions[:40], line[:40])
    assert not bridged.seen[40:90].any()


@pytest.mark.parametrize("fps", [12.5, 30.0, 80.0])
def test_another_rate_keeps_the_motion(fps: float) -> None:
    t = np.arange(200)[:, None, None] / 80.0
    wave = np.sin(t + np.arange(3))
    resampled = Markers("x", 80.0, ("C7",), wave).resampled(fps)
    at = np.arange(len(resampled))[:, None, None] / fps
    np.testing.assert_allclose(resampled.positions, np.sin(at + np.arange(3)), atol=1e-4)
    assert len(resampled) / fps == pytest.approx(2.5, abs=1.5 / min(fps, 80.0))


def test_positions_that_do_not_fit_the_labels_are_refused() -> None:
    with pytest.raises(MotionFileError, match=r"expected positions of shape \(20, 4, 3\)"):
        Markers("x", 30.0, walked().labels, walked().positions[:, :2])
