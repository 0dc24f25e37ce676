"""File descriptors in reserve: a process that has run out of them still lets somebody in."""

import errno
import logging
import os
import resource
from collections.abc import Callable

_log = logging.getLogger("bhava")

SPARE = 8
"""Descriptors that are given back when there are no others."""

OWN = 192
"""Descriptors that the server itself may need: models, pages, takes, exports, cameras."""

WANTED = 1 << 16
"""Descriptors that a process asks for."""


def raise_limit() -> int:
    """Let the process have as many descriptors as the system lets it; return how many."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = WANTED if hard == resource.RLIM_INFINITY else min(hard, WANTED)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        return wanted
    return WANTED if soft == resource.RLIM_INFINITY else soft


def connections_within(descriptors: int, most: int) -> int:
    """Return how many connections leave the server's own descriptors alone, at most `most`."""
    return max(1, min(most, descriptors - min(OWN, descriptors // 2)))


class DescriptorReserve:
    """Holds spare descriptors, and gives them back when the process has no others."""

    def __init__(self, new: Callable[[], int] = lambda: os.open(os.devnull, os.O_RDONLY)) -> None:
        """Take the spare ones.

        Args:
            new: Opens a descriptor.
        """
        self._new = new
        self._spare: list[int] = []
        self._short = False
        self._fill()

    def short(self) -> bool:
        """Tell whether descriptors have run out; then the spare ones were given back.

        The first call of a shortage writes a line to the log, as does the first after it.
        """
        lacking = not self._fill()
        if lacking and not self._short:
            self.close()
            _log.warning("out of file descriptors: only newcomers are let in")
        elif self._short and not lacking:
            _log.warning("file descriptors are there again")
        self._short = lacking
        return lacking

    def close(self) -> None:
        """Give the spare descriptors back."""
        while self._spare:
            os.close(self._spare.pop())

    def _fill(self) -> bool:
        """Take what is missing and one to see whether it can be had; return whether it can."""
        try:
            while len(self._spare) < SPARE:
                self._spare.append(self._new())
            os.close(self._new())
        except OSError as error:
            if error.errno not in (errno.EMFILE, errno.ENFILE):
                raise
            return False
        return True
