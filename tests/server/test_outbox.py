import asyncio
import json

from server.wire.messages import Controls, Pong, Refused
from server.wire.outbox import Outbox, framed
from server.wire.protocol import Refusal
from tests.server.live_server import soon


class Wire:
    """A link that is there until it has taken some frames."""

    def __init__(self, outbox: Outbox, takes: int) -> None:
        self.written: list[bytes] = []
        self.closing = False
        self._outbox, self._takes = outbox, takes
        outbox.lend(self)

    def is_closing(self) -> bool:
        return self.closing

    def write(self, data: bytes, /) -> None:
        self.written.append(data)
        if len(self.written) == self._takes:
            self._outbox.lend(None)


async def taken(outbox: Outbox) -> list[str | bytes | int]:
    """All that waits, up to the close."""
    outbox.close(1000)
    items: list[str | bytes | int] = []
    while not items or not isinstance(items[-1], int):
        items.append(await soon(outbox.next()))
    return items


async def test_a_newer_frame_replaces_an_unsent_one() -> None:
    outbox = Outbox()
    for frame in (b"1", b"2", b"3"):
        outbox.send_frame(frame)
    assert await taken(outbox) == [b"3", 1000]


async def test_the_newest_of_each_kind_is_kept_in_order() -> None:
    outbox = Outbox()
    outbox.send(Controls(emotion={"sad": 1.0}, energy=1.0))
    outbox.send_frame(b"1")
    outbox.send(Pong(client_time=1.0, server_time=2.0))
    outbox.send(Controls(emotion={"happy": 1.0}, energy=1.0))
    frame, pong, controls, code = await taken(outbox)
    assert (frame, json.loads(pong)["type"], code) == (b"1", "pong", 1000)
    assert json.loads(controls)["emotion"] == {"happy": 1.0}


async def test_refusals_are_told_apart_by_name() -> None:
    outbox = Outbox()
    for name in ("too_fast", "malformed_json", "too_fast"):
        outbox.send(Refused.from_refusal(Refusal(name, "")))
    *refused, _ = await taken(outbox)
    assert [json.loads(text)["name"] for text in refused] == ["malformed_json", "too_fast"]


async def test_waiting_ends_when_something_comes() -> None:
    outbox = Outbox()
    waiting = asyncio.create_task(outbox.next())
    await asyncio.sleep(0)
    assert not waiting.done()
    outbox.send_frame(b"1")
    assert await soon(waiting) == b"1"


async def test_the_first_code_counts_and_nothing_follows_it() -> None:
    outbox = Outbox()
    outbox.send_frame(b"1")
    outbox.close(4409)
    outbox.close(1001)
    outbox.send_frame(b"2")
    assert [await soon(outbox.next()) for _ in range(2)] == [b"1", 4409]


async def test_a_frame_that_finds_nothing_before_it_goes_at_once() -> None:
    outbox = Outbox()
    wire = Wire(outbox, takes=2)
    outbox.send_frame(b"queued: nobody asked yet what is next")
    assert await soon(outbox.next()) == b"queued: nobody asked yet what is next"
    waiting = asyncio.create_task(outbox.next())
    await asyncio.sleep(0)
    for frame in (b"1", b"2", b"the link is busy"):
        outbox.send_frame(frame)
    assert wire.written == [framed(b"1"), framed(b"2")]
    assert await soon(waiting) == b"the link is busy"
    assert outbox.sent_bytes == len(b"queued: nobody asked yet what is next12the link is busy")


async def test_no_frame_overtakes_what_is_being_sent() -> None:
    outbox = Outbox()
    wire = Wire(outbox, takes=9)
    waiting = asyncio.create_task(outbox.next())
    await asyncio.sleep(0)
    outbox.send(Pong(client_time=1.0, server_time=2.0))
    outbox.send_frame(b"1")
    await soon(waiting)
    outbox.send_frame(b"2")
    assert wire.written == []
    assert await taken(outbox) == [b"2", 1000]


async def test_no_frame_follows_the_close() -> None:
    outbox = Outbox()
    wire = Wire(outbox, takes=9)
    waiting = asyncio.create_task(outbox.next())
    await asyncio.sleep(0)
    outbox.close(1001)
    outbox.send_frame(b"1")
    assert (wire.written, await soon(waiting)) == ([], 1001)


async def test_no_frame_goes_to_a_link_that_closes() -> None:
    outbox = Outbox()
    wire = Wire(outbox, takes=9)
    waiting = asyncio.create_task(outbox.next())
    await asyncio.sleep(0)
    wire.closing = True
    outbox.send_frame(b"1")
    assert (wire.written, await soon(waiting)) == ([], b"1")


async def test_a_link_that_is_lent_again_takes_frames_at_once_again() -> None:
    outbox = Outbox()
    wire = Wire(outbox, takes=1)
    waiting = asyncio.create_task(outbox.next())
    await asyncio.sleep(0)
    outbox.send_frame(b"1")
    outbox.lend(wire)
    outbox.send_frame(b"2")
    assert wire.written == [framed(b"1"), framed(b"2")]
    waiting.cancel()
