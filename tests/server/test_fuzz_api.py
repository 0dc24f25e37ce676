"""What the HTTP interface makes of requests that its own description allows, and of others."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

import server.routes.stages
from server.app import create_app
from server.capture.sources import Source, SourceSpec
from server.stages.assemble import first_controls
from server.stages.open_source import open_source
from server.stages.scheduler import ServerSettings
from tests.server.doubles import ScriptedSource, SwayingEngine
from tests.server.live_server import scheduler_of

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


class Venue:
    """An application whose time the test moves, asked over HTTP in one event loop."""

    def __init__(self, folder: Path, runner: asyncio.Runner) -> None:
        self.now = 100.0
        self.scheduler = scheduler_of(
            lambda _: SwayingEngine(), ("default",), lambda: self.now, ServerSettings(), folder
        )
        controls = first_controls(self.scheduler, "default", 0)
        self.scheduler.make("default", ScriptedSource(), controls, "refuse")
        self.app = create_app(self.scheduler, lambda: self.now, takes=folder, cues=folder / "cues")
        self._runner = runner
        self._client = httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app, raise_app_exceptions=True),
            base_url="http://bhava",
        )

    def ask(self, **request: Any) -> httpx.Response:
        return self._runner.run(self._client.request(**request))

    def tick(self) -> set[str]:
        """Let all stages give a frame; return their names."""
        self.now += 1 / 30
        given = self.scheduler.tick(self.now, list(self.scheduler.stages.values()))
        for stage, frame, encoded, report in given:
            stage.publish(frame, encoded, report)
        return {each.stage.name for each in given}

    def close(self) -> None:
        self._runner.run(self._client.aclose())
        for stage in self.scheduler.stages.values():
            stage.show.end()


@pytest.fixture(scope="module")
def venue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Venue]:
    with asyncio.Runner() as runner, pytest.MonkeyPatch.context() as patch:
        patch.setattr(server.routes.stages, "open_source", without_hardware)
        venue = Venue(tmp_path_factory.mktemp("takes"), runner)
        yield venue
        venue.close()


def without_hardware(spec: SourceSpec, *settings: Any) -> Source:
    """The source of a specification, but nothing that would look for a camera or a network."""
    opened = open_source(spec, *settings)
    return opened if spec.kind in ("demo", "browser") else ScriptedSource(spec.text)


@st.composite
def cases(draw: st.DrawFn, operation: Any, mode: GenerationMode) -> Any:
    """A request; often one of what there is."""
    case = draw(operation.as_strategy(generation_mode=mode))
    if "name" in (case.path_parameters or {}) and draw(st.booleans()):
        case.path_parameters["name"] = draw(st.sampled_from(["default", "no.take"]))
    return case


def sent(case: Any) -> dict[str, Any]:
    """A request as httpx wants it."""
    request = case.as_transport_kwargs(base_url="http://bhava")
    del request["cookies"]  # there are none
    if "data" in request:
        request["content"] = request.pop("data")
    return request


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_every_request_is_answered_as_described(venue: Venue, mode: GenerationMode) -> None:
    schema = schemathesis.openapi.from_dict(venue.app.openapi())
    operations = [result.ok() for result in schema.get_all_operations()]
    assert len(operations) >= 15
    for operation in operations:
        if mode is GenerationMode.NEGATIVE and not len(operation.body):
            continue  # names and keys may be any text

        @settings(
            max_examples=8, deadline=None, suppress_health_check=list(HealthCheck), database=None
        )
        @given(cases(operation, mode))
        def asked(case: Any) -> None:
            answer = venue.ask(**sent(case))
            case.validate_response(answer, checks=CHECKS)
            assert venue.tick() == set(venue.scheduler.stages)
            assert "default" in venue.scheduler.stages

        asked()
    assert {where.split()[0] for where in venue.scheduler.services.faults.counts} <= {
        "stage",
        "link",
    }


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/takes/" + quote("..\\..\\etc"), 404),
        ("GET", "/api/takes/%00", 404),
        ("GET", "/api/exports/999999999999999999999999", 404),
        ("DELETE", "/api/stages/default", 409),
        ("PATCH", "/api/stages/nowhere/controls", 404),
        ("POST", "/api/stages/default/take_up", 422),
    ],
)
def test_what_is_not_there_is_told(venue: Venue, method: str, path: str, status: int) -> None:
    answer = venue.ask(method=method, url=path, json={})
    assert answer.status_code == status
    assert "expected" in answer.json()["detail"]


@pytest.mark.parametrize("content", [b"[" * 100_000, b"{", b"\xff" * 1_000_000, b'{"energy":NaN}'])
def test_a_body_that_is_no_json_is_refused(venue: Venue, content: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    url = "/api/stages/default/controls"
    answer = venue.ask(method="PATCH", url=url, content=content, headers=headers)
    assert answer.status_code in (400, 422)
    assert venue.tick() == set(venue.scheduler.stages)
