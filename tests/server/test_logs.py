import json
import logging
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.sentence import quoted
from server.stages.assemble import first_controls
from server.stages.journal import Journal
from server.telemetry.faults import MOST_KINDS, Faults
from server.telemetry.logs import KINDS, JsonFormatter, OnceASecond, TextFormatter, configure
from server.wire.messages import Set
from tests.server.doubles import ScriptedSource
from tests.server.model_server import ModelServer, playing


def record(**fields: object) -> logging.LogRecord:
    made = logging.LogRecord("bhava", logging.INFO, "", 0, "stage %s", ("made",), None)
    made.created = 0.25
    vars(made).update(fields)
    return made


def test_a_line_for_people_tells_time_level_event_and_fields() -> None:
    line = TextFormatter().format(record(stage="hall"))
    assert line == "1970-01-01T00:00:00.250Z info stage made stage=hall"


def test_a_line_for_programs_is_an_object() -> None:
    assert json.loads(JsonFormatter().format(record(stage="hall\n", where=Path("/x")))) == {
        "time": "1970-01-01T00:00:00.250Z",
        "level": "info",
        "logger": "bhava",
        "event": "stage made",
        "stage": "hall\n",
        "where": "/x",
    }


def test_what_a_terminal_would_obey_is_written_out() -> None:
    line = TextFormatter().format(record(stage="a\x1b[2J\nb\u202e\u00e4"))
    assert line.endswith("stage=a\\x1b[2J\\nb\\u202e\u00e4")


def test_a_kind_of_line_is_written_once_a_second() -> None:
    told = OnceASecond()

    def line(at: float, **fields: object) -> logging.LogRecord:
        made = record(**fields)
        made.created = at
        return made

    assert [told.filter(line(10 + number / 100)) for number in range(100)] == [True] + 99 * [False]
    later = line(11.0)
    assert told.filter(later)
    assert vars(later)["left_out"] == 99
    assert told.filter(line(11.0, stage="another"))


def test_ever_new_kinds_of_lines_are_bounded() -> None:
    told = OnceASecond()
    written = 0
    for number in range(3000):
        one = record(stage=f"stage {number}")
        one.created = 10 + number / 1e6
        written += told.filter(one)
    assert written == KINDS


def test_ever_new_kinds_of_faults_are_bounded() -> None:
    faults = Faults()
    for number in range(3000):
        faults.count(f"stage {number}", ValueError("no"))
    assert len(faults.counts) == MOST_KINDS + 1
    assert faults.counts.total() == 3000


@pytest.mark.parametrize("formatter", [TextFormatter(), JsonFormatter()])
def test_what_was_not_foreseen_comes_with_its_traceback(formatter: logging.Formatter) -> None:
    try:
        raise ValueError("no")
    except ValueError:
        line = formatter.format(record(exc_info=sys.exc_info()))
    assert "ValueError: no" in line
    assert "Traceback" in line


def test_all_loggers_write_the_same_way(capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    before = root.handlers[:], root.level, logging.getLogger("bhava").level
    try:
        configure("json", "debug")
        logging.getLogger("bhava").debug("refused")
        logging.getLogger("uvicorn.error").warning("slow")
        logging.getLogger("uvicorn.error").info("started")
        lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    finally:
        root.handlers, root.level = before[0], before[1]
        logging.getLogger("bhava").setLevel(before[2])
    assert [line["event"] for line in lines] == ["refused", "slow"]


@pytest.fixture
async def model_server(tmp_path: Path) -> AsyncIterator[ModelServer]:
    async with playing(tmp_path) as model_server:
        yield model_server


async def test_the_journal_tells_what_becomes_of_stages(
    model_server: ModelServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "bhava")
    scheduler, journal, now = model_server.scheduler, Journal(), model_server.time

    async def told() -> list[tuple[str, str]]:
        await model_server.watch(2)
        caplog.clear()
        journal.log_changes(scheduler, now.now)
        return [(one.message, vars(one)["stage"]) for one in caplog.records]

    assert await told() == [("stage made", "default")]
    assert await told() == []
    scheduler.make("hall", ScriptedSource(), first_controls(scheduler, "default", 1), "refuse")
    scheduler.stage("default").set(Set(recording=True), now.now)
    assert await told() == [("take begun", "default"), ("stage made", "hall")]
    scheduler.end("hall")
    scheduler.stage("default").set(Set(recording=False), now.now)
    model_server.source.state, model_server.source.detail = "lost", quoted("the camera is gone")
    assert await told() == [
        ("source lost", "default"),
        ("take ended", "default"),
        ("stage not ready", "default"),
        ("stage ended", "hall"),
    ]
    model_server.source.state = "delivering"
    assert await told() == [("source delivering", "default"), ("stage ready", "default")]


def test_a_traceback_holds_nothing_that_a_terminal_would_obey() -> None:
    unforeseen = record()
    try:
        raise ValueError("a\x1b[2J\u202e")
    except ValueError:
        unforeseen.exc_info = sys.exc_info()
    lines = TextFormatter().format(unforeseen).splitlines()
    assert lines[-1] == "ValueError: a\\x1b[2J\\u202e"
    assert len(lines) > 3
