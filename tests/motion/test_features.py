import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from motion import features, kinematics, rotations
from motion.clip import Clip
from tests.motion.strategies import swaying


def moved(clip: Clip, angle: float, by: np.ndarray) -> Clip:
    """The same motion elsewhere, facing elsewhere."""
    turn = rotations.about_y(np.array(angle))
    turned = clip.rotations.copy()
    turned[:, 0] = rotations.multiply(turn, turned[:, 0])
    return Clip(clip.name, clip.fps, rotations.rotate(turn, clip.hips) + by, turned)


def test_features_give_the_poses_back():
    clip = swaying()
    root, hips, turned = features.last_root(clip[:1]), [], []
    for frame in features.from_clip(clip)[1:]:
        before, root = root, features.next_root(root, frame, clip.fps)
        np.testing.assert_allclose(features.previous_root(root, frame, clip.fps), before, atol=1e-9)
        for collected, part in zip((hips, turned), features.to_poses(frame, root), strict=True):
            collected.append(part)
    back = Clip("back", clip.fps, np.array(hips), np.array(turned))
    np.testing.assert_allclose(back.world_positions(), clip.world_positions()[1:], atol=1e-5)
    end = features.last_root(clip)
    np.testing.assert_allclose(root[:2], end[:2], atol=1e-5)
    assert np.cos(root[2] - end[2]) == pytest.approx(1)


def test_features_are_what_the_layout_says_also_over_several_turns():
    clip = swaying()
    spin = rotations.about_y(np.linspace(0.0, 9.0, len(clip)))
    turned = clip.rotations.copy()
    turned[:, 0] = rotations.multiply(spin, turned[:, 0])
    clip = Clip("spun", clip.fps, rotations.rotate(spin, clip.hips), turned)
    heading = np.unwrap(kinematics.facing(clip.world_positions()))
    back = Rotation.from_euler("y", -heading[:, None])
    expected = np.empty((len(clip), features.WIDTH))
    expected[1:, :2] = back[:-1].apply(np.diff(clip.hips, axis=0))[:, [0, 2]] * clip.fps
    expected[1:, 2] = np.diff(heading) * clip.fps
    expected[0, :3] = expected[1, :3]
    expected[:, 3] = clip.hips[:, 1]
    local = Rotation.from_quat(turned.reshape(-1, 4)).as_matrix().reshape(*turned.shape[:2], 3, 3)
    local[:, 0] = (back * Rotation.from_quat(turned[:, 0])).as_matrix()
    columns = np.concatenate([local[..., 0], local[..., 1]], axis=-1)
    expected[:, features.PART["rotations"]] = columns.reshape(len(clip), -1)
    stands = kinematics.contacts(clip.world_positions(), clip.fps)
    expected[:, features.PART["contacts"]] = stands
    assert heading[-1] - heading[0] > 2 * np.pi
    np.testing.assert_allclose(features.from_clip(clip), expected, atol=2e-6)


def test_one_frame_alone_has_no_features():
    with pytest.raises(ValueError, match="expected two frames or more, got 1"):
        features.from_clip(swaying()[:1])


def test_features_do_not_depend_on_place_and_facing():
    clip = swaying()
    elsewhere = moved(clip, 2.0, np.array([3.0, 0.0, -1.0]))
    np.testing.assert_allclose(features.from_clip(elsewhere), features.from_clip(clip), atol=1e-4)


def test_features_and_root_together_are_those_of_each_alone():
    clip = moved(swaying(), 2.0, np.array([3.0, 0.0, -1.0]))
    frames, root = features.with_last_roots(clip.hips, clip.rotations, clip.fps)
    np.testing.assert_array_equal(frames, features.from_clip(clip))
    np.testing.assert_array_equal(root, features.last_root(clip))


def test_the_layout_covers_the_width_without_gaps():
    parts = [features.PART[name] for name, _ in features.CANONICAL_LAYOUT.parts]
    assert [part.start for part in parts] == [0, *[part.stop for part in parts[:-1]]]
    assert parts[-1].stop == features.WIDTH


def test_joint_speed_counts_what_moves_against_the_hips():
    clip = swaying()
    glided = moved(clip, 0.0, np.zeros(3))
    glided.hips[:, 0] += np.arange(len(clip)) * 0.1
    np.testing.assert_allclose(features.joint_speed(glided), features.joint_speed(clip))
    frozen = Clip("frozen", 30, clip.hips, np.repeat(clip.rotations[:1], len(clip), 0))
    assert features.joint_speed(frozen).max() < 1e-9
