"""Errors that must not stop the show: counted all, logged once per kind."""

import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from motion.errors import BhavaError

_log = logging.getLogger("bhava")


class Faults:
    """Keeps count of what went wrong.

    Attributes:
        counts: How often each kind ("where: error type") happened.
    """

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def count(self, where: str, error: Exception) -> None:
        """Note an error; only the first of its kind is logged, an unforeseen one in full."""
        kind = f"{where}: {type(error).__name__}"
        self.counts[kind] += 1
        if self.counts[kind] == 1:
            unforeseen = None if isinstance(error, BhavaError) else error
            _log.warning("%s: %s (the show goes on)", kind, error, exc_info=unforeseen)

    @contextmanager
    def survived(self, where: str) -> Iterator[None]:
        """Let the block fail without harm to what comes after it."""
        try:
            yield
        except Exception as error:
            self.count(where, error)
