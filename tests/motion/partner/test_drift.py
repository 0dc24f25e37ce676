import numpy as np
import pytest

from motion import features
from motion.partner.drift import PATIENCE, DriftDetector, distortion
from tests.motion.strategies import swaying

DT = 1 / 30
FRAMES = round(PATIENCE / DT)


def test_motion_is_not_distorted_and_shrinking_or_noise_is():
    motion = features.from_clip(swaying())
    assert distortion(motion).max() < 1e-5
    assert distortion(1.7 * motion).min() > 1.0
    noise = np.random.default_rng(0).normal(0, 1, motion.shape)
    assert distortion(noise).min() > 1.0


@pytest.mark.parametrize(
    ("part", "value"), [("root_velocity", 9.0), ("turn_rate", -21.0), ("hips_height", 0.0)]
)
def test_who_does_for_long_what_cannot_be_is_lost_and_then_anew(part, value):
    motion = features.from_clip(swaying())[: 2 * FRAMES]
    wild = motion.copy()
    wild[:, features.PART[part]] = value
    drift = DriftDetector(2)
    lost = np.array(
        [drift.find_drifted(np.stack(pair), DT) for pair in zip(motion, wild, strict=True)]
    )
    assert not lost[:, 0].any()
    assert np.flatnonzero(lost[:, 1]).tolist() == pytest.approx([FRAMES], abs=1)


def test_a_moment_is_no_drift():
    drift, motion = DriftDetector(1), features.from_clip(swaying())[:1]
    for frames in ([2 * motion] * (FRAMES - 1) + [motion]) * 3:
        assert not drift.find_drifted(frames, DT).any()
