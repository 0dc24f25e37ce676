"""What the server counts for Prometheus while it runs; `stage_metrics` looks up the rest."""

from collections.abc import Iterable

from prometheus_client import (
    CollectorRegistry,
    Counter,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

Family = GaugeMetricFamily | CounterMetricFamily

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

SECONDS = (0.002, 0.005, 0.01, 0.015, 0.02, 0.025, 1 / 30, 0.05, 0.1, 0.25, 1.0)
"""Upper bounds of the buckets; 1/30 is where a frame at the usual rate is late."""


FRESH = 0.5
"""Seconds for which a text of all metrics is good, however many ask for it."""


class Exposition:
    """The metrics of one process; its own use of memory and time is among them.

    Attributes:
        registry: Registry of all metrics; others may be added.
        refusals: Messages of clients that were refused, by name.
    """

    def __init__(self) -> None:
        """Begin at zero."""
        self._made: float | None = None
        self._text = b""
        registry = self.registry = CollectorRegistry()
        self.refusals = Counter(
            "bhava_refusals_total",
            "Messages of clients that were refused.",
            ["name"],
            registry=registry,
        )
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        GCCollector(registry=registry)

    def text(self, now: float) -> bytes:
        """Return all metrics as Prometheus reads them; put together anew now and then alone."""
        if self._made is None or now - self._made >= FRESH:
            self._made, self._text = now, generate_latest(self.registry)
        return self._text


class Metrics(Exposition):
    """The metrics of one server.

    Attributes:
        lateness: Time from when a tick was due to when its frames were handed to the viewers.
        ticks: What the work of a tick takes.
        steps: The part of it that all partners take, the model included.
        skipped: Ticks that were left out since the one before took too long.
    """

    def __init__(self) -> None:
        """Begin at zero."""
        super().__init__()
        registry = self.registry
        self.lateness = Histogram(
            "bhava_tick_lateness_seconds",
            "From when a tick was due to when its frames were handed to the viewers.",
            buckets=SECONDS,
            registry=registry,
        )
        self.ticks = Histogram(
            "bhava_tick_duration_seconds",
            "What the work of a tick takes, of all stages.",
            buckets=SECONDS,
            registry=registry,
        )
        self.steps = Histogram(
            "bhava_step_duration_seconds",
            "What the partners of all stages take for a frame, the model included.",
            buckets=SECONDS,
            registry=registry,
        )
        self.skipped = Counter(
            "bhava_ticks_skipped_total",
            "Ticks left out since the one before took too long.",
            registry=registry,
        )


def by_stage(family: Family, values: Iterable[tuple[str, float]]) -> Family:
    """Return a family with the value of each stage by name, for one whose label is `stage`."""
    for name, value in values:
        family.add_metric([name], value)
    return family
