"""Each question that an implementer of PROTOCOL.md would ask, answered by a running server."""

import asyncio
import contextlib
import importlib.util
import struct
from collections.abc import AsyncIterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from websockets.asyncio.client import connect

from server.access.door import Door
from server.access.keyring import Keyring
from server.access.origins import OriginPolicy
from server.capture.source_selector import SPAN
from server.listen import configured
from server.stages.scheduler import ServerSettings
from server.wire.seat import GRACE
from server.wire.session import MESSAGES_PER_SECOND
from tests.server.doubles import landmarks, seen
from tests.server.live_server import Client, LiveServer, soon

UPGRADE = {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version": "13",
}
CLIENT = Path(__file__).parents[2] / "docs/client.py"


@pytest.fixture
async def live_server() -> AsyncIterator[LiveServer]:
    async with LiveServer(settings=ServerSettings(keyring=Keyring("sesame"))).open() as live_server:
        yield live_server


async def still_there(client: Client) -> None:
    """Finds the link open, and all before it carried out."""
    await client.say(type="ping", client_time=1.0)
    await client.message("pong")


async def handshake(live_server: LiveServer, **headers: str) -> int:
    """The status with which the server answers a handshake."""
    fields = {"Host": "localhost"} | UPGRADE | headers
    reader, writer = await asyncio.open_connection("127.0.0.1", live_server.port)
    lines = ["GET /ws HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items()), "", ""]
    writer.write("\r\n".join(lines).encode())
    status_line = await soon(reader.readline())
    writer.close()
    return int(status_line.split()[1])


# --- a session --------------------------------------------------------------------------------


async def test_a_session_brings_the_performers_seat_back(live_server: LiveServer) -> None:
    async with live_server.join("performer") as first:
        await first.websocket.send(landmarks(live_server.time.now))
        await still_there(first)
        first.websocket.transport.abort()
    session = first.hello["session"]
    async with live_server.link() as other:
        await other.say(type="hello", version=2, role="performer")
        assert await other.refused() == "performer_taken"
    async with live_server.join("performer", session=session) as again:
        assert (again.hello["session"], again.hello["role"]) == (session, "performer")
        again.websocket.transport.abort()
    await live_server.time.run(round(GRACE * 30) + 30)
    async with live_server.join("performer") as other, live_server.link() as late:
        await other.websocket.send(landmarks(live_server.time.now))
        await still_there(other)
        await late.say(type="hello", version=2, role="performer", session=session)
        assert await late.refused() == "performer_taken"


async def test_a_session_restores_neither_a_role_nor_acknowledgements(
    live_server: LiveServer,
) -> None:
    async with live_server.join("operator", key="sesame") as operator:
        await operator.say(type="played", sequence=0)
        await still_there(operator)
        assert live_server.stage.audience.behind == [0]
    session = operator.hello["session"]
    async with live_server.link() as keyless:
        await keyless.say(type="hello", version=2, role="operator", session=session)
        assert await keyless.refused() == "wrong_key"
        assert await keyless.closed() == 4401
    async with live_server.join("operator", key="sesame", session=session) as again:
        assert again.hello["session"] != session  # nothing of it was kept
        assert live_server.stage.audience.behind == []


async def test_the_old_link_of_a_session_closes_with_1000(live_server: LiveServer) -> None:
    async with live_server.join() as old, live_server.join(session=old.hello["session"]) as new:
        assert await old.closed() == 1000
        assert new.hello["session"] == old.hello["session"]


async def test_a_session_that_the_server_does_not_know_is_ignored(live_server: LiveServer) -> None:
    async with live_server.join(session="of yesterday") as client:
        assert client.hello["session"] != "of yesterday"


async def test_a_second_hello_is_refused_and_changes_nothing(live_server: LiveServer) -> None:
    async with live_server.join() as client:
        await client.say(type="hello", version=2, role="performer")
        assert await client.refused() == "invalid_message"
        await client.websocket.send(landmarks(live_server.time.now))
        assert await client.refused() == "not_performer"
        await still_there(client)


# --- the handshake ----------------------------------------------------------------------------


async def test_a_full_house_answers_the_handshake_with_503(live_server: LiveServer) -> None:
    admission = live_server.server.config.app.state.traffic.admission  # type: ignore[union-attr]
    assert await handshake(live_server) == 101
    admission.most = -1000
    assert await handshake(live_server) == 503


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 101),
        ({"Origin": "https://mixer.example"}, 101),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Host": "evil.example"}, 403),
    ],
)
async def test_hosts_and_origins_are_checked_in_the_handshake(
    headers: dict[str, str], status: int
) -> None:
    policy = OriginPolicy([], ["https://mixer.example"])
    door = Door(Keyring(), policy, None, None, None, None)
    async with LiveServer().open(door=door) as live_server:
        assert await handshake(live_server, **headers) == status
        assert await handshake(live_server, Origin="http://localhost") == 101


