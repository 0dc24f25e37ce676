"""Cue lists: kept in files, changed and gone through over HTTP, seen by every console."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from motion.errors import CueError
from server.cues.cue_book import CueBook
from server.cues.cue_sheet import CueSheet
from server.stages.scheduler import Rules
from tests.server.theatre import Theatre

CUES = "/api/stages/default/cues"
STORM = {"id": "a", "name": "Storm", "set": {"emotion": {"sad": 1.0}, "energy": 1.6, "fade": 2.0}}
CALM = {"id": "b", "name": "Calm", "set": {"emotion": {"happy": 0.5}, "mode": "solo"}}
WARM = {"id": "c", "name": "Warm", "set": {"look": "ink"}}


@pytest.fixture
async def theatre(tmp_path: Path) -> AsyncIterator[Theatre]:
    async with Theatre().open(cues=tmp_path / "cues") as theatre:
        yield theatre


async def save(theatre: Theatre, revision: int = 0, *cues: Any) -> Any:
    edit = {"revision": revision, "cues": cues, "presets": [WARM]}
    return await theatre.ask("PUT", CUES, json=edit)


async def test_a_list_comes_back_as_it_was_saved_also_after_a_restart(
    theatre: Theatre, tmp_path: Path
) -> None:
    assert (await theatre.get(CUES)).json()["cues"] == []
    assert (await save(theatre, 0, STORM, CALM)).status_code == 200
    listed = (await theatre.get(CUES)).json()
    assert (listed["revision"], listed["cues"]) == (1, [STORM, CALM])
    async with Theatre().open(cues=tmp_path / "cues") as again:
        listed = (await again.get(CUES)).json()
        assert (listed["cues"], listed["presets"]) == ([STORM, CALM], [WARM])
        assert listed["current"] is None


async def test_a_cue_that_goes_changes_the_show_before_every_console(theatre: Theatre) -> None:
    await save(theatre, 0, STORM, CALM)
    async with theatre.join("operator") as one, theatre.join("operator") as other:
        gone = (await theatre.ask("POST", CUES + "/go", json={"cue": "a"})).json()
        assert (gone["current"], gone["went"]) == ("a", theatre.time.now)
        await theatre.time.run(2)
        for console in (one, other):
            await console.message("cues")
            told = await console.message("controls")
            assert (told["emotion"], told["energy"]) == ({"sad": 1.0}, 1.6)
        while (await one.frame()).emotion[2] < 0.99:
            await theatre.time.run()
        assert theatre.time.now - gone["went"] == pytest.approx(2.0, abs=0.2)


async def test_the_next_cue_goes_until_the_list_is_over(theatre: Theatre) -> None:
    await save(theatre, 0, STORM, CALM)
    gone = [await theatre.ask("POST", CUES + "/go", json={}) for _ in range(3)]
    assert [answer.status_code for answer in gone] == [200, 200, 404]
    assert (await theatre.get(CUES)).json()["current"] == "b"
    assert theatre.stage.controls.mode == "solo"


async def test_of_two_who_change_the_list_the_second_is_told(theatre: Theatre) -> None:
    await save(theatre, 0, STORM)
    refused = await save(theatre, 0, CALM)
    assert refused.status_code == 409
    assert "somebody else" in refused.json()["detail"]
    assert (await theatre.get(CUES)).json()["cues"] == [STORM]


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
async def test_what_no_stage_would_accept_is_not_saved(theatre: Theatre, cue: Any) -> None:
    assert (await save(theatre, 0, cue)).status_code == 422
    assert (await save(theatre, 0, STORM, STORM)).status_code == 422
    assert (await theatre.get(CUES)).json()["revision"] == 0


async def test_a_cue_of_another_model_is_refused_and_the_show_goes_on(theatre: Theatre) -> None:
    await save(theatre, 0, STORM | {"set": {"emotion": {"furious": 1.0}}}, CALM)
    assert (await theatre.ask("POST", CUES + "/go", json={"cue": "a"})).status_code == 422
    assert (await theatre.ask("POST", CUES + "/go", json={"cue": "z"})).status_code == 404
    assert (await theatre.ask("POST", CUES + "/go", json={"cue": "b"})).status_code == 200
    assert theatre.stage.controls.emotion == {"happy": 0.5}


async def test_only_operators_see_and_change_lists(tmp_path: Path) -> None:
    async with Theatre(rules=Rules(operator_key="sesame")).open(cues=tmp_path) as theatre:
        assert (await theatre.get(CUES)).status_code == 401
        assert (await save(theatre, 0, STORM)).status_code == 401
        key = {"X-Operator-Key": "sesame"}
        assert (await theatre.ask("GET", CUES, headers=key)).status_code == 200


async def test_a_damaged_file_is_named_and_kept_and_the_show_goes_on(tmp_path: Path) -> None:
    (tmp_path / "default.json").write_text('{"cues": [{"id": "a", "name": "Sto')
    async with Theatre().open(cues=tmp_path) as theatre:
        listed = (await theatre.get(CUES)).json()
        assert listed["cues"] == []
        assert "default.json: expected a cue list" in listed["damage"]
        assert theatre.faults == {"cues of default: CueError": 1}
        assert (await save(theatre, 0, CALM)).json()["damage"] == ""
    assert json.loads((tmp_path / "default.json").read_text())["cues"] == [CALM]
    assert "Sto" in (tmp_path / "default.json.damaged").read_text()


def test_what_cannot_be_written_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "folder").write_text("no folder")
    book = CueBook(tmp_path / "folder" / "default.json")
    with pytest.raises(CueError, match="cannot be written"):
        book.save(CueSheet.model_validate({"cues": [STORM]}))
    assert (book.revision, book.sheet.cues) == (0, [])


async def test_the_console_sees_the_landmarks_of_the_newest_picture(theatre: Theatre) -> None:
    path = "/api/stages/default/landmarks"
    assert (await theatre.get(path)).json() == {"time": None, "people": []}
    await theatre.watch(2)
    seen = (await theatre.get(path)).json()
    assert seen["time"] == pytest.approx(theatre.time.now, abs=0.1)
    [person] = seen["people"]
    assert (len(person), len(person[0])) == (33, 3)
