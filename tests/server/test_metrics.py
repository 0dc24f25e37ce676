import itertools
import json
import math
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from prometheus_client.parser import text_string_to_metric_families

from motion.model.engine import States
from server.stages.assemble import first_controls
from server.stages.stage_metrics import StageMetrics
from server.telemetry.metrics import Metrics
from server.wire.messages import Hello, Played, Refused, Set
from server.wire.outbox import Outbox
from server.wire.protocol import Refusal
from server.wire.session import Join
from tests.server.doubles import ScriptedSource, SwayingEngine
from tests.server.live_server import scheduler_of
from tests.server.model_server import ModelServer, playing

BOARD = Path(__file__).parents[2] / "docs" / "grafana.json"


@pytest.fixture
async def model_server(tmp_path: Path) -> AsyncIterator[ModelServer]:
    async with playing(tmp_path) as model_server:
        yield model_server


async def metrics(model_server: ModelServer) -> dict[str, float]:
    """All series by their text, such as `bhava_viewers{stage="default"}`."""
    answer = await model_server.client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    return {
        sample.name
        + "".join(f'{{{name}="{value}"}}' for name, value in sorted(sample.labels.items())): (
            sample.value
        )
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


async def test_ticks_are_told_with_how_late_they_were(model_server: ModelServer) -> None:
    await model_server.watch(5)
    told = await metrics(model_server)
    assert told["bhava_tick_lateness_seconds_count"] == 6  # the first at once
    assert told['bhava_tick_lateness_seconds_bucket{le="0.002"}'] == 6
    assert told["bhava_tick_duration_seconds_count"] == told["bhava_step_duration_seconds_count"]
    assert told["bhava_ticks_skipped_total"] == 0
    model_server.time.now += 0.5
    await model_server.watch()
    assert (await metrics(model_server))["bhava_ticks_skipped_total"] == pytest.approx(14, abs=2)


@pytest.fixture(autouse=True)
def told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tells every change; the server keeps a text for a moment."""
    monkeypatch.setattr("server.telemetry.metrics.FRESH", 0.0)


def test_a_text_is_put_together_now_and_then_however_many_ask(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("server.telemetry.metrics.FRESH", 0.5)
    own = Metrics()
    before = own.text(10.0)
    own.refusals.labels("too_fast").inc()
    assert own.text(10.4) == before
    assert own.text(10.5) != before


async def test_a_stage_is_told_with_its_performer_and_its_viewers(
    model_server: ModelServer,
) -> None:
    await model_server.watch()
    stage = model_server.scheduler.stage("default")
    viewer = Outbox()
    stage.receive(viewer, Join(Hello(version=2, role="viewer")), model_server.time.now)
    await model_server.watch(60)
    told = await metrics(model_server)
    assert told['bhava_viewers{stage="default"}'] == told['bhava_performers{stage="default"}'] == 1
    assert told['bhava_frames_total{stage="default"}'] == 62
    assert told['bhava_frames_dropped_total{stage="default"}'] == 60  # nobody reads
    assert 0 <= told['bhava_pose_age_seconds{stage="default"}'] < 0.1
    while isinstance(message := await viewer.next(), str):
        pass
    assert (await metrics(model_server))['bhava_sent_bytes_total{stage="default"}'] > len(message)
    before = (await metrics(model_server))['bhava_frames_dropped_total{stage="default"}']
    stage.leave(viewer, lost=True)
    told = await metrics(model_server)
    assert told['bhava_viewers{stage="default"}'] == 0
    assert told['bhava_frames_dropped_total{stage="default"}'] == before


async def test_a_viewer_that_falls_behind_is_told(model_server: ModelServer) -> None:
    await model_server.watch()
    stage, now = model_server.scheduler.stage("default"), model_server.time.now
    keen, lagging = Outbox(), Outbox()
    for viewer in (keen, lagging):
        stage.receive(viewer, Join(Hello(version=2, role="viewer")), now)
        stage.receive(viewer, Played(sequence=1), now)
    before = await metrics(model_server)
    await model_server.watch(100)
    assert stage.newest is not None
    stage.receive(keen, Played(sequence=stage.newest.sequence), model_server.time.now)
    told = await metrics(model_server)
    assert told['bhava_frames_behind{stage="default"}'] == 100
    assert told['bhava_viewers_slowed{stage="default"}'] == 2  # as of the last look
    assert before['bhava_messages_waiting{stage="default"}'] == 4  # hello and frame
    assert told['bhava_messages_waiting{stage="default"}'] == 6  # and the status of now
    stage.leave(lagging, lost=True)
    assert (await metrics(model_server))['bhava_messages_waiting{stage="default"}'] == 3


async def test_a_source_that_is_lost_is_told(model_server: ModelServer) -> None:
    await model_server.watch(40)
    told = await metrics(model_server)
    assert told['bhava_stage_ready{stage="default"}'] == 1
    assert told['bhava_source_delivering{stage="default"}'] == 1
    model_server.source.state = "lost"
    await model_server.time.run(80)
    told = await metrics(model_server)
    assert told['bhava_stage_ready{stage="default"}'] == 0
    assert told['bhava_source_delivering{stage="default"}'] == 0
    assert told['bhava_performers{stage="default"}'] == 0
    assert math.isnan(told['bhava_pose_age_seconds{stage="default"}'])


async def test_a_take_is_told(model_server: ModelServer) -> None:
    stage = model_server.scheduler.stage("default")
    await model_server.watch(2)
    assert (await metrics(model_server))['bhava_take_recording{stage="default"}'] == 0
    stage.set(Set(recording=True), model_server.time.now)
    await model_server.watch(2)
    assert (await metrics(model_server))['bhava_take_recording{stage="default"}'] == 1


class Limp(SwayingEngine):
    """A model that can be told to stand, or to give what is no motion."""

    factor: float | None = None

    def step(self, *arguments: Any) -> tuple[np.ndarray, States]:
        following, states = super().step(*arguments)
        return following if self.factor is None else self.factor * self._stands(following), states

    def _stands(self, following: np.ndarray) -> np.ndarray:
        return np.broadcast_to(self._standing, following.shape).astype(np.float32)


@pytest.mark.parametrize(("action", "factor"), [("raised", 1.0), ("recovered", 9.0)])
async def test_what_the_watchdog_does_is_told(action: str, factor: float) -> None:
    engine, now = Limp(), itertools.count(1500)
    scheduler = scheduler_of(lambda _: engine, ("sway",), lambda: 50.0)
    scheduler.make("default", ScriptedSource(), first_controls(scheduler, "sway", 0), "refuse")
    scheduler.metrics.registry.register(StageMetrics(scheduler, lambda: 50.0))
    series = f'bhava_watchdog_actions_total{{action="{action}",stage="default"}}'

    def told(frames: int) -> float:
        for tick in itertools.islice(now, frames):
            for made in scheduler.tick(tick / 30, list(scheduler.stages.values())):
                made.stage.publish(made.frame, made.encoded, made.report)
        line = next(
            line
            for line in scheduler.metrics.text(tick / 30).decode().splitlines()
            if series in line
        )
        return float(line.split()[-1])

    assert told(30) == 0
    engine.factor = factor
    assert told(150) >= 1


async def test_a_stage_that_ended_is_told_no_more(model_server: ModelServer) -> None:
    scheduler = model_server.scheduler
    controls = first_controls(scheduler, "default", 1)
    scheduler.make("hall", ScriptedSource(), controls, "refuse")
    await model_server.watch()
    told = await metrics(model_server)
    assert told["bhava_stages"] == 2
    assert 'bhava_viewers{stage="hall"}' in told
    scheduler.end("hall")
    told = await metrics(model_server)
    assert told["bhava_stages"] == 1
    assert not [series for series in told if "hall" in series]


async def test_faults_and_refusals_are_counted_under_few_names(model_server: ModelServer) -> None:
    for stage in ("stage hall", "stage attic"):
        model_server.scheduler.services.faults.count(stage, ValueError("no"))
    model_server.scheduler.note_refusal(
        Refused.from_refusal(Refusal("too_fast", "expected less, got more"))
    )
    told = await metrics(model_server)
    assert told['bhava_faults_total{where="stage"}'] == 2
    assert told['bhava_refusals_total{name="too_fast"}'] == 1


async def test_every_metric_follows_the_conventions(model_server: ModelServer) -> None:
    answer = await model_server.client.get("/metrics")
    for family in text_string_to_metric_families(answer.text):
        assert family.documentation
        if family.name.startswith("bhava_"):
            assert re.fullmatch(r"bhava_[a-z]+(_[a-z]+)*", family.name)
            assert not family.name.endswith(("_ms", "_mb", "_percent"))


async def test_the_board_shows_nothing_that_is_not_told(model_server: ModelServer) -> None:
    await model_server.watch()
    model_server.scheduler.note_refusal(Refused.from_refusal(Refusal("too_fast", "more")))
    model_server.scheduler.services.faults.count("source", ValueError())
    told = {re.split("{", series)[0] for series in await metrics(model_server)}
    board = json.loads(BOARD.read_text())
    shown = {
        name
        for panel in board["panels"]
        for target in panel.get("targets", [])
        for name in re.findall(r"\b(?:bhava|process)_\w+", target["expr"])
    }
    assert len(shown) > 15
    assert shown <= told
