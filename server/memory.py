"""How the process asks the system for memory, and how it looks for what it no longer needs."""

import ctypes
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_M_ARENA_MAX = -8
"""Of glibc's `malloc.h`."""


def share_one_arena() -> None:
    """Let all threads take memory from one place, where the C library would give each its own.

    What one thread frees another can then use: over weeks of clients that come and go a server
    stays as small as on its first evening. Call it before any thread starts. Without glibc it does
    nothing.
    """
    library = ctypes.CDLL(None)
    if hasattr(library, "mallopt"):
        library.mallopt(_M_ARENA_MAX, 1)


@contextmanager
def importing() -> Iterator[None]:
    """Look for no garbage among what is imported within, neither now nor later.

    Some 175,000 objects of modules live as long as the process. To go through them takes an eighth
    of the time of the imports, and later two frames' time whenever all garbage is looked for.

    FastAPI imports the models of Pydantic 1 to ask of each parameter whether it is one, and does
    without where they are missing: 6 MB, and 40 ms of the start.
    """
    sys.modules.setdefault("pydantic.v1", None)  # type: ignore[arg-type]  # it cannot be imported
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
