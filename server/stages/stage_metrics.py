"""What Prometheus is told of stages: looked up when it asks, so that frames cost nothing.

Series of a stage end with it, and all labels have few values.
"""

import asyncio
import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from server.stages.scheduler import Scheduler
from server.stages.stage import Stage
from server.telemetry.metrics import Family, by_stage
from server.wire.audience_metrics import audience_families

GAUGES: dict[str, tuple[str, Callable[[Stage, float], float]]] = {
    "bhava_stage_ready": (
        "Whether partners dance and sightings come, or may come at any time.",
        lambda stage, now: stage.ready(now),
    ),
    "bhava_source_delivering": (
        "Whether landmarks come from the stage's source.",
        lambda stage, _: stage.source.state == "delivering",
    ),
    "bhava_pose_age_seconds": (
        "Age of the picture that shaped the newest frame, when that was made; NaN when none did.",
        lambda stage, _: _pose_age(stage),
    ),
    "bhava_frame_age_seconds": (
        "Age of the newest frame; NaN before the first.",
        lambda stage, now: now - stage.newest.time if stage.newest else math.nan,
    ),
    "bhava_partners": ("Partners that dance.", lambda stage, _: stage.report.partners),
    "bhava_performers": ("Performers that are seen.", lambda stage, _: stage.status.people),
    "bhava_take_recording": ("Whether a take is recorded.", lambda stage, _: bool(stage.take)),
    "bhava_take_backlog": ("Moments that wait for the disk.", lambda stage, _: stage.backlog),
}
"""Name, help, and how to look it up."""

COUNTERS: dict[str, tuple[str, Callable[[Stage], float]]] = {
    "bhava_frames_total": ("Frames made.", lambda stage: stage.lateness.frames),
    "bhava_frames_late_total": (
        "Frames made after the next one was due.",
        lambda stage: stage.lateness.late,
    ),
}


class StageMetrics(Collector):
    """Tells Prometheus how the stages are doing."""

    def __init__(self, scheduler: Scheduler, clock: Callable[[], float]) -> None:
        """Watch the stages of a scheduler.

        Args:
            scheduler: Steps the stages.
            clock: Monotonic time in seconds.
        """
        self._scheduler, self._clock = scheduler, clock

    def collect(self) -> Iterable[Family]:
        """Yield all metrics; belongs to the event loop."""
        stages, now = list(self._scheduler.stages.values()), self._clock()
        yield GaugeMetricFamily("bhava_stages", "Stages that there are.", len(stages))
        yield GaugeMetricFamily("bhava_tasks", "Tasks of the event loop.", _tasks())
        wrong = self._scheduler.settings.keyring.wrong.total
        yield CounterMetricFamily("bhava_wrong_keys", "Wrong keys that clients showed.", wrong)
        for name, (about, look_up) in GAUGES.items():
            gauge = GaugeMetricFamily(name, about, labels=["stage"])
            yield by_stage(gauge, ((stage.name, look_up(stage, now)) for stage in stages))
        for name, (about, count) in COUNTERS.items():
            counter = CounterMetricFamily(name, about, labels=["stage"])
            yield by_stage(counter, ((stage.name, count(stage)) for stage in stages))
        yield from audience_families({stage.name: stage.audience for stage in stages})
        yield from self._events(stages)

    def _events(self, stages: list[Stage]) -> Iterator[Family]:
        actions = CounterMetricFamily(
            "bhava_watchdog_actions_total",
            "How often partners had to be woken (raised), and to be set up anew (recovered).",
            labels=["stage", "action"],
        )
        for stage in stages:
            for action, count in stage.actions.items():
                actions.add_metric([stage.name, action], count)
        yield actions
        faults = CounterMetricFamily(
            "bhava_faults_total",
            "Errors that did not stop the show, by the part where they happened.",
            labels=["where"],
        )
        for where, count in _by_part(self._scheduler.services.faults.counts).items():
            faults.add_metric([where], count)
        yield faults


def _pose_age(stage: Stage) -> float:
    frame = stage.newest
    return math.nan if frame is None or frame.captured is None else frame.time - frame.captured


def _by_part(faults: Counter[str]) -> Counter[str]:
    """Leave the names of stages and models out, of which there may be any number."""
    parts: Counter[str] = Counter()
    for kind, count in list(faults.items()):
        parts[kind.partition(":")[0].split()[0]] += count
    return parts


def _tasks() -> int:
    try:
        return len(asyncio.all_tasks())
    except RuntimeError:  # asked from outside the event loop
        return 0
