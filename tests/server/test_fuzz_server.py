"""Strange clients before a real server: nothing stops, and nobody on another stage notices."""

import asyncio
import json
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.exceptions import ConnectionClosed

from server.capture.landmarks import Sighting
from server.wire.protocol import CLOSE_CODES, LandmarksMessage, encode_landmarks
from server.wire.session import MESSAGES_PER_SECOND
from tests.server.doubles import landmarks
from tests.server.live_server import Client, LiveServer, soon
from tests.server.test_fuzz_wire import SEEN, SHOWN, almost_messages, damaged

SPOKEN = tuple(
    json.dumps({"type": "hello", "version": 2, "role": role, "stage": stage})
    for role in ("viewer", "performer", "operator")
    for stage in ("default", "nowhere")
)
CODES = {1000, *CLOSE_CODES.values()}


@asynccontextmanager
async def unharmed(takes: Path = Path("none")) -> AsyncIterator[LiveServer]:
    """A server whose two stages play on before honest viewers, whatever the block does."""
    async with (
        LiveServer(takes=takes).open() as live_server,
        live_server.join() as front,
    ):
        live_server.make("side")
        async with live_server.join(stage="side") as side:
            await live_server.watch(2)
            yield live_server
            await live_server.watch(3)
            for viewer, name in ((front, "default"), (side, "side")):
                newest = live_server.scheduler.stage(name).newest
                assert newest is not None
                sequences = [(await viewer.frame()).sequence]
                while sequences[-1] != newest.sequence:
                    sequences.append((await viewer.frame()).sequence)
                assert sequences == list(range(sequences[0], newest.sequence + 1))
            assert live_server.scheduler.stage("side").status.people == 0
            assert live_server.faults == {}
            assert live_server.scheduler.stages.keys() == {"default", "side"}


async def heard(client: Client, silence: float | None = None) -> list[str]:
    """The names of the refusals that came before the link was closed or silent for some seconds."""
    names = []
    with suppress(ConnectionClosed, TimeoutError):
        while True:
            async with asyncio.timeout(silence):
                message = await client.websocket.recv()
            if isinstance(message, str) and json.loads(message)["type"] == "refused":
                names.append(json.loads(message)["name"])
    return names


@settings(max_examples=8, deadline=None)
@given(
    st.lists(
        st.lists(
            st.one_of(
                st.sampled_from([*SPOKEN, SEEN, SHOWN, "", b""]), almost_messages(), damaged(SEEN)
            ),
            max_size=8,
        ),
        min_size=1,
        max_size=3,
    )
)
def test_whatever_clients_say_the_show_goes_on(scripts: list[list[str | bytes]]) -> None:
    async def say(live_server: LiveServer, script: list[str | bytes]) -> None:
        async with live_server.link() as client:
            with suppress(ConnectionClosed):
                for message in script:
                    await client.websocket.send(message)
            await heard(client, silence=0.05)
            assert client.websocket.close_code in {None, *CODES}

    async def play() -> None:
        async with unharmed() as live_server:
            await asyncio.gather(*(say(live_server, script) for script in scripts))

    asyncio.run(play())


async def test_pictures_that_are_replayed_or_out_of_order_move_nobody_back() -> None:
    async with unharmed() as live_server, live_server.join("performer") as performer:
        now = live_server.time.now
        for time in (now, now, now - 0.5, now - 1e9, now + 1e9, now - 0.2):
            await performer.websocket.send(landmarks(time))
            await performer.say(type="ping", client_time=0)
            await performer.message("pong")
            await live_server.time.run()
        newest = live_server.stage.newest
        assert newest is not None
        assert newest.captured is not None
        assert now - 1.0 <= newest.captured <= live_server.time.now


@pytest.mark.parametrize("time", [math.nan, math.inf, -math.inf])
async def test_a_picture_of_no_time_is_refused(time: float) -> None:
    async with unharmed() as live_server, live_server.join("performer") as performer:
        data = bytearray(landmarks(0.0))
        data[8:16] = encode_landmarks(LandmarksMessage(0, Sighting(time, ())))[8:16]
        await performer.websocket.send(bytes(data))
        assert await performer.refused() == "malformed_frame"
        assert live_server.stage.control.selector.browser.state == "starting"


async def test_ten_thousand_messages_a_second_are_refused_and_read_slowly() -> None:
    async with unharmed() as live_server, live_server.join("performer") as flood:
        taken = count_calls(live_server.stage.control.selector.browser, "receive")
        message = landmarks(live_server.time.now)

        async def send() -> None:
            for _ in range(10_000):
                await flood.websocket.send(message)

        sending = asyncio.create_task(send())
        assert await flood.refused() == "too_fast"
        await live_server.watch(10)
        assert len(taken) <= MESSAGES_PER_SECOND
        flood.websocket.transport.abort()
        await asyncio.wait([sending])
        sending.exception()


def count_calls(thing: Any, name: str) -> list[Any]:
    """Let a method note what it is called with."""
    calls: list[Any] = []
    method = getattr(thing, name)

    def noted(argument: Any) -> None:
        calls.append(argument)
        method(argument)

    setattr(thing, name, noted)
    return calls


@pytest.mark.parametrize("role", ["viewer", "performer"])
async def test_who_is_no_operator_changes_nothing(role: str) -> None:
    async with unharmed() as live_server, live_server.join(role, stage="default") as client:
        before = live_server.stage.controls
        await client.say(type="set", energy=2.0)
        assert await client.refused() == "not_operator"
        await client.say(type="hello", version=2, role="operator")
        assert await client.refused() == "invalid_message"
        assert live_server.stage.controls == before


@pytest.mark.parametrize("size", [5_000, 1_000_000])
async def test_a_message_that_is_too_large_closes_the_link(size: int) -> None:
    async with unharmed() as live_server, live_server.join("operator") as client:
        text = json.dumps({"type": "set", "look": "x" * size})
        with suppress(ConnectionClosed):
            await client.websocket.send(text)
        names = await soon(heard(client))
        assert await client.closed() == 1009
        assert names == (["oversized"] if size < 2**16 else [])


async def test_a_link_that_dribbles_its_hello_is_shown_out() -> None:
    async with (
        LiveServer().open(hello_timeout=0.2) as live_server,
        live_server.link() as client,
    ):

        async def dribble() -> AsyncIterator[str]:
            for letter in '{"type":"hello","version":2,"role":"viewer"}':
                yield letter
                await asyncio.sleep(0.02)

        with suppress(ConnectionClosed):
            await client.websocket.send(dribble())
        assert await client.refused() == "hello_timeout"
        assert await client.closed() == 4408
        await soon(live_server.time.run())
        assert live_server.stage.audience.viewers == 0
