"""Files are written as HumanML3D publishes them: float32 arrays of NumPy at 20 frames a second."""

import numpy as np
import pytest

from motion import rotations
from motion.clip import Clip
from motion.errors import MotionFileError
from motion.formats.humanml import parse_humanml, positions_of
from motion.rigs.retarget import placed_at_origin
from motion.skeleton import CANONICAL
from tests.motion.strategies import swaying
from tests.training.corpus.test_amass import BODY
from training.corpus.corpus import load_corpus
from training.corpus.prepare import prepare


def joints_of(clip: Clip) -> np.ndarray:
    """The 22 joints of a motion, (T, 22, 3)."""
    world = clip.world_positions()
    positions = np.empty((len(clip), 22, 3))
    for place, joint in BODY.items():
        positions[:, place] = world[:, CANONICAL.index(joint)]
    positions[:, 6] = (positions[:, 3] + positions[:, 9]) / 2
    return positions


def vectors_of(positions: np.ndarray, turn: np.ndarray) -> np.ndarray:
    """The vectors of joints whose root has turned by angles (T,) since the first frame."""
    frames = len(positions)
    root_from_world = rotations.about_y(-turn)
    local = positions.copy()
    local[..., [0, 2]] -= positions[:, :1, [0, 2]]
    local = rotations.rotate(root_from_world[:, None], local)
    vectors = np.zeros((frames, 263), np.float32)
    vectors[:-1, 0] = np.diff(-turn) / 2  # half the angle, of the rotation into the root's frame
    step = np.diff(positions[:, 0], axis=0)
    vectors[:-1, 1:3] = rotations.rotate(root_from_world[1:], step)[:, [0, 2]]
    vectors[:, 3] = positions[:, 0, 1]
    vectors[:, 4:67] = local[:, 1:].reshape(frames, -1)
    return vectors


def walk(frames: int = 40) -> Clip:
    return placed_at_origin(swaying(frames, 20.0))


def test_vectors_tell_the_positions_of_joints():
    positions = joints_of(walk())
    positions[..., [0, 2]] -= positions[0, 0, [0, 2]]
    turn = 0.8 * np.arange(40) / 20.0
    np.testing.assert_allclose(positions_of(vectors_of(positions, turn)), positions, atol=1e-5)


def test_either_array_becomes_the_motion(tmp_path):
    positions = joints_of(walk())
    for folder, array in (
        ("new_joints", positions),
        ("new_joint_vecs", vectors_of(positions, 0.8 * np.arange(40) / 20.0)),
    ):
        (tmp_path / folder).mkdir()
        np.save(tmp_path / folder / "000021.npy", array.astype(np.float32))
        outcome = prepare([tmp_path / folder], tmp_path / f"corpus of {folder}", workers=1)
        assert not outcome.skipped
        (clip,) = load_corpus(tmp_path / f"corpus of {folder}")
        expected = walk().resampled(30.0)
        assert (clip.name, clip.fps, len(clip)) == ("humanml3d/000021", 30.0, len(expected))
        apart = np.linalg.norm(clip.world_positions() - expected.world_positions(), axis=-1)
        assert apart.mean() < 0.04


def test_words_beside_it_become_labels_and_mirror_images_are_of_one_group(tmp_path):
    for name in ("000021", "M000021"):
        path = tmp_path / "new_joints" / f"{name}.npy"
        path.parent.mkdir(exist_ok=True)
        np.save(path, joints_of(walk(30)).astype(np.float32))
        text = tmp_path / "texts" / f"{name}.txt"
        text.parent.mkdir(exist_ok=True)
        text.write_text(
            "a man walks in a curve.#a/DET man/NOUN walk/VERB in/ADP a/DET curve/NOUN#0.0#0.0\n"
            "he strolls.#he/PRON stroll/VERB#0.0#0.0\n"
        )
    prepare([tmp_path], tmp_path / "corpus", workers=1)
    first, mirrored = (clip.labels for clip in load_corpus(tmp_path / "corpus"))
    assert first["content"] == "walk"
    assert first["description"] == "a man walks in a curve."
    assert first["group"] == mirrored["group"] == "humanml3d_000021"


UPRIGHT = joints_of(walk(5))


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.zeros((5, 66)), r"\(frames, 22, 3\) or \(frames, 263\), got \(5, 66\)"),
        (np.zeros((5, 251)), r"got \(5, 251\)"),
        (np.zeros((5, 21, 3)), r"got \(5, 21, 3\)"),
        (np.zeros((22, 3)), r"got \(22, 3\)"),
        (np.zeros((0, 22, 3)), r"got \(0, 22, 3\)"),
        (UPRIGHT * 1000, "expected metres.*got 1[.4-6]"),
        (UPRIGHT[..., [0, 2, 1]], "upright along y, got one along z"),
    ],
)
def test_what_is_no_such_array_is_refused(array, message):
    with pytest.raises(MotionFileError, match=message):
        parse_humanml(array, "x")
