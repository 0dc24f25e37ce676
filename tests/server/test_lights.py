"""Lamps and lighting desks: bytes of OLA, addresses, and a running server."""

import asyncio
import re
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motion.errors import SetupError
from server.links import art_net, sacn
from server.links.dmx import (
    at_start,
)
from server.links.kinds import LinkSpec
from server.links.lights_in import LightsPort
from server.links.lights_out import LightsTarget
from tests.server.live_server import LiveServer, soon
from tests.server.test_dmx import channels

CAPTURES = Path(__file__).parents[1] / "peers" / "captures"


# --- the protocols ------------------------------------------------------------------------------


def test_art_net_of_ola_is_read_and_written_to_the_bit() -> None:
    data = (CAPTURES / "artnet-dmx-ola.bin").read_bytes()
    message = art_net.decode_packet(data)
    assert message == art_net.ArtDmx(2, 1, bytes([0, 127, 255, 1, 2, 3, 6, 0]))
    assert art_net.encode_dmx(message) == data
    poll = art_net.decode_packet((CAPTURES / "artnet-poll-ola.bin").read_bytes())
    assert poll == art_net.ArtPoll()


def test_sacn_of_ola_is_read_and_written_to_the_bit() -> None:
    data = (CAPTURES / "sacn-data-ola.bin").read_bytes()
    message = sacn.decode_packet(data)
    assert message is not None
    assert message[1:] == ("vm-OLA Server", 100, 5, 4, bytes([10, 20, 30, 40, 6]), False)
    assert sacn.encode_data(message) == data
    assert sacn.decode_packet(sacn.encode_data(message._replace(terminated=True))) == (
        message._replace(terminated=True)
    )


def read(decode: Callable[[bytes], object], data: bytes) -> object:
    """What a packet says, or why it is refused, which must be told in words."""
    try:
        return decode(data)
    except ValueError as error:
        words = str(error)
    assert re.search("expected .*, got", words, re.DOTALL)
    return words


@pytest.mark.parametrize("decode", [art_net.decode_packet, sacn.decode_packet])
@pytest.mark.parametrize("name", ["artnet-dmx-ola", "artnet-poll-ola", "sacn-data-ola"])
def test_a_packet_that_is_cut_or_lies_about_its_length_is_refused(
    decode: Callable[[bytes], object], name: str
) -> None:
    data = (CAPTURES / f"{name}.bin").read_bytes()
    for end in range(len(data)):
        for changed in (data[:end], data[:end] + b"\xff" + data[end + 1 :]):
            assert len(getattr(read(decode, changed), "slots", b"")) <= 512


def test_slots_that_a_packet_promises_and_lacks_are_told() -> None:
    art, acn = (
        (CAPTURES / f"{name}.bin").read_bytes() for name in ("artnet-dmx-ola", "sacn-data-ola")
    )
    with pytest.raises(ValueError, match="expected up to 7 slots of ArtDmx, got 8"):
        art_net.decode_packet(art[:-1])
    with pytest.raises(ValueError, match="expected up to 4 slots of sACN, got 5"):
        sacn.decode_packet(acn[:-1])


@given(st.binary(max_size=700))
def test_rubbish_raises_nothing_but_a_refusal(data: bytes) -> None:
    for decode, head in ((art_net.decode_packet, b"Art-Net\0\0\x50"), (sacn.decode_packet, b"")):
        for packet in (data, head + data):
            read(decode, packet)


def test_an_answer_to_a_poll_names_its_universe() -> None:
    reply = art_net.encode_poll_reply(bytes([10, 0, 0, 7]), 0x123, "Bhava default")
    assert len(reply) == 239
    assert reply[:14] == b"Art-Net\0\0\x21" + bytes([10, 0, 0, 7])
    assert (reply[18], reply[19], reply[174], reply[190]) == (1, 2, 0x80, 3)
    assert reply[26:39] == b"Bhava default"
    assert reply[207:211] == bytes([10, 0, 0, 7])


