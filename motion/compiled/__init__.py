"""The innermost loops of motion, in C: NumPy's calls cost more than the arithmetic of a figure.

The build compiles the files of this folder to one library. A change of them takes effect with the
next `make run`, or `pip install -e .`.
"""

import ctypes
from collections.abc import Callable
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from typing import Any

import numpy as np

_address: Callable[[Any], Any] = (ctypes.c_char * 0).from_buffer


def _library() -> ctypes.CDLL:
    here = Path(__file__).parent
    paths = [here / f"library{suffix}" for suffix in EXTENSION_SUFFIXES]
    for path in paths:
        if path.exists():
            return ctypes.CDLL(str(path))
    expected = f"expected the compiled part of motion at {paths[0]}, got none"
    raise ImportError(f"{expected}; please run: pip install -e .")


class _Input:
    """An array that is read, copied if it is not as C wants it."""

    kind: type

    @classmethod
    def from_param(cls, array: np.ndarray) -> Any:
        array = np.ascontiguousarray(array, cls.kind)
        # Of an array that may only be read, ctypes gives no address.
        return _address(array if array.flags.writeable else array.copy())


class _Doubles(_Input):
    kind = np.float64


class _Integers(_Input):
    kind = np.int64


class _Output:
    """An array that is written into, in C's order and of C's type."""

    from_param = _address


_KINDS: dict[str, Any] = {
    "n": ctypes.c_ssize_t,
    "x": ctypes.c_double,
    "i": _Integers,
    "d": _Doubles,
    "o": _Output,
}

_LIBRARY = _library()


def function(name: str, kinds: str, result: type | None = None) -> Callable[..., Any]:
    """Return a function of the library.

    Args:
        name: Its name.
        kinds: A letter for each argument: n a count, x a number, i an array of integers, d one of
            floats, o an array that it writes into. C reads as many elements as it is told to,
            whatever the array holds.
        result: The type of ctypes that it returns, if it does.
    """
    compiled = _LIBRARY[name]
    compiled.restype = result
    compiled.argtypes = [_KINDS[kind] for kind in kinds]
    return compiled
