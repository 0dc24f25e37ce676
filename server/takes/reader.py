"""Reads takes: finished, cut off, still growing, or damaged, which are read up to the damage."""

import os
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, NamedTuple

import zstandard
from mcap.data_stream import ReadDataStream
from mcap.opcode import Opcode
from mcap.records import Attachment, Channel, Chunk, McapRecord, Message
from mcap.stream_reader import breakup_chunk
from mcap.writer import MCAP0_MAGIC
from pydantic import BaseModel, ValidationError

from motion.errors import TakeError
from server.interaction.frame_inputs import FrameInputs
from server.takes.take import (
    CONTROLS,
    FRAME,
    HEADER,
    HISTORY,
    MOMENT,
    SUFFIX,
    VERSION,
    Header,
    decode_history,
    decode_moment,
)
from server.wire.messages import Controls
from server.wire.protocol import FrameMessage, Refusal, decode_frame

LIMIT = 64 * 2**20
"""Longest record of a take, bytes; more is damage, or meant to do some."""

_HEAD = struct.Struct("<BQ")
_SPAN = struct.Struct("<QQ")


class Tick(NamedTuple):
    """A moment of a take.

    Attributes:
        number: Number of the moment, from 0 on.
        moment: What decided the frame.
        frame: What came of it, as viewers got it.
    """

    number: int
    moment: FrameInputs
    frame: bytes


class TakeInfo(BaseModel):
    """A take in a list.

    Attributes:
        name: Name of the file.
        size_bytes: Size of the file.
        seconds: From the first moment to the last.
        finished: Whether its end is there; if not, it was cut off or still grows.
        damage: Why it cannot be read; empty if it can.
        header: What holds for all of it; None if it cannot be read.
    """

    name: str
    size_bytes: int
    seconds: float = 0.0
    finished: bool = False
    damage: str = ""
    header: Header | None = None


class _Record(NamedTuple):
    """Where a record of the file lies, its head apart."""

    opcode: int
    length: int
    offset: int


class _Part(NamedTuple):
    """A chunk, and the first and last time in it, nanoseconds."""

    record: _Record
    first: int
    last: int


class Take:
    """A recording in a file, read up to where it is cut off or damaged.

    Attributes:
        path: The file.
        header: What holds for all of it.
        history: What was shown before; None if the partner stood.
        finished: Whether its end is there; if not, it was cut off or still grows.
        damage: What is wrong, as far as it was read; empty if nothing is.
    """

    def __init__(self, path: Path) -> None:
        """Open a take.

        Raises:
            TakeError: If there is none, or its header cannot be read.
        """
        self.path = path
        self.finished = False
        self.damage = ""
        self._parts: list[_Part] = []
        attached: dict[str, bytes] = {}
        with _opened(path) as file:
            for record in self._scan(file):
                if record.opcode == Opcode.ATTACHMENT:
                    attached |= _attachment(_payload(file, record))
                elif record.opcode == Opcode.CHUNK:
                    span = _payload(file, record, _SPAN.size).ljust(_SPAN.size, b"\0")
                    self._parts.append(_Part(record, *_SPAN.unpack(span)))
            if HEADER not in attached:
                raise TakeError(f"expected a take, got {self.damage or 'one without header'}")
            self.header = _header(attached[HEADER])
            history = attached.get(HISTORY)
            self.history = (
                None
                if history is None
                else decode_history(history, len(self.header.skeleton.joints))
            )

    @property
    def began(self) -> float:
        """Time of the first moment, seconds."""
        return self._parts[0].first / 1e9 if self._parts else 0.0

    @property
    def seconds(self) -> float:
        """From the first moment to the last."""
        if not self._parts:
            return 0.0
        return max(0, self._parts[-1].last - self._parts[0].first) / 1e9

    def ticks(self, start: float = 0.0) -> Iterator[Tick]:
        """Yield what happened, from some seconds after the first moment on.

        Ends early where the file is damaged; `damage` then tells why.
        """
        since = self._parts[0].first + int(start * 1e9) if self._parts and start > 0 else 0
        with _opened(self.path) as file:
            try:
                for tick in self._read(file, since):
                    if int(tick.moment.now * 1e9) >= since:
                        yield tick
            except TakeError as error:
                self.damage = str(error)

    def frames(self, start: float = 0.0) -> Iterator[FrameMessage]:
        """Yield what viewers were shown; see `ticks`."""
        for tick in self.ticks(start):
            try:
                yield decode_frame(tick.frame, len(self.header.skeleton.joints))
            except Refusal as error:
                self.damage = f"expected a frame, got {error.detail} (moment {tick.number})"
                return

    def _read(self, file: BinaryIO, since: int) -> Iterator[Tick]:
        topics: dict[int, str] = {}
        following: int | None = 0
        for number, part in enumerate(self._parts):
            if part.last < since and number > 0:  # the first chunk names the channels
                following = None
                continue
            ticks = _ticks(_payload(file, part.record), topics)
            if ticks and following not in (None, ticks[0].number):
                raise TakeError(f"expected moment {following}, got {ticks[0].number}")
            yield from ticks
            following = ticks[-1].number + 1 if ticks else following

    def _scan(self, file: BinaryIO) -> Iterator[_Record]:
        """Yield the records that are complete, as far as they make sense."""
        if file.read(len(MCAP0_MAGIC)) != MCAP0_MAGIC:
            self.damage = "a file of another kind"
            return
        size, at = os.fstat(file.fileno()).st_size, len(MCAP0_MAGIC)
        while not self.finished and at < size:
            head = _payload(file, _Record(0, _HEAD.size, at)).ljust(_HEAD.size, b"\xff")
            opcode, length = _HEAD.unpack(head)
            at += _HEAD.size
            if length > min(size - at, LIMIT):
                left = max(size - at, 0)
                self.damage = f"expected a whole record, got one of {length} bytes with {left} left"
                return
            yield _Record(opcode, length, at)
            at += length
            self.finished = opcode == Opcode.FOOTER


