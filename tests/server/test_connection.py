"""A connection over a real socket, before a stage that the test plays itself."""

import asyncio
import json
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

import pytest
import uvloop
from fastapi import FastAPI, WebSocket
from websockets.asyncio.client import ClientConnection, connect

from server.access.certificates import Certificate
from server.access.tls import find_certificate
from server.listen import Server, bind, configured
from server.wire.audience import Audience
from server.wire.connection import Connection
from server.wire.messages import Hello, Pong, Set
from server.wire.outbox import Outbox
from server.wire.protocol import Refusal
from server.wire.session import Join, StageEvent
from tests.server.live_server import soon


class RecordingStage:
    """A stage with nothing on it, served on a port of its own."""

    def __init__(self) -> None:
        self.audience = Audience("refuse", lambda: "token")
        self.events: list[StageEvent] = []
        self.losses: list[bool] = []
        self.port = 0
        self.changed = asyncio.Event()

    def receive(self, client: Outbox, event: StageEvent, now: float) -> None:
        self.events.append(event)
        if isinstance(event, Join):
            self.audience.join(client, event.hello, now)
            client.send(Pong(client_time=0.0, server_time=now))
        self.changed.set()

    def leave(self, client: Outbox, lost: bool) -> None:
        self.losses.append(lost)
        self.audience.leave(client, lost)
        self.changed.set()

    async def until(self, viewers: int) -> None:
        """Wait for some clients to have come or gone."""
        while self.audience.viewers != viewers:
            self.changed.clear()
            await soon(self.changed.wait())

    async def join(self, role: str = "viewer", **link: object) -> ClientConnection:
        client = await self.link(**link)
        await client.send(json.dumps({"type": "hello", "version": 2, "role": role}))
        assert json.loads(await soon(client.recv()))["type"] == "pong"
        return client

    async def link(self, **link: object) -> ClientConnection:
        scheme = "wss" if "ssl" in link else "ws"
        address = f"{scheme}://127.0.0.1:{self.port}/ws"
        return await connect(address, compression=None, max_size=None, max_queue=None, **link)


@asynccontextmanager
async def serving(certificate: Certificate | None = None) -> AsyncIterator[RecordingStage]:
    stage = RecordingStage()
    app = FastAPI()

    def admit(hello: Hello) -> RecordingStage:
        if hello.key == "wrong":
            raise Refusal("wrong_key", "expected another key, got this one")
        if hello.stage != "default":
            raise Refusal("unknown_stage", f"expected default, got {hello.stage}")
        return stage

    @app.websocket("/ws")
    async def stream(websocket: WebSocket) -> None:
        clock = asyncio.get_running_loop().time
        await Connection(websocket, admit, clock, send_timeout=0.3).run()

    listener = bind("127.0.0.1", 0)
    stage.port = listener.getsockname()[1]
    listening = asyncio.Event()
    server = Server(configured(app, certificate), lambda: stage.audience.close(1001), listening.set)
    task = asyncio.create_task(server.serve([listener]))
    await soon(listening.wait())
    yield stage
    server.should_exit = True
    await soon(task)


