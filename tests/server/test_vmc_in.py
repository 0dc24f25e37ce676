"""VMC that comes in: poses as other programs send them, and senders that send rubbish."""

import math
import socket
import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from motion import kinematics
from motion.clip import Pose
from motion.errors import SetupError, SourceError
from motion.skeleton import CANONICAL, LEG_LENGTH
from server.capture.demo import demo_dance
from server.links import link
from server.links.link import Place
from server.links.osc import OscError, OscMessage, decode_packet, encode_bundle, encode_message
from server.links.vmc import VRM0, VmcEncoder
from server.links.vmc_decoder import WAIT, VmcDecoder
from server.links.vmc_in import MOST_MESSAGES, SILENCE, VmcPort, VmcSource
from server.networks import Networks
from server.stages.assemble import first_controls
from server.wire.protocol import PERFORMER
from tests.server.live_server import LiveServer

CAPTURE = Path(__file__).parents[1] / "peers" / "captures" / "vmc-osc-js.bin"
ANY = VmcPort(Place("127.0.0.1", 0))
IDENTITY = (0.0, 0.0, 0.0, 1.0)
QUARTER = math.sqrt(0.5)


def bone(name: str, *values: float) -> OscMessage:
    return OscMessage("/VMC/Ext/Bone/Pos", (name, *values))


def told(decoder: VmcDecoder, messages: list[OscMessage], now: float) -> Pose:
    for message in messages:
        decoder.receive(message, now)
    taken = decoder.take(now)
    assert taken is not None
    return taken[1]


def positions(pose: Pose) -> np.ndarray:
    return kinematics.world_positions(CANONICAL, pose.hips, pose.rotations)


def joint(pose: Pose, name: str) -> np.ndarray:
    return np.asarray(positions(pose)[CANONICAL.index(name)])


def captured() -> Iterator[list[OscMessage]]:
    """The frames of another program: see `tests/peers/send_vmc.mjs`."""
    data = CAPTURE.read_bytes()
    while data:
        (size,) = struct.unpack_from(">I", data)
        yield decode_packet(data[4 : 4 + size])
        data = data[4 + size :]


def test_our_own_packets_come_back_as_the_pose_that_they_were_made_of() -> None:
    encoder, decoder = VmcEncoder(), VmcDecoder()
    for number, pose in enumerate(demo_dance(np.arange(90) / 30, seed=0)):
        packets = encoder.encode(pose, number / 30, np.zeros(len(VRM0)))
        back = told(decoder, [m for each in packets for m in decode_packet(each)], number / 30)
        apart = positions(back) - positions(pose)
        apart[:, 1] -= apart[0, 1]  # the floor is found anew
        np.testing.assert_allclose(apart, 0.0, atol=1e-6)


def test_a_figure_of_another_program_stands_and_turns_as_it_was_sent() -> None:
    decoder = VmcDecoder()
    rest, raised, left, turned, rooted, bent, high = (
        told(decoder, messages, number / 4) for number, messages in enumerate(captured())
    )
    np.testing.assert_allclose(positions(rest), CANONICAL.rest_positions, atol=1e-6)
    hand = joint(raised, "leftHand")
    assert hand[1] > joint(raised, "head")[1]
    assert hand[0] == pytest.approx(joint(rest, "leftUpperArm")[0])
    # The sender's legs are 2 m long: what it walks is walked with ours.
    assert left.hips[0] == pytest.approx(LEG_LENGTH / 2)
    assert kinematics.facing(positions(turned)) == pytest.approx(math.pi / 2)
    assert rooted.hips[2] == pytest.approx(LEG_LENGTH / 2)
    assert abs(kinematics.facing(positions(rooted))) == pytest.approx(math.pi)
    forward = joint(bent, "head") - joint(bent, "neck")
    np.testing.assert_allclose(forward / np.linalg.norm(forward), [0, 0, 1], atol=1e-6)
    assert high.hips[1] - rest.hips[1] == pytest.approx(LEG_LENGTH / 2, rel=0.05)


@pytest.mark.parametrize("end", ["/VMC/Ext/Blend/Apply", "/VMC/Ext/OK", "/VMC/Ext/T"])
def test_a_pose_is_taken_when_it_is_said_to_be_whole_or_when_nothing_more_comes(end: str) -> None:
    decoder = VmcDecoder()
    decoder.receive(bone("Hips", 0, 1, 0, *IDENTITY), 5.0)
    assert decoder.take(5.0 + WAIT / 2) is None
    assert decoder.take(5.0 + 2 * WAIT) is not None
    decoder.receive(bone("Hips", 1, 1, 0, *IDENTITY), 6.0)
    decoder.receive(OscMessage(end, ()), 6.0)
    decoder.receive(bone("Hips", 2, 1, 0, *IDENTITY), 6.0)
    taken = decoder.take(6.0)
    assert taken is not None
    assert taken[1].hips[0] == -1.0
    assert decoder.take(6.0) is None


