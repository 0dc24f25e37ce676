"""OSCQuery: the tree of addresses, asked over HTTP as other programs do."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from motion.errors import SetupError
from server.links.kinds import LinkSpec
from server.links.link import Place
from server.links.osc import OscMessage
from server.links.osc_query import OscQueryPort
from server.links.patch import Patch, StageView
from server.networks import Networks
from tests.server.doubles import CONTRACT
from tests.server.live_server import LiveServer, soon


@pytest.fixture
async def venue() -> AsyncIterator[LiveServer]:
    links = [LinkSpec(kind="osc-query", address="0?osc=9001")]
    async with LiveServer().open(links=links) as venue:
        yield venue


async def state(venue: LiveServer) -> dict[str, Any]:
    (link,) = (await venue.get("/api/links")).json()
    return dict(link)


async def port(venue: LiveServer) -> int:
    return int((await state(venue))["name"].rpartition(":")[2])


async def ask(venue: LiveServer, target: str, method: str = "GET") -> httpx.Response:
    async with httpx.AsyncClient() as client:
        return await client.request(method, f"http://127.0.0.1:{await port(venue)}{target}")


async def test_the_tree_tells_every_address_with_its_value_and_range(venue: LiveServer) -> None:
    stage = (await ask(venue, "/")).json()["CONTENTS"]["bhava"]["CONTENTS"]["default"]
    energy = stage["CONTENTS"]["energy"]
    assert (energy["FULL_PATH"], energy["TYPE"], energy["ACCESS"]) == (
        "/bhava/default/energy",
        "f",
        3,
    )
    assert (energy["VALUE"], energy["RANGE"]) == ([1.0], [{"MIN": 0.5, "MAX": 2.0}])
    assert stage["CONTENTS"]["mode"]["RANGE"][0]["VALS"][0] == "continue"
    emotion = stage["CONTENTS"]["emotion"]
    assert (emotion["TYPE"], emotion["ACCESS"]) == ("sff", 2)
    assert emotion["CONTENTS"]["happy"]["RANGE"] == [{"MIN": 0.0, "MAX": 1.5}]
    assert "panic" not in stage["CONTENTS"]


async def test_one_attribute_of_one_address_is_told_as_it_is_now(venue: LiveServer) -> None:
    await venue.request("PATCH", "/api/stages/default/controls", json={"energy": 1.5})
    await venue.time.run(2)
    assert (await ask(venue, "/bhava/default/energy?VALUE")).json() == {"VALUE": [1.5]}
    assert (await ask(venue, "/?HOST_INFO")).json()["OSC_PORT"] == 9001
    assert (await ask(venue, "/bhava/default/take_up?VALUE")).status_code == 204
    assert (await state(venue))["newest"]["text"].startswith(
        "/bhava/default/take_up?VALUE asked by"
    )


async def test_requests_of_no_use_are_refused_and_told(venue: LiveServer) -> None:
    assert (await ask(venue, "/bhava/nowhere")).status_code == 404
    assert (await ask(venue, "/?COLOUR")).status_code == 400
    assert (await ask(venue, "/", "POST")).status_code == 405
    link = await state(venue)
    assert (link["refused"], link["refusal"]["text"]) == (
        3,
        "expected GET and a known address, got POST /",
    )


async def test_a_request_without_end_is_cut_off(venue: LiveServer) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", await port(venue))
    writer.write(b"GET /" + b"a" * 9000)
    assert await soon(reader.read()) == b""
    writer.close()
    assert (await state(venue))["refusal"]["text"] == "expected up to 4096 bytes, got more"
    assert venue.faults == {}


def test_a_port_is_read_with_whom_it_answers() -> None:
    port = OscQueryPort.parse("0.0.0.0:9090?osc=9005&from=10.0.0.0/24")
    assert port == OscQueryPort(Place("0.0.0.0", 9090), 9005, Networks.parse("10.0.0.0/24"))
    with pytest.raises(SetupError, match="expected osc from 1 to 65535, got 0"):
        OscQueryPort.parse("9090?osc=0")


async def test_a_surface_for_tablets_has_a_widget_that_each_address_takes(
    venue: LiveServer,
) -> None:
    files = "/api/links/files"
    session = (await venue.get(f"{files}/open-stage-control.json")).json()
    seen = session["content"]["widgets"]
    panels = [each["widgets"] for each in seen if each["type"] == "panel"]
    assert all(name["default"] == widget["id"] for name, widget in panels)
    shown = [widget for _, widget in panels] + [each for each in seen if each["type"] == "button"]
    assert len(shown) == len(seen)
    widgets = {each["address"]: each for each in shown}
    assert widgets["/bhava/default/energy"]["range"] == {"min": 0.5, "max": 2.0}
    patch, view = Patch(), StageView("default", CONTRACT.emotions, venue.stage.controls)
    for address, widget in widgets.items():
        ends = [*widget.get("range", {}).values(), *widget.get("values", ())] or [widget["on"]]
        for value in ends:
            patch.receive(OscMessage(address, (value,)), [view], {}, 0.0)
    assert {each["type"] for each in widgets.values()} == {"fader", "switch", "button"}
    assert (await venue.get(f"{files}/open-stage-control.json?stage=attic")).status_code == 404
    assert (await venue.get(f"{files}/bhava.qxf")).text.startswith("<?xml")
