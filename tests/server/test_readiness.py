import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from threading import Event

import pytest

from motion.errors import ModelContractError
from server.interaction.model_registry import ModelRegistry
from server.telemetry.faults import Faults
from tests.server.live_server import soon
from tests.server.model_server import ModelServer, playing


@pytest.fixture
async def model_server(tmp_path: Path) -> AsyncIterator[ModelServer]:
    async with playing(tmp_path) as model_server:
        yield model_server


async def status(model_server: ModelServer) -> int:
    answer = await model_server.client.get("/readyz")
    assert answer.json()["ready"] == (answer.status_code == 200)
    return answer.status_code


async def test_it_is_not_ready_before_the_first_frame(model_server: ModelServer) -> None:
    assert await status(model_server) == 503
    await model_server.watch()
    assert await status(model_server) == 200


@pytest.mark.parametrize("state", ["lost", "starting"])
async def test_it_is_not_ready_while_its_source_is_lost(
    model_server: ModelServer, state: str
) -> None:
    await model_server.watch()
    model_server.source.state = state
    assert await status(model_server) == 503
    model_server.source.state = "delivering"
    assert await status(model_server) == 200


async def test_it_is_not_ready_while_the_model_hangs(
    model_server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await model_server.watch()
    engine = model_server.scheduler.services.registry.engine("default")
    step, entered, release = engine.step, Event(), Event()

    def hang(*arguments: object) -> object:
        entered.set()
        release.wait(10)
        return step(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(engine, "step", hang)
    waiting = asyncio.create_task(model_server.watch(10))
    await soon(asyncio.to_thread(entered.wait))
    assert await status(model_server) == 200
    model_server.time.now += 2.5
    assert await status(model_server) == 503
    assert (await model_server.client.get("/healthz")).status_code == 200
    release.set()
    await soon(waiting)
    assert await status(model_server) == 200


async def test_it_is_not_ready_while_the_model_fails(
    model_server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await model_server.watch(10)
    engine = model_server.scheduler.services.registry.engine("default")

    def fail(*_: object) -> object:
        raise RuntimeError("out of memory")

    with monkeypatch.context() as patch:
        patch.setattr(engine, "step", fail)
        await model_server.watch(30)
        assert await status(model_server) == 200  # it may yet recover
        await model_server.watch(60)
        assert await status(model_server) == 503
        assert model_server.scheduler.stage("default").newest is not None
    await model_server.watch(10)
    assert await status(model_server) == 200


async def test_it_is_not_ready_when_ticks_stall(model_server: ModelServer) -> None:
    await model_server.watch()
    model_server.time.now += 1.9
    assert await status(model_server) == 200
    model_server.time.now += 0.2
    assert await status(model_server) == 503


async def test_it_is_not_ready_while_its_partner_is_set_up_again_and_again(
    model_server: ModelServer,
) -> None:
    await model_server.watch()
    stage = model_server.scheduler.stage("default")
    assert stage.newest is not None
    for number, expected in ((1, 200), (2, 200), (3, 503)):
        report = stage.report._replace(recovered=number)
        stage.publish(stage.newest, b"", report)
        assert await status(model_server) == expected


def test_why_a_model_cannot_be_loaded_tells_no_path(tmp_path: Path) -> None:
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken/contract.json").write_text("{")
    registry = ModelRegistry.from_folder(tmp_path, "cpu", Faults())
    with pytest.raises(ModelContractError, match=r"^broken/contract\.json: "):
        registry.engine("broken")
    assert str(tmp_path) not in str(registry.failed("broken"))
