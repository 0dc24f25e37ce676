"""What strangers send is bounded before it is understood, and must come in time."""

import asyncio
import gc
import logging
import socket
from collections.abc import AsyncIterator, Iterable
from itertools import repeat
from pathlib import Path

import pytest
import uvloop
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from server.guard.traffic import APART, LINGER, PENALTY, REQUEST, STALLED, Link, Traffic
from tests.server.live_server import LiveServer, narrow, soon

HEAD = b"GET /healthz HTTP/1.1\r\nHost: here\r\n"
POST = b"POST /api/stages HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\n"
UPGRADE = (
    b"GET /ws HTTP/1.1\r\nHost: here\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
MASK = b"\0\0\0\0"


@pytest.fixture
async def live_server(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> AsyncIterator[LiveServer]:
    """A server that has forgotten every connection at the end, and never wrote a traceback."""
    caplog.set_level(logging.WARNING)
    (tmp_path / "index.html").write_text("<title>Bhava</title>")
    (tmp_path / "large.bin").write_bytes(bytes(8 * 2**20))
    async with LiveServer().open(pages=tmp_path) as live_server:
        yield live_server
        async with asyncio.timeout(10):
            while traffic(live_server).links:
                await asyncio.sleep(0)
        assert traffic(live_server).bodies == traffic(live_server).admission.open == 0
    assert [record for record in caplog.records if record.exc_info] == []


def traffic(live_server: LiveServer) -> Traffic:
    found: Traffic = live_server.server.config.app.state.traffic  # type: ignore[union-attr]
    return found


async def answer(live_server: LiveServer, parts: Iterable[bytes], address: str = "") -> bytes:
    """What the server says to what is sent, until it hangs up."""
    where = (address, 0) if address else None
    reader, writer = await asyncio.open_connection("127.0.0.1", live_server.port, local_addr=where)
    try:
        for part in parts:
            writer.write(part)
            await soon(writer.drain())
            if writer.is_closing() or reader.at_eof():
                break
    except ConnectionError:
        pass
    try:
        return await soon(reader.read())
    except ConnectionError:  # what was sent in vain resets the link, and may take the answer away
        return b""
    finally:
        writer.close()


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"GET /" + 5000 * b"a" + b" HTTP/1.1\r\n\r\n", b"414"),
        (b"GET /\xc3\xa4 HTTP/1.1\r\n\r\n", b"400"),
        (HEAD + b"X: " + 5000 * b"a" + b"\r\n\r\n", b"431"),
        (HEAD + 100 * b"a: b\r\n" + b"\r\n", b"431"),
        (POST + b"Content-Length: 400000000\r\n\r\n", b"413"),
        (POST + b"Content-Length: 99999999999999999999999\r\n\r\n", b"400"),
        (b"no HTTP at all\r\n\r\n", b"400"),
        (b"POST " + UPGRADE.partition(b" ")[2], b""),
        (UPGRADE.replace(b"/ws", b"/ws/%ff\x7f"), b"400"),
    ],
)
async def test_a_request_that_passes_a_bound_is_refused_at_once(
    live_server: LiveServer, request_bytes: bytes, status: bytes
) -> None:
    said = await answer(live_server, [request_bytes])
    assert said.partition(b" ")[2].startswith(status)
    assert (await live_server.get("/healthz")).status_code == 200


