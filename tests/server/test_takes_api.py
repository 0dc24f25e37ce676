"""Takes over HTTP: listed, handed out, exported, and nothing else given away."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import numpy as np
import pytest
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError

from motion.formats.clip_files import read_clip
from server.routes.common import explain_fault
from server.routes.takes import create_takes_api
from server.takes.catalogue import TakeCatalogue
from server.takes.reader import Take
from tests.server.live_server import LiveServer
from tests.server.takes import ticks, write

PATIENCE = 60.0


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    folder = tmp_path / "takes"
    folder.mkdir()
    write(folder / "default.take", list(ticks(40)))
    (tmp_path / "secret.take").write_text("not for visitors")
    (folder / "notes.txt").write_text("not a take")
    app = FastAPI()
    app.add_exception_handler(RequestValidationError, explain_fault)
    app.include_router(create_takes_api(TakeCatalogue(folder, time.monotonic), []))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://stage") as visitor:
        yield visitor


async def finished(client: httpx.AsyncClient, number: int) -> dict[str, object]:
    async with asyncio.timeout(PATIENCE):
        while True:
            state = (await client.get(f"/api/exports/{number}")).json()
            if state["finished"] or state["failed"]:
                return state


async def test_takes_are_listed_and_handed_out(client):
    [take] = (await client.get("/api/takes")).json()
    assert (take["name"], take["finished"]) == ("default.take", True)
    assert len((await client.get("/api/takes/default.take")).content) == take["size_bytes"]


@pytest.mark.parametrize("name", ["notes.txt", "absent.take", "..%2Fsecret.take", "..", "%2e%2e"])
async def test_nothing_else_is_given_away(client, name):
    assert (await client.get(f"/api/takes/{name}")).status_code == 404


async def test_a_figure_is_exported(client, tmp_path):
    begun = await client.post("/api/takes/default.take/exports", json={"format": "bvh"})
    assert begun.status_code == 202
    number = begun.json()["id"]
    assert (await finished(client, number))["finished"]
    exported = tmp_path / "dance.bvh"
    exported.write_bytes((await client.get(f"/api/exports/{number}/file")).content)
    assert len(read_clip(exported)) == 40
    assert (await client.delete(f"/api/exports/{number}")).status_code == 204
    assert (await client.get(f"/api/exports/{number}")).status_code == 404


async def test_a_figure_that_is_not_there_fails_with_a_reason(client):
    wanted = {"format": "npz", "figure": "performer"}
    number = (await client.post("/api/takes/default.take/exports", json=wanted)).json()["id"]
    assert "expected" in str((await finished(client, number))["failed"])
    assert (await client.get(f"/api/exports/{number}/file")).status_code == 409


async def test_a_take_that_grows_while_it_is_handed_out_comes_as_far_as_it_was(client, tmp_path):
    path = tmp_path / "takes" / "growing.take"
    content = (tmp_path / "takes" / "default.take").read_bytes()
    path.write_bytes(content[:-200])

    async with client.stream("GET", "/api/takes/growing.take") as answer:
        with path.open("ab") as file:
            file.write(200 * b"more")
        got = await answer.aread()
    assert int(answer.headers["content-length"]) == len(got) == len(content) - 200


async def test_exports_overwrite_nothing_and_leave_nothing_behind(client, tmp_path):
    (tmp_path / "takes" / "default-1.npz").write_text("of an earlier evening")
    before = len(os.listdir("/proc/self/fd"))
    wanted = {"format": "npz"}
    number = (await client.post("/api/takes/default.take/exports", json=wanted)).json()["id"]
    assert (await finished(client, number))["finished"]
    assert len(os.listdir("/proc/self/fd")) <= before
    assert (tmp_path / "takes" / "default-1.npz").read_text() == "of an earlier evening"
    broken = await client.post("/api/takes/default.take/exports", json={"format": "mp4"})
    assert (await client.delete(f"/api/exports/{broken.json()['id']}")).status_code == 204
    assert len(os.listdir("/proc/self/fd")) <= before
    assert sorted(path.name for path in (tmp_path / "takes").iterdir()) == [
        "default-1.npz", "default-2.npz", "default.take", "notes.txt"
    ]  # fmt: skip


async def test_a_take_plays_on_a_stage_of_its_own_beside_the_show(tmp_path):
    write(tmp_path / "Große Show, 2. Akt.take", list(ticks(40)))
    async with LiveServer().open(takes=tmp_path) as live_server:
        new = {"name": "replay-show", "source": "take:Große Show, 2. Akt.take"}
        assert (await live_server.request("POST", "/api/stages", json=new)).status_code == 201
        absent = {"name": "x", "source": "take:absent.take"}
        assert (await live_server.request("POST", "/api/stages", json=absent)).status_code == 422
        recorded = list(Take(tmp_path / "Große Show, 2. Akt.take").frames())
        async with live_server.join(stage="replay-show") as viewer, live_server.join() as live:
            for expected in recorded[:5]:
                await live_server.time.run()
                shown = await viewer.frame()
                assert np.allclose(shown.figures[0].pose.hips, expected.figures[0].pose.hips)
            assert (await live.frame()).figures
            await live_server.time.run(100)
            assert await viewer.refused() == "stage_ended"
            assert await viewer.closed() == 4410
        assert (await live_server.request("DELETE", "/api/stages/replay-show")).status_code == 404


@pytest.mark.parametrize("start", ["1e400", "NaN", "-1"])
async def test_an_export_begins_at_a_time(client, start):
    answer = await client.post(
        "/api/takes/default.take/exports",
        content=f'{{"format": "bvh", "start": {start}}}',
        headers={"Content-Type": "application/json"},
    )
    assert answer.status_code == 422
