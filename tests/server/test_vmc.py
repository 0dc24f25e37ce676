"""VMC packets: what they hold, and that Unity sees the mirror image of the figure that we see."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from motion.clip import Pose
from motion.errors import SetupError
from motion.skeleton import CANONICAL
from server.links.osc import OscMessage, decode_packet
from server.links.vmc import BONES, VRM0, VmcEncoder, expressions
from server.links.vmc_out import VmcTarget

ETHERNET = 1472
"""Bytes that a UDP packet may hold without being cut in pieces."""

HAPPY, SAD = (np.array([name == shown for name in VRM0]) / 2 for shown in ("happy", "sad"))


def danced(seed: int) -> Pose:
    chance = np.random.default_rng(seed)
    turned = Rotation.from_rotvec(chance.normal(0, 0.7, (len(BONES), 3))).as_quat()
    return Pose(chance.normal(0, 1, 3), turned)


def positions(hips: np.ndarray, offsets: np.ndarray, local: np.ndarray) -> np.ndarray:
    """Places joints by quaternion algebra alone, which mirrors along with its space."""
    at, world = [hips], [Rotation.from_quat(local[0])]
    for joint, parent in enumerate(CANONICAL.parents[1:], start=1):
        at.append(at[parent] + world[parent].apply(offsets[joint]))
        world.append(world[parent] * Rotation.from_quat(local[joint]))
    return np.array(at)


def sent(pose: Pose) -> list[OscMessage]:
    packets = VmcEncoder().encode(pose, 1.5, HAPPY)
    assert max(map(len, packets)) < ETHERNET
    return [message for packet in packets for message in decode_packet(packet)]


@pytest.mark.parametrize("seed", range(5))
def test_kinematics_of_what_is_sent_are_the_mirror_image_of_ours(seed: int) -> None:
    pose = danced(seed)
    bones = {
        message.arguments[0]: np.array(message.arguments[1:], float)
        for message in sent(pose)
        if message.address == "/VMC/Ext/Bone/Pos"
    }
    assert tuple(bones) == BONES
    rows = np.array([bones[name] for name in BONES])
    theirs = positions(rows[0, :3], rows[:, :3], rows[:, 3:])
    ours = positions(pose.hips, CANONICAL.rest_offsets, pose.rotations)
    np.testing.assert_allclose(theirs, ours * [-1, 1, 1], atol=1e-6)


def test_a_frame_holds_what_receivers_wait_for() -> None:
    messages = sent(danced(0))
    found = [message.address for message in messages]
    assert found[0] == "/VMC/Ext/Root/Pos"
    assert messages[0].arguments == ("root", 0, 0, 0, 0, 0, 0, 1)
    assert found.count("/VMC/Ext/Bone/Pos") == 21
    assert found[-7:] == ["/VMC/Ext/Blend/Val"] * 6 + ["/VMC/Ext/Blend/Apply"]
    assert messages[-7].arguments == ("Joy", 0.5)
    assert all(message.arguments[1] == 0.0 for message in messages[-6:-1])
    assert OscMessage("/VMC/Ext/OK", (1,)) in messages
    assert OscMessage("/VMC/Ext/T", (1.5,)) in messages


def test_an_earlier_frame_leaves_nothing_behind() -> None:
    encoder = VmcEncoder("vrm1")
    encoder.encode(danced(1), 0.0, 2 * HAPPY)
    assert encoder.encode(danced(2), 1.0, SAD) == VmcEncoder("vrm1").encode(danced(2), 1.0, SAD)


def test_names_of_vrm_1_are_sent_where_they_are_asked_for_and_weights_end_at_1() -> None:
    *_, face = VmcEncoder("vrm1").encode(danced(0), 0.0, 3 * HAPPY)
    assert OscMessage("/VMC/Ext/Blend/Val", ("happy", 1.0)) in decode_packet(face)


def test_faces_follow_emotions() -> None:
    weights = np.array([1.0, 0.5, 1.0])
    shown = weights @ expressions(("happy", "afraid", "unheard of"))
    face = dict(zip(VRM0, shown, strict=True))
    assert face["happy"] == pytest.approx(0.9)
    assert face["surprised"] == pytest.approx(0.3)
    assert face["angry"] == 0.0


def test_a_target_is_read() -> None:
    target = VmcTarget.parse("10.0.0.7:39540?stage=left&figure=2&names=vrm1")
    assert target == VmcTarget(target.place, "left", 2, "vrm1")
    assert target.place == ("10.0.0.7", 39540)


@pytest.mark.parametrize(
    "text", ["39539?figure=0", "host", "host:99999", "host:1?names=vrm2", "host:1?size=3"]
)
def test_a_bad_target_is_refused_in_words(text: str) -> None:
    with pytest.raises(SetupError, match=r"expected .*, got"):
        VmcTarget.parse(text)
