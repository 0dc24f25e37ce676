import numpy as np
from scipy.spatial.transform import Rotation

from motion import rotations
from motion.clip import Clip
from motion.skeleton import CANONICAL
from tests.motion.strategies import swaying
from training.corpus.cleaning import FASTEST_TURN, mended

THIGH = CANONICAL.index("rightUpperLeg")


def turned(clip: Clip, joint: int, frames: list[int], degrees: float) -> Clip:
    local = clip.rotations.copy()
    twist = Rotation.from_euler("y", degrees, degrees=True).as_quat()
    local[frames, joint] = rotations.multiply(local[frames, joint], twist)
    return Clip(clip.name, clip.fps, clip.hips, local)


def fastest_turn(clip: Clip) -> float:
    cosine = np.abs(np.sum(clip.rotations[1:] * clip.rotations[:-1], axis=-1))
    return float((2.0 * np.arccos(np.clip(cosine, 0, 1))).max() * clip.fps)


def test_a_motion_without_faults_stays_as_it_is():
    clip = swaying(90)
    np.testing.assert_array_equal(mended(clip).rotations, clip.rotations)


def test_a_limb_that_flips_for_some_frames_is_bridged():
    clip = swaying(90, 60.0)
    found = mended(turned(clip, THIGH, [40, 41, 44, 50], 175.0))
    assert len(found) == 90
    assert fastest_turn(found) < FASTEST_TURN
    np.testing.assert_allclose(found.world_positions(), clip.world_positions(), atol=0.12)
    others = [joint for joint in range(21) if joint != THIGH]
    np.testing.assert_array_equal(found.rotations[:, others], clip.rotations[:, others])
    np.testing.assert_array_equal(found.rotations[:36], clip.rotations[:36])
    np.testing.assert_array_equal(found.rotations[55:], clip.rotations[55:])


def test_faults_far_apart_are_mended_each_by_itself():
    clip = swaying(180, 60.0)
    found = mended(turned(clip, THIGH, [30, 150], 175.0))
    np.testing.assert_array_equal(found.rotations[40:140], clip.rotations[40:140])
    assert fastest_turn(found) < FASTEST_TURN


def test_a_flip_at_either_end_is_mended_too():
    found = mended(turned(swaying(60, 60.0), THIGH, [0, 59], 175.0))
    assert fastest_turn(found) < FASTEST_TURN * 1.5


def test_a_single_frame_stays():
    assert len(mended(swaying(1))) == 1


def test_slower_flips_are_faults_where_no_markers_were_worn():
    clip = turned(swaying(90, 60.0), THIGH, [40, 41], 25.0)  # 26 rad/s
    np.testing.assert_array_equal(mended(clip).rotations, clip.rotations)
    worn = Clip("g", clip.fps, clip.hips, clip.rotations, {"dataset": "g1-moves"})
    assert fastest_turn(mended(worn)) < 20.0