def test_bones_that_are_not_sent_stay_as_they_were() -> None:
    decoder = VmcDecoder()
    whole = OscMessage("/VMC/Ext/OK", (1,))
    arm = bone("LeftUpperArm", 0, 0, 0, 0, 0, -QUARTER, QUARTER)
    first = told(decoder, [bone("Hips", 0, 1, 0, *IDENTITY), arm, whole], 0.0)
    second = told(decoder, [bone("Hips", 0, 1, 0, *IDENTITY), whole], 0.1)
    np.testing.assert_array_equal(first.rotations, second.rotations)
    assert joint(second, "leftHand")[1] > joint(second, "head")[1]


def test_a_floor_at_another_height_is_found_and_a_jump_stays_one() -> None:
    decoder, heights = VmcDecoder(), []
    for frame in range(120):
        jump = 0.3 * math.sin(math.pi * (frame - 60) / 12) if 60 <= frame < 72 else 0.0
        messages = [bone("Hips", 0, 2.0 + jump, 0, *IDENTITY), OscMessage("/VMC/Ext/OK", ())]
        heights.append(told(decoder, messages, frame / 30).hips[1])
    stands = CANONICAL.rest_offsets[0, 1]
    assert heights[59] == pytest.approx(stands)
    assert max(heights) == pytest.approx(stands + 0.3, abs=0.03)
    assert min(heights) == pytest.approx(stands, abs=1e-9)


def test_the_clock_of_the_sender_evens_out_when_packets_are_read() -> None:
    decoder, chance = VmcDecoder(), np.random.default_rng(0)
    times = []
    for frame in range(300):
        sent = frame / 60
        now = 1000.0 + sent + float(chance.uniform(0.0, 0.03))
        messages = [OscMessage("/VMC/Ext/T", (sent,)), bone("Hips", 0, 1, 0, *IDENTITY)]
        for message in (*messages, OscMessage("/VMC/Ext/OK", (1,))):
            decoder.receive(message, now)
        taken = decoder.take(now)
        assert taken is not None
        assert taken[0] <= now
        times.append(taken[0])
    np.testing.assert_allclose(np.diff(times[100:]), 1 / 60, atol=4e-3)


@pytest.mark.parametrize("sent", [(None,) * 4, (7.0,) * 4, (100.0, 101.0, 3.0, 4.0)])
def test_a_clock_that_stands_is_absent_or_is_set_back_costs_no_pose(
    sent: tuple[float | None, ...],
) -> None:
    decoder, times = VmcDecoder(), []
    for now, each in zip((0.0, 0.1, 0.2, 0.3), sent, strict=True):
        decoder.receive(bone("Hips", 0, 1, 0, *IDENTITY), now)
        decoder.receive(OscMessage("/VMC/Ext/T", () if each is None else (each,)), now)
        taken = decoder.take(now)
        assert taken is not None
        times.append(taken[0])
    assert times == pytest.approx([0.0, 0.1, 0.2, 0.3])


@pytest.mark.parametrize(
    "message",
    [
        bone("Hips", 0, 1, 0, 0, 0, 0),
        bone("Hips", 0, 1, 0, 0, 0, 0, 0),
        bone("Hips", 0, math.nan, 0, *IDENTITY),
        bone("Hips", 0, 1e6, 0, *IDENTITY),
        OscMessage("/VMC/Ext/Bone/Pos", ()),
        OscMessage("/VMC/Ext/Bone/Pos", (1, 0, 1, 0, *IDENTITY)),
        OscMessage("/VMC/Ext/Root/Pos", ("root", "x", 1, 0, *IDENTITY)),
        OscMessage("/VMC/Ext/T", ("now",)),
    ],
)
def test_a_bad_message_is_refused_in_words_and_changes_nothing(message: OscMessage) -> None:
    decoder = VmcDecoder()
    with pytest.raises(OscError, match=r"expected .*, got"):
        decoder.receive(message, 0.0)
    assert decoder.take(1.0) is None


values = st.one_of(
    st.floats(), st.integers(-(2**31), 2**31), st.text(max_size=8), st.booleans(), st.none()
)
named = st.sampled_from(["Hips", "LeftUpperLeg", "UpperChest", "LeftThumbDistal", ""])
addresses = st.sampled_from([f"/VMC/Ext/{end}" for end in ("Bone/Pos", "Root/Pos", "OK", "T", "X")])


@given(st.lists(st.tuples(addresses, named, st.lists(values, max_size=9)), max_size=12))
def test_whatever_comes_poses_are_finite_and_stand_on_the_floor(
    sent: list[tuple[str, str, list[float]]],
) -> None:
    decoder = VmcDecoder()
    for second, (address, name, arguments) in enumerate(sent):
        try:
            decoder.receive(OscMessage(address, (name, *arguments)), float(second))
        except OscError as error:
            assert "expected" in str(error)  # noqa: PT017 - some messages are good
        taken = decoder.take(second + WAIT)
        if taken is not None:
            assert np.isfinite(taken[1].hips).all()
            np.testing.assert_allclose(np.linalg.norm(taken[1].rotations, axis=1), 1.0)


