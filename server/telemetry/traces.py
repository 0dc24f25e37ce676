"""Rare events as OpenTelemetry spans: all that the log tells, and refusals, one a second at most.

Frames and other things that happen all the time are for Prometheus.
"""

import logging

from motion.errors import SetupError
from server.telemetry.logs import OnceASecond, fields_of

SERVICE = "bhava"
EVERY_MILLISECONDS = 2000
"""How long a span waits for others before all are sent."""

EXPORT_SECONDS = 5.0
"""How long the collector may take."""


class RareEvents(logging.Filter):
    """Lets through what the log tells of shows, and refusals, which it tells on request alone."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether a record is a rare event."""
        return record.levelno >= logging.INFO or record.getMessage() == "refused"


class TracingHandler(logging.Handler):
    """Turns each event into a span of no length, named after it, with its fields as attributes."""

    def __init__(self, address: str) -> None:
        """Prepare; nothing is sent before the first event.

        Args:
            address: Where a collector takes traces by OTLP over HTTP, such as
                `http://localhost:4318/v1/traces`.

        Raises:
            SetupError: If the packages are missing.
        """
        super().__init__()
        try:
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
            from opentelemetry.sdk.resources import Resource
            from opentelemetry.sdk.trace import TracerProvider
            from opentelemetry.sdk.trace.export import BatchSpanProcessor
        except ImportError:
            wanted = "pip install 'bhava[traces]'"
            raise SetupError(
                f"expected the package opentelemetry-sdk, got none: {wanted}"
            ) from None
        # The thread that sends is a daemon, and nobody waits for it when the process ends: a
        # collector that hangs costs the newest events, never the time of those who end a show.
        self.provider = TracerProvider(
            resource=Resource.create({"service.name": SERVICE}), shutdown_on_exit=False
        )
        exporter = OTLPSpanExporter(address, timeout=EXPORT_SECONDS)
        self.provider.add_span_processor(
            BatchSpanProcessor(exporter, schedule_delay_millis=EVERY_MILLISECONDS)
        )
        self._tracer = self.provider.get_tracer(SERVICE)
        self.addFilter(RareEvents())
        self.addFilter(OnceASecond())

    def emit(self, record: logging.LogRecord) -> None:
        """Note an event; it is sent by a thread of its own."""
        at = int(record.created * 1e9)
        attributes = {name: str(value) for name, value in fields_of(record).items()}
        self._tracer.start_span(record.getMessage(), attributes=attributes, start_time=at).end(at)


def trace(address: str) -> None:
    """Send rare events to a collector from now on.

    Raises:
        SetupError: If the packages are missing.
    """
    logger = logging.getLogger(SERVICE)
    logger.addHandler(TracingHandler(address))
    # Refusals are told at the lowest level; the log's own handlers keep to theirs.
    logger.setLevel(logging.DEBUG)
