"""Votes on a running server: phones over HTTP, and what viewers and operators see of them."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from motion.errors import SetupError
from server.access.keyring import Keyring
from server.crowd.allowance import BURST
from server.crowd.rolling_code import PERIOD
from server.crowd.tally import FORGOTTEN
from server.stages.crowd_desk import CrowdDesk, CrowdSettings
from server.stages.scheduler import ServerSettings
from tests.server.live_server import LiveServer, write_pages

STAGE = "/api/stages/default"
PUBLIC = "https://show.example"
SECOND = 30


@pytest.fixture
async def live_server() -> AsyncIterator[LiveServer]:
    settings = ServerSettings(keyring=Keyring("sesame"))
    async with LiveServer(settings=settings).open(crowd=CrowdSettings(PUBLIC)) as live_server:
        yield live_server


async def control(live_server: LiveServer, **controls: Any) -> None:
    answer = await live_server.request(
        "PATCH", f"{STAGE}/controls", json=controls, headers={"X-Operator-Key": "sesame"}
    )
    answer.raise_for_status()


async def crowd(live_server: LiveServer) -> dict[str, Any]:
    """What the operator sees."""
    headers = {"X-Operator-Key": "sesame"}
    return dict((await live_server.request("GET", f"{STAGE}/crowd", headers=headers)).json())


def desk_of(live_server: LiveServer) -> CrowdDesk:
    [desk] = [each for each in live_server.scheduler.attendants if isinstance(each, CrowdDesk)]
    return desk


def code_of(live_server: LiveServer) -> str:
    """The code that stands on the stage page."""
    return desk_of(live_server).box(live_server.stage).code(live_server.time.now)


async def ballot(live_server: LiveServer, code: str | None = None) -> httpx.Response:
    wish = {"code": code_of(live_server) if code is None else code}
    return await live_server.request("POST", f"{STAGE}/ballots", json=wish)


async def vote(live_server: LiveServer, given: str, emotion: str, number: int) -> httpx.Response:
    return await live_server.request(
        "POST",
        f"{STAGE}/votes",
        json={"emotion": emotion, "number": number},
        headers={"Authorization": f"Bearer {given}"},
    )


async def five_vote(live_server: LiveServer, emotion: str) -> None:
    for _ in range(5):
        given = (await ballot(live_server)).json()["ballot"]
        assert (await vote(live_server, given, emotion, 1)).status_code == 200


async def test_a_crowd_takes_the_share_that_the_operator_gives_it(live_server: LiveServer) -> None:
    await control(live_server, voting="open", emotion={"neutral": 1.0})
    async with live_server.join() as viewer:
        await five_vote(live_server, "happy")
        await live_server.time.run(4 * SECOND)
        while not (told := await viewer.message("controls"))["audience_emotion"]:
            pass
        assert set(told["audience_emotion"]) == {"happy"}
        newest = live_server.stage.newest
        assert newest is not None
        assert newest.emotion[1] == 0  # with a share of 0 it advises only
        await control(live_server, audience_share=1.0)
        await live_server.time.run(SECOND)
        assert live_server.stage.newest.emotion[1] > 0.7
        assert live_server.stage.controls.emotion == {"neutral": 1.0}


async def test_a_vote_shows_in_a_frame_within_a_second(live_server: LiveServer) -> None:
    await control(live_server, voting="open", audience_share=1.0, emotion={"neutral": 1.0})
    await live_server.time.run(SECOND)
    await five_vote(live_server, "happy")
    await live_server.time.run(SECOND)
    assert live_server.stage.newest is not None
    assert live_server.stage.newest.emotion[1] > 0.1


async def test_votes_fade_and_the_show_goes_back_to_its_operator(live_server: LiveServer) -> None:
    await control(live_server, voting="open", audience_share=1.0, emotion={"neutral": 1.0})
    await five_vote(live_server, "happy")
    await live_server.time.run(3 * SECOND)
    live_server.time.now += FORGOTTEN
    await live_server.time.run(2 * SECOND)
    assert live_server.stage.controls.audience_emotion == {}
    assert live_server.stage.newest is not None
    assert live_server.stage.newest.emotion.tolist()[:2] == [1.0, 0.0]


async def test_closing_the_vote_and_panic_win_at_once(live_server: LiveServer) -> None:
    await control(live_server, voting="open", audience_share=1.0, emotion={"neutral": 1.0})
    await five_vote(live_server, "happy")
    await control(live_server, panic="freeze")
    await live_server.time.run(2 * SECOND)
    still = live_server.stage.newest
    await five_vote(live_server, "happy")
    await live_server.time.run(SECOND)
    assert still is not None
    assert live_server.stage.newest is not None
    before, after = still.figures[0].pose, live_server.stage.newest.figures[0].pose
    assert (before.rotations == after.rotations).all()
    await control(live_server, panic="none", voting="closed")
    await live_server.time.run(SECOND)
    assert live_server.stage.newest.emotion.tolist()[:2] == [1.0, 0.0]


async def test_another_model_hears_only_votes_for_what_it_knows(live_server: LiveServer) -> None:
    await control(live_server, voting="open", audience_share=1.0)
    await five_vote(live_server, "neutral")
    await live_server.time.run(3 * SECOND)
    await control(live_server, model="other", emotion={"calm": 1.0})
    while live_server.stage.report.model != "other":
        await live_server.time.run(1)
    await live_server.time.run(SECOND)
    assert live_server.stage.controls.audience_emotion == {}
    assert live_server.stage.newest is not None
    assert live_server.stage.newest.emotion[0] == 1.0
    assert live_server.faults == {}


async def test_every_refusal_has_a_name_is_counted_and_the_show_goes_on(
    live_server: LiveServer,
) -> None:
    old = code_of(live_server)
    refused = [await ballot(live_server)]
    await control(live_server, voting="open")
    given = (await ballot(live_server)).json()["ballot"]
    await vote(live_server, given, "happy", 7)
    refused += [
        await vote(live_server, given, "happy", 7),
        await vote(live_server, given, "joyful", 8),
        await vote(live_server, given[:-4] + "AAAA", "happy", 9),
        await vote(live_server, "none", "happy", 9),
        await ballot(live_server, "guess"),
    ]
    live_server.time.now += 2 * PERIOD
    refused.append(await ballot(live_server, old))
    assert [(each.headers["X-Refusal"], each.status_code) for each in refused] == [
        ("voting_closed", 409),
        ("replayed_vote", 409),
        ("unknown_emotion", 422),
        ("forged_ballot", 401),
        ("forged_ballot", 401),
        ("wrong_code", 403),
        ("late_code", 403),
    ]
    assert all(re.search("expected .*, got[ :]", each.json()["detail"]) for each in refused)
    seen = await crowd(live_server)
    assert sum(seen["refused"].values()) == len(refused)
    assert seen["refused"]["forged_ballot"] == 2
    assert seen["refusal"] == refused[-1].json()["detail"]
    await live_server.time.run(2)
    assert live_server.faults == {}


async def test_a_flood_from_one_address_is_bounded_and_others_get_in(
    live_server: LiveServer,
) -> None:
    await control(live_server, voting="open")
    desk, code = desk_of(live_server), code_of(live_server)
    for _ in range(BURST):
        desk.hand_out(live_server.stage, code, "127.0.0.1")
    refused = [await ballot(live_server) for _ in range(3)]
    assert [answer.status_code for answer in refused] == [429, 429, 429]
    assert int(refused[0].headers["Retry-After"]) >= 1
    desk.hand_out(live_server.stage, code, "198.51.100.7")
    await live_server.time.run(2)
    assert (await crowd(live_server))["refused"] == {"too_many_ballots": 3}


async def test_anybody_sees_the_crowd_and_operators_see_more(live_server: LiveServer) -> None:
    assert (await live_server.get(f"{STAGE}/crowd")).status_code == 401
    await control(live_server, voting="open")
    await five_vote(live_server, "happy")
    seen = (await live_server.get(f"{STAGE}/votes")).json()
    assert seen["emotions"] == list(live_server.stage.report.contract.emotions)
    assert (seen["shares"][1], seen["voters"], seen["voting"]) == (1.0, 5, "open")
    assert seen["look_again"] >= 1
    assert (await crowd(live_server))["voice"] == 1.0
    assert (await live_server.get("/api/stages/nowhere/votes")).status_code == 404


async def test_the_code_is_shown_only_while_the_operator_invites(live_server: LiveServer) -> None:
    path = f"{STAGE}/votes/code.svg"
    assert (await live_server.get(path)).status_code == 404
    await control(live_server, voting="invited")
    first = await live_server.get(path)
    assert first.headers["Content-Type"] == "image/svg+xml"
    assert (await live_server.get(path)).text == first.text
    live_server.time.now += PERIOD
    assert (await live_server.get(path)).text != first.text


async def test_the_page_of_the_vote_is_that_of_every_stage(tmp_path: Path) -> None:
    write_pages(tmp_path)
    (tmp_path / "v").mkdir()
    (tmp_path / "v/index.html").write_text("<title>Vote</title>")
    async with LiveServer().open(pages=tmp_path) as live_server:
        for path in ("/v/default", "/v/left%20hand", "/v/"):
            assert (await live_server.get(path)).text == "<title>Vote</title>"
        assert (await live_server.get("/")).text == "<title>Bhava</title>"


async def test_without_a_public_address_no_code_is_shown() -> None:
    async with LiveServer().open() as live_server:
        await live_server.request("PATCH", f"{STAGE}/controls", json={"voting": "invited"})
        answer = await live_server.get(f"{STAGE}/votes/code.svg")
        assert (answer.status_code, "--public-url" in answer.text) == (404, True)


def test_a_public_address_is_let_in_and_a_wrong_one_is_refused(tmp_path: Path) -> None:
    settings = CrowdSettings.open("https://show.example:8443/bhava/", tmp_path)
    assert settings.public_url == "https://show.example:8443/bhava"
    assert (settings.hosts, settings.origins) == (["show.example"], ["https://show.example:8443"])
    assert CrowdSettings.open("", tmp_path).hosts == CrowdSettings.open("", tmp_path).origins == []
    assert CrowdSettings.open("https://show.example", tmp_path).secret == settings.secret
    assert CrowdSettings.open("", tmp_path).secret != settings.secret
    for wrong in ("show.example", "ftp://show.example", "https://", "https://a.example/?x#y"):
        with pytest.raises(SetupError, match="expected --public-url"):
            CrowdSettings.open(wrong, tmp_path)
