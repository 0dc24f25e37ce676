"""How the process asks the system for memory."""

import ctypes

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
