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

_POINTER = ctypes.POINTER(ctypes.c_char)
_address: Callable[[Any], Any] = (ctypes.c_char * 0).from_buffer


def _library() -> ctypes.CDLL:
    here = Path(__file__).parent
    paths = [here / f"library{suffix}" for suffix in EXTENSION_SUFFIXES]
    for path in paths:
        if path.exists():
            return ctypes.CDLL(str(path))
    expected = f"expected the compiled part of motion at {paths[0]}, got none"
    raise ImportError(f"{expected}; please run: pip install -e .")


def _doubles(array: np.ndarray) -> Any:
    return _address(_writable(np.ascontiguousarray(array, np.float64)))


def _integers(array: np.ndarray) -> Any:
    return _address(_writable(np.ascontiguousarray(array, np.int64)))


def _writable(array: np.ndarray) -> np.ndarray:
    """Return an array of which ctypes gives the address: it has none of what is only read."""
    return array if array.flags.writeable else array.copy()


_KINDS: dict[str, tuple[Any, Callable[[Any], Any]]] = {
    "n": (ctypes.c_ssize_t, int),
    "x": (ctypes.c_double, float),
    "i": (_POINTER, _integers),
    "d": (_POINTER, _doubles),
    "o": (_POINTER, _address),
}

_LIBRARY = _library()


def function(name: str, kinds: str, result: type | None = None) -> Callable[..., Any]:
    """Return a function of the library.

    Args:
        name: Its name.
        kinds: A letter for each argument: n a count, x a number, i an array of integers, d one of
            floats, both of which are copied if they are not as C wants them; o an array that it
            writes into, in C's order and of C's type.
        result: The type of ctypes that it returns, if it does.
    """
    compiled = _LIBRARY[name]
    compiled.restype = result
    compiled.argtypes = [_KINDS[kind][0] for kind in kinds]
    converters = [_KINDS[kind][1] for kind in kinds]

    def call(*arguments: object) -> Any:
        return compiled(*[convert(x) for convert, x in zip(converters, arguments, strict=True)])

    return call