async def test_nothing_is_compressed(live_server: LiveServer) -> None:
    async with connect(f"ws://127.0.0.1:{live_server.port}/ws", compression="deflate") as link:
        assert link.response
        assert "Sec-WebSocket-Extensions" not in link.response.headers


# --- messages ---------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["[]", "null", "2", '"ping"', "true", '[{"type":"ping"}]'])
async def test_json_that_is_no_object_is_malformed(live_server: LiveServer, text: str) -> None:
    async with live_server.join() as client:
        await client.websocket.send(text)
        assert await client.refused() == "malformed_json"
        await still_there(client)


@pytest.mark.parametrize("text", ["{}", '{"type":1}', '{"type":"dance"}'])
async def test_an_object_without_a_known_type_is_unknown(
    live_server: LiveServer, text: str
) -> None:
    async with live_server.join() as client:
        await client.websocket.send(text)
        assert await client.refused() == "unknown_message"


@pytest.mark.parametrize(
    ("version", "answer"),
    [
        ("2", "hello"),
        ("2.0", "hello"),
        ("2e0", "hello"),
        ("3", "unsupported_version"),
        ("3.0", "unsupported_version"),
        ("2.5", "invalid_message"),
        ("true", "invalid_message"),
        ('"2"', "invalid_message"),
        ("null", "invalid_message"),
    ],
)
async def test_the_version_is_a_number(live_server: LiveServer, version: str, answer: str) -> None:
    async with live_server.link() as client:
        await client.websocket.send(f'{{"type":"hello","version":{version},"role":"viewer"}}')
        if answer == "hello":
            assert (await client.message("hello"))["version"] == 2
            return
        assert await client.refused() == answer
        if answer == "unsupported_version":
            assert await client.closed() == 4406
            return
        await client.say(type="hello", version=2, role="viewer")
        assert (await client.message("hello"))["role"] == "viewer"


async def test_other_whole_numbers_may_have_a_fraction_of_zero(live_server: LiveServer) -> None:
    async with live_server.join("operator", key="sesame") as client:
        await client.websocket.send('{"type":"set","seed":7.0}')
        await client.websocket.send('{"type":"played","sequence":0.0}')
        await still_there(client)
        assert live_server.stage.controls.seed == 7
        await client.websocket.send('{"type":"set","seed":7.5}')
        assert await client.refused() == "invalid_message"


async def test_landmarks_need_a_reserved_byte_of_0(live_server: LiveServer) -> None:
    async with live_server.join("performer") as client:
        whole = landmarks(live_server.time.now)
        await client.websocket.send(whole[:2] + b"\1" + whole[3:])
        assert await client.refused() == "malformed_frame"
        await client.websocket.send(whole)
        await still_there(client)
        await live_server.time.run()
        assert live_server.stage.sighting is not None


@pytest.mark.parametrize(("ahead", "expected"), [(0.0, 0), (9.0, 0), (-0.5, -0.5), (-9.0, -SPAN)])
async def test_times_of_landmarks_are_bounded(
    live_server: LiveServer, ahead: float, expected: float
) -> None:
    async with live_server.join("performer") as client:
        await client.websocket.send(landmarks(live_server.time.now + 1 / 30 + ahead))
        await still_there(client)
        await live_server.time.run()
        assert live_server.stage.sighting
        seen_at = live_server.stage.sighting.time - live_server.time.now
        assert seen_at == pytest.approx(expected)


async def test_times_of_landmarks_are_finite(live_server: LiveServer) -> None:
    async with live_server.join("performer") as client:
        whole = landmarks(0.0)
        await client.websocket.send(whole[:8] + struct.pack("<d", float("nan")) + whole[16:])
        assert await client.refused() == "malformed_frame"


@pytest.mark.parametrize("message", [landmarks(0.0), '{"type":"played","sequence":0}', "{"])
async def test_all_kinds_of_messages_count_towards_too_fast(
    live_server: LiveServer, message: str | bytes
) -> None:
    async with live_server.join("performer") as client:
        for _ in range(MESSAGES_PER_SECOND + 20):  # the hello counts as well
            await client.websocket.send(message)
        while await client.refused() != "too_fast":
            assert message == "{"
        await live_server.time.run(31)
        await still_there(client)


