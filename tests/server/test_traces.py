"""Rare events sent to a collector of the test's own, and to one that hangs."""

import logging
import socket
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from motion.errors import SetupError
from server.telemetry.traces import TracingHandler, trace

HANGS = """
import logging, sys
from opentelemetry.sdk.trace import TracerProvider
from server.telemetry import traces
TracerProvider.shutdown = lambda _: print("waits for the collector")
traces.EXPORT_SECONDS, traces.EVERY_MILLISECONDS = 3600.0, 1
traces.trace(sys.argv[1])
logging.getLogger("bhava").info("stage made")
sys.stdin.readline()
"""
PIPES = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}


class Collector(HTTPServer):
    """Keeps all spans that come."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Taking)
        self.spans: list[Any] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1/traces"


class _Taking(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            import gzip

            body = gzip.decompress(body)
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            self.server.spans += [span for scope in resource.scope_spans for span in scope.spans]
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector() as collector:
        Thread(target=collector.serve_forever, daemon=True).start()
        yield collector
        collector.shutdown()


@pytest.fixture
def logger() -> Iterator[logging.Logger]:
    logger = logging.getLogger("bhava")
    before = logger.handlers[:], logger.level
    yield logger
    logger.handlers, logger.level = before[0], before[1]


def test_rare_events_become_spans_with_their_fields(
    collector: Collector, logger: logging.Logger
) -> None:
    trace(collector.address)
    logger.info("model switched", extra={"stage": "hall", "before": "a", "model": "b"})
    logger.debug("client joined", extra={"stage": "hall"})
    for _ in range(3):
        logger.debug("refused", extra={"refusal": "too_fast"})
    [handler] = [each for each in logger.handlers if isinstance(each, TracingHandler)]
    assert handler.provider.force_flush()
    switched, refused = collector.spans
    assert (switched.name, refused.name) == ("model switched", "refused")
    told = {each.key: each.value.string_value for each in switched.attributes}
    assert told == {"stage": "hall", "before": "a", "model": "b"}
    assert switched.start_time_unix_nano == switched.end_time_unix_nano > 1e18


def test_the_end_of_the_process_does_not_wait_for_a_collector_that_hangs() -> None:
    """Nobody ever answers: to shut the provider down would wait for half a minute."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(120)
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/v1/traces"
        command = [sys.executable, "-c", HANGS, address]
        with subprocess.Popen(command, text=True, **PIPES) as process:
            link, _ = silent.accept()  # the span is on its way
            with link:
                said, _ = process.communicate("\n", timeout=120)
    assert (process.returncode, said) == (0, "")


def test_without_the_packages_one_sentence_names_the_remedy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(SetupError, match=r"pip install 'bhava\[traces\]'"):
        TracingHandler("http://localhost:4318/v1/traces")
