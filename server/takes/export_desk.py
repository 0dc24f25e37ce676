"""The exports that were asked for: few at once, none over another's file, and all tidied up."""

from dataclasses import dataclass
from itertools import count
from pathlib import Path
from threading import Lock

from server.takes.export import Cut, Export

MOST_AT_ONCE = 2
"""Exports that may run at once: each takes a core."""

REMEMBERED = 32
"""Exports whose state is remembered; the oldest are forgotten, their files stay."""


@dataclass(frozen=True, eq=False)
class Running:
    """An export that was begun.

    Attributes:
        number: Number of the export.
        export: The process that works on it.
        out: File that it writes.
    """

    number: int
    export: Export
    out: Path


class ExportDesk:
    """Begins exports and remembers them; may be asked by several threads."""

    def __init__(self) -> None:
        """Begin without exports."""
        self._numbers = count(1)
        self._by_number: dict[int, Running] = {}
        self._changing = Lock()

    def begin(self, path: Path, suffix: str, cut: Cut) -> Running | None:
        """Begin to export a figure of a take beside it; None while too many run."""
        with self._changing:
            known = list(self._by_number.values())
            if sum(not running.export.poll().over for running in known) >= MOST_AT_ONCE:
                return None
            for forgotten in known[: max(0, len(known) + 1 - REMEMBERED)]:
                self._forget(forgotten)
            number, out = self._free(path, suffix)
            running = self._by_number[number] = Running(number, Export(path, out, cut), out)
            return running

    def find(self, number: int) -> Running | None:
        """Return an export; None if it is not remembered."""
        return self._by_number.get(number)

    def end(self, running: Running) -> None:
        """End an export, and forget it; its file stays if it was finished."""
        with self._changing:
            self._forget(running)

    def _forget(self, running: Running) -> None:
        running.export.cancel()
        self._by_number.pop(running.number, None)

    def _free(self, path: Path, suffix: str) -> tuple[int, Path]:
        """Return the next number whose file is not there."""
        while True:
            number = next(self._numbers)
            out = path.with_name(f"{path.stem}-{number}.{suffix}")
            if not out.exists():
                return number, out
