"""What Prometheus is told of links: looked up when it asks, so that packets cost nothing more.

A link is named by its kind and number, of which there are few at a time; its series end with it.
"""

from collections.abc import Callable, Iterable

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from server.links.link import Traffic
from server.links.rack import Rack

LABELS = ["kind", "id"]

COUNTERS: dict[str, tuple[str, Callable[[Traffic], int]]] = {
    "bhava_link_received_total": (
        "Packets that came in over a link.",
        lambda traffic: traffic.received,
    ),
    "bhava_link_sent_total": ("Packets that went out.", lambda traffic: traffic.sent),
    "bhava_link_refused_total": (
        "Messages and packets that a link did not accept, or could not send.",
        lambda traffic: traffic.refused,
    ),
}
"""Name, help, and how to look it up."""


class LinkMetrics(Collector):
    """Tells Prometheus how the links are doing."""

    def __init__(self, rack: Rack) -> None:
        """Watch the links of a rack."""
        self._rack = rack

    def collect(self) -> Iterable[GaugeMetricFamily | CounterMetricFamily]:
        """Yield all metrics; belongs to the event loop."""
        slots = list(self._rack.slots.values())
        works = GaugeMetricFamily(
            "bhava_link_open", "Whether a link is on and could be opened.", labels=LABELS
        )
        for slot in slots:
            works.add_metric([slot.spec.kind, str(slot.id)], slot.spec.on and not slot.failed)
        yield works
        for name, (about, count) in COUNTERS.items():
            counter = CounterMetricFamily(name, about, labels=LABELS)
            for slot in slots:
                counter.add_metric([slot.spec.kind, str(slot.id)], count(slot.link.traffic))
            yield counter
