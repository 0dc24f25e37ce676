import numpy as np
from scipy.spatial.transform import Rotation

from motion.clip import Clip
from motion.partner.inertialisation import FASTEST, Inertialiser, Poses
from motion.skeleton import CANONICAL
from tests.motion.strategies import swaying

DT = 1 / 30


def at(frame: int, *clips: Clip) -> Poses:
    hips = np.stack([clip.hips[frame] for clip in clips])
    return hips, np.stack([clip.rotations[frame] for clip in clips])


def test_the_first_pose_goes_on_from_what_was_shown_and_the_rest_meets_the_motion():
    old, new, untouched = swaying(20), swaying(80)[40:], swaying(60)[20:]
    offset = Inertialiser(2)
    motion = (at(0, new), at(1, new))
    offset.begin_transition(np.array([1]), (at(-2, old), at(-1, old)), motion, DT)
    shown = [offset.add_offsets(at(frame, untouched, new), DT) for frame in range(2, len(new))]
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


def test_a_joint_that_leaps_as_no_person_turns_goes_over_smoothly_and_alone():
    clip = swaying(60)
    leaping = swaying(60)
    arm = CANONICAL.joints.index("leftLowerArm")
    leap = Rotation.from_rotvec([0.0, 2.5, 0.0])
    leaping.rotations[30:, arm] = (leap * Rotation.from_quat(clip.rotations[30:, arm])).as_quat()
    offset = Inertialiser(1)
    offset.begin_transition(
        np.array([0]), (at(0, clip), at(1, clip)), (at(0, clip), at(1, clip)), DT
    )
    shown = [offset.add_offsets(at(frame, leaping), DT)[1][0] for frame in range(2, 60)]
    turned = Rotation.from_quat([pose[arm] for pose in shown])
    speed = (turned[1:] * turned[:-1].inv()).magnitude() / DT
    assert speed.max() < FASTEST
    assert np.abs(np.diff(speed)).max() < 0.5 * FASTEST
    np.testing.assert_allclose(np.abs((shown[-1] * leaping.rotations[-1]).sum(-1)), 1.0, atol=1e-3)
    others = [joint for joint in range(len(CANONICAL.joints)) if joint != arm]
    np.testing.assert_array_equal(np.array(shown)[:, others], clip.rotations[2:, others])
