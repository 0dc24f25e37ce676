"""C3D: points over time in the binary format of optical motion capture.

Reads the integers and floats of Intel, DEC and SGI machines, labels beyond the 255th, and counts of
frames beyond 65,535 however they are written. A point counts as not seen where its residual is
negative, where it is NaN or the origin, and where it keeps its last place to the bit while others
move.

References:
    Motion Lab Systems, "The C3D File Format User Guide", 2021.
"""

import struct
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from motion.errors import MotionFileError

Array = np.ndarray
Parameters = dict[str, "list[str] | Array"]

BLOCK = 512

INTEL, DEC, SGI = 84, 85, 86

SHORT = 65_535
"""Most frames that the header's numbers of 16 bits can count."""

FROZEN = 0.1
"""Seconds after which a point that does not move to the bit was lost, if others move."""

MOVES = 1e-3
"""Share of the points' extent that moving is."""


@dataclass(frozen=True, eq=False)
class Points:
    """What a file holds.

    Attributes:
        fps: Frames per second.
        labels: A name for each point.
        positions: In the file's unit and axes, (T, P, 3); NaN where a point was not seen.
        notes: What was not whole, as sentences.
    """

    fps: float
    labels: tuple[str, ...]
    positions: Float[Array, "T P 3"]
    notes: tuple[str, ...]


def parse_c3d(data: bytes) -> Points:
    """Read a C3D file.

    Raises:
        MotionFileError: If it is none, is damaged, or holds no points over time.
    """
    if data[1:2] != b"\x50":
        raise MotionFileError("expected C3D with 0x50 as its second byte, got another file")
    try:
        return _points(_File(data))
    except (struct.error, ValueError, IndexError, KeyError, OverflowError) as error:
        raise MotionFileError(f"expected C3D with points, got a damaged file: {error}") from error


def _points(file: "_File") -> Points:
    labels = file.labels()
    fps = file.number("POINT:RATE") or file.header_float(10)
    scale = file.number("POINT:SCALE") or file.header_float(6)
    values, notes = file.frames(floats=scale < 0.0)
    if not (len(values) > 1 and labels and fps > 0):
        raise MotionFileError(
            f"expected points over time, got {len(labels)} in {len(values)} frames"
        )
    positions = values[..., :3] * (1.0 if scale < 0.0 else scale)
    lost = ~np.isfinite(positions).all(-1) | ~positions.any(-1) | (values[..., 3] < 0.0)
    positions[lost] = np.nan
    if scale < 0.0:
        positions[_frozen(positions, fps)] = np.nan
    count = min(len(labels), positions.shape[1])
    return Points(fps, labels[:count], positions[:, :count], notes)


def _frozen(positions: Float[Array, "T P 3"], fps: float) -> Bool[Array, "T P"]:
    """Tell where points keep their last place to the bit while most others move."""
    extent = float(np.nanmax(positions, initial=0.0) - np.nanmin(positions, initial=0.0))
    steps = np.linalg.norm(np.diff(positions, axis=0), axis=-1)
    with np.errstate(invalid="ignore"):
        moving = np.nan_to_num(np.nanmedian(np.nan_to_num(steps), axis=1)) > 0.0
    same = (np.diff(positions, axis=0) == 0.0).all(-1) & moving[:, None]
    found = np.zeros(positions.shape[:2], bool)
    shortest = max(2, round(FROZEN * fps))
    for point in np.flatnonzero(same.any(axis=0)):
        edges = np.flatnonzero(np.diff(np.concatenate([[False], same[:, point], [False]])))
        for start, stop in edges.reshape(-1, 2):
            others = np.nanmedian(np.abs(positions[stop] - positions[start]))
            if stop - start >= shortest and others > MOVES * extent:
                found[start + 1 : stop + 1, point] = True
    return found


