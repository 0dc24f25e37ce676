import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.protocol import CLOSE_CODES, LandmarksMessage, RefusalName, encode_landmarks
from tests.server.doubles import seen
from tests.server.theatre import Theatre, write_pages


@pytest.fixture
async def theatre() -> AsyncIterator[Theatre]:
    async with Theatre().open() as theatre:
        yield theatre


def landmarks(client_time: float) -> bytes:
    return encode_landmarks(LandmarksMessage(0, seen(client_time)))


async def test_frames_follow_the_hello_at_their_rate(theatre: Theatre) -> None:
    await theatre.time.run(3)
    async with theatre.join() as viewer:
        assert viewer.hello["fps"] == 30.0
        first = await viewer.frame()
        assert first.sequence == 3
        for number in range(4, 40):
            await theatre.time.run()
            frame = await viewer.frame()
            assert frame.sequence == number
            assert frame.time - first.time == pytest.approx((number - 3) / 30)


async def test_frames_follow_the_clock_of_the_machine() -> None:
    theatre = Theatre()
    loop = asyncio.get_running_loop()
    theatre.clock, theatre.sleep = loop.time, asyncio.sleep
    async with theatre.open(), theatre.join() as viewer:
        frames = [await viewer.frame() for _ in range(10)]
        steps = [(frame.time - frames[0].time) * 30 for frame in frames]
        assert steps == pytest.approx([round(step) for step in steps], abs=1e-6)
        assert loop.time() - frames[-1].time < 1.0


async def test_a_late_joiner_sees_the_latest_frame_at_once(theatre: Theatre) -> None:
    await theatre.time.run(100)
    async with theatre.join() as viewer:
        assert (await viewer.frame()).sequence == 100


async def test_controls_are_seen_by_all_and_colour_the_frames(theatre: Theatre) -> None:
    async with theatre.join() as one, theatre.join("performer") as other:
        await one.say(type="emotion", weights={"happy": 0.75})
        await other.say(type="energy", value=1.5)
        for client in (one, other):
            while (await client.message("controls"))["energy"] != 1.5:
                pass
        await theatre.time.run(2)
        while (await one.frame()).emotion.tolist() != [0.0, 0.75, 0.0]:
            await theatre.time.run()
    async with theatre.join() as late:
        assert late.hello["controls"]["emotion"] == {"happy": 0.75}


async def test_a_performer_in_a_browser_is_taken_up(theatre: Theatre) -> None:
    async with theatre.join("performer") as performer, theatre.join() as viewer:
        frame = await viewer.frame()
        while not frame.taken_up:
            await performer.websocket.send(landmarks(theatre.time.now - 77))
            await performer.say(type="ping", client_time=0.0)
            await performer.message("pong")
            await theatre.time.run()
            frame = await viewer.frame()
        assert frame.performer_present
        assert theatre.partner.taken_up
    async with theatre.join() as late:
        assert late.hello["status"]["source"] == "browser"
        assert late.hello["status"]["performer"] == "present"


async def test_a_ping_tells_the_clock_of_the_frames(theatre: Theatre) -> None:
    async with theatre.join() as viewer:
        await viewer.say(type="ping", client_time=3.25)
        pong = await viewer.message("pong")
        assert (pong["client_time"], pong["server_time"]) == (3.25, theatre.time.now)


REFUSED = [
    ("malformed_json", "{"),
    ("malformed_json", ""),
    ("unknown_message", '{"type":"dance"}'),
    ("invalid_message", '{"type":"energy"}'),
    ("invalid_message", '{"type":"energy","value":9}'),
    ("invalid_message", '{"type":"emotion","weights":{"furious":1}}'),
    ("invalid_message", '{"type":"hello","version":1,"role":"viewer"}'),
    ("unsupported_version", '{"type":"hello","version":2,"role":"viewer"}'),
    ("malformed_frame", b""),
    ("malformed_frame", b"\x01\x02"),
    ("malformed_frame", b"\x02" + landmarks(0)[1:]),
    ("not_performer", landmarks(0)),
    ("performer_absent", '{"type":"take_up"}'),
    ("oversized", "x" * 4097),
    ("oversized", b"\x01" * 60_000),
]


@pytest.mark.parametrize(("name", "message"), REFUSED)
async def test_what_is_wrong_is_refused_by_name_and_harms_nobody(
    theatre: Theatre, name: RefusalName, message: str | bytes
) -> None:
    async with theatre.join() as other, theatre.join() as hostile:
        before = await other.frame()
        await hostile.websocket.send(message)
        assert await hostile.refused() == name
        if name in CLOSE_CODES:
            assert await hostile.closed() == CLOSE_CODES[name]
        else:
            await hostile.say(type="ping", client_time=1.0)
            assert (await hostile.message("pong"))["client_time"] == 1.0
        await theatre.time.run()
        assert (await other.frame()).sequence == before.sequence + 1


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("hello_expected", '{"type":"take_up"}'),
        ("hello_expected", landmarks(0)),
        ("unsupported_version", '{"type":"hello","version":3,"role":"viewer"}'),
    ],
)
async def test_a_wrong_first_message_is_refused(
    theatre: Theatre, name: RefusalName, message: str | bytes
) -> None:
    async with theatre.link() as client:
        await client.websocket.send(message)
        assert await client.refused() == name
        assert await client.closed() == CLOSE_CODES[name]


