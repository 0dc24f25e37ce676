"""What Prometheus is told of the audiences of stages."""

from collections.abc import Callable, Iterator, Mapping

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

from server.telemetry.metrics import Family, by_stage
from server.wire.audience import Audience

GAUGES: dict[str, tuple[str, Callable[[Audience], float]]] = {
    "bhava_viewers": (
        "Clients that are connected, whatever their roles.",
        lambda audience: audience.viewers,
    ),
    "bhava_viewers_slowed": (
        "Clients that get fewer frames since they fell behind.",
        lambda audience: audience.slowed,
    ),
    "bhava_frames_behind": (
        "Frames that the slowest client which acknowledges has not shown yet.",
        lambda audience: max(audience.behind, default=0),
    ),
    "bhava_messages_waiting": (
        "Messages that wait for clients whose links are busy.",
        lambda audience: audience.waiting,
    ),
}
"""Name, help, and how to look it up."""

COUNTERS: dict[str, tuple[str, Callable[[Audience], float]]] = {
    "bhava_frames_dropped_total": (
        "Frames that clients did not get since newer ones came or they fell behind.",
        lambda audience: audience.dropped,
    ),
    "bhava_sent_bytes_total": (
        "Bytes handed to clients, without headers.",
        lambda audience: audience.sent_bytes,
    ),
}


def audience_families(audiences: Mapping[str, Audience]) -> Iterator[Family]:
    """Yield the metrics of audiences, given by stage."""
    for name, (about, look_up) in GAUGES.items():
        gauge = GaugeMetricFamily(name, about, labels=["stage"])
        yield by_stage(gauge, ((stage, look_up(each)) for stage, each in audiences.items()))
    for name, (about, look_up) in COUNTERS.items():
        counter = CounterMetricFamily(name, about, labels=["stage"])
        yield by_stage(counter, ((stage, look_up(each)) for stage, each in audiences.items()))
