"""The pages and sockets of a relay, without a broker."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from server.access.door import Door
from server.access.keyring import Keyring, Tokens
from server.access.origins import OriginPolicy
from server.app import create_app
from server.broker.connection import Broker
from server.broker.forwarded import MOST_BYTES, ForwardedRequest, answered
from server.broker.messages import Report
from server.broker.uplink import Uplink
from server.relay.app import create_relay_app
from server.stages.crowd_desk import CrowdDesk, CrowdSettings
from server.telemetry.faults import Faults
from server.wire.messages import Set
from tests.server.live_server import LiveServer, serving, write_pages
from tests.server.relayed import Wire

NOBODY = ("nats://127.0.0.1:1",)
"""A broker that is not there."""


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    async with LiveServer().open() as server:
        yield Wire(server)


@asynccontextmanager
async def relaying(wire: Wire, pages: Path, keyring: Keyring | None = None) -> AsyncIterator[Any]:
    """Serve a relay until the end of the block."""
    door = Door(keyring or Keyring(), OriginPolicy(), None, None, None, None)
    uplink = Uplink(wire.relay, NOBODY, "relay", Faults(), wire.clock)
    app = create_relay_app(wire.relay, uplink, door, wire.clock, pages)
    async with serving(app, wire.relay.close) as relay:
        yield relay


async def test_a_viewer_watches_acknowledges_and_asks_for_the_clock(
    wire: Wire, tmp_path: Path
) -> None:
    await wire.run(2)
    async with relaying(wire, tmp_path) as relay, relay.join() as client:
        assert client.hello["role"] == "viewer"
        await client.frame()
        await client.say(type="ping", client_time=1.5)
        pong = await client.message("pong")
        assert pong == {"type": "pong", "client_time": 1.5, "server_time": wire.clock()}
        await wire.run(1)
        frame = await client.frame()
        await client.say(type="played", sequence=frame.sequence)
        await client.answered()
        assert wire.relay.stage("default").audience.behind == [0]
        assert frame.time == pytest.approx(wire.clock())


@pytest.mark.parametrize("role", ["operator", "performer"])
async def test_operators_and_performers_are_sent_to_the_origin(
    wire: Wire, tmp_path: Path, role: str
) -> None:
    await wire.run(1)
    write_pages(tmp_path)
    async with relaying(wire, tmp_path) as relay:
        async with relay.link() as client:
            await client.say(type="hello", version=2, role=role)
            refused = await client.message("refused")
            assert refused["name"] == "not_granted"
            assert refused["detail"].endswith(f"got a {role}: http://origin")
            assert await client.closed() == 4403
        page = await relay.get("/console?stage=a%20b")
        assert (page.status_code, page.headers["location"]) == (
            307,
            "http://origin/console?stage=a%20b",
        )
        assert (await relay.get("/")).text == "<title>Bhava</title>"


async def test_a_relay_sends_operators_to_the_server_that_shows_their_stage(
    wire: Wire, tmp_path: Path
) -> None:
    await wire.run(1)
    hello = wire.relay.stage("default").hello.model_copy(update={"stage": "hall"})
    other = Report(edition=0, address="http://other", stages=(hello,))
    wire.relay.receive_report("second", other)
    async with relaying(wire, tmp_path) as relay:
        for stage, place in {"hall": "other", "default": "origin", "nowhere": "origin"}.items():
            page = await relay.get(f"/dance?stage={stage}")
            assert page.headers["location"] == f"http://{place}/dance?stage={stage}"
        assert (await relay.get("/console")).headers["location"] == "http://origin/console"
        async with relay.link() as client:
            await client.say(type="hello", version=2, role="operator", stage="hall")
            assert (await client.message("refused"))["detail"].endswith("operator: http://other")


async def test_a_relay_without_an_origin_asks_to_come_again(wire: Wire, tmp_path: Path) -> None:
    async with relaying(wire, tmp_path) as relay:
        with pytest.raises(Exception, match="HTTP 503"):
            async with relay.link():
                pass
        assert (await relay.get("/readyz")).status_code == 503
        assert (await relay.get("/healthz")).json() == {"alive": True}
        assert (await relay.get("/dance")).status_code == 503
        await wire.run(2)
        ready = await relay.get("/readyz")
        assert (ready.status_code, ready.json()["connected"]) == (200, False)
        async with relay.link() as client:
            await client.say(type="hello", version=2, role="viewer", stage="unheard of")
            assert await client.refused() == "unknown_stage"


async def test_where_watching_takes_a_key_a_relay_asks_for_it(wire: Wire, tmp_path: Path) -> None:
    await wire.run(1)
    keyring = Keyring("sesame", guests="nobody")
    async with relaying(wire, tmp_path, keyring) as relay:
        async with relay.link() as client:
            await client.say(type="hello", version=2, role="viewer")
            assert await client.refused() == "wrong_key"
        async with relay.join(key="sesame"):
            pass


async def test_a_token_that_is_revoked_ends_its_sessions_at_a_relay(
    wire: Wire, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.relay.app.REVIEW_EVERY", 0.01)
    await wire.run(2)
    tokens = Tokens(tmp_path / "keys")
    token, grant = tokens.sign("viewer", "default", 60)
    keyring = Keyring("sesame", tokens, guests="nobody")
    async with relaying(wire, tmp_path, keyring) as relay, relay.join(key=token) as client:
        tokens.revoke(grant.jti)
        assert await client.refused() == "wrong_key"
        assert await client.closed() == 4401


async def test_a_relay_tells_prometheus(wire: Wire, tmp_path: Path) -> None:
    await wire.run(2)
    async with relaying(wire, tmp_path) as relay, relay.join():
        text = (await relay.get("/metrics")).text
    lines = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    assert lines['bhava_viewers{stage="default"}'] == "1.0"
    assert lines["bhava_broker_connected"] == "0.0"
    assert lines['bhava_stage_ready{stage="default"}'] == "1.0"


async def test_the_audience_of_a_relay_votes_at_the_origin(
    wire: Wire, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the picture of the code to a vote that counts, and one that is refused."""
    crowd = CrowdSettings(public_url="http://show")
    app = create_app(wire.server.scheduler, wire.server.time, wire.server.time.sleep, crowd=crowd)
    addresses = []

    async def request(_: Broker, subject: str, data: bytes = b"") -> bytes:
        assert subject == "bhava.2.to.first.request"
        asked = ForwardedRequest.decoded(data)
        addresses.append(asked.address)
        return (await answered(app, asked)).encoded()

    monkeypatch.setattr(Broker, "request", request)
    stage = "/api/stages/default"
    wire.server.stage.set(Set(voting="invited"), wire.server.time.now)
    await wire.run(2)
    async with relaying(wire, tmp_path) as relay:
        picture = await relay.get(f"{stage}/votes/code.svg")
        assert (picture.status_code, picture.headers["content-type"]) == (200, "image/svg+xml")
        refused = await relay.request("POST", f"{stage}/ballots", json={"code": "none"})
        assert (refused.status_code, refused.headers["x-refusal"]) == (403, "wrong_code")
        [desk] = [each for each in wire.server.scheduler.attendants if isinstance(each, CrowdDesk)][
            -1:
        ]
        code = desk.address(wire.server.stage).partition("#")[2]
        ballot = (await relay.request("POST", f"{stage}/ballots", json={"code": code})).json()
        bearer = {"Authorization": f"Bearer {ballot['ballot']}"}
        vote = {"emotion": "happy", "number": 1}
        state = await relay.request("POST", f"{stage}/votes", json=vote, headers=bearer)
        assert state.json()["voters"] == 1
        assert (await relay.get(f"{stage}/votes")).json()["shares"] == [0.0, 1.0, 0.0]
        large = await relay.request("POST", f"{stage}/votes", content=b"x" * (MOST_BYTES + 1))
        assert large.status_code == 413
        assert (await relay.get("/api/stages/nowhere/votes")).status_code == 404
    assert set(addresses) == {"127.0.0.1"}


async def test_votes_without_a_broker_are_refused_in_words(wire: Wire, tmp_path: Path) -> None:
    await wire.run(2)
    async with relaying(wire, tmp_path) as relay:
        answer = await relay.get("/api/stages/default/votes")
        assert answer.status_code == 503
        assert answer.json()["detail"] == "expected a NATS server, got none"


@pytest.mark.parametrize("path", ["/api/stages", "/api/stages/a/controls", "/api/stages/a/votes/x"])
async def test_an_origin_answers_nothing_but_votes(path: str) -> None:
    request = ForwardedRequest(method="GET", path=path, headers={}, body="", address="")
    with pytest.raises(ValueError, match="expected a request of the audience"):
        await answered(None, request)
