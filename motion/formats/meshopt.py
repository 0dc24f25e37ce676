"""Unpacks buffers of glTF files that gltfpack packed: `EXT_` and `KHR_meshopt_compression`.

Only attributes are read, in which animations and bind poses are packed, too; triangles are no
matter of motion. The codec keeps each byte of an element apart, as differences from the element
before, in groups of 16 of so few bits as they need; version 1 may keep two or four bytes together
and leave differences that are all zero out.

References:
    Khronos Group, "EXT_meshopt_compression" and "KHR_meshopt_compression", appendices A and B.
"""

import numpy as np
from jaxtyping import UInt8

from motion.errors import MotionFileError

Array = np.ndarray

BLOCK_BYTES, BLOCK_ELEMENTS, GROUP = 8192, 256, 16

MAGIC = 0xA0
"""First byte of the stream; the version is in its lower half."""

BITS = {0: ((0, 2, 4, 8),), 1: ((0, 1, 2, 4), (1, 2, 4, 8))}
"""Bits of a value by the version, the way that a byte is packed, and the group's mode."""

LEAST_TAIL = {0: 32, 1: 24}
"""Bytes after the last block, at least, by version."""


def decode_attributes(data: bytes, count: int, stride: int, kind: str) -> bytes:
    """Return the unpacked elements.

    Args:
        data: The packed ones.
        count: How many elements there are.
        stride: Bytes of each, a multiple of four up to 256.
        kind: Filter: `NONE`, `QUATERNION` or `EXPONENTIAL`.

    Raises:
        MotionFileError: If the data are damaged, or the version or the filter is another.
    """
    if not (data and data[0] & 0xF0 == MAGIC and (data[0] & 0x0F) in BITS):
        raise MotionFileError("expected meshopt data of version 0 or 1, got others")
    if stride % 4 or not 0 < stride <= BLOCK_ELEMENTS:
        raise MotionFileError(f"expected meshopt elements of 4 to 256 bytes, got {stride}")
    try:
        elements = _Stream(data, stride).elements(count)
    except (IndexError, ValueError) as error:
        raise MotionFileError("expected whole meshopt data, got some that is cut short") from error
    if kind not in FILTERS:
        raise MotionFileError(f"expected a meshopt filter of {', '.join(FILTERS)}, got {kind}")
    return FILTERS[kind](elements).tobytes()