class _File:
    """The bytes of a file, its header and its parameters."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        start = (data[0] - 1) * BLOCK
        self._machine = data[start + 3] or INTEL
        self._order = ">" if self._machine == SGI else "<"
        self._parameters = self._read_parameters(start)
        self._points = self._header_word(1)
        self._analog = self._header_word(2)

    def _header_word(self, index: int) -> int:
        return int(struct.unpack_from(f"{self._order}H", self._data, 2 * index)[0])

    def header_float(self, word: int) -> float:
        """Return a number of the header at a word of 16 bits."""
        return float(self._floats(self._data[2 * word : 2 * word + 4])[0])

    def _floats(self, raw: bytes) -> Float[Array, "N"]:
        if self._machine != DEC:
            return np.frombuffer(raw, f"{self._order}f4").astype(np.float64)
        words = np.frombuffer(raw, "<u2").reshape(-1, 2)[:, ::-1]
        return np.ascontiguousarray(words).view("<f4")[:, 0].astype(np.float64) / 4.0

    def _read_parameters(self, start: int) -> Parameters:
        """Return the values of all parameters as GROUP:NAME; texts as lists."""
        groups: dict[int, str] = {}
        found: list[tuple[int, str, list[str] | Array]] = []
        at, data = start + 4, self._data
        while at + 2 <= len(data):
            length, group = struct.unpack_from("bb", data, at)
            if not length:
                break
            name = data[at + 2 : at + 2 + abs(length)].decode("latin-1").upper().strip()
            at += 2 + abs(length)
            offset = struct.unpack_from(f"{self._order}H", data, at)[0]
            if group < 0:
                groups[-group] = name
            else:
                found.append((group, name, self._value(at + 2)))
            if not offset:
                break
            at += offset
        return {f"{groups.get(group, '')}:{name}": value for group, name, value in found}

    def _value(self, at: int) -> "list[str] | Array":
        kind, rank = struct.unpack_from("bB", self._data, at)
        shape = list(self._data[at + 2 : at + 2 + rank])
        size = abs(kind) * int(np.prod(shape))
        raw = self._data[at + 2 + rank : at + 2 + rank + size]
        if kind == -1:
            width = shape[0] if shape else 1
            text = raw.decode("utf-8", "replace") if width else ""
            if len(text) != len(raw):
                text = raw.decode("latin-1")
            return [text[i : i + width].strip("\0 ") for i in range(0, len(text), max(width, 1))]
        if kind == 4:
            return self._floats(raw)
        return np.frombuffer(raw, {1: "u1", 2: f"{self._order}u2"}[kind]).astype(np.float64)

    def number(self, name: str) -> float:
        """Return the first number of a parameter, 0 without it."""
        value = self._parameters.get(name)
        return float(value[0]) if isinstance(value, np.ndarray) and len(value) else 0.0

    def labels(self) -> tuple[str, ...]:
        """Return the labels, those of LABELS2 and further after the first 255."""
        found: list[str] = []
        for number in ("", *map(str, range(2, 257))):
            more = self._parameters.get(f"POINT:LABELS{number}")
            if not isinstance(more, list):
                break
            found += more
        return tuple(found)

    def frames(self, *, floats: bool) -> tuple[Float[Array, "T P 4"], tuple[str, ...]]:
        """Return what is stored of each point in each frame, and what is to be said of it."""
        words = 4 * self._points + self._analog
        size = words * (4 if floats else 2)
        block = self._header_word(8) or int(self.number("POINT:DATA_START"))
        raw = self._data[(block - 1) * BLOCK :]
        if block < 2 or not size:
            raise MotionFileError(f"expected points over time, got {self._points}")
        there = len(raw) // size
        declared = self._declared(there)
        count = min(declared, there)
        kept = raw[: count * size]
        values = self._floats(kept) if floats else np.frombuffer(kept, f"{self._order}i2")
        values = values.reshape(count, words)[:, : 4 * self._points].astype(np.float64)
        if declared == there > SHORT:  # the last block is filled up with zeros
            count = 1 + int(np.flatnonzero(values.any(axis=1))[-1])
            values = values[:count]
        notes = (f"expected {declared} frames, got {there} whole ones",) * (declared > there)
        return values.reshape(count, self._points, 4), notes

    def _declared(self, there: int) -> int:
        """Return how many frames the file says it has; beyond 65,535 there are several ways."""
        first, last = (self._parameters.get(f"TRIAL:ACTUAL_{e}_FIELD") for e in ("START", "END"))
        if isinstance(first, np.ndarray) and isinstance(last, np.ndarray):
            span = [int(v[0] + (SHORT + 1) * (v[1] if len(v) > 1 else 0)) for v in (first, last)]
            if span[1] >= span[0] > 0:
                return span[1] - span[0] + 1
        told = int(self.number("POINT:LONG_FRAMES")) or int(self.number("POINT:FRAMES"))
        told = told or self._header_word(4) - self._header_word(3) + 1
        if told == SHORT and there > told:
            return there
        return told + (SHORT + 1) * ((there - told) // (SHORT + 1) if there > told else 0)
