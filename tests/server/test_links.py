"""Links on a running server: datagrams of loopback to frames, and frames to datagrams."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from motion.errors import SetupError
from server.links.desk import Desk
from server.links.kinds import LinkSpec
from server.links.link import MOST_PACKETS, Endpoint, Place, Traffic
from server.links.osc import encode_bundle, encode_message
from server.links.osc_in import OscIn, OscPort
from server.links.patch import StageView
from server.networks import Networks
from server.wire.messages import Beat, Controls, Set
from tests.server.instrument import ANY, Instrument, state
from tests.server.live_server import LiveServer, soon


@pytest.fixture
async def live_server(tmp_path: Path) -> AsyncIterator[LiveServer]:
    links = [LinkSpec(kind="osc-in", address="0")]
    async with LiveServer().open(cues=tmp_path / "cues", links=links) as live_server:
        yield live_server


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
    instrument.send(encode_message("/bhava/energy", 1.2), where)
    link = await soon(arrived(live_server, 1))
    assert link["newest"]["text"] == "/bhava/energy 1.2"
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
    assert link["refusal"]["text"] == "expected `may=recording` of this link, got none"
    await live_server.time.run(1)
    assert (await state(live_server))["refusal"]["text"] == "expected a cue of 0, got number 7"
    assert live_server.stage.controls.energy == 2.0
    assert not live_server.stage.controls.recording
    assert live_server.faults == {}


async def test_prometheus_is_told_how_each_link_fares(
    live_server: LiveServer, instrument: Instrument
) -> None:
    where = await port(live_server)
    for data in (encode_message("/bhava/energy", 1.5), b"rubbish", b"more rubbish"):
        instrument.send(data, where)
    await soon(arrived(live_server, 3))
    await live_server.time.run(1)
    told = (await live_server.get("/metrics")).text
    (link,) = (await live_server.get("/api/links")).json()
    labels = f'{{id="{link["id"]}",kind="osc-in"}}'
    for name, value in {
        "open": 1,
        "received_total": 3,
        "sent_total": 1,
        "refused_total": 2,
    }.items():
        assert f"bhava_link_{name}{labels} {value:.1f}" in told
    await live_server.request("PATCH", f"/api/links/{link['id']}", json={"on": False})
    await live_server.time.run(30)
    assert f"bhava_link_open{labels} 0.0" in (await live_server.get("/metrics")).text


async def test_one_alone_keeps_the_time_and_others_are_told_so(
    live_server: LiveServer, instrument: Instrument
) -> None:
    where, controls = await port(live_server), "/api/stages/default/controls"
    clocked = {"bpm": 126.0, "at": 1.0, "by": "midi"}
    await live_server.request("PATCH", controls, json={"tempo": "midi", "beat": clocked})
    instrument.send(encode_message("/bhava/beat", 90.0), where)
    await soon(arrived(live_server, 1))
    await live_server.time.run(1)
    assert (await state(live_server))["refusal"][
        "text"
    ] == "expected a beat by midi, got a beat by osc"
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
    assert "expected up to 256 packets" in link["refusal"]["text"]
    instrument.send(encode_message("/bhava/energy", 0.5), where)
    await soon(arrived(live_server, 301))


def test_stages_are_looked_up_once_for_all_packets_of_a_tick() -> None:
    asked, wishes = [], []

    def stages() -> list[StageView]:
        asked.append(len(wishes))
        return [StageView("default", ("sad",), Controls())]

    def set_controls(_: str, wish: Set) -> None:
        wishes.append(wish.changes)

    desk = Desk(stages, set_controls, lambda *_: None, lambda *_: None, lambda: 0.0)
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
        assert [link["failed"] for link in told] == [None, None]
        assert told[0]["sent"] >= 2
        assert told[0]["refused"] == 0


async def test_a_port_in_use_is_told_and_the_show_goes_on(instrument: Instrument) -> None:
    links = [LinkSpec(kind="osc-in", address=str(instrument.place.port))]
    async with LiveServer().open(links=links) as live_server:
        assert "another program uses it" in (await state(live_server))["failed"]["text"]
        await live_server.time.run(2)
        assert live_server.stage.newest is not None


def test_only_this_machine_and_the_allow_list_may_send() -> None:
    traffic, taken = Traffic(), []
    endpoint = Endpoint(traffic, lambda data, _: taken.append(data), Networks.parse("10.0.0.0/24"))
    for host in ("127.0.0.1", "10.0.0.9", "10.0.1.9", "::1", "fe80::1"):
        endpoint.take(host.encode(), Place(host, 1))
    assert taken == [b"127.0.0.1", b"10.0.0.9", b"::1"]
    assert traffic.refused == 2
    assert str(traffic.refusal) == "expected a sender on the allow list, got fe80::1"


def test_a_port_is_read_with_whom_it_listens_to_and_what_they_may() -> None:
    port = OscPort.parse("0.0.0.0:9000?from=10.0.0.0/24,10.1.0.7&reply=9001&may=panic,model")
    assert port.place == ("0.0.0.0", 9000)
    assert port.allowed == Networks.parse("10.0.0.0/24,10.1.0.7")
    assert (port.reply_port, port.may) == (9001, {"panic", "model"})
    assert OscPort.parse("9000") == OscPort(Place("127.0.0.1", 9000))


@pytest.mark.parametrize(
    "text", ["", "host", "1:2:x", "9000?may=everything", "9000?from=10.0.0.7/8", "9000?to=1"]
)
def test_a_bad_port_is_refused_in_words(text: str) -> None:
    with pytest.raises(SetupError, match=r"expected .*, got"):
        OscPort.parse(text)
