import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from threading import Event

import pytest

from tests.server.playhouse import Playhouse, playing
from tests.server.theatre import soon


@pytest.fixture
async def playhouse(tmp_path: Path) -> AsyncIterator[Playhouse]:
    async with playing(tmp_path) as playhouse:
        yield playhouse


async def status(playhouse: Playhouse) -> int:
    answer = await playhouse.client.get("/readyz")
    assert answer.json()["ready"] == (answer.status_code == 200)
    return answer.status_code


async def test_it_is_not_ready_before_the_first_frame(playhouse: Playhouse) -> None:
    assert await status(playhouse) == 503
    await playhouse.watch()
    assert await status(playhouse) == 200


@pytest.mark.parametrize("state", ["lost", "starting"])
async def test_it_is_not_ready_while_its_source_is_lost(playhouse: Playhouse, state: str) -> None:
    await playhouse.watch()
    playhouse.source.state = state
    assert await status(playhouse) == 503
    playhouse.source.state = "delivering"
    assert await status(playhouse) == 200


async def test_it_is_not_ready_while_the_model_hangs(
    playhouse: Playhouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    await playhouse.watch()
    engine = playhouse.house.services.shelf.engine("default")
    step, entered, release = engine.step, Event(), Event()

    def hang(*arguments: object) -> object:
        entered.set()
        release.wait(10)
        return step(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(engine, "step", hang)
    waiting = asyncio.create_task(playhouse.watch(10))
    await soon(asyncio.to_thread(entered.wait))
    assert await status(playhouse) == 200
    playhouse.time.now += 2.5
    assert await status(playhouse) == 503
    assert (await playhouse.client.get("/healthz")).status_code == 200
    release.set()
    await soon(waiting)
    assert await status(playhouse) == 200


async def test_it_is_not_ready_while_the_model_fails(
    playhouse: Playhouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    await playhouse.watch(10)
    engine = playhouse.house.services.shelf.engine("default")

    def fail(*_: object) -> object:
        raise RuntimeError("out of memory")

    with monkeypatch.context() as patch:
        patch.setattr(engine, "step", fail)
        await playhouse.watch(30)
        assert await status(playhouse) == 200  # it may yet recover
        await playhouse.watch(60)
        assert await status(playhouse) == 503
        assert playhouse.house.stage("default").newest is not None
    await playhouse.watch(10)
    assert await status(playhouse) == 200


async def test_it_is_not_ready_when_ticks_stall(playhouse: Playhouse) -> None:
    await playhouse.watch()
    playhouse.time.now += 1.9
    assert await status(playhouse) == 200
    playhouse.time.now += 0.2
    assert await status(playhouse) == 503