async def test_who_says_nothing_is_shown_out() -> None:
    async with Theatre().open(hello_timeout=0.05) as theatre, theatre.link() as client:
        assert await client.refused() == "hello_timeout"
        assert await client.closed() == 4408


async def test_a_message_beyond_all_bounds_ends_its_own_link_only(theatre: Theatre) -> None:
    async with theatre.join() as other, theatre.join() as hostile:
        before = await other.frame()
        await hostile.websocket.send("x" * 1_000_000)
        assert await hostile.closed() == 1009
        await theatre.time.run()
        assert (await other.frame()).sequence == before.sequence + 1


async def test_a_second_performer_is_refused(theatre: Theatre) -> None:
    async with theatre.join("performer") as first:
        await first.websocket.send(landmarks(0))
        await first.say(type="ping", client_time=0)
        await first.message("pong")
        async with theatre.link() as second:
            await second.say(type="hello", version=1, role="performer")
            assert await second.refused() == "performer_taken"
            assert await second.closed() == 4409


async def test_a_stage_that_keeps_to_its_camera_refuses_performers() -> None:
    async with Theatre(accepts_performers=False).open() as theatre, theatre.link() as client:
        await client.say(type="hello", version=1, role="performer")
        assert await client.refused() == "source_not_browser"
        await client.message("hello")


async def test_a_flood_is_refused_and_leaves_the_others_their_frames(theatre: Theatre) -> None:
    async with theatre.join() as other, theatre.join() as hostile:
        await other.frame()
        for _ in range(1000):
            await hostile.websocket.send('{"type":"take_up"}')
        while await hostile.refused() != "too_fast":
            pass
        for _ in range(30):
            await theatre.time.run()
            await other.frame()
        hostile.websocket.transport.abort()


async def test_a_viewer_that_never_reads_is_cut_and_harms_nobody() -> None:
    async with (
        Theatre().open(send_timeout=0.2) as theatre,
        theatre.join() as other,
        theatre.join(sock=_narrow(theatre.port)) as stuck,
    ):
        stuck.websocket.transport.pause_reading()
        before = (await other.frame()).sequence
        while theatre.stage.status.viewers == 2:
            await theatre.time.run()
            sequence = (await other.frame()).sequence
            assert sequence == before + 1
            before = sequence
        await theatre.time.run()
        assert len(theatre.server.server_state.connections) == 1
        stuck.websocket.transport.abort()


async def test_who_vanishes_is_forgotten(theatre: Theatre) -> None:
    async with theatre.join() as other:
        async with theatre.join() as viewer:
            viewer.websocket.transport.abort()
        while theatre.stage.status.viewers == 2:
            await theatre.time.run()
            await other.frame()


async def test_failures_of_source_and_partner_do_not_stop_the_frames(theatre: Theatre) -> None:
    async with theatre.join() as viewer:
        before = (await viewer.frame()).sequence
        theatre.source.waiting = OSError("unplugged")
        theatre.partner.fail = RuntimeError("no")
        await theatre.time.run()
        assert (await viewer.frame()).sequence == before + 1
    state = (await theatre.get("/api/state")).json()
    assert state["faults"] == {"performer: OSError": 1, "partner: RuntimeError": 1}


async def test_all_are_told_when_the_server_ends() -> None:
    async with (
        Theatre().open() as theatre,
        theatre.join() as viewer,
        theatre.join(sock=_narrow(theatre.port)) as stuck,
    ):
        stuck.websocket.transport.pause_reading()
        await theatre.time.run(1000)
        theatre.server.should_exit = True
        async with asyncio.timeout(2.0):
            assert await viewer.closed() == 1001
        stuck.websocket.transport.abort()


async def test_health_readiness_and_state(theatre: Theatre) -> None:
    assert (await theatre.get("/healthz")).json() == {"alive": True}
    await theatre.time.run()
    ready = await theatre.get("/readyz")
    assert (ready.status_code, ready.json()["ready"], ready.json()["model"]) == (200, True, "sway")
    theatre.source.state = "lost"
    lost = await theatre.get("/readyz")
    assert (lost.status_code, lost.json()["status"]["source_state"]) == (503, "lost")
    assert (await theatre.get("/api/state")).status_code == 200


async def test_pages_come_with_their_types_and_caching(tmp_path: Path) -> None:
    write_pages(tmp_path)
    async with Theatre().open(pages=tmp_path) as theatre:
        index = await theatre.get("/")
        script = await theatre.get("/assets/main-1a2b.js")
        wasm = await theatre.get("/pose.wasm")
        missing = await theatre.get("/assets/none.js")
    assert index.headers["content-type"].startswith("text/html")
    assert index.headers["cache-control"] == "no-cache"
    assert script.headers["content-type"].startswith("text/javascript")
    assert "immutable" in script.headers["cache-control"]
    assert wasm.headers["content-type"] == "application/wasm"
    assert wasm.headers["cache-control"] == "no-cache"
    assert missing.status_code == 404


async def test_pages_that_are_not_built_are_explained(tmp_path: Path) -> None:
    async with Theatre().open(pages=tmp_path) as theatre:
        answer = await theatre.get("/")
    assert answer.status_code == 503
    assert "make run" in answer.text


def _narrow(port: int) -> socket.socket:
    """A link that takes little before it is full."""
    link = socket.socket()
    link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    link.connect(("127.0.0.1", port))
    link.setblocking(False)
    return link