async def test_both_kinds_of_pings_are_answered(live_server: LiveServer) -> None:
    app: Any = live_server.server.config.app
    assert (configured(app).ws_ping_interval, configured(app).ws_ping_timeout) == (20, 20)
    async with live_server.link() as client:
        await soon(await client.websocket.ping())  # even before the hello
        await client.say(type="ping", client_time=1.0)
        assert await client.refused() == "hello_expected"
    async with live_server.join() as client:
        await still_there(client)


@pytest.mark.parametrize(
    ("frame", "code"),
    [(b"\x81\x81\0\0\0\0\xff", 1007), (b"\x82\xff" + struct.pack("!QI", 2**17, 0), 1009)],
    ids=["not UTF-8", "longer than 65,536 bytes"],
)
async def test_bytes_that_are_no_message_close_the_link(
    live_server: LiveServer, caplog: pytest.LogCaptureFixture, frame: bytes, code: int
) -> None:
    async with live_server.join() as client:
        client.websocket.transport.write(frame)
        assert await client.closed() == code
    assert [record for record in caplog.records if record.name.startswith("uvicorn")] == []


# --- the client that was written from PROTOCOL.md alone ----------------------------------------


@pytest.fixture
def independent(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The client, which acknowledges every frame."""
    spec = importlib.util.spec_from_file_location("independent_client", CLIENT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "ACKNOWLEDGE_EVERY", -1.0)
    return module


@pytest.fixture
async def punctual_server() -> AsyncIterator[LiveServer]:
    """A server whose time is that of the machine."""
    live_server = LiveServer(settings=ServerSettings(keyring=Keyring("sesame")))
    loop = asyncio.get_running_loop()
    live_server.clock, live_server.sleep = loop.time, asyncio.sleep
    async with live_server.open():
        yield live_server


def address(live_server: LiveServer) -> str:
    return f"ws://127.0.0.1:{live_server.port}/ws"


async def until(messages: AsyncIterator[dict[str, Any]], kind: str, **members: Any) -> Any:
    """The next message of a kind with these members."""
    while True:
        message = await soon(anext(messages))
        if message["type"] == kind and members.items() <= message.items():
            return message


async def test_the_independent_client_sets_and_acknowledges(
    independent: ModuleType, punctual_server: LiveServer
) -> None:
    client = independent.Client(address(punctual_server), role="operator", key="sesame")
    async with contextlib.aclosing(client.messages()) as messages:
        await until(messages, "hello", role="operator")
        await client.say("set", energy=1.5, emotion={"happy": 1.0})
        assert (await until(messages, "controls"))["energy"] == 1.5
        frame = await until(messages, "frame", emotion={"neutral": 0, "happy": 1, "sad": 0})
        [figure] = frame["figures"]
        newest = punctual_server.stage.newest
        assert newest
        hips = newest.figures[0].pose.hips
        assert figure["hips"] == pytest.approx(hips.tolist(), abs=0.05)
        await until(messages, "frame")
        assert punctual_server.stage.audience.behind[0] < 10


async def test_the_independent_client_performs_and_comes_back(
    independent: ModuleType, punctual_server: LiveServer
) -> None:
    [person] = seen(0.0).people
    columns = (person.positions, person.visibility[:, None], person.image)
    picture = [np.hstack(columns).tolist()]
    client = independent.Client(address(punctual_server), role="performer")
    async with contextlib.aclosing(client.messages()) as messages:
        performance = asyncio.create_task(client.perform([picture] * 10_000))
        session = (await until(messages, "hello", role="performer"))["session"]
        await until(messages, "frame", performer=True)
        sighting = punctual_server.stage.sighting
        assert sighting
        assert sighting.people[0].positions == pytest.approx(person.positions, abs=0.001)
        client.link.transport.abort()
        await until(messages, "hello", role="performer", session=session)
        await until(messages, "frame", performer=True)
        performance.cancel()


async def test_the_independent_client_ends_where_it_is_shown_out(
    independent: ModuleType, punctual_server: LiveServer
) -> None:
    client = independent.Client(address(punctual_server), role="operator", key="open")
    said = [message async for message in client.messages()]
    assert [message["name"] for message in said] == ["wrong_key"]
