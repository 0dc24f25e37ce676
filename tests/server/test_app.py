import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import anyio.to_thread
import numpy as np
import pytest

from server.capture.sources import SourceSpec
from server.stages.assemble import usual_seat
from server.wire.protocol import (
    CLOSE_CODES,
    FrameMessage,
    RefusalName,
)
from tests.server.doubles import EMOTIONS, landmarks
from tests.server.live_server import LiveServer, write_pages


@pytest.fixture
async def live_server() -> AsyncIterator[LiveServer]:
    async with LiveServer().open() as live_server:
        yield live_server


async def test_frames_follow_the_hello_at_their_rate(live_server: LiveServer) -> None:
    await live_server.time.run(3)
    async with live_server.join() as viewer:
        assert viewer.hello["fps"] == 30.0
        first = await viewer.frame()
        assert first.sequence == 3
        for number in range(4, 20):
            await live_server.time.run()
            frame = await viewer.frame()
            assert frame.sequence == number
            assert frame.time - first.time == pytest.approx((number - 3) / 30)


async def test_frames_follow_the_clock_of_the_machine() -> None:
    live_server = LiveServer()
    loop = asyncio.get_running_loop()
    live_server.clock, live_server.sleep = loop.time, asyncio.sleep
    async with live_server.open(), live_server.join() as viewer:
        frames = [await viewer.frame() for _ in range(10)]
        steps = [(frame.time - frames[0].time) * 30 for frame in frames]
        assert steps == pytest.approx([round(step) for step in steps], abs=1e-6)
        assert loop.time() - frames[-1].time < 1.0


async def test_a_late_joiner_sees_the_latest_frame_at_once(live_server: LiveServer) -> None:
    await live_server.time.run(20)
    async with live_server.join() as viewer:
        assert (await viewer.frame()).sequence == 20


async def test_an_operators_wishes_are_seen_by_all_and_colour_the_frames(
    live_server: LiveServer,
) -> None:
    async with live_server.join("operator") as operator, live_server.join() as viewer:
        await operator.say(type="set", emotion={"happy": 0.75}, energy=1.5)
        await operator.answered()
        await live_server.time.run(2)
        for client in (operator, viewer):
            assert (await client.message("controls"))["energy"] == 1.5
        while (await viewer.frame()).emotion.tolist() != [0.0, 0.75, 0.0]:
            await live_server.time.run()
    async with live_server.join() as late:
        assert late.hello["controls"]["emotion"] == {"happy": 0.75}


async def test_a_change_of_model_is_told_with_its_labels(live_server: LiveServer) -> None:
    async with live_server.join("operator") as operator:
        assert operator.hello["emotions"] == list(EMOTIONS)
        await operator.say(type="set", model="other", emotion={"wild": 1.0})
        await operator.answered()
        live_server.scheduler.services.registry.engine("other")
        await live_server.time.run(3)
        received = await operator.receive()
        while isinstance(received, FrameMessage) or received["type"] != "hello":
            # Nothing of the new model comes before its labels.
            assert not isinstance(received, FrameMessage) or received.emotion[2] == 0.0
            received = await operator.receive()
        assert (received["model"], received["emotions"][2]) == ("other", "wild")
        assert (await operator.frame()).emotion.tolist() == [0.0, 0.0, 1.0]


async def test_a_fader_moves_on_without_the_emotion_in_use(live_server: LiveServer) -> None:
    async with live_server.join("operator") as operator:
        await operator.say(type="set", emotion={EMOTIONS[2]: 1.0})
        await operator.say(type="set", model="other")
        await operator.answered()
        live_server.scheduler.services.registry.engine("other")
        await live_server.time.run(3)
        assert live_server.stage.report.model == "other"
        await operator.say(type="set", energy=1.5)
        await operator.answered()
        assert live_server.stage.controls.energy == 1.5


async def test_a_performer_in_a_browser_is_taken_up(live_server: LiveServer) -> None:
    async with live_server.join("performer") as performer, live_server.join("operator") as viewer:
        await viewer.say(type="take_up")
        assert await viewer.refused() == "performer_absent"
        await live_server.time.run()
        frame = await viewer.frame()
        while not frame.figures[0].taken_up:
            await performer.websocket.send(landmarks(live_server.time.now))
            await performer.answered()
            if frame.performer_present and frame.sequence == 40:
                await performer.say(type="take_up")
            await live_server.time.run()
            frame = await viewer.frame()
        assert frame.sequence > 40  # who stands is taken up only when it is asked for
        assert frame.captured == pytest.approx(frame.time - 1 / 30, abs=0.05)
        assert [figure.kind for figure in frame.figures] == [0, 1]
    async with live_server.join() as late:
        assert late.hello["status"]["source"] == "browser"
        assert late.hello["status"]["performer"] == "present"