@pytest.mark.parametrize(
    ("begin", "more"),
    [
        (b"GET /", 4096 * b"a"),
        (HEAD, 512 * b"a: b\r\n"),
        (b"", 2048 * b"\r\n"),
        (POST + b"Transfer-Encoding: chunked\r\n\r\n", b"1000\r\n" + 4096 * b" " + b"\r\n"),
        (POST + b"Transfer-Encoding: chunked\r\n\r\n", 512 * b"1\r\n \r\n"),
        (POST + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", 512 * b"a: b\r\n"),
        (b"", 100 * (HEAD + b"\r\n")),
        (UPGRADE, 500 * (b"\x89\x80" + MASK)),
        (UPGRADE, 500 * (b"\x8a\x80" + MASK)),
        (UPGRADE + b"\x01\x80" + MASK, 500 * (b"\x00\x80" + MASK)),
    ],
    ids=[
        "target", "headers", "blank lines", "body", "small chunks", "trailers", "pipelined",
        "pings", "pongs", "fragments",
    ],
)  # fmt: skip
async def test_what_never_ends_is_cut_off_while_the_show_goes_on(
    live_server: LiveServer, begin: bytes, more: bytes
) -> None:
    async with live_server.join() as viewer:
        await answer(live_server, [begin, *repeat(more, 2000)])
        await live_server.time.run(3)
        assert (await viewer.frame()).figures
    assert traffic(live_server).bodies == 0


async def test_a_refused_body_does_not_wait_for_the_garbage_collector(
    live_server: LiveServer,
) -> None:
    chunk = b"8000\r\n" + 0x8000 * b" " + b"\r\n"
    gc.collect()
    gc.disable()
    try:
        for _ in range(8):
            await answer(live_server, [POST + b"Transfer-Encoding: chunked\r\n\r\n", *3 * [chunk]])
        while traffic(live_server).links:
            await asyncio.sleep(0)
        requests = [each for each in gc.get_objects() if type(each) is RequestResponseCycle]
        assert requests
        assert sum(len(request.body) for request in requests) == 0
    finally:
        gc.enable()


async def cut(reader: asyncio.StreamReader) -> bool:
    try:
        return not await soon(reader.read(1))
    except ConnectionError:
        return True


@pytest.mark.parametrize("begin", [b"", HEAD, b"\r\n", POST + b"Content-Length: 9\r\n\r\n{"])
async def test_a_request_must_come_in_time(live_server: LiveServer, begin: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", live_server.port)
    writer.write(begin)
    assert (await live_server.get("/healthz")).status_code == 200  # so what came was parsed
    live_server.time.now += REQUEST + 1
    assert await cut(reader)
    writer.close()


async def test_who_takes_nothing_of_an_answer_is_cut_off(live_server: LiveServer) -> None:
    link = narrow(live_server.port)
    reader, writer = await asyncio.open_connection(sock=link, limit=1024)
    writer.write(b"GET /large.bin HTTP/1.1\r\nHost: here\r\n\r\n")
    [held] = await until_stalled(live_server)
    assert held.written_by == live_server.time.now + STALLED
    live_server.time.now += STALLED + LINGER
    async with asyncio.timeout(10):
        while traffic(live_server).links:
            await asyncio.sleep(0)
    writer.close()
    assert reader is not None


async def until_stalled(live_server: LiveServer) -> list[object]:
    async with asyncio.timeout(10):
        while True:
            stalled = [x for x in traffic(live_server).links if x.written_by < float("inf")]
            if stalled:
                return list(stalled)
            await asyncio.sleep(0)


async def test_too_many_of_an_address_are_refused_and_the_operator_finds_a_way_in(
    live_server: LiveServer,
) -> None:
    admission = traffic(live_server).admission
    admission.most = 0
    assert b"503" in await answer(live_server, [], "127.0.0.2")
    assert (await live_server.get("/healthz")).status_code == 200
    assert traffic(live_server).refused == {"connection": 1}


async def test_a_long_list_may_be_saved_and_nothing_else_be_long(live_server: LiveServer) -> None:
    long = b'{"x":"' + 200_000 * b"a" + b'"}'
    lists = await live_server.request("PUT", "/api/stages/default/cues", content=long)
    assert lists.status_code == 405  # this server keeps no lists, but it has read this one
    other = await live_server.request("PATCH", "/api/stages/default/controls", content=long)
    assert other.status_code == 413


async def test_requests_beyond_a_few_of_an_address_wait(live_server: LiveServer) -> None:
    links = []
    for _ in range(60):
        link = socket.create_connection(
            ("127.0.0.1", live_server.port), source_address=("127.0.0.3", 0)
        )
        link.setblocking(False)
        link.sendall(HEAD + b"\r\n")
        links.append(link)
    loop = asyncio.get_running_loop()
    for link in links:
        assert b"200 OK" in await soon(loop.sock_recv(link, 4096))
        link.close()


async def test_who_was_refused_is_read_the_later_and_nobody_else(live_server: LiveServer) -> None:
    assert b"400" in await answer(live_server, [b"no HTTP\r\n\r\n"], "127.0.0.4")
    guard = traffic(live_server)
    reader, writer = await asyncio.open_connection(
        "127.0.0.1", live_server.port, local_addr=("127.0.0.4", 0)
    )
    writer.write(HEAD + b"\r\n")
    other = socket.create_connection(("127.0.0.1", live_server.port), 5, ("127.0.0.5", 0))
    other.setblocking(False)
    other.sendall(HEAD + b"\r\n")
    loop = asyncio.get_running_loop()
    assert b"200 OK" in await soon(loop.sock_recv(other, 4096))
    [late] = [link for link in guard.links if link.address == "127.0.0.4"]
    assert guard.penalty(late) == pytest.approx(PENALTY + APART)
    assert b"200 OK" in await soon(reader.readuntil(b"}"))
    writer.close()
    other.close()


async def test_who_was_refused_may_say_little_at_first(live_server: LiveServer) -> None:
    assert b"400" in await answer(live_server, [b"no HTTP\r\n\r\n"], "127.0.0.6")
    long = POST + b"Content-Length: 60000\r\n\r\n" + 60000 * b" "
    said = await answer(live_server, [long], "127.0.0.6")
    assert said == b"" or said.startswith(b"HTTP/1.1 429")
    assert traffic(live_server).refused == {"400": 1, "429": 1}


async def test_newcomers_of_a_refused_address_are_read_one_after_another(
    live_server: LiveServer,
) -> None:
    assert b"400" in await answer(live_server, [b"no HTTP\r\n\r\n"], "127.0.0.7")
    guard = traffic(live_server)
    link = Link(asyncio.Transport(), "127.0.0.7")
    waits = [guard.penalty(link) for _ in range(3)]
    assert waits == pytest.approx([PENALTY, PENALTY + APART, PENALTY + 2 * APART])


@pytest.mark.parametrize(
    ("begin", "more"),
    [
        (UPGRADE, b"\x81\xa0" + MASK + b'{"type":"ping","client_time": 0}'),
        (UPGRADE, b"no WebSocket"),
        (UPGRADE.replace(b"/ws", b"/nowhere"), b""),
    ],
    ids=["no hello", "no frames", "no such socket"],
)
async def test_a_refused_websocket_counts_as_a_refusal(
    live_server: LiveServer, begin: bytes, more: bytes
) -> None:
    loop = asyncio.get_running_loop()
    link = socket.create_connection(("127.0.0.1", live_server.port), 5, ("127.0.0.8", 0))
    link.setblocking(False)
    await soon(loop.sock_sendall(link, begin))
    await soon(loop.sock_recv(link, 4096))
    await soon(loop.sock_sendall(link, more))
    async with asyncio.timeout(10):
        while not traffic(live_server).refused["websocket"]:
            await asyncio.sleep(0.01)
    link.close()
    assert traffic(live_server).refused == {"websocket": 1}


def test_the_event_loop_of_the_server_reads_no_earlier() -> None:
    """It begins to read after `connection_made`, whatever was paused there."""

    async def refused() -> float:
        async with LiveServer().open() as live_server:
            assert b"400" in await answer(live_server, [b"no HTTP\r\n\r\n"], "127.0.0.9")
            loop = asyncio.get_running_loop()
            began = loop.time()
            assert b"400" in await answer(live_server, [b"no HTTP\r\n\r\n"], "127.0.0.9")
            return loop.time() - began

    assert uvloop.run(refused()) >= PENALTY
