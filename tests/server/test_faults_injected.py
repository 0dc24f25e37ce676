"""What goes wrong on a real evening, over real sockets: nothing restarts, nobody else notices."""

import asyncio
import resource
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest

from motion.clip import Clip
from server.takes.reader import Take
from tests.server.dance_harness import acceleration
from tests.server.doubles import landmarks, seen
from tests.server.live_server import Client, LiveServer, narrow

UPGRADE = (
    b"GET /ws HTTP/1.1\r\nHost: here\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


class Witness:
    """A viewer of another stage, who sees whether anything is amiss there."""

    def __init__(self, live_server: LiveServer, client: Client) -> None:
        self._live_server, self._client = live_server, client
        self._last: int | None = None

    async def sees_nothing_amiss(self, frames: int = 10) -> None:
        """Let time pass: no frame may be missing, and no motion may jump."""
        await self._live_server.time.run(frames)
        newest = self._live_server.scheduler.stage("side").newest
        assert newest is not None
        poses = []
        while self._last != newest.sequence:
            frame = await self._client.frame()
            assert self._last in (None, frame.sequence - 1)
            self._last = frame.sequence
            poses.append(frame.figures[0].pose)
        assert acceleration(Clip.from_poses(poses, 30)).max() < 250


@pytest.fixture
async def live_server(tmp_path: Path) -> AsyncIterator[LiveServer]:
    async with LiveServer(takes=tmp_path).open(send_timeout=0.3) as live_server:
        live_server.make("side")
        yield live_server


@pytest.fixture
async def witness(live_server: LiveServer) -> AsyncIterator[Witness]:
    async with live_server.join(stage="side") as client:
        witness = Witness(live_server, client)
        await witness.sees_nothing_amiss()
        yield witness
        await witness.sees_nothing_amiss()


async def settled(client: Client) -> None:
    """Wait until the server has carried out what the client said."""
    await client.say(type="ping", client_time=0.0)
    await client.message("pong")


async def until_alone(live_server: LiveServer, viewers: int = 0) -> None:
    """Let time pass until the others of the default stage are gone."""
    async with asyncio.timeout(10):
        while live_server.stage.audience.viewers > viewers:
            await live_server.time.run()


async def test_a_viewer_that_never_reads_is_cut(live_server: LiveServer, witness: Witness) -> None:
    async with (
        live_server.join() as other,
        live_server.join(sock=narrow(live_server.port)) as stuck,
    ):
        stuck.websocket.transport.pause_reading()
        before = (await other.frame()).sequence
        while live_server.stage.audience.viewers == 2:
            await live_server.time.run()
            sequence = (await other.frame()).sequence
            assert sequence == before + 1
            before = sequence
        stuck.websocket.transport.abort()
        await witness.sees_nothing_amiss()


async def test_a_crowd_that_comes_at_once_and_is_gone(
    live_server: LiveServer, witness: Witness
) -> None:
    async def come_and_go() -> None:
        _, writer = await asyncio.open_connection("127.0.0.1", live_server.port)
        writer.write(UPGRADE)
        writer.transport.abort()

    before = set(asyncio.all_tasks())
    for _ in range(5):
        await asyncio.gather(*(come_and_go() for _ in range(100)))
        await witness.sees_nothing_amiss(3)
    async with live_server.join() as viewer:
        await live_server.time.run()
        await viewer.frame()
    await until_alone(live_server)
    async with asyncio.timeout(10):
        while len(live_server.server.server_state.connections) > 1:
            await live_server.time.run()
    assert len(asyncio.all_tasks() - before) < 5


async def test_who_vanishes_is_forgotten_but_not_what_they_set(
    live_server: LiveServer, witness: Witness
) -> None:
    async with live_server.join("operator") as operator:
        await operator.say(type="set", energy=2.0, fade=1.0)
        await settled(operator)
        operator.websocket.transport.abort()
    await until_alone(live_server)
    await witness.sees_nothing_amiss(40)
    async with live_server.join() as viewer:
        assert viewer.hello["controls"]["energy"] == 2.0


@pytest.mark.usefixtures("witness")
async def test_a_model_that_is_slow_once_costs_its_own_frames_only(live_server: LiveServer) -> None:
    async with live_server.join() as viewer:
        frames = [await live_server.shown(viewer) for _ in range(20)]

        def slow() -> None:
            live_server.engine.before = lambda: None
            live_server.time.now += 0.3

        live_server.engine.before = slow
        frames += [await live_server.shown(viewer) for _ in range(20)]
    steps = [round((b.time - a.time) * 30) for a, b in pairwise(frames)]
    assert steps.count(1) == len(steps) - 1
    assert 8 <= max(steps) <= 10
    poses = [frame.figures[0].pose for frame in frames]
    assert acceleration(Clip.from_poses(poses, 30)).max() < 250
    assert live_server.faults == {}


@pytest.mark.usefixtures("witness")
async def test_a_clock_that_leaps_leaves_the_show_going(live_server: LiveServer) -> None:
    async with live_server.join() as viewer:
        for leap in (0.0, 10.0):
            live_server.time.now += leap
            for _ in range(20):
                live_server.source.waiting = seen(live_server.time.now)
                frame = await live_server.shown(viewer)
    assert frame.performer_present
    assert frame.time == pytest.approx(live_server.time.now, abs=0.1)
    assert live_server.faults == {}


@pytest.mark.usefixtures("witness")
async def test_a_source_that_raises_loses_its_own_sightings_only(live_server: LiveServer) -> None:
    async with live_server.join() as viewer:
        for _ in range(5):
            live_server.source.waiting = OSError("unplugged")
            await live_server.time.run()
        await live_server.watch(10)
        assert [(await viewer.frame()).performer_present for _ in range(15)][-1]
    assert live_server.faults == {"source: OSError": 5}


@pytest.mark.usefixtures("witness")
async def test_a_model_that_cannot_be_read_is_refused_and_the_old_one_dances_on(
    live_server: LiveServer,
) -> None:
    async with live_server.join("operator") as operator:
        await operator.say(type="set", model="torn", energy=1.5)
        await settled(operator)
        async with asyncio.timeout(10):
            while not live_server.stage.refused:
                await live_server.time.run()
    state = (await live_server.get("/api/stages/default")).json()
    assert "got half of one" in state["refused"]["text"]
    assert (state["controls"]["model"], state["controls"]["energy"]) == ("sway", 1.5)


@contextmanager
def full_disk(size: int) -> Iterator[None]:
    """No file may grow beyond some bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def test_a_full_disk_ends_the_recording_not_the_show(
    live_server: LiveServer, witness: Witness
) -> None:
    with full_disk(20_000):
        async with live_server.join("operator") as operator:
            await operator.say(type="set", recording=True)
            await settled(operator)
            async with asyncio.timeout(15):
                while live_server.stage.controls.recording:
                    await witness.sees_nothing_amiss(3)
    assert "cannot be written" in str(live_server.stage.refused)
    assert "/" not in str(live_server.stage.refused)  # viewers read it
    assert live_server.stage.take == ""


async def test_a_fault_in_what_is_sent_stays_on_its_stage(
    live_server: LiveServer, witness: Witness, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError("no")

    with monkeypatch.context() as patch:
        patch.setattr(live_server.stage, "publish", fails)
        await witness.sees_nothing_amiss(5)
    async with live_server.join() as viewer:
        await live_server.time.run(2)
        await viewer.frame()
    assert live_server.faults == {"audience of default: RuntimeError": 5}


async def test_half_requests_hold_up_nobody(live_server: LiveServer, witness: Witness) -> None:
    links = []
    for number in range(50):
        _, writer = await asyncio.open_connection("127.0.0.1", live_server.port)
        writer.write(UPGRADE[: 2 * number + 1])
        links.append(writer)
    await witness.sees_nothing_amiss(20)
    assert (await live_server.get("/healthz")).status_code == 200
    for writer in links:
        writer.transport.abort()


async def test_at_the_end_all_are_told_and_takes_are_closed_within_two_seconds(
    tmp_path: Path,
) -> None:
    async with LiveServer(takes=tmp_path).open() as live_server:
        live_server.make("side")
        async with (
            live_server.join("operator") as operator,
            live_server.join(stage="side") as viewer,
            live_server.join(sock=narrow(live_server.port)) as stuck,
        ):
            await live_server.time.run(2)
            await operator.say(type="set", recording=True)
            await settled(operator)
            await live_server.time.run(30)
            stuck.websocket.transport.pause_reading()
            await live_server.time.run(300)
            began = time.monotonic()
            live_server.server.should_exit = True
            assert [await viewer.closed(), await operator.closed()] == [1001, 1001]
            stuck.websocket.transport.abort()
    path = tmp_path / "default.take"
    while not Take(path).finished:  # a thread of its own writes the last of it
        assert time.monotonic() - began < 2.0
    assert len(list(Take(path).ticks())) >= 329


@pytest.mark.usefixtures("witness")
async def test_a_performer_whose_browser_sleeps_may_come_back(live_server: LiveServer) -> None:
    async with live_server.join("performer") as performer:
        await performer.websocket.send(landmarks(0))
        await performer.answered()
        performer.websocket.transport.abort()
    await until_alone(live_server)
    async with live_server.link() as other:
        await other.say(type="hello", version=2, role="performer")
        assert await other.refused() == "performer_taken"
    live_server.time.now += 9.0
    async with live_server.join("performer", session=performer.hello["session"]) as again:
        assert again.hello["role"] == "performer"
