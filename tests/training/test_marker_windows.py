from pathlib import Path

import numpy as np
import pytest

from motion.errors import MotionFileError
from motion.markers.marker_files import (
    CHOREOGRAPHY_LINES,
    CHOREOGRAPHY_MARKERS,
    FEW_MARKERS,
    TRIMMED,
    read_choreography,
)
from training.corpus.marker_windows import centred, edges, normalised, scaled, windows
from motion.markers.markers import Markers


def choreography(folder: Path, frames: int = 300) -> Markers:
    """A dancer who walks and bobs, written as the published arrays are."""
    rng = np.random.default_rng(0)
    t = np.arange(frames + 2 * TRIMMED)[None, :, None] / 35.0
    body = rng.normal(0.0, 0.4, (55, 1, 3)) * [1.0, 1.0, 2.0]
    walk = np.concatenate([2.0 * np.sin(t), 1.0 * np.cos(t), 0.1 * np.sin(3.0 * t)], -1)
    np.save(folder / "mariel_walk.npy", body + walk)
    return read_choreography(folder / "mariel_walk.npy")


def test_positions_and_velocities_fill_their_ranges_apart(tmp_path: Path) -> None:
    read = choreography(tmp_path)
    found = normalised(read)
    assert found.values.shape == (300, 53, 6)
    assert found.values.dtype == np.float32
    for part in (found.values[..., :3], found.values[..., 3:]):
        assert (part.min(), part.max()) == (-1.0, 1.0)
    positions = found.position.denormalise(found.values[..., :3].astype(float))
    np.testing.assert_allclose(positions, centred(scaled(read.positions)), atol=1e-5)
    velocities = found.velocity.denormalise(found.values[..., 3:].astype(float))
    np.testing.assert_allclose(velocities[1:], 35.0 * np.diff(positions, axis=0), atol=1e-3)
    np.testing.assert_allclose(velocities[0], velocities[1], atol=1e-3)


def test_the_floor_is_a_square_about_the_origin_that_few_lost_markers_do_not_stretch(
    tmp_path: Path,
) -> None:
    positions = choreography(tmp_path).positions
    calm = scaled(positions)
    low, high = np.percentile(calm[..., :2], [1, 99], axis=(0, 1))
    assert min(low) == pytest.approx(-1.0)
    assert max(high) == pytest.approx(1.0)
    lost = positions.copy()
    lost[5, 7] = 1e6
    np.testing.assert_allclose(scaled(lost)[10], calm[10], rtol=1e-2, atol=1e-2)


def test_centring_takes_the_way_and_leaves_the_height(tmp_path: Path) -> None:
    positions = choreography(tmp_path).positions
    moved = positions + np.array([3.0, -5.0, 0.0])
    np.testing.assert_allclose(centred(moved), centred(positions), atol=1e-9)
    np.testing.assert_allclose(centred(positions)[..., 2], positions[..., 2])


@pytest.mark.parametrize(("step", "count"), [(128, 2), (64, 3), (1, 173)])
def test_windows_overlap_or_not(step: int, count: int) -> None:
    frames = np.arange(300.0)[:, None] * [1.0, -1.0]
    found = windows(frames, step=step)
    assert found.shape == (count, 128, 2)
    np.testing.assert_array_equal(found[-1], frames[(count - 1) * step :][:128])


def test_edges_lead_both_ways_and_only_between_markers_that_are_there() -> None:
    found = edges(CHOREOGRAPHY_MARKERS, CHOREOGRAPHY_LINES)
    assert found.shape == (2, 2 * len(CHOREOGRAPHY_LINES))
    there = {tuple(edge) for edge in found.T}
    assert {(b, a) for a, b in there} == there
    names = {(FEW_MARKERS[a], FEW_MARKERS[b]) for a, b in edges(FEW_MARKERS, CHOREOGRAPHY_LINES).T}
    assert ("LFWT", "RFWT") in names
    assert names < {(CHOREOGRAPHY_MARKERS[a], CHOREOGRAPHY_MARKERS[b]) for a, b in there}


def test_what_cannot_be_normalised_is_refused(tmp_path: Path) -> None:
    read = choreography(tmp_path, 130)
    read.positions[3, 4] = np.nan
    with pytest.raises(MotionFileError, match=r"mariel_walk: expected .* 53 markers, got 130 fra"):
        normalised(read)
    with pytest.raises(MotionFileError, match="expected 128 frames or more for a window, got 127"):
        windows(read.positions[:127])
    still = Markers("x", 35.0, ("C7", "T10"), np.tile([[1.0, 0, 0], [0, 1.0, 1]], (9, 1, 1)))
    with pytest.raises(MotionFileError, match=r"expected markers that move, got 0\.0 everywhere"):
        normalised(still)
