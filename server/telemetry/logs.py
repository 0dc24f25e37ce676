"""How a server logs: a line for each event, for people or for programs."""

import json
import logging
from datetime import UTC, datetime
from typing import Any, Literal

Format = Literal["text", "json"]
Level = Literal["debug", "info", "warning"]

PERIOD = 1.0
"""Seconds in which a kind of line is written once."""

KINDS = 500
"""Kinds of lines that are told apart within them; beyond, lines are left out."""

_USUAL = {*vars(logging.makeLogRecord({})), "message", "asctime", "taskName", "color_message"}


def configure(style: Format, level: Level) -> None:
    """Let all loggers, uvicorn's among them, write to stderr.

    Args:
        style: `text`: time, level, event and its fields; `json`: an object of the same.
        level: Lowest level that is written.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter() if style == "json" else TextFormatter())
    handler.addFilter(OnceASecond())
    handler.setLevel(level.upper())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("bhava").setLevel(level.upper())


class OnceASecond(logging.Filter):
    """Lets a line of each kind through a second; the next tells how many were left out.

    A kind is what a logger says, its fields apart; of a stage's events each stage has its own.
    """

    def __init__(self) -> None:
        super().__init__()
        self._told: dict[tuple[object, ...], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether a record is written; its own time is the clock."""
        kind = record.name, record.getMessage(), getattr(record, "stage", None)
        if len(self._told) >= KINDS:
            self._told = {
                kind: told for kind, told in self._told.items() if record.created - told[0] < PERIOD
            }
            if len(self._told) >= KINDS:
                return False
        since, left_out = self._told.get(kind, (-PERIOD, 0))
        if record.created - since < PERIOD:
            self._told[kind] = since, left_out + 1
            return False
        self._told[kind] = record.created, 0
        if left_out:
            record.left_out = left_out
        return True


def plain(text: str) -> str:
    """Return a text without bytes that a terminal would obey."""
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)


class TextFormatter(logging.Formatter):
    """`2026-01-01T12:00:00.000Z info stage made stage=hall`, then a traceback if there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        fields = "".join(
            f" {name}={plain(str(value))}" for name, value in fields_of(record).items()
        )
        line = f"{_time(record)} {record.levelname.lower()} {plain(record.getMessage())}{fields}"
        if not record.exc_info:
            return line
        return "\n".join([line, *map(plain, self.formatException(record.exc_info).splitlines())])


class JsonFormatter(logging.Formatter):
    """An object a line: `time`, `level`, `logger`, `event`, the fields, and `traceback`."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        content: dict[str, Any] = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
            **fields_of(record),
        }
        if record.exc_info:
            content["traceback"] = self.formatException(record.exc_info)
        return json.dumps(content, default=str)


def fields_of(record: logging.LogRecord) -> dict[str, Any]:
    """Return what came as `extra`."""
    return {name: value for name, value in vars(record).items() if name not in _USUAL}


def _time(record: logging.LogRecord) -> str:
    at = datetime.fromtimestamp(record.created, UTC)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
