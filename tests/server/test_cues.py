"""Cue lists: kept in files, changed and gone through over HTTP, seen by every console."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from motion.errors import CueError
from server.access.keyring import Keyring
from server.cues.cue_book import CueBook
from server.cues.cue_sheet import CueSheet
from server.stages.scheduler import ServerSettings
from tests.server.live_server import LiveServer

CUES = "/api/stages/default/cues"
SAD = {"emotion": {"sad": 1.0}, "energy": 1.6, "fade": 2.0}
STORM = {"id": "a", "name": "Storm", "set": SAD, "at": None}
CALM = {"id": "b", "name": "Calm", "set": {"emotion": {"happy": 0.5}, "mode": "solo"}, "at": 12.5}
WARM = {"id": "c", "name": "Warm", "set": {"look": "ink"}, "at": None}


@pytest.fixture
async def live_server(tmp_path: Path) -> AsyncIterator[LiveServer]:
    async with LiveServer().open(cues=tmp_path / "cues") as live_server:
        yield live_server


async def save(live_server: LiveServer, revision: int = 0, *cues: Any) -> Any:
    edit = {"revision": revision, "cues": cues, "presets": [WARM]}
    return await live_server.request("PUT", CUES, json=edit)


async def test_a_list_comes_back_as_it_was_saved_also_after_a_restart(
    live_server: LiveServer, tmp_path: Path
) -> None:
    assert (await live_server.get(CUES)).json()["cues"] == []
    assert (await save(live_server, 0, STORM, CALM)).status_code == 200
    listed = (await live_server.get(CUES)).json()
    assert (listed["revision"], listed["cues"]) == (1, [STORM, CALM])
    async with LiveServer().open(cues=tmp_path / "cues") as again:
        listed = (await again.get(CUES)).json()
        assert (listed["cues"], listed["presets"]) == ([STORM, CALM], [WARM])
        assert listed["current"] is None


async def test_a_cue_that_goes_changes_the_show_before_every_console(
    live_server: LiveServer,
) -> None:
    await save(live_server, 0, STORM, CALM)
    async with live_server.join("operator") as one, live_server.join("operator") as other:
        gone = (await live_server.request("POST", CUES + "/go", json={"cue": "a"})).json()
        assert (gone["current"], gone["went"]) == ("a", live_server.time.now)
        await live_server.time.run(2)
        for console in (one, other):
            await console.message("cues")
            told = await console.message("controls")
            assert (told["emotion"], told["energy"]) == ({"sad": 1.0}, 1.6)
        while (await one.frame()).emotion[2] < 0.99:
            await live_server.time.run()
        assert live_server.time.now - gone["went"] == pytest.approx(2.0, abs=0.2)


async def test_the_next_cue_goes_until_the_list_is_over(live_server: LiveServer) -> None:
    await save(live_server, 0, STORM, CALM)
    gone = [await live_server.request("POST", CUES + "/go", json={}) for _ in range(3)]
    assert [answer.status_code for answer in gone] == [200, 200, 404]
    assert (gone[2].json()["key"], gone[2].json()["values"]) == ("cue_after", {"count": 2})
    assert (await live_server.get(CUES)).json()["current"] == "b"
    assert live_server.stage.controls.mode == "solo"


async def test_of_two_who_change_the_list_the_second_is_told(live_server: LiveServer) -> None:
    await save(live_server, 0, STORM)
    refused = await save(live_server, 0, CALM)
    assert refused.status_code == 409
    assert "somebody else" in refused.json()["detail"]
    assert (await live_server.get(CUES)).json()["cues"] == [STORM]


@pytest.mark.parametrize(
    "cue",
    [
        STORM | {"set": {"energy": 9}},
        STORM | {"set": {"tempo": 1}},
        STORM | {"set": {"fade": 601}},
        STORM | {"name": ""},
        STORM | {"colour": "red"},
    ],
)
async def test_what_no_stage_would_accept_is_not_saved(live_server: LiveServer, cue: Any) -> None:
    assert (await save(live_server, 0, cue)).status_code == 422
    assert (await save(live_server, 0, STORM, STORM)).status_code == 422
    assert (await live_server.get(CUES)).json()["revision"] == 0


async def test_a_cue_of_another_model_is_refused_and_the_show_goes_on(
    live_server: LiveServer,
) -> None:
    await save(live_server, 0, STORM | {"set": {"emotion": {"furious": 1.0}}}, CALM)
    assert (await live_server.request("POST", CUES + "/go", json={"cue": "a"})).status_code == 422
    assert (await live_server.request("POST", CUES + "/go", json={"cue": "z"})).status_code == 404
    assert (await live_server.request("POST", CUES + "/go", json={"cue": "b"})).status_code == 200
    assert live_server.stage.controls.emotion == {"happy": 0.5}


async def test_only_operators_see_and_change_lists(tmp_path: Path) -> None:
    async with LiveServer(settings=ServerSettings(keyring=Keyring("sesame"))).open(
        cues=tmp_path
    ) as live_server:
        assert (await live_server.get(CUES)).status_code == 401
        assert (await save(live_server, 0, STORM)).status_code == 401
        key = {"X-Operator-Key": "sesame"}
        assert (await live_server.request("GET", CUES, headers=key)).status_code == 200


async def test_a_damaged_file_is_named_and_kept_and_the_show_goes_on(tmp_path: Path) -> None:
    (tmp_path / "default.json").write_text('{"cues": [{"id": "a", "name": "Sto')
    async with LiveServer().open(cues=tmp_path) as live_server:
        listed = (await live_server.get(CUES)).json()
        assert listed["cues"] == []
        assert "default.json: expected a cue list" in listed["damage"]
        assert live_server.faults == {"cues of default: CueError": 1}
        assert (await save(live_server, 0, CALM)).json()["damage"] == ""
    assert json.loads((tmp_path / "default.json").read_text())["cues"] == [CALM]
    assert "Sto" in (tmp_path / "default.json.damaged").read_text()


def test_what_cannot_be_written_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "folder").write_text("no folder")
    book = CueBook(tmp_path / "folder" / "default.json")
    with pytest.raises(CueError, match="cannot be written"):
        book.save(CueSheet.model_validate({"cues": [STORM]}))
    assert (book.revision, book.sheet.cues) == (0, [])


async def test_the_console_sees_the_landmarks_of_the_newest_picture(
    live_server: LiveServer,
) -> None:
    path = "/api/stages/default/landmarks"
    assert (await live_server.get(path)).json() == {"time": None, "people": []}
    await live_server.watch(2)
    seen = (await live_server.get(path)).json()
    assert seen["time"] == pytest.approx(live_server.time.now, abs=0.1)
    [person] = seen["people"]
    assert (len(person), len(person[0])) == (33, 3)


async def test_a_timecode_lets_cues_go_at_the_frame_that_passes_them(
    live_server: LiveServer,
) -> None:
    await save(live_server, 0, {**STORM, "at": 10.0}, CALM)
    told = {"position": 9.9, "speed": 1, "age": 0.05}
    answer = await live_server.request("POST", CUES + "/timecode", json=told)
    assert answer.status_code == 204
    await live_server.time.run(1)
    assert live_server.stage.controls.energy == 1.0
    await live_server.time.run(1)
    assert live_server.stage.controls.energy == 1.6
    assert (await live_server.get(CUES)).json()["current"] == "a"
    jump = {"position": 3600.0, "speed": 0}
    await live_server.request("POST", CUES + "/timecode", json=jump)
    await live_server.time.run(1)
    assert live_server.stage.controls.mode == "solo"
    for position in (-1, 86400, "x"):
        wrong = await live_server.request("POST", CUES + "/timecode", json={"position": position})
        assert wrong.status_code == 422
