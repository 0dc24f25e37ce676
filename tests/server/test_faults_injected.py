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
from tests.server.floor import acceleration
from tests.server.theatre import Client, Theatre, narrow

UPGRADE = (
    b"GET /ws HTTP/1.1\r\nHost: here\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


class Witness:
    """A viewer of another stage, who sees whether anything is amiss there."""

    def __init__(self, theatre: Theatre, client: Client) -> None:
        self._theatre, self._client = theatre, client
        self._last: int | None = None

    async def sees_nothing_amiss(self, frames: int = 10) -> None:
        """Let time pass: no frame may be missing, and no motion may jump."""
        await self._theatre.time.run(frames)
        newest = self._theatre.house.stage("side").newest
        assert newest is not None
        poses = []
        while self._last != newest.sequence:
            frame = await self._client.frame()
            assert self._last in (None, frame.sequence - 1)
            self._last = frame.sequence
            poses.append(frame.figures[0].pose)
        assert acceleration(Clip.from_poses(poses, 30)).max() < 250


@pytest.fixture
async def theatre(tmp_path: Path) -> AsyncIterator[Theatre]:
    async with Theatre(takes=tmp_path).open(send_timeout=0.3) as theatre:
        theatre.make("side")
        yield theatre


@pytest.fixture
async def witness(theatre: Theatre) -> AsyncIterator[Witness]:
    async with theatre.join(stage="side") as client:
        witness = Witness(theatre, client)
        await witness.sees_nothing_amiss()
        yield witness
        await witness.sees_nothing_amiss()


async def settled(client: Client) -> None:
    """Wait until the server has carried out what the client said."""
    await client.say(type="ping", client_time=0.0)
    await client.message("pong")


async def until_alone(theatre: Theatre, viewers: int = 0) -> None:
    """Let time pass until the others of the default stage are gone."""
    async with asyncio.timeout(10):
        while theatre.stage.audience.viewers > viewers:
            await theatre.time.run()


async def test_a_viewer_that_never_reads_is_cut(theatre: Theatre, witness: Witness) -> None:
    async with theatre.join() as other, theatre.join(sock=narrow(theatre.port)) as stuck:
        stuck.websocket.transport.pause_reading()
        before = (await other.frame()).sequence
        while theatre.stage.audience.viewers == 2:
            await theatre.time.run()
            sequence = (await other.frame()).sequence
            assert sequence == before + 1
            before = sequence
        stuck.websocket.transport.abort()
        await witness.sees_nothing_amiss()


async def test_a_crowd_that_comes_at_once_and_is_gone(theatre: Theatre, witness: Witness) -> None:
    async def come_and_go() -> None:
        _, writer = await asyncio.open_connection("127.0.0.1", theatre.port)
        writer.write(UPGRADE)
        writer.transport.abort()

    before = set(asyncio.all_tasks())
    for _ in range(5):
        await asyncio.gather(*(come_and_go() for _ in range(100)))
        await witness.sees_nothing_amiss(3)
    async with theatre.join() as viewer:
        await theatre.time.run()
        await viewer.frame()
    await until_alone(theatre)
    async with asyncio.timeout(10):
        while len(theatre.server.server_state.connections) > 1:
            await theatre.time.run()
    assert len(asyncio.all_tasks() - before) < 5


async def test_who_vanishes_is_forgotten_but_not_what_they_set(
    theatre: Theatre, witness: Witness
) -> None:
    async with theatre.join("operator") as operator:
        await operator.say(type="set", energy=2.0, fade=1.0)
        await settled(operator)
        operator.websocket.transport.abort()
    await until_alone(theatre)
    await witness.sees_nothing_amiss(40)
    async with theatre.join() as viewer:
        assert viewer.hello["controls"]["energy"] == 2.0


@pytest.mark.usefixtures("witness")
async def test_a_model_that_is_slow_once_costs_its_own_frames_only(theatre: Theatre) -> None:
    async with theatre.join() as viewer:
        await theatre.time.run(20)
        frames = [await viewer.frame() for _ in range(20)]

        def slow() -> None:
            theatre.engine.before = lambda: None
            theatre.time.now += 0.3

        theatre.engine.before = slow
        await theatre.time.run(20)
        frames += [await viewer.frame() for _ in range(20)]
    steps = [round((b.time - a.time) * 30) for a, b in pairwise(frames)]
    assert steps.count(1) == len(steps) - 1
    assert 8 <= max(steps) <= 10
    poses = [frame.figures[0].pose for frame in frames]
    assert acceleration(Clip.from_poses(poses, 30)).max() < 250
    assert theatre.faults == {}


@pytest.mark.usefixtures("witness")
async def test_a_clock_that_leaps_leaves_the_show_going(theatre: Theatre) -> None:
    async with theatre.join() as viewer:
        await theatre.watch(20)
        theatre.time.now += 10.0
        await theatre.watch(20)
        frames = [await viewer.frame() for _ in range(40)]
    assert frames[-1].performer_present
    assert frames[-1].time == pytest.approx(theatre.time.now, abs=0.1)
    assert theatre.faults == {}


@pytest.mark.usefixtures("witness")
async def test_a_source_that_raises_loses_its_own_sightings_only(theatre: Theatre) -> None:
    async with theatre.join() as viewer:
        for _ in range(5):
            theatre.source.waiting = OSError("unplugged")
            await theatre.time.run()
        await theatre.watch(10)
        assert [(await viewer.frame()).performer_present for _ in range(15)][-1]
    assert theatre.faults == {"source: OSError": 5}


@pytest.mark.usefixtures("witness")
async def test_a_model_that_cannot_be_read_is_refused_and_the_old_one_dances_on(
    theatre: Theatre,
) -> None:
    async with theatre.join("operator") as operator:
        await operator.say(type="set", model="torn", energy=1.5)
        await settled(operator)
        async with asyncio.timeout(10):
            while not theatre.stage.refused:
                await theatre.time.run()
    state = (await theatre.get("/api/stages/default")).json()
    assert "got half of one" in state["refused"]
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
    theatre: Theatre, witness: Witness
) -> None:
    with full_disk(20_000):
        async with theatre.join("operator") as operator:
            await operator.say(type="set", recording=True)
            await settled(operator)
            async with asyncio.timeout(15):
                while theatre.stage.controls.recording:
                    await witness.sees_nothing_amiss(3)
    assert "cannot be written" in theatre.stage.refused
    assert theatre.stage.take == ""


