"""Links on a running server: datagrams of loopback to frames, and frames to datagrams."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from motion.errors import SetupError
from server.access.keyring import Keyring
from server.links.desk import Desk
from server.links.kinds import LinkSpec
from server.links.link import MOST_PACKETS, Endpoint, Place, Traffic, parse_networks
from server.links.osc import decode_packet, encode_bundle, encode_message
from server.links.osc_in import OscIn, OscPort
from server.links.patch import StageView
from server.links.rack import Rack
from server.routes.links import LinkAttendant
from server.stages.scheduler import ServerSettings
from server.wire.messages import Beat, Controls, Set
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
    links = [LinkSpec(kind="osc-in", address="0")]
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


async def test_one_alone_keeps_the_time_and_others_are_told_so(
    live_server: LiveServer, instrument: Instrument
) -> None:
    where, controls = await port(live_server), "/api/stages/default/controls"
    clocked = {"bpm": 126.0, "at": 1.0, "by": "midi"}
    await live_server.request("PATCH", controls, json={"tempo": "midi", "beat": clocked})
    instrument.send(encode_message("/bhava/beat", 90.0), where)
    await soon(arrived(live_server, 1))
    await live_server.time.run(1)
    assert (await state(live_server))["refusal"] == "expected a beat by midi, got a beat by osc"
    assert live_server.stage.controls.beat == Beat(bpm=126.0, at=1.0, by="midi")
    instrument.send(encode_message("/bhava/tempo", "osc"), where)
    instrument.send(encode_message("/bhava/beat", 90.0), where)
    await soon(arrived(live_server, 3))
    await live_server.time.run(1)
    assert live_server.stage.controls.beat is not None
    assert live_server.stage.controls.beat.bpm == 90.0
    await live_server.request("PATCH", controls, json={"beat": None})
    assert live_server.stage.controls.beat is None


async def test_a_cue_goes(live_server: LiveServer, instrument: Instrument) -> None:
    cue = {"id": "a", "name": "Storm", "set": {"energy": 1.6}}
    edit = {"revision": 0, "cues": [cue], "presets": []}
    await live_server.request("PUT", "/api/stages/default/cues", json=edit)
    instrument.send(encode_message("/bhava/go", 1), await port(live_server))
    await soon(arrived(live_server, 1))
    await live_server.time.run(1)
    assert live_server.stage.controls.energy == 1.6
    assert (await live_server.get("/api/stages/default/cues")).json()["current"] == "a"


async def test_a_flood_waits_for_the_next_tick_and_is_thrown_away(
    live_server: LiveServer, instrument: Instrument
) -> None:
    where = await port(live_server)
    for number in range(1, 301):
        instrument.send(encode_message("/bhava/energy", 1.0 + number / 1000), where)
        if number % 50 == 0:
            await soon(arrived(live_server, min(number, MOST_PACKETS)))
    assert (await state(live_server))["received"] == MOST_PACKETS
    await live_server.time.run(1)
    link = await state(live_server)
    assert live_server.stage.controls.energy == pytest.approx(1.0 + MOST_PACKETS / 1000)
    assert (link["received"], link["refused"]) == (300, 300 - MOST_PACKETS)
    assert "expected up to 256 packets" in link["refusal"]
    instrument.send(encode_message("/bhava/energy", 0.5), where)
    await soon(arrived(live_server, 301))


def test_stages_are_looked_up_once_for_all_packets_of_a_tick() -> None:
    asked, wishes = [], []

    def stages() -> list[StageView]:
        asked.append(len(wishes))
        return [StageView("default", ("sad",), Controls())]

    def set_controls(_: str, wish: Set) -> None:
        wishes.append(wish.changes)

    desk = Desk(stages, set_controls, lambda _, __: None, lambda: 0.0)
    link = OscIn(OscPort(ANY), desk)
    for energy in (0.5, 1.0, 1.5):
        link.endpoint.take(encode_message("/bhava/energy", energy), ANY)
    link.flush()
    link.endpoint.take(encode_message("/bhava/energy", 2.0), ANY)
    link.flush()
    assert asked == [0, 1]
    assert wishes == [{"energy": 1.5}, {"energy": 2.0}]


async def test_a_partner_is_sent_to_every_target_of_its_own(instrument: Instrument) -> None:
    addresses = (f"127.0.0.1:{instrument.place.port}", "127.0.0.1:9")
    links = [LinkSpec(kind="vmc-out", address=address) for address in addresses]
    async with LiveServer().open(links=links) as live_server:
        await live_server.time.run(2)
        root = await instrument.values()
        assert root["/VMC/Ext/Root/Pos"][0] == "root"
        told = (await live_server.get("/api/links")).json()
        assert [link["failed"] for link in told] == ["", ""]
        assert told[0]["sent"] >= 2
        assert told[0]["refused"] == 0


async def test_a_port_in_use_is_told_and_the_show_goes_on(instrument: Instrument) -> None:
    links = [LinkSpec(kind="osc-in", address=str(instrument.place.port))]
    async with LiveServer().open(links=links) as live_server:
        assert "in use" in (await state(live_server))["failed"]
        await live_server.time.run(2)
        assert live_server.stage.newest is not None


def test_only_this_machine_and_the_allow_list_may_send() -> None:
    traffic, taken = Traffic(), []
    endpoint = Endpoint(traffic, lambda data, _: taken.append(data), parse_networks("10.0.0.0/24"))
    for host in ("127.0.0.1", "10.0.0.9", "10.0.1.9", "::1", "fe80::1"):
        endpoint.take(host.encode(), Place(host, 1))
    assert taken == [b"127.0.0.1", b"10.0.0.9", b"::1"]
    assert traffic.refused == 2
    assert traffic.refusal == "expected a sender on the allow list, got fe80::1"


def test_a_port_is_read_with_whom_it_listens_to_and_what_they_may() -> None:
    port = OscPort.parse("0.0.0.0:9000?from=10.0.0.0/24,10.1.0.7&reply=9001&may=panic,model")
    assert port.place == ("0.0.0.0", 9000)
    assert port.allowed == parse_networks("10.0.0.0/24,10.1.0.7")
    assert (port.reply_port, port.may) == (9001, {"panic", "model"})
    assert OscPort.parse("9000") == OscPort(Place("127.0.0.1", 9000))


@pytest.mark.parametrize(
    "text", ["", "host", "1:2:x", "9000?may=everything", "9000?from=10.0.0.7/8", "9000?to=1"]
)
def test_a_bad_port_is_refused_in_words(text: str) -> None:
    with pytest.raises(SetupError, match=r"expected .*, got"):
        OscPort.parse(text)


LINKS = "/api/links"


@pytest.fixture
async def bare_server(tmp_path: Path) -> AsyncIterator[LiveServer]:
    async with LiveServer().open(link_file=tmp_path / "links.json") as bare_server:
        yield bare_server


def rack_of(server: LiveServer) -> Rack:
    attendant, _ = server.scheduler.attendants
    assert isinstance(attendant, LinkAttendant)
    return attendant.rack


async def add(server: LiveServer, kind: str, address: str) -> dict[str, Any]:
    answer = await server.request("POST", LINKS, json={"kind": kind, "address": address})
    assert answer.status_code == 201
    return dict(answer.json())


async def test_links_change_while_the_show_runs_and_are_kept_over_a_restart(
    bare_server: LiveServer, instrument: Instrument, tmp_path: Path
) -> None:
    link = await add(bare_server, "vmc-out", "127.0.0.1:9")
    where = f"127.0.0.1:{instrument.place.port}"
    path = f"{LINKS}/{link['id']}"
    moved = (await bare_server.request("PATCH", path, json={"address": where})).json()
    assert (moved["address"], moved["on"], moved["failed"]) == (where, True, "")
    await bare_server.time.run(2)
    assert "/VMC/Ext/Root/Pos" in await instrument.values()
    await bare_server.request("PATCH", path, json={"on": False})
    await bare_server.time.run(2)
    assert (await state(bare_server))["sent"] == 0
    async with LiveServer().open(link_file=tmp_path / "links.json") as again:
        kept = await state(again)
        assert (kept["kind"], kept["address"], kept["on"]) == ("vmc-out", where, False)
        await again.request("DELETE", f"{LINKS}/{kept['id']}")
        assert (await again.get(LINKS)).json() == []
    assert json.loads((tmp_path / "links.json").read_text()) == {"links": []}


async def test_a_port_is_free_again_once_its_link_is_off(bare_server: LiveServer) -> None:
    link = await add(bare_server, "osc-in", "0")
    port = link["name"].rpartition(":")[2]
    for change in ({"address": port}, {"on": False}, {"on": True}):
        answer = await bare_server.request("PATCH", f"{LINKS}/{link['id']}", json=change)
        assert answer.json()["failed"] == ""


async def test_a_test_sweeps_in_place_of_the_show_for_two_seconds(
    bare_server: LiveServer, instrument: Instrument
) -> None:
    link = await add(bare_server, "osc-out", f"127.0.0.1:{instrument.place.port}")
    await bare_server.time.run(1)
    assert (await instrument.values())["/bhava/default/energy"] == (1.0,)
    await bare_server.request("POST", f"{LINKS}/{link['id']}/test")
    energies = []
    for _ in range(58):
        await bare_server.time.run(1)
        energies.append((await instrument.values())["/bhava/default/energy"][0])
    assert min(energies) == pytest.approx(0.5, abs=0.06)
    assert max(energies) == pytest.approx(2.0, abs=0.06)
    assert energies[:25] == sorted(energies[:25])
    assert energies[35:] == sorted(energies[35:], reverse=True)
    assert bare_server.stage.controls.energy == 1.0
    await bare_server.time.run(5)
    while energies[-1] != 1.0:
        energies.append((await instrument.values())["/bhava/default/energy"][0])
    assert not (await state(bare_server))["testing"]


async def test_a_link_of_the_command_line_is_neither_changed_nor_kept(tmp_path: Path) -> None:
    links = [LinkSpec(kind="osc-out", address="127.0.0.1:9")]
    path = tmp_path / "links.json"
    async with LiveServer().open(links=links, link_file=path) as server:
        link = await state(server)
        assert link["fixed"]
        row = f"{LINKS}/{link['id']}"
        refused = await server.request("PATCH", row, json={"address": "127.0.0.1:10"})
        assert refused.status_code == 409
        assert (await server.request("DELETE", row)).status_code == 409
        assert not (await server.request("PATCH", row, json={"on": False})).json()["on"]
    assert not path.exists()


@pytest.mark.parametrize(
    ("kind", "address"),
    [("osc-in", "host"), ("vmc-out", "127.0.0.1:9?figure=0"), ("fax", "1"), ("osc-in", "\n1")],
)
async def test_a_bad_link_is_refused_in_words(
    bare_server: LiveServer, kind: str, address: str
) -> None:
    asked = {"kind": kind, "address": address}
    answer = await bare_server.request("POST", LINKS, json=asked)
    assert answer.status_code == 422
    link = await add(bare_server, "osc-in", "0")
    changed = await bare_server.request("PATCH", f"{LINKS}/{link['id']}", json={"address": "x"})
    assert (changed.status_code, "expected [HOST:]PORT" in changed.text) == (422, True)


async def test_a_target_that_does_not_exist_is_told_in_words_and_tried_again(
    bare_server: LiveServer, instrument: Instrument
) -> None:
    nobody = await add(bare_server, "vmc-out", "no-such-host.invalid:1")
    assert "expected a host that can be reached, got no-such-host.invalid:1" in nobody["failed"]
    unsaid = await add(bare_server, "osc-query", "a..b:1")
    assert "expected a free port of this machine, got" in unsaid["failed"]
    strange = await add(bare_server, "osc-out", "a..b:1")
    assert "expected a host that can be reached, got" in strange["failed"]
    closed = await add(bare_server, "osc-out", "127.0.0.1:9")
    await bare_server.time.run(8)
    told = (await bare_server.get(LINKS)).json()[3]
    assert closed["failed"] == ""
    assert told["refusal"] == "expected a receiver, got: Connection refused"
    taken = await add(bare_server, "osc-in", str(instrument.place.port))
    assert "in use" in taken["failed"]
    instrument.socket.close()
    await rack_of(bare_server).retry()
    assert [link["failed"] for link in (await bare_server.get(LINKS)).json()][4] == ""
    assert bare_server.stage.newest is not None


async def test_a_damaged_file_of_links_is_kept_beside_the_next(tmp_path: Path) -> None:
    path = tmp_path / "links.json"
    path.write_text('{"links": [{"kind": "osc-in", "address": "nowhere"}]}')
    async with LiveServer().open(link_file=path) as server:
        assert server.faults == {"links: SetupError": 1}
        await add(server, "osc-out", "127.0.0.1:9")
    assert "nowhere" in path.with_suffix(".json.damaged").read_text()


async def test_only_operators_see_and_change_links() -> None:
    async with LiveServer(settings=ServerSettings(keyring=Keyring("sesame"))).open() as server:
        new = {"kind": "osc-in", "address": "0"}
        for method, path in (("GET", ""), ("POST", ""), ("PATCH", "/1"), ("DELETE", "/1")):
            assert (await server.request(method, LINKS + path, json=new)).status_code == 401