def takes(folder: Path) -> list[TakeInfo]:
    """Return what is known of the takes in a folder, the newest first; none if it is not there."""
    paths = sorted(folder.glob(f"*{SUFFIX}"), key=lambda path: path.stat().st_mtime, reverse=True)
    return [_info(path) for path in paths]


def _info(path: Path) -> TakeInfo:
    size = path.stat().st_size
    try:
        take = Take(path)
    except TakeError as error:
        return TakeInfo(name=path.name, size_bytes=size, damage=str(error))
    return TakeInfo(
        name=path.name,
        size_bytes=size,
        seconds=take.seconds,
        finished=take.finished,
        damage=take.damage,
        header=take.header,
    )


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    try:
        with path.open("rb") as file:
            yield file
    except TakeError as error:
        raise TakeError(f"{path}: {error}") from error
    except OSError as error:
        raise TakeError(f"{path}: cannot be read: {error.strerror or error}") from error


def _payload(file: BinaryIO, record: _Record, first: int = LIMIT) -> bytes:
    file.seek(record.offset)
    return file.read(min(record.length, first))


def _attachment(data: bytes) -> dict[str, bytes]:
    if int.from_bytes(data[-4:], "little") != zlib.crc32(data[:-4]):
        raise TakeError("expected an attachment, got one whose checksum differs")
    try:
        attachment = Attachment.read(ReadDataStream(BytesIO(data)))
    except Exception as error:  # bytes that mean nothing lead to errors of any kind
        raise TakeError(f"expected an attachment, got one with an error: {error}") from error
    return {attachment.name: attachment.data}


def _header(data: bytes) -> Header:
    try:
        return Header.model_validate_json(data)
    except ValidationError as error:
        raise TakeError(f"expected a header of version {VERSION}, got {error}") from error


def _ticks(data: bytes, topics: dict[int, str]) -> list[Tick]:
    """Return what a chunk holds.

    Args:
        data: The chunk's record.
        topics: Topics of the channels known so far, by id; those of the chunk are added.
    """
    ticks: list[Tick] = []
    controls: Controls | None = None
    moment: FrameInputs | None = None
    for record in _records(data):
        if isinstance(record, Channel):
            topics[record.id] = record.topic
        elif isinstance(record, Message):
            topic = topics.get(record.channel_id)
            if topic == CONTROLS:
                controls = _controls(record.data)
            elif topic == MOMENT and controls:
                moment = decode_moment(record.data, controls)
            elif topic == FRAME and moment:
                ticks.append(Tick(record.sequence, moment, record.data))
            else:
                raise TakeError(f"expected controls, moments and frames, got {topic} out of turn")
    return ticks


def _records(data: bytes) -> list[McapRecord]:
    try:
        chunk = Chunk.read(ReadDataStream(BytesIO(data)))
        size = max(chunk.uncompressed_size, zstandard.frame_content_size(chunk.data))
        if chunk.compression != "zstd" or size > LIMIT:
            raise TakeError(f"expected a chunk of zstd, got {chunk.compression} of {size} bytes")
        return breakup_chunk(chunk, validate_crc=True)
    except Exception as error:  # damaged bytes lead to errors of any kind
        raise TakeError(f"expected a whole chunk, got one with an error: {error}") from error


def _controls(data: bytes) -> Controls:
    try:
        return Controls.model_validate_json(data)
    except ValidationError as error:
        raise TakeError(f"expected controls, got {error}") from error
