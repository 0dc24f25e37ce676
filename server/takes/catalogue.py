"""What takes a folder holds: looked at once for all who ask, read again where it changed."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from motion.errors import TakeError
from server.takes.reader import TakeInfo, take_info
from server.takes.take import SUFFIX

PERIOD = 1.0
"""Seconds for which a list is good."""

PATIENCE = 1.0
"""Seconds to wait for somebody else who looks."""

GROWING = 10.0
"""Seconds after which a file that grows is read again; its size is told before."""

REST = 0.002
"""Seconds that reading rests again and again, so that the show has the processor."""


class _Known(NamedTuple):
    """What was found in a file, and how the file was then."""

    size: int
    changed: int
    read: float
    info: TakeInfo


class TakeCatalogue:
    """The takes of a folder; may be asked by several threads."""

    def __init__(
        self, folder: Path, clock: Callable[[], float], rest: Callable[[float], None] = time.sleep
    ) -> None:
        """Begin without having looked.

        Args:
            folder: Holds the takes.
            clock: Monotonic time in seconds.
            rest: Waits for some seconds, while files are read.
        """
        self._folder, self._clock, self._rest = folder, clock, rest
        self._looking = Lock()
        self._looked: float | None = None
        self._known: dict[str, _Known] = {}

    def find(self, name: str) -> Path:
        """Return the path of a take.

        Raises:
            TakeError: If there is none of that name in the folder, links out of it included.
        """
        path = self._folder / name
        inside = path.parent == self._folder and "\0" not in name and path.suffix == SUFFIX
        if not inside or not path.is_file():
            raise TakeError(f"expected a take, got {name!r}")
        if path.resolve().parent != self._folder.resolve():
            raise TakeError(f"expected a take, got {name!r}, a link that leads out of the folder")
        return path

    def takes(self) -> list[TakeInfo]:
        """Return what is known of the takes, the newest first; none if there is no folder.

        While somebody else waits for files that take long to read, it is what was known before.
        """
        if self._looking.acquire(timeout=PATIENCE):
            try:
                self._look_around()
            finally:
                self._looking.release()
        newest_first = sorted(self._known.values(), key=lambda known: -known.changed)
        return [known.info for known in newest_first]

    def _look_around(self) -> None:
        now = self._clock()
        if self._looked is None or now - self._looked >= PERIOD:
            self._known = {name: self._look(name, now) for name in self._names()}
            self._looked = self._clock()

    def _names(self) -> list[str]:
        try:
            return [name for name in os.listdir(self._folder) if name.endswith(SUFFIX)]
        except OSError:  # there is no folder before the first take
            return []

    def _look(self, name: str, now: float) -> _Known:
        known = self._known.get(name)
        try:
            path = self.find(name)
            status = path.stat()
            size, changed = status.st_size, status.st_mtime_ns
            name.encode()
        except (TakeError, OSError, UnicodeError) as error:
            told = name.encode(errors="backslashreplace").decode()
            return _Known(0, 0, now, TakeInfo(name=told, size_bytes=0, damage=str(error)))
        if known is not None and (known.size, known.changed) == (size, changed):
            return known
        if known is not None and not known.info.finished and now - known.read < GROWING:
            grown = known.info.model_copy(update={"size_bytes": size})
            return known._replace(info=grown)
        return _Known(size, changed, now, take_info(path, lambda: self._rest(REST)))
