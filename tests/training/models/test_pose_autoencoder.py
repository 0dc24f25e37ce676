import pytest
import torch

from motion.skeleton import CANONICAL
from tests.motion.strategies import swaying
from tests.training.tiny import clips
from training.models.pose_autoencoder import (
    BoneConvolution,
    along_bones,
    compare,
    plain_of_size,
    size,
)


@torch.no_grad()
def test_a_joint_hears_itself_its_parent_and_its_children_alone():
    layer = BoneConvolution(CANONICAL.parents, 6, 5)
    still = torch.zeros(1, len(CANONICAL.joints), 6)
    moved = still.clone()
    moved[0, CANONICAL.index("leftLowerArm")] = 1.0
    heard = (layer(moved) - layer(still)).abs().sum((0, 2)) > 0
    joints = {joint for joint, changed in zip(CANONICAL.joints, heard, strict=True) if changed}
    assert joints == {"leftUpperArm", "leftLowerArm", "leftHand"}


def test_the_plain_one_is_as_large():
    bones = along_bones(CANONICAL.parents, 24, 16)
    assert size(plain_of_size(21, size(bones), 16)) == pytest.approx(size(bones), rel=0.01)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_both_learn_poses_and_are_measured_on_others():
    before, after = (
        compare(clips(), [swaying(40)], latent=8, channels=8, steps=steps) for steps in (1, 300)
    )
    for untrained, trained in zip(before, after, strict=True):
        assert trained.millimetres < 0.7 * untrained.millimetres
        assert trained.degrees < 0.7 * untrained.degrees
    assert [found.name for found in after] == ["along the bones", "plain"]
