"""Errors that must not stop the show: counted all, logged once per kind."""

import logging
from collections import Counter
from threading import Lock

from motion.errors import BhavaError

_log = logging.getLogger("bhava")

MOST_KINDS = 200
"""Kinds that are told apart; those that come later count as one."""

REST = "others"


class Faults:
    """Keeps count of what went wrong."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._counting = Lock()

    @property
    def counts(self) -> Counter[str]:
        """How often each kind ("where: error type") happened, as of now."""
        with self._counting:
            return self._counts.copy()

    def count(self, where: str, error: Exception) -> None:
        """Note an error; only the first of its kind is logged, an unforeseen one in full."""
        kind = f"{where}: {type(error).__name__}"
        with self._counting:
            if kind not in self._counts and len(self._counts) >= MOST_KINDS:
                kind = REST
            self._counts[kind] += 1
            first = self._counts[kind] == 1
        if first:
            unforeseen = None if isinstance(error, BhavaError) else error
            _log.warning("%s: %s (the show goes on)", kind, error, exc_info=unforeseen)

    def survived(self, where: str) -> "_Survived":
        """Let the block of a `with` fail without harm to what comes after it."""
        return _Survived(self, where)


class _Survived:
    """A context manager; not one of `contextlib`, which costs more than many a block in it."""

    __slots__ = ("_faults", "_where")

    def __init__(self, faults: Faults, where: str) -> None:
        self._faults, self._where = faults, where

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        if not isinstance(error, Exception):
            return False
        self._faults.count(self._where, error)
        return True