async def test_a_ping_tells_the_clock_of_the_frames(live_server: LiveServer) -> None:
    async with live_server.join() as viewer:
        await viewer.say(type="ping", client_time=3.25)
        pong = await viewer.message("pong")
        assert (pong["client_time"], pong["server_time"]) == (3.25, live_server.time.now)


async def test_clients_choose_their_stage(live_server: LiveServer) -> None:
    live_server.make("side")
    async with live_server.join() as one, live_server.join(stage="side") as other:
        assert (one.hello["stage"], other.hello["stage"]) == ("default", "side")
        for _ in range(20):  # read as they come: a link holds only so many
            await live_server.time.run()
            frames = [await client.frame() for client in (one, other)]
        first, second = (frame.figures[0].pose.rotations for frame in frames)
        assert (first != second).any()


async def test_a_stage_that_ends_shows_its_clients_out(live_server: LiveServer) -> None:
    live_server.make("side")
    async with live_server.join() as stays, live_server.join(stage="side") as goes:
        await live_server.time.run()
        live_server.scheduler.end("side")
        await live_server.time.run()
        assert await goes.refused() == "stage_ended"
        assert await goes.closed() == 4410
        await stays.frame()
    async with live_server.link() as late:
        await late.say(type="hello", version=2, role="viewer", stage="side")
        assert await late.refused() == "unknown_stage"
        assert await late.closed() == 4404


REFUSED = [
    ("malformed_json", "{"),
    ("malformed_json", ""),
    ("unknown_message", '{"type":"dance"}'),
    ("invalid_message", '{"type":"set","energy":9}'),
    ("invalid_message", '{"type":"set","energy":NaN}'),
    ("invalid_message", '{"type":"set","emotion":{"furious":1}}'),
    ("invalid_message", '{"type":"set","emotion":{"sad":1,"happy":0.6}}'),
    ("invalid_message", '{"type":"set","model":"other","emotion":{"calm":1,"wild":1}}'),
    ("unknown_model", '{"type":"set","model":"nobody"}'),
    ("invalid_message", '{"type":"hello","version":2,"role":"viewer"}'),
    ("unsupported_version", '{"type":"hello","version":1,"role":"viewer"}'),
    ("malformed_frame", b""),
    ("malformed_frame", b"\x01\x02"),
    ("malformed_frame", b"\x03" + landmarks(0)[1:]),
    ("not_performer", landmarks(0)),
    ("performer_absent", '{"type":"take_up"}'),
    ("oversized", "x" * 4097),
    ("oversized", b"\x02" * 60_000),
]


async def test_what_is_wrong_is_refused_by_name_and_harms_nobody(live_server: LiveServer) -> None:
    async with live_server.join() as other:
        await other.frame()
        for name, message in REFUSED:
            async with live_server.join("operator") as hostile:
                await hostile.websocket.send(message)
                assert await hostile.refused() == name, message
                if name in CLOSE_CODES:
                    assert await hostile.closed() == CLOSE_CODES[name]
                else:
                    await hostile.say(type="ping", client_time=1.0)
                    assert (await hostile.message("pong"))["client_time"] == 1.0
            await live_server.time.run()
        assert live_server.stage.controls.energy == 1.0
        frames = [await other.frame() for _ in REFUSED]
        assert [f.sequence - frames[0].sequence for f in frames] == list(range(len(REFUSED)))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("hello_expected", '{"type":"take_up"}'),
        ("hello_expected", landmarks(0)),
        ("unsupported_version", '{"type":"hello","version":3,"role":"viewer"}'),
        ("unknown_stage", '{"type":"hello","version":2,"role":"viewer","stage":"moon"}'),
    ],
)
async def test_a_wrong_first_message_is_refused(
    live_server: LiveServer, name: RefusalName, message: str | bytes
) -> None:
    async with live_server.link() as client:
        await client.websocket.send(message)
        assert await client.refused() == name
        assert await client.closed() == CLOSE_CODES[name]


async def test_who_says_nothing_is_shown_out() -> None:
    async with LiveServer().open(hello_timeout=0.05) as live_server, live_server.link() as client:
        assert await client.refused() == "hello_timeout"
        assert await client.closed() == 4408


