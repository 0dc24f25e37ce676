import numpy as np

from motion.clip import Clip
from motion.inertia import Offset, Poses
from tests.motion.strategies import swaying

DT = 1 / 30


def at(frame: int, *clips: Clip) -> Poses:
    hips = np.stack([clip.hips[frame] for clip in clips])
    return hips, np.stack([clip.rotations[frame] for clip in clips])


def test_the_first_pose_goes_on_from_what_was_shown_and_the_rest_meets_the_motion():
    old, new, untouched = swaying(20), swaying(80)[40:], swaying(60)[20:]
    offset = Offset(2)
    motion = (at(0, new), at(1, new))
    offset.bridge(np.array([1]), (at(-2, old), at(-1, old)), motion, DT)
    shown = [offset.apply(at(frame, untouched, new), DT) for frame in range(2, len(new))]
    hips, turned = (np.array(part)[:, 1] for part in zip(*shown, strict=True))
    whole = Clip(
        "whole",
        30,
        np.concatenate([old.hips[-2:], hips]),
        np.concatenate([old.rotations[-2:], turned]),
    )
    positions = whole.world_positions()
    acceleration = np.linalg.norm(np.diff(positions, 2, axis=0), axis=-1) * 30**2
    pop = np.linalg.norm(old.world_positions()[-1] - new.world_positions()[2], axis=-1) * 30**2
    assert acceleration.max() < 0.3 * pop.max()
    np.testing.assert_allclose(positions[-1], new.world_positions()[-1], atol=0.01)
    np.testing.assert_array_equal([h[0] for h, _ in shown], untouched.hips[2:])