@pytest.fixture
async def stage() -> AsyncIterator[RecordingStage]:
    async with serving() as stage:
        yield stage


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65_535, 65_536, 200_000])
async def test_a_frame_of_any_size_arrives_whole(stage: RecordingStage, size: int) -> None:
    client = await stage.join()
    frame = bytes(range(256)) * (size // 256 + 1)
    for sequence in range(3):
        stage.audience.send_frame(frame[:size], sequence)
        assert await soon(client.recv()) == frame[:size]
    await client.close()


async def test_frames_and_messages_keep_their_order(stage: RecordingStage) -> None:
    client = await stage.join()
    expected: list[object] = []
    for number in range(20):
        stage.audience.send_frame(b"%d" % number, number)
        stage.audience.send_all(Pong(client_time=number, server_time=0.0))
        expected += [b"%d" % number, float(number)]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    received = [await soon(client.recv()) for _ in expected]
    told = [json.loads(item)["client_time"] if isinstance(item, str) else item for item in received]
    assert told == expected
    await client.close()


async def test_a_ping_of_the_socket_is_answered_between_frames(stage: RecordingStage) -> None:
    client = await stage.join()
    stage.audience.send_frame(b"1", 1)
    await soon(await client.ping())
    stage.audience.send_frame(b"2", 2)
    assert [await soon(client.recv()) for _ in range(2)] == [b"1", b"2"]
    await client.close()


@pytest.mark.parametrize(("code", "lost"), [(1000, False), (1001, False), (4000, True)])
async def test_whether_a_client_left_or_was_lost_is_told(
    stage: RecordingStage, code: int, lost: bool
) -> None:
    client = await stage.join()
    await client.close(code)
    await stage.until(0)
    assert stage.losses == [lost]


async def test_a_link_that_breaks_is_lost(stage: RecordingStage) -> None:
    client = await stage.join()
    client.transport.abort()
    await stage.until(0)
    assert stage.losses == [True]


async def test_what_a_client_asks_for_reaches_its_stage(stage: RecordingStage) -> None:
    client = await stage.link()
    hello = {"type": "hello", "version": 2, "role": "operator", "key": "sesame"}
    await client.send(json.dumps(hello))
    await client.send('{"type":"set","energy":2}')
    await stage.until(1)
    while len(stage.events) < 2:
        stage.changed.clear()
        await soon(stage.changed.wait())
    assert stage.events[1] == Set(energy=2.0)
    await client.close()
    await stage.until(0)


async def test_messages_that_come_together_keep_their_order(stage: RecordingStage) -> None:
    client = await stage.link()
    hello = json.dumps({"type": "hello", "version": 2, "role": "viewer"})
    protocol = client.protocol
    sequences = list(range(100))
    # The hello waits for its task, what follows it must wait behind it, and what comes once all is
    # read is taken at once.
    for text in (hello, *(f'{{"type":"played","sequence":{number}}}' for number in sequences[:50])):
        protocol.send_text(text.encode())
    client.transport.write(b"".join(protocol.data_to_send()))
    await stage.until(1)
    for number in sequences[50:]:
        await client.send(f'{{"type":"played","sequence":{number}}}')
    while len(stage.events) < 101:
        stage.changed.clear()
        await soon(stage.changed.wait())
    assert [event.sequence for event in stage.events[1:]] == sequences
    await client.close()


@pytest.mark.parametrize(
    ("hello", "name", "code"),
    [
        ({"role": "viewer", "stage": "left"}, "unknown_stage", 4404),
        ({"role": "operator", "key": "wrong"}, "wrong_key", 4401),
    ],
)
async def test_who_is_not_let_in_is_told_why(
    stage: RecordingStage, hello: dict[str, str], name: str, code: int
) -> None:
    client = await stage.link()
    await client.send(json.dumps({"type": "hello", "version": 2, **hello}))
    assert json.loads(await soon(client.recv()))["name"] == name
    await soon(client.wait_closed())
    assert client.close_code == code
    assert stage.audience.viewers == 0


async def test_a_client_that_takes_nothing_misses_frames_and_is_cut(stage: RecordingStage) -> None:
    link = socket.socket()
    link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    link.connect(("127.0.0.1", stage.port))
    link.setblocking(False)
    stuck, other = await stage.join(sock=link), await stage.join()
    stuck.transport.pause_reading()

    async def until_it_is_cut() -> None:
        sequence = 0
        while stage.audience.viewers == 2:
            sequence += 1
            stage.audience.send_frame(b"%05d" % sequence + bytes(1000), sequence)
            frame = await other.recv()
            assert frame[:5] == b"%05d" % sequence

    await soon(until_it_is_cut())
    stuck.transport.abort()
    await other.close()


async def slow_clients_frames(stage: RecordingStage, **link: object) -> list[int]:
    """Return which of a thousand frames a client gets that reads only after the last."""
    narrow = socket.socket()
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    narrow.connect(("127.0.0.1", stage.port))
    narrow.setblocking(False)
    slow = await stage.join(sock=narrow, **link)
    if link:
        slow.transport.set_read_buffer_limits(high=1)  # so that a pause holds below TLS as well
    slow.transport.pause_reading()
    for sequence in range(1000):
        stage.audience.send_frame(b"%05d" % sequence + bytes(1000), sequence)
        await asyncio.sleep(0)
    slow.transport.resume_reading()
    frames = []
    while not frames or frames[-1] != 999:
        frames.append(int((await soon(slow.recv()))[:5]))
    for sequence in (1000, 1001):  # what waited has gone, so these go at once
        stage.audience.send_frame(b"%05d" % sequence, sequence)
        assert stage.audience.waiting == 0
    await slow.close()
    return frames


async def test_a_slow_client_gets_the_newest_frame(stage: RecordingStage) -> None:
    frames = await slow_clients_frames(stage)
    assert frames == sorted(frames)
    assert len(frames) < 30


def test_so_does_one_over_tls_as_uvloop_speaks_it(tmp_path: Path) -> None:
    certificate, _ = find_certificate(True, None, None, tmp_path)
    trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE

    async def frames_over_tls() -> list[int]:
        async with serving(certificate) as stage:
            return await slow_clients_frames(stage, ssl=trusting)

    frames = uvloop.run(frames_over_tls())
    assert frames == sorted(frames)
    assert len(frames) < 30


async def test_all_are_told_when_the_server_ends(stage: RecordingStage) -> None:
    client = await stage.join()
    stage.audience.close(1001)
    stage.audience.send_frame(b"nobody sees this", 1)
    await soon(client.wait_closed())
    assert client.close_code == 1001
    with pytest.raises(Exception, match="1001"):
        await client.recv()


class ReadySocket:
    """A WebSocket on which a message waits whenever one is asked for."""

    def __init__(self) -> None:
        self.scope: dict[str, object] = {}
        self.received = 0
        self.closed: list[int] = []

    async def accept(self) -> None:
        pass

    async def receive(self) -> dict[str, object]:
        self.received += 1
        if self.received > 1000:
            return {"type": "websocket.disconnect", "code": 1005}
        return {"type": "websocket.receive", "text": '{"type": "ping", "client_time": 0}'}

    async def send_text(self, _: str) -> None:
        pass

    async def close(self, code: int) -> None:
        self.closed.append(code)


async def test_what_follows_the_end_is_not_read(stage: RecordingStage) -> None:
    flood = ReadySocket()
    await Connection(cast(WebSocket, flood), lambda _: stage, lambda: 0.0).run()
    assert (flood.received, flood.closed) == (1, [4400])
