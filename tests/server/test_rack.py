"""The links that operators add, change, test and remove while the show runs."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from server.access.keyring import Keyring
from server.links.desk import Desk
from server.links.kinds import LinkSpec
from server.links.rack import Rack
from server.routes.links import LinkAttendant
from server.stages.scheduler import ServerSettings
from server.telemetry.faults import Faults
from tests.server.instrument import Instrument, state
from tests.server.live_server import LiveServer

LINKS = "/api/links"


@pytest.fixture
async def bare_server(tmp_path: Path) -> AsyncIterator[LiveServer]:
    async with LiveServer().open(link_file=tmp_path / "links.json") as bare_server:
        yield bare_server


def rack_of(server: LiveServer) -> Rack:
    attendants = server.scheduler.attendants
    (rack,) = (each.rack for each in attendants if isinstance(each, LinkAttendant))
    return rack


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
    assert (moved["address"], moved["on"], moved["failed"]) == (where, True, None)
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
        assert answer.json()["failed"] is None


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
        assert (refused.status_code, refused.json()["key"]) == (409, "fixed_link")
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
    said = {"detail": "expected [HOST:]PORT, got x", "key": "place", "values": {"got": "x"}}
    assert (changed.status_code, changed.json()) == (422, said)
    asked = {"kind": "vmc-out", "address": "127.0.0.1:9?figure=0"}
    assert (await bare_server.request("POST", LINKS, json=asked)).json()["key"] == "count"


async def test_a_target_that_does_not_exist_is_told_in_words_and_tried_again(
    bare_server: LiveServer, instrument: Instrument
) -> None:
    nobody = await add(bare_server, "vmc-out", "no-such-host.invalid:1")
    assert (
        "expected a host that can be reached, got no-such-host.invalid:1"
        in nobody["failed"]["text"]
    )
    unsaid = await add(bare_server, "osc-query", "a..b:1")
    assert "expected a free port of this machine, got" in unsaid["failed"]["text"]
    strange = await add(bare_server, "osc-out", "a..b:1")
    assert "expected a host that can be reached, got" in strange["failed"]["text"]
    closed = await add(bare_server, "osc-out", "127.0.0.1:9")
    await bare_server.time.run(8)
    told = (await bare_server.get(LINKS)).json()[3]
    assert closed["failed"] is None
    assert told["refusal"]["text"] == "expected a receiver, got: nobody listens there"
    taken = await add(bare_server, "osc-in", str(instrument.place.port))
    assert "another program uses it" in taken["failed"]["text"]
    instrument.socket.close()
    await rack_of(bare_server).retry()
    assert [link["failed"] for link in (await bare_server.get(LINKS)).json()][4] is None
    assert bare_server.stage.newest is not None


async def test_a_host_that_is_slow_to_find_keeps_no_other_link_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loop, both = asyncio.get_running_loop(), asyncio.Barrier(2)

    async def look_up(*_: Any, **__: Any) -> Any:
        await both.wait()
        raise OSError("no such host")

    monkeypatch.setattr(loop, "getaddrinfo", look_up)
    specs = [LinkSpec(kind="osc-out", address=f"{host}:1") for host in ("slow", "slower")]
    desk = Desk(list, lambda *_: None, lambda *_: None, lambda *_: None, lambda: 0.0)
    rack = Rack(desk, Faults(), specs)
    await asyncio.wait_for(rack.open(), 10)
    assert ["no such host" in str(slot.failed) for slot in rack.slots.values()] == [True, True]


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
