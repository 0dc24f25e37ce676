import numpy as np
import pytest

from motion.clip import Clip
from motion.errors import MotionFileError
from motion.skeleton import CANONICAL
from tests.motion.strategies import swaying


def test_a_saved_clip_comes_back(tmp_path):
    clip = swaying()
    clip.save(tmp_path / "clip.npz")
    back = Clip.load(tmp_path / "clip.npz")
    assert (back.name, back.fps, back.labels) == (clip.name, clip.fps, clip.labels)
    np.testing.assert_allclose(back.world_positions(), clip.world_positions(), atol=1e-5)


def test_a_damaged_file_is_named_with_what_was_expected(tmp_path):
    path = tmp_path / "broken.npz"
    path.write_bytes(b"PK\x03\x04 not really")
    with pytest.raises(MotionFileError, match=r"broken\.npz: expected a clip"):
        Clip.load(path)


def test_a_clip_of_another_skeleton_is_refused(tmp_path):
    clip = swaying()
    fewer = Clip("few", 30, clip.hips, clip.rotations[:, :5])
    fewer.save(tmp_path / "few.npz")
    with pytest.raises(MotionFileError, match="expected rotations of shape"):
        Clip.load(tmp_path / "few.npz")


@pytest.mark.parametrize("fps", [24.0, 30.0, 60.0, 240.0])
def test_resampling_keeps_the_motion(fps):
    clip = swaying(frames=121, fps=60.0)
    other = clip.resampled(fps)
    assert other.fps == fps
    assert other.seconds == pytest.approx(clip.seconds, abs=2 / min(fps, 60))
    moments = np.arange(0, 1.9, 0.5)
    a = clip.world_positions()[np.rint(moments * 60).astype(int)]
    b = other.world_positions()[np.rint(moments * fps).astype(int)]
    assert np.abs(a - b).max() < 0.04


def test_the_mirror_swaps_sides_and_is_its_own_inverse():
    clip = swaying()
    mirrored = clip.mirrored()
    expected = clip.world_positions()[:, CANONICAL.mirror] * [-1.0, 1.0, 1.0]
    np.testing.assert_allclose(mirrored.world_positions(), expected, atol=1e-9)
    np.testing.assert_allclose(mirrored.mirrored().rotations, clip.rotations)
