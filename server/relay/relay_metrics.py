"""What Prometheus is told of a relay: looked up when it asks, so that frames cost nothing."""

from collections.abc import Iterable

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from server.broker.relay import Relay
from server.broker.uplink import Uplink
from server.telemetry.metrics import Family, by_stage
from server.wire.audience_metrics import audience_families


class RelayMetrics(Collector):
    """Tells Prometheus how a relay is doing."""

    def __init__(self, relay: Relay, uplink: Uplink) -> None:
        """Watch a relay and what feeds it."""
        self._relay, self._uplink = relay, uplink

    def collect(self) -> Iterable[Family]:
        """Yield all metrics; belongs to the event loop."""
        relay, stages = self._relay, self._relay.stages
        broker, origins = self._uplink.broker, relay.living()
        yield GaugeMetricFamily(
            "bhava_broker_connected", "Whether NATS is there.", broker.connected
        )
        yield GaugeMetricFamily("bhava_origins", "Servers that are heard.", len(origins))
        yield CounterMetricFamily("bhava_frames_stale_total", "Frames come too late.", relay.stale)
        about = "Frames of a stage that another server shows."
        yield CounterMetricFamily("bhava_frames_contested_total", about, relay.contested)
        ready = GaugeMetricFamily("bhava_stage_ready", "Whether frames come.", labels=["stage"])
        yield by_stage(ready, ((name, relay.is_live(stage)) for name, stage in stages.items()))
        yield from audience_families({name: stage.audience for name, stage in stages.items()})
