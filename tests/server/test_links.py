"""Links on a running server: datagrams of loopback to frames, and frames to datagrams."""

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from motion.errors import SetupError
from server.links.link import Endpoint, Place, Traffic, parse_network
from server.links.osc import decode_packet, encode_bundle, encode_message
from server.links.osc_link import Desk, OscLink, OscPort
from server.links.patch import Patch, StageView
from server.links.vmc_out import VmcTarget
from server.routes.links import LinkSettings
from server.wire.messages import Controls, Set
from tests.server.live_server import LiveServer, soon

ANY = Place("127.0.0.1", 0)


class Instrument:
    """A socket of another program on this machine."""

    def __init__(self) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(ANY)
        self.socket.setblocking(False)

    @property
    def place(self) -> Place:
        return Place(*self.socket.getsockname())

    def send(self, data: bytes, port: int) -> None:
        self.socket.sendto(data, ("127.0.0.1", port))

    async def values(self) -> dict[str, tuple[Any, ...]]:
        """Return the arguments by address of the next packet."""
        data = await soon(asyncio.get_running_loop().sock_recv(self.socket, 4096))
        return {message.address: message.arguments for message in decode_packet(data)}


@pytest.fixture
def instrument() -> Any:
    one = Instrument()
    yield one
    one.socket.close()


@pytest.fixture
async def live_server(tmp_path: Path) -> AsyncIterator[LiveServer]:
    links = LinkSettings(osc_in=OscPort(ANY))
    async with LiveServer().open(cues=tmp_path / "cues", links=links) as live_server:
        yield live_server


async def state(live_server: LiveServer) -> dict[str, Any]:
    (link,) = (await live_server.get("/api/links")).json()
    return dict(link)


async def port(live_server: LiveServer) -> int:
    return int((await state(live_server))["name"].rpartition(":")[2])


async def arrived(live_server: LiveServer, packets: int) -> dict[str, Any]:
    """Waits until so many packets have come in."""
    while (link := await state(live_server))["received"] < packets:
        await asyncio.sleep(0)
    return link


async def test_a_message_is_obeyed_by_the_next_frame_and_told_to_its_sender(
    live_server: LiveServer, instrument: Instrument
) -> None:
    instrument.send(encode_message("/bhava/energy", 1.5), await port(live_server))
    await soon(arrived(live_server, 1))
    assert live_server.stage.controls.energy == 1.0
    await live_server.time.run(1)
    assert live_server.stage.controls.energy == 1.5
    told = await instrument.values()
    assert told["/bhava/default/energy"] == (1.5,)
    assert told["/bhava/default/mode"] == ("continue",)
    await live_server.request("PATCH", "/api/stages/default/controls", json={"energy": 0.75})
    await live_server.time.run(5)
    assert await instrument.values() == {"/bhava/default/energy": (0.75,)}


async def test_a_sender_that_asks_gets_all_values(
    live_server: LiveServer, instrument: Instrument
) -> None:
    where = await port(live_server)
    instrument.send(encode_message("/bhava/energy", 1.5), where)
    await soon(arrived(live_server, 1))
    await live_server.time.run(1)
    await instrument.values()
    instrument.send(encode_message("/bhava/refresh"), where)
    await soon(arrived(live_server, 2))
    await live_server.time.run(1)
    assert len(await instrument.values()) > 8


async def test_bad_messages_are_counted_told_in_words_and_harm_no_other(
    live_server: LiveServer, instrument: Instrument
) -> None:
    where = await port(live_server)
    instrument.send(b"rubbish", where)
    instrument.send(
        encode_bundle([encode_message("/x"), encode_message("/bhava/energy", 2)]), where
    )
    instrument.send(encode_message("/bhava/recording", True), where)
    instrument.send(encode_message("/bhava/go", 7), where)
    link = await soon(arrived(live_server, 4))
    assert link["refused"] == 3
    assert "recording" in link["refusal"]
    await live_server.time.run(1)
    assert (await state(live_server))["refusal"] == "expected a cue of 0, got number 7"
    assert live_server.stage.controls.energy == 2.0
    assert not live_server.stage.controls.recording
    assert live_server.faults == {}


