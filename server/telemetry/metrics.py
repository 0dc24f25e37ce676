"""What the server counts for Prometheus while it runs; `stage_metrics` looks up the rest."""

from prometheus_client import (
    CollectorRegistry,
    Counter,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

SECONDS = (0.002, 0.005, 0.01, 0.015, 0.02, 0.025, 1 / 30, 0.05, 0.1, 0.25, 1.0)
"""Upper bounds of the buckets; 1/30 is where a frame at the usual rate is late."""


FRESH = 0.5
"""Seconds for which a text of all metrics is good, however many ask for it."""


class Metrics:
    """The metrics of one server.

    Attributes:
        registry: Registry of all metrics; others may be added.
        lateness: Time from when a tick was due to when its frames were handed to the viewers.
        ticks: What the work of a tick takes.
        steps: The part of it that all partners take, the model included.
        skipped: Ticks that were left out since the one before took too long.
        refusals: Messages of clients that were refused, by name.
    """

    def __init__(self) -> None:
        """Begin at zero; the process's own metrics are among them."""
        self._made: float | None = None
        self._text = b""
        registry = self.registry = CollectorRegistry()
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
