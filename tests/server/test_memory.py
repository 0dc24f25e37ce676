import ctypes
import gc
import subprocess
import sys

import pytest

from server.memory import importing

PROGRAM = """
import threading
from pathlib import Path
from server.memory import share_one_arena

if {shared}:
    share_one_arena()
kept = [bytes(10_000)]
threads = [threading.Thread(target=lambda: kept.append(bytearray(10_000))) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
maps = [line.split() for line in Path("/proc/self/maps").read_text().splitlines()]
reserved = [line[0].split("-") for line in maps if line[1] == "---p" and len(line) == 5]
print(sum(int(end, 16) % 2**26 == 0 and int(start, 16) % 2**26 != 0 for start, end in reserved))
"""
"""Tells how many arenas threads have of their own: glibc sets 64 MB aside for each, which
nobody may touch at first. A library may end on such a bound by chance."""


@pytest.mark.skipif(
    sys.platform != "linux" or not hasattr(ctypes.CDLL(None), "mallopt"), reason="needs glibc"
)
@pytest.mark.parametrize("shared", [True, False])
def test_threads_share_their_memory(shared: bool) -> None:
    program = PROGRAM.format(shared=shared)
    said = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert (int(said.stdout) == 0) == shared


def test_imports_are_never_looked_through_for_garbage() -> None:
    kept: list[list[int]] = []
    try:
        with importing():
            assert not gc.isenabled()
            kept.append([])
        assert gc.isenabled()
        assert not any(thing is kept for thing in gc.get_objects())
    finally:
        gc.unfreeze()
    assert any(thing is kept for thing in gc.get_objects())