async def test_a_cue_goes(live_server: LiveServer, instrument: Instrument) -> None:
    cue = {"id": "a", "name": "Storm", "set": {"energy": 1.6}}
    edit = {"revision": 0, "cues": [cue], "presets": []}
    await live_server.request("PUT", "/api/stages/default/cues", json=edit)
    instrument.send(encode_message("/bhava/go", 1), await port(live_server))
    await soon(arrived(live_server, 1))
    await live_server.time.run(1)
    assert live_server.stage.controls.energy == 1.6
    assert (await live_server.get("/api/stages/default/cues")).json()["current"] == "a"


async def test_a_flood_is_counted_and_not_read(
    live_server: LiveServer, instrument: Instrument
) -> None:
    where = await port(live_server)
    for number in range(1, 301):
        instrument.send(encode_message("/bhava/energy", 1.0), where)
        if number % 50 == 0:
            await soon(arrived(live_server, number))
    link = await state(live_server)
    assert link["refused"] == 300 - 256
    assert "expected up to 256 packets" in link["refusal"]


def test_stages_are_looked_up_once_for_all_packets_of_a_tick() -> None:
    asked, wishes = [], []

    def stages() -> list[StageView]:
        asked.append(len(wishes))
        return [StageView("default", ("sad",), Controls())]

    def set_controls(_: str, wish: Set) -> None:
        wishes.append(wish.changes)

    desk = Desk(stages, set_controls, lambda _, __: None)
    link = OscLink(OscPort(ANY), Patch(), desk, lambda: 0.0)
    for energy in (0.5, 1.0, 1.5):
        link.endpoint.datagram_received(encode_message("/bhava/energy", energy), ANY)
    link.flush()
    link.endpoint.datagram_received(encode_message("/bhava/energy", 2.0), ANY)
    link.flush()
    assert asked == [0, 1]
    assert wishes == [{"energy": 1.5}, {"energy": 2.0}]


async def test_a_partner_is_sent_to_every_target_of_its_own(instrument: Instrument) -> None:
    links = LinkSettings(vmc_out=(VmcTarget(instrument.place), VmcTarget(Place("127.0.0.1", 9))))
    async with LiveServer().open(links=links) as live_server:
        await live_server.time.run(2)
        root = await instrument.values()
        assert root["/VMC/Ext/Root/Pos"][0] == "root"
        told = (await live_server.get("/api/links")).json()
        assert [link["failed"] for link in told] == ["", ""]
        assert told[0]["sent"] >= 2
        assert told[0]["refused"] == 0


async def test_a_port_in_use_is_told_and_the_show_goes_on(instrument: Instrument) -> None:
    links = LinkSettings(osc_in=OscPort(instrument.place))
    async with LiveServer().open(links=links) as live_server:
        assert "in use" in (await state(live_server))["failed"]
        await live_server.time.run(2)
        assert live_server.stage.newest is not None


def test_only_this_machine_and_the_allow_list_may_send() -> None:
    traffic, taken = Traffic(), []
    endpoint = Endpoint(
        traffic, lambda data, _: taken.append(data), (parse_network("10.0.0.0/24"),)
    )
    for host in ("127.0.0.1", "10.0.0.9", "10.0.1.9", "::1", "fe80::1"):
        endpoint.datagram_received(host.encode(), (host, 1))
    assert taken == [b"127.0.0.1", b"10.0.0.9", b"::1"]
    assert (traffic.received, traffic.refused) == (5, 2)
    assert traffic.refusal == "expected a sender on the allow list, got fe80::1"


def test_a_port_is_read_with_whom_it_listens_to_and_what_they_may() -> None:
    port = OscPort.parse("0.0.0.0:9000?from=10.0.0.0/24,10.1.0.7&reply=9001&may=panic,model")
    assert port.place == ("0.0.0.0", 9000)
    assert port.allowed == (parse_network("10.0.0.0/24"), parse_network("10.1.0.7"))
    assert (port.reply_port, port.may) == (9001, {"panic", "model"})
    assert OscPort.parse("9000") == OscPort(Place("127.0.0.1", 9000))


@pytest.mark.parametrize(
    "text", ["", "host", "1:2:x", "9000?may=everything", "9000?from=10.0.0.7/8", "9000?to=1"]
)
def test_a_bad_port_is_refused_in_words(text: str) -> None:
    with pytest.raises(SetupError, match=r"expected .*, got"):
        OscPort.parse(text)