async def test_a_second_performer_is_refused_or_takes_over() -> None:
    async with (
        LiveServer().open() as live_server,
        live_server.join("performer") as first,
        live_server.link() as second,
    ):
        await first.websocket.send(landmarks(0))
        await first.answered()
        await second.say(type="hello", version=2, role="performer")
        assert await second.refused() == "performer_taken"
        assert await second.closed() == 4409
    async with (
        LiveServer(seat="take_over").open() as live_server,
        live_server.join("performer") as first,
        live_server.join("performer") as second,
    ):
        await first.websocket.send(landmarks(0))
        await first.answered()
        await second.websocket.send(landmarks(0))
        assert await first.refused() == "performer_taken"
        assert await first.closed() == 4409


async def test_an_operator_frees_the_seat_for_the_next(live_server: LiveServer) -> None:
    seat = "/api/stages/default/performer"
    async with live_server.join("performer") as first, live_server.link() as second:
        await first.websocket.send(landmarks(0))
        await first.answered()
        for _ in range(2):
            assert (await live_server.request("DELETE", seat)).status_code == 204
        assert await first.refused() == "seat_freed"
        assert await first.closed() == 4411
        await second.say(type="hello", version=2, role="performer")
        assert (await second.message("hello"))["role"] == "performer"


@pytest.mark.parametrize("polite", [True, False])
async def test_a_seat_outlives_a_lost_link_and_no_polite_close(
    live_server: LiveServer, polite: bool
) -> None:
    async with live_server.join("performer") as first:
        await first.websocket.send(landmarks(0))
        await first.answered()
        if not polite:
            first.websocket.transport.abort()
    while live_server.stage.audience.viewers:
        await asyncio.sleep(0)
    async with live_server.link() as second:
        await second.say(type="hello", version=2, role="performer")
        if polite:
            await second.message("hello")
        else:
            assert await second.refused() == "performer_taken"


@pytest.mark.parametrize(
    ("source", "seat"),
    [("demo", "refuse"), ("browser", "refuse"), ("camera:0", "closed"), ("rtsp://c/s", "closed")],
)
def test_no_visitor_replaces_a_performer_of_the_servers_own(source: str, seat: str) -> None:
    assert usual_seat(SourceSpec.parse(source)) == seat


async def test_who_lost_the_link_goes_on_with_the_next_frame(live_server: LiveServer) -> None:
    async with live_server.join("performer") as first:
        await first.websocket.send(landmarks(live_server.time.now))
        await first.answered()
        for _ in range(5):
            before = await live_server.shown(first)
        first.websocket.transport.abort()
    async with live_server.join("performer", session=first.hello["session"]) as again:
        assert again.hello["session"] == first.hello["session"]
        assert (await again.frame()).sequence >= before.sequence
        await live_server.time.run()
        after = await again.frame()
        steps = after.figures[0].pose.hips - before.figures[0].pose.hips
        assert np.linalg.norm(steps) < 0.1


async def test_health_and_readiness(live_server: LiveServer) -> None:
    assert (await live_server.get("/healthz")).json() == {"alive": True}
    await live_server.time.run()
    ready = await live_server.get("/readyz")
    assert (ready.status_code, ready.json()["ready"]) == (200, True)
    live_server.source.state = "lost"
    lost = await live_server.get("/readyz")
    assert lost.status_code == 503
    assert lost.json()["stages"][0]["status"]["source_state"] == "lost"


async def test_pages_come_with_their_types_and_caching(tmp_path: Path) -> None:
    write_pages(tmp_path)
    async with LiveServer().open(pages=tmp_path) as live_server:
        index = await live_server.get("/")
        console = await live_server.get("/console")
        script = await live_server.get("/assets/main-1a2b.js")
        wasm = await live_server.get("/pose.wasm")
        missing = await live_server.get("/assets/none.js")
    assert index.headers["content-type"].startswith("text/html")
    assert index.headers["cache-control"] == "no-cache"
    assert "console" in console.text
    assert console.headers["content-type"].startswith("text/html")
    assert script.headers["content-type"].startswith("text/javascript")
    assert "immutable" in script.headers["cache-control"]
    assert wasm.headers["content-type"] == "application/wasm"
    assert wasm.headers["cache-control"] == "no-cache"
    assert missing.status_code == 404


async def test_pages_that_are_not_built_are_explained(tmp_path: Path) -> None:
    async with LiveServer().open(pages=tmp_path) as live_server:
        answer = await live_server.get("/")
    assert answer.status_code == 503
    assert "make run" in answer.text


@pytest.mark.parametrize("path", ["models", "stages", "stages/default", "stages/default/votes"])
async def test_requests_stay_in_the_event_loop(
    live_server: LiveServer, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("expected no thread: the way there and back costs most")

    monkeypatch.setattr(anyio.to_thread, "run_sync", refuse)
    assert (await live_server.get(f"/api/{path}")).status_code == 200
