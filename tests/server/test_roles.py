"""What each role may do, over the socket and over HTTP."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, get_args
from urllib.parse import quote

import pytest

from server.access.keyring import Guests, Keyring, Role, Tokens
from server.stages.scheduler import ServerSettings
from server.wire.protocol import CLOSE_CODES, RefusalName
from tests.server.live_server import LiveServer

READING = {"/api/models", "/api/stages", "/api/stages/{name}"}
"""Paths whose GET every viewer may use."""

VOTING = ("/api/stages/{name}/ballots", "/api/stages/{name}/votes")
"""What these paths begin with: the code that a stage shows lets people vote, and no key."""


@pytest.fixture
def tokens(tmp_path: Path) -> Tokens:
    return Tokens(tmp_path / "keys")


@asynccontextmanager
async def opened(
    tmp_path: Path, tokens: Tokens, guests: Guests = "performer", **settings: Any
) -> AsyncIterator[LiveServer]:
    """A server with all its routes, whose key is `sesame`."""
    keyring = Keyring("sesame", tokens, guests, **settings)
    server = LiveServer(settings=ServerSettings(keyring=keyring), takes=tmp_path)
    async with server.open(takes=tmp_path, cues=tmp_path / "cues"):
        yield server


async def routes(server: LiveServer) -> list[tuple[str, str]]:
    """Method and path of every route under `/api` that asks for a key."""
    paths = (await server.get("/openapi.json")).json()["paths"]
    return [
        (method.upper(), path)
        for path, methods in paths.items()
        for method in methods
        if path.startswith("/api") and not path.startswith(VOTING)
    ]


async def statuses(server: LiveServer, key: str) -> dict[tuple[str, str], int]:
    """What a key meets on each route, on the default stage and with empty bodies."""
    found = {}
    for method, path in await routes(server):
        filled = path.replace("{number}", "1").replace(
            "{name}", "default" if path.startswith("/api/stages") else "none.take"
        )
        headers = {"X-Operator-Key": key} if key else {}
        answer = await server.request(method, filled, headers=headers)
        found[method, path] = answer.status_code
    return found


@pytest.mark.parametrize("guests", get_args(Guests))
async def test_over_http_a_key_opens_what_its_role_may_use(
    guests: Guests, tmp_path: Path, tokens: Tokens
) -> None:
    async with opened(tmp_path, tokens, guests) as server:
        everything = await routes(server)
        reading = {("GET", path) for path in READING}
        assert len(everything) > 15
        assert reading <= set(everything)
        for key in ("sesame", tokens.sign("operator", "*", 60)[0]):
            assert not {401, 403, 429} & set((await statuses(server, key)).values())
        for role in ("viewer", "performer"):
            met = await statuses(server, tokens.sign(role, "*", 60)[0])
            assert {route for route, status in met.items() if status == 403} == (
                set(everything) - reading
            )
        met = await statuses(server, "")
        hidden = set(everything) - (reading if guests != "nobody" else set())
        assert {route for route, status in met.items() if status == 401} == hidden


async def test_an_operator_of_one_stage_operates_no_other(tmp_path: Path, tokens: Tokens) -> None:
    async with opened(tmp_path, tokens) as server:
        server.make("side")
        headers = {"X-Operator-Key": tokens.sign("operator", "side", 60)[0]}
        for path, status in (
            ("/api/stages/side/cues", 200),
            ("/api/stages/default/cues", 403),
            ("/api/takes", 403),
        ):
            assert (await server.request("GET", path, headers=headers)).status_code == status


async def let_in(server: LiveServer, role: Role, key: str, stage: str = "default") -> str:
    """The role that the hello tells, or the name of the refusal that closes the link."""
    async with server.link() as client:
        await client.say(type="hello", version=2, role=role, stage=stage, key=key)
        answer = await client.receive()
        assert isinstance(answer, dict)
        if answer["type"] == "hello":
            return str(answer["role"])
        name: RefusalName = answer["name"]
        assert await client.closed() == CLOSE_CODES[name]
        return name


async def test_on_the_socket_a_role_is_what_the_token_grants(
    tmp_path: Path, tokens: Tokens
) -> None:
    async with opened(tmp_path, tokens, guests="nobody") as server:
        server.make("side")
        roles = get_args(Role)
        for granted in roles:
            token, _ = tokens.sign(granted, "default", 60)
            for role in roles:
                covered = roles.index(role) <= roles.index(granted)
                assert await let_in(server, role, token) == (role if covered else "not_granted")
                assert await let_in(server, role, token, "side") == "not_granted"
        for role in roles:
            assert await let_in(server, role, "sesame", "side") == role
            assert await let_in(server, role, "") == "wrong_key"
        assert await let_in(server, "viewer", "sesame", "moon") == "unknown_stage"


async def test_wrong_keys_wait_on_socket_and_http_alike(tmp_path: Path, tokens: Tokens) -> None:
    now = [0.0]
    async with opened(tmp_path, tokens, clock=lambda: now[0]) as server:

        async def over_http(key: str) -> int:
            answer = await server.request("GET", "/api/takes", headers={"X-Operator-Key": key})
            return answer.status_code

        assert await let_in(server, "operator", "open") == "wrong_key"
        assert await over_http("sesame") == 429
        now[0] += 1.0
        assert await over_http("open") == 401
        assert await let_in(server, "operator", "sesame") == "key_too_soon"
        now[0] += 2.0
        assert await let_in(server, "operator", "sesame") == "operator"
        assert await over_http("sesame") == 200


@pytest.mark.parametrize("end", ["revoked", "expired"])
async def test_a_token_that_is_over_ends_the_sessions_it_opened(tmp_path: Path, end: str) -> None:
    now = [1000.0]
    tokens = Tokens(tmp_path / "keys", clock=lambda: now[0])
    over, grant = tokens.sign("performer", "default", 60)
    async with (
        opened(tmp_path, tokens, guests="viewer") as server,
        server.join("performer", key=over) as ended,
        server.join("operator", key="sesame") as operator,
        server.join("viewer", key=over) as viewer,
        server.join("performer", key=tokens.sign("performer", "*", 120)[0]) as other,
    ):
        await server.time.run(40)
        assert server.stage.audience.viewers == 4
        if end == "revoked":
            tokens.revoke(grant.jti)
        else:
            now[0] += 61
        await server.time.run(40)
        assert await ended.refused() == "wrong_key"
        assert await ended.closed() == CLOSE_CODES["wrong_key"]
        for stays in (operator, viewer, other):
            await stays.say(type="ping", client_time=1.0)
            await stays.message("pong")


async def test_a_key_of_any_letters_fits_into_a_header() -> None:
    keyring = Keyring("Öffne dich, 舞台 100%", clock=lambda: 0.0)
    async with LiveServer(settings=ServerSettings(keyring=keyring)).open() as server:
        spelled = "UTF-8''" + quote("Öffne dich, 舞台 100%")
        for header, status in ((spelled, 200), (spelled[:-1], 401), (spelled, 429)):
            answer = await server.request("GET", "/api/links", headers={"X-Operator-Key": header})
            assert answer.status_code == status


async def test_operators_are_told_of_wrong_keys(tmp_path: Path, tokens: Tokens) -> None:
    now = [0.0]
    async with opened(tmp_path, tokens, clock=lambda: now[0]) as server:
        for _ in range(3):
            assert await let_in(server, "operator", "open") == "wrong_key"
            now[0] += 60.0
        key = {"X-Operator-Key": "sesame"}
        door = await server.request("GET", "/api/door", headers=key)
        assert door.json() == {"wrong_keys": 3, "wrong_keys_lately": 3, "minutes": 10}
        assert "bhava_wrong_keys_total 3.0" in (await server.get("/metrics")).text


async def test_the_longest_token_fits(tmp_path: Path, tokens: Tokens) -> None:
    async with opened(tmp_path, tokens) as server:
        name = "舞" * 53
        server.make(name)
        token, _ = tokens.sign("operator", name, 60)
        assert await let_in(server, "operator", token, name) == "operator"
        path = f"/api/stages/{name}/cues"
        answer = await server.request("GET", path, headers={"X-Operator-Key": token})
        assert answer.status_code == 200