async def test_a_fault_in_what_is_sent_stays_on_its_stage(
    theatre: Theatre, witness: Witness, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError("no")

    with monkeypatch.context() as patch:
        patch.setattr(theatre.stage, "publish", fails)
        await witness.sees_nothing_amiss(5)
    async with theatre.join() as viewer:
        await theatre.time.run(2)
        await viewer.frame()
    assert theatre.faults == {"audience of default: RuntimeError": 5}


async def test_half_requests_hold_up_nobody(theatre: Theatre, witness: Witness) -> None:
    links = []
    for number in range(50):
        _, writer = await asyncio.open_connection("127.0.0.1", theatre.port)
        writer.write(UPGRADE[: 2 * number + 1])
        links.append(writer)
    await witness.sees_nothing_amiss(20)
    assert (await theatre.get("/healthz")).status_code == 200
    for writer in links:
        writer.transport.abort()


async def test_at_the_end_all_are_told_and_takes_are_closed_within_two_seconds(
    tmp_path: Path,
) -> None:
    async with Theatre(takes=tmp_path).open() as theatre:
        theatre.make("side")
        async with (
            theatre.join("operator") as operator,
            theatre.join(stage="side") as viewer,
            theatre.join(sock=narrow(theatre.port)) as stuck,
        ):
            await theatre.time.run(2)
            await operator.say(type="set", recording=True)
            await settled(operator)
            await theatre.time.run(30)
            stuck.websocket.transport.pause_reading()
            await theatre.time.run(300)
            began = time.monotonic()
            theatre.server.should_exit = True
            assert [await viewer.closed(), await operator.closed()] == [1001, 1001]
            stuck.websocket.transport.abort()
    path = tmp_path / "default.take"
    while not Take(path).finished:  # a thread of its own writes the last of it
        assert time.monotonic() - began < 2.0
    assert len(list(Take(path).ticks())) >= 329


@pytest.mark.usefixtures("witness")
async def test_a_performer_whose_browser_sleeps_may_come_back(theatre: Theatre) -> None:
    async with theatre.join("performer") as performer:
        performer.websocket.transport.abort()
    await until_alone(theatre)
    async with theatre.link() as other:
        await other.say(type="hello", version=2, role="performer")
        assert await other.refused() == "performer_taken"
    theatre.time.now += 9.0
    async with theatre.join("performer", session=performer.hello["session"]) as again:
        assert again.hello["role"] == "performer"