def test_addresses_are_read() -> None:
    target = LightsTarget.sacn("multicast?universe=258&priority=150&start=9&stage=left&figure=2")
    assert target == LightsTarget(target.place, 258, 9, "left", 2, 150)
    assert target.place == ("239.255.1.2", 5568)
    assert LightsTarget.art_net("10.0.0.7").place == ("10.0.0.7", 6454)
    port = LightsPort.sacn("multicast?from=10.0.0.0/24&may=panic")
    assert (port.place, port.multicast, port.may) == (("0.0.0.0", 5568), True, {"panic"})


@pytest.mark.parametrize(
    "text", ["", ":6454", "h:x", "h?universe=-1", "h?universe=99999", "h?start=500", "h?priority=9"]
)
def test_a_bad_address_is_refused_in_words(text: str) -> None:
    with pytest.raises(SetupError, match=r"expected .*, got"):
        LightsTarget.art_net(text)


# --- on a running server ------------------------------------------------------------------------


@pytest.fixture
def lamp() -> Any:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind(("127.0.0.1", 0))
        one.setblocking(False)
        yield one


async def packet(lamp: socket.socket) -> bytes:
    return bytes(await soon(asyncio.get_running_loop().sock_recv(lamp, 1024)))


async def test_lamps_are_told_every_tick_and_go_dark(lamp: socket.socket) -> None:
    address = f"127.0.0.1:{lamp.getsockname()[1]}"
    links = [
        LinkSpec(kind="artnet-out", address=f"{address}?universe=3&start=2"),
        LinkSpec(kind="sacn-out", address=address, on=False),
    ]
    async with LiveServer().open(links=links) as server:
        await server.time.run(3)
        messages = [art_net.decode_packet(await packet(lamp)) for _ in range(3)]
        assert [m.sequence for m in messages if isinstance(m, art_net.ArtDmx)] == [1, 2, 3]
        lit = messages[-1]
        assert isinstance(lit, art_net.ArtDmx)
        assert (lit.universe, lit.slots[0], lit.slots[1]) == (3, 0, 128)
        await server.request("PATCH", "/api/stages/default/controls", json={"panic": "dark"})
        await server.time.run(2)
        await packet(lamp)
        dark = art_net.decode_packet(await packet(lamp))
        assert isinstance(dark, art_net.ArtDmx)
        assert not any(dark.slots[:19])
        await server.request("PATCH", "/api/links/1", json={"on": False})
        await server.request("PATCH", "/api/links/2", json={"on": True})
        await server.time.run(1)
        await server.request("PATCH", "/api/links/2", json={"on": False})
        received = [read(sacn.decode_packet, await packet(lamp)) for _ in range(5)]
        ends = [each.terminated for each in received if isinstance(each, sacn.SacnData)]
        assert ends == [False, True, True, True]


async def test_a_desk_that_was_answered_drives_the_stage(lamp: socket.socket) -> None:
    links = [LinkSpec(kind="artnet-in", address="127.0.0.1:0?universe=1&start=3")]
    async with LiveServer().open(links=links) as server:
        (link,) = (await server.get("/api/links")).json()
        desk = ("127.0.0.1", int(link["name"].rpartition(":")[2]))

        async def say(*packets: bytes) -> dict[str, Any]:
            before = (await server.get("/api/links")).json()[0]["received"]
            for each in packets:
                lamp.sendto(each, desk)
            while True:
                (now,) = (await server.get("/api/links")).json()
                if now["received"] == before + len(packets):
                    break
            await server.time.run(1)
            return dict((await server.get("/api/links")).json()[0])

        await say((CAPTURES / "artnet-poll-ola.bin").read_bytes())
        assert (await packet(lamp))[10:14] == bytes([127, 0, 0, 1])

        def dmx(slots: bytes, universe: int = 1) -> bytes:
            return art_net.encode_dmx(art_net.ArtDmx(universe, 0, at_start(slots, 3)))

        await say(dmx(channels()))
        assert server.stage.controls.energy == 1.0
        told = await say(dmx(channels(Energy=255, Panic=200)), dmx(channels(), universe=2), b"?")
        assert server.stage.controls.energy == 2.0
        assert server.stage.controls.panic == "none"
        assert told["refused"] == 3
        assert "slots of universe 1 from 127.0.0.1" in told["newest"]["text"]
        assert server.faults == {}
