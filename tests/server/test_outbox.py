import asyncio
import json

from server.messages import Controls, Pong, Refused
from server.outbox import Outbox


async def taken(outbox: Outbox) -> list[str | bytes | int]:
    """All that waits, up to the close."""
    outbox.close(1000)
    items: list[str | bytes | int] = []
    while not items or not isinstance(items[-1], int):
        items.append(await outbox.next())
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
        outbox.send(Refused(name=name, detail=""))
    *refused, _ = await taken(outbox)
    assert [json.loads(text)["name"] for text in refused] == ["malformed_json", "too_fast"]


async def test_waiting_ends_when_something_comes() -> None:
    outbox = Outbox()
    waiting = asyncio.create_task(outbox.next())
    await asyncio.sleep(0)
    assert not waiting.done()
    outbox.send_frame(b"1")
    assert await waiting == b"1"


async def test_the_first_code_counts_and_nothing_follows_it() -> None:
    outbox = Outbox()
    outbox.send_frame(b"1")
    outbox.close(4409)
    outbox.close(1001)
    outbox.send_frame(b"2")
    assert [await outbox.next() for _ in range(2)] == [b"1", 4409]