class _Stream:
    """A packed stream, and how far it is read."""

    def __init__(self, data: bytes, stride: int) -> None:
        self._data = np.frombuffer(data, np.uint8)
        self._at, self._stride = 1, stride
        self._version = data[0] & 0x0F
        size = stride + (stride // 4 if self._version else 0)
        tail = self._data[len(data) - size :]
        self._end = len(data) - max(size, LEAST_TAIL[self._version])
        if self._end < 1:
            raise ValueError("no room for the tail")
        self._last = tail[:stride].copy()
        self._channels = tail[stride:] if self._version else np.zeros(stride // 4, np.uint8)

    def elements(self, count: int) -> UInt8[Array, "N S"]:
        found = np.empty((count, self._stride), np.uint8)
        size = min(BLOCK_BYTES // self._stride // GROUP * GROUP, BLOCK_ELEMENTS)
        for start in range(0, count, size):
            block = found[start : start + size]
            self._read_block(block)
            self._last = block[-1].copy()
        return found

    def _read_block(self, block: UInt8[Array, "N S"]) -> None:
        control = self._take(self._stride // 4) if self._version else None
        for word in range(self._stride // 4):
            ways = 0 if control is None else int(control[word])
            deltas = [self._read_bytes(len(block), ways >> (2 * byte) & 3) for byte in range(4)]
            columns = slice(4 * word, 4 * word + 4)
            block[:, columns] = _undone(
                np.stack(deltas, axis=1), self._last[columns], int(self._channels[word])
            )

    def _read_bytes(self, count: int, way: int) -> UInt8[Array, "N"]:
        """Return one byte of each element: in groups, or all zero, or as they are."""
        if way == 2:
            return np.zeros(count, np.uint8)
        if way == 3:
            return self._take(count)
        bits = BITS[self._version][way]
        groups = -(-count // GROUP)
        modes = _unpacked(self._take(-(-groups // 4)), 2, lowest_first=True)
        return np.concatenate([self._read_group(bits[mode]) for mode in modes[:groups]])[:count]

    def _read_group(self, bits: int) -> UInt8[Array, "16"]:
        """Return 16 values; the highest of few bits stands for one that follows whole."""
        if bits == 0:
            return np.zeros(GROUP, np.uint8)
        if bits == 8:
            return self._take(GROUP)
        values = _unpacked(self._take(GROUP * bits // 8), bits, lowest_first=bits == 1)
        whole = values == (1 << bits) - 1
        values[whole] = self._take(int(whole.sum()))
        return values

    def _take(self, count: int) -> UInt8[Array, "N"]:
        start, self._at = self._at, self._at + count
        if self._at > self._end:
            raise IndexError("the data end")
        return self._data[start : self._at]


def _unpacked(packed: UInt8[Array, "N"], bits: int, *, lowest_first: bool) -> UInt8[Array, "M"]:
    """Return the values of so many bits each that bytes hold."""
    shifts = np.arange(0, 8, bits, dtype=np.uint8)
    shifts = shifts if lowest_first else shifts[::-1]
    return (packed[:, None] >> shifts & np.uint8((1 << bits) - 1)).ravel()


def _undone(
    deltas: UInt8[Array, "N 4"], last: UInt8[Array, "4"], channel: int
) -> UInt8[Array, "N 4"]:
    """Return four bytes of each element from how they differ from those of the one before."""
    width = {0: "<u1", 1: "<u2", 2: "<u4"}.get(channel & 3)
    if width is None:
        raise ValueError("unknown channel")
    values, before = np.ascontiguousarray(deltas).view(width), last.view(width)
    if channel & 3 == 2:
        turn = np.uint32(32 - (channel >> 4) & 31)
        values = values << turn | values >> (np.uint32(32) - turn & np.uint32(31))
        found = np.bitwise_xor.accumulate(np.concatenate([before[None], values]))[1:]
    else:
        signed = values >> 1 ^ -(values & 1).astype(values.dtype)
        found = np.cumsum(np.concatenate([before[None], signed]), axis=0, dtype=values.dtype)[1:]
    return np.ascontiguousarray(found).view(np.uint8)


def _quaternions(elements: UInt8[Array, "N 8"]) -> Array:
    """Return quaternions as short integers; three parts are kept, the largest follows."""
    parts = elements.view("<i2").astype(np.float64)
    tag = elements.view("<i2")[:, 3].astype(int)
    three = parts[:, :3] / ((tag | 3) * np.sqrt(2.0))[:, None]
    largest = np.sqrt(np.maximum(1.0 - np.sum(three**2, axis=1, keepdims=True), 0.0))
    order = ((tag & 3)[:, None] + np.arange(1, 5)) & 3
    found = np.empty((len(parts), 4))
    np.put_along_axis(found, order, np.concatenate([three, largest], axis=1), axis=1)
    return np.trunc(found * 32767.0 + np.copysign(0.5, found)).astype("<i2")


def _exponential(elements: UInt8[Array, "N S"]) -> Array:
    """Return floats from exponents of 8 bits and mantissas of 24."""
    words = elements.view("<i4").astype(np.int64)
    mantissas = (words & 0xFFFFFF ^ 0x800000) - 0x800000
    return np.ldexp(mantissas.astype(np.float64), words >> 24).astype("<f4")


FILTERS = {
    "NONE": lambda elements: elements,
    "QUATERNION": _quaternions,
    "EXPONENTIAL": _exponential,
}
