import shutil
import subprocess
from ctypes import ArgumentError
from pathlib import Path

import numpy as np
import pytest

from motion import compiled, rotations
from motion.compiled import function

SOURCES = Path(compiled.__file__).parent


def test_it_compiles_without_a_warning():
    compiler = shutil.which("cc")
    if not compiler:
        pytest.skip("needs a C compiler called cc")
    warnings = ["-std=c11", "-Wall", "-Wextra", "-Wshadow", "-Wstrict-prototypes", "-Werror"]
    checked = subprocess.run(
        [compiler, "-fsyntax-only", "-O2", *warnings, *sorted(SOURCES.glob("*.c"))],
        capture_output=True,
        text=True,
    )
    assert checked.returncode == 0, checked.stderr


def test_without_the_library_it_says_how_to_build_it(monkeypatch):
    monkeypatch.setattr(compiled, "EXTENSION_SUFFIXES", [".absent.so"])
    with pytest.raises(ImportError, match=r"library\.absent\.so, got none; please run: pip"):
        compiled._library()


@pytest.mark.parametrize(
    "prepare",
    [
        lambda q: np.repeat(q, 2, axis=0)[::2],
        np.asfortranarray,
        lambda q: q.astype(np.float32).astype(np.float64),
        lambda q: np.broadcast_to(q, (3, *q.shape))[0],
    ],
    ids=["strided", "of Fortran's order", "rounded", "read-only"],
)
def test_arrays_of_any_order_are_read_as_they_are(prepare):
    q = prepare(np.random.default_rng(0).normal(size=(5, 4)).astype(np.float32).astype(float))
    expected = [rotations.multiply(one.copy(), q[0].copy()) for one in q]
    np.testing.assert_array_equal(rotations.multiply(q, q[0]), expected)


def test_an_output_that_c_cannot_write_into_is_refused():
    cross = function("cross", "nddo")
    with pytest.raises(ArgumentError, match="not C contiguous"):
        cross(2, np.ones((2, 3)), np.ones((2, 3)), np.ones((3, 2)).T)