class Sender:
    """Another program of this machine, and the source that it sends to, with a clock to move."""

    def __init__(self, port: VmcPort = ANY) -> None:
        self.now = 0.0
        self.source = VmcSource(port, lambda: self.now)
        self.source.start()
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def send(self, *packets: bytes) -> None:
        for packet in packets:
            self.socket.sendto(packet, self.source.place)

    def close(self) -> None:
        self.socket.close()
        self.source.close()


@pytest.fixture
def sender() -> Iterator[Sender]:
    one = Sender()
    yield one
    one.close()


def figure(height: float = 1.0) -> bytes:
    hips = encode_message("/VMC/Ext/Bone/Pos", "Hips", 0.0, height, 0.0, *IDENTITY)
    return encode_bundle([hips, encode_message("/VMC/Ext/OK", 1)])


def test_a_performer_is_there_while_poses_come_and_absent_half_a_second_later(
    sender: Sender,
) -> None:
    source = sender.source
    assert (source.state, source.latest()) == ("starting", None)
    sender.send(figure())
    seen = source.latest()
    assert seen is not None
    assert (len(seen.people), len(seen.poses)) == (0, 1)
    assert (source.state, source.detail) == ("delivering", None)
    sender.now = SILENCE + 0.01
    gone = source.latest()
    assert gone is not None
    assert gone.poses == ()
    assert source.state == "lost"
    assert str(source.detail).startswith("no pose comes to 127.0.0.1")
    assert source.latest() is None
    sender.send(figure())
    assert source.latest() is not None
    assert source.state == "delivering"


def test_rubbish_is_counted_and_told_and_harms_no_pose(sender: Sender) -> None:
    sender.send(b"rubbish", encode_message("/VMC/Ext/Bone/Pos", "Hips"), figure())
    assert sender.source.latest() is not None
    assert sender.source.traffic.refused == 2
    sender.now = 1.0
    sender.source.latest()
    assert str(sender.source.detail).endswith("expected a name and 7 numbers, got 1 arguments")


def test_of_a_flood_only_so_much_is_read_and_the_newest_counts(sender: Sender) -> None:
    many = encode_bundle([encode_message("/x")] * (MOST_MESSAGES + 1))
    sender.send(figure(), many, *[figure()] * 150)
    sender.source.latest()
    assert sender.source.traffic.received == 152
    assert sender.source.traffic.refused == 0  # what was read was the newest
    late = encode_bundle([*[encode_message("/x")] * MOST_MESSAGES, figure()])
    sender.send(late)
    assert sender.source.latest() is None
    assert sender.source.traffic.refused == 1


def test_strangers_are_not_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link, "THIS_MACHINE", link.NOBODY)
    stranger = Sender()
    stranger.send(figure())
    assert stranger.source.latest() is None
    assert (
        str(stranger.source.traffic.refusal) == "expected a sender on the allow list, got 127.0.0.1"
    )
    stranger.close()


async def test_on_a_stage_the_performer_is_shown_as_they_were_sent(tmp_path: Path) -> None:
    poses = demo_dance(np.arange(20) / 30, seed=1)
    encoder, server = VmcEncoder(), LiveServer(takes=tmp_path)
    source = VmcSource(ANY, server.time)
    source.start()
    controls = first_controls(server.scheduler, "sway", 1)
    stage = server.scheduler.make("guest", source, controls, "closed")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sending:
        async with server.open():
            for number, pose in enumerate(poses):
                for packet in encoder.encode(pose, number / 30, np.zeros(len(VRM0))):
                    sending.sendto(packet, source.place)
                await server.time.run()
            assert stage.newest is not None
            [shown] = [each for each in stage.newest.figures if each.kind == PERFORMER]
            np.testing.assert_allclose(shown.pose.rotations, poses[-1].rotations, atol=1e-6)
            assert stage.status.people == 1
            await server.time.run(round(SILENCE * 30) + 2)
            assert not stage.newest.performer_present
            assert stage.source.state == "lost"


def test_a_port_is_read_with_whom_it_listens_to() -> None:
    port = VmcPort.parse("0.0.0.0:39540?from=10.0.0.0/24")
    assert port == VmcPort(Place("0.0.0.0", 39540), Networks.parse("10.0.0.0/24"))
    assert VmcPort.parse("39540").place == ("127.0.0.1", 39540)


@pytest.mark.parametrize("text", ["", "host", "host:1", "1?to=2", "1?from=x", "99999"])
def test_a_bad_port_is_refused_in_words(text: str) -> None:
    with pytest.raises(SetupError, match=r"expected .*, got"):
        VmcPort.parse(text)


def test_a_port_in_use_is_told(sender: Sender) -> None:
    with pytest.raises(SourceError, match=r"expected a free port .* another program uses it"):
        VmcSource(VmcPort(sender.source.place), lambda: 0.0).start()
