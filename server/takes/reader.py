"""Reads takes: finished, cut off, still growing, or damaged, which lose the damaged chunks alone.

Whoever put a file into the folder may mean harm: all that is read at once is bounded.
"""

import os
import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO
from math import isfinite
from pathlib import Path
from typing import BinaryIO, NamedTuple

import zstandard
from mcap.data_stream import ReadDataStream
from mcap.opcode import Opcode
from mcap.records import Attachment, Channel, Chunk, McapRecord, Message
from mcap.stream_reader import breakup_chunk
from mcap.writer import MCAP0_MAGIC
from pydantic import AwareDatetime, BaseModel, ValidationError

from motion.errors import TakeError
from server.interaction.frame_inputs import FrameInputs
from server.takes.take import (
    CONTROLS,
    FRAME,
    HEADER,
    HISTORY,
    MOMENT,
    VERSION,
    Header,
    decode_history,
    decode_moment,
)
from server.wire.messages import Controls
from server.wire.protocol import FrameMessage, Refusal, decode_frame

LIMIT = 8 * 2**20
"""Longest record of a take, bytes, and longest chunk: ten times those of a crowd."""

MOST_RECORDS = 4096
"""Records of a chunk; the writer ends one after 64 moments."""

MOST_OF_A_TAKE = 2**18
"""Records of a take: the writer adds about one a second."""

HEADER_LIMIT = 2**20
"""Bytes of a header, all models of the server included."""

REST_EVERY = 256
"""Records after which a scan rests, so that the show has the processor."""

_HEAD = struct.Struct("<BQ")
_CHUNK_MARK = struct.pack("<I", 4) + b"zstd"
"""How every chunk names its compression, `_MARK_AT` bytes behind the record's head."""

_MARK_AT = 28
_WINDOW = 2**20
_TOPICS = {1: CONTROLS, 2: MOMENT, 3: FRAME}
"""As the writer numbers them, should the chunk that says so be lost."""

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


class HeaderInfo(BaseModel):
    """What a list tells of a header.

    Attributes:
        stage: Name of the stage.
        started: When the recording began, wall clock.
    """

    stage: str
    started: AwareDatetime


class TakeInfo(BaseModel):
    """A take in a list.

    Attributes:
        name: Name of the file.
        size_bytes: Size of the file.
        seconds: From the first moment to the last.
        finished: Whether its end is there; if not, it was cut off or still grows.
        damage: Why it cannot be read; empty if it can.
        header: Where it comes from; None if it cannot be read.
    """

    name: str
    size_bytes: int
    seconds: float = 0.0
    finished: bool = False
    damage: str = ""
    header: HeaderInfo | None = None


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
    """A recording in a file, read up to where it is cut off, and past what is damaged.

    Attributes:
        path: The file.
        header: What holds for all of it.
        history: What was shown before; None if the partner stood.
        finished: Whether its end is there; if not, it was cut off or still grows.
        damage: What is wrong, as far as it was read; empty if nothing is.
    """

    def __init__(self, path: Path, rest: Callable[[], None] = lambda: None) -> None:
        """Open a take.

        Args:
            path: The file.
            rest: Called again and again while the file is gone through.

        Raises:
            TakeError: If there is none, or its header cannot be read.
        """
        self.path = path
        self.finished = False
        self.damage = ""
        self._parts: list[_Part] = []
        attached: dict[str, bytes] = {}
        with _opened(path) as file:
            for number, record in enumerate(self._scan(file)):
                if number % REST_EVERY == REST_EVERY - 1:
                    rest()
                if number >= MOST_OF_A_TAKE:
                    self._note(f"expected at most {MOST_OF_A_TAKE} records, got more")
                    break
                if record.opcode == Opcode.ATTACHMENT and len(attached) < 2:
                    attached |= self._attached(_payload(file, record))
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

    def ticks(self, start: float = 0.0, past_damage: bool = True) -> Iterator[Tick]:
        """Yield what happened, from some seconds after the first moment on.

        Where the file is damaged `damage` tells why, and the chunk there is missing.

        Args:
            start: Seconds after the first moment.
            past_damage: Whether to go on after it.
        """
        if not isfinite(start * 1e9):
            raise TakeError(f"expected a start in seconds, got {start}")
        since = self._parts[0].first + int(start * 1e9) if self._parts and start > 0 else 0
        with _opened(self.path) as file:
            for tick in self._read(file, since, past_damage):
                if int(tick.moment.now * 1e9) >= since:
                    yield tick

    def frames(self, start: float = 0.0) -> Iterator[FrameMessage]:
        """Yield what viewers were shown; see `ticks`."""
        for tick in self.ticks(start):
            try:
                yield decode_frame(tick.frame, len(self.header.skeleton.joints))
            except Refusal as error:
                self._note(f"expected a frame, got {error.detail} (moment {tick.number})")

    def _read(self, file: BinaryIO, since: int, past_damage: bool) -> Iterator[Tick]:
        topics = dict(_TOPICS)
        following: int | None = 0
        for number, part in enumerate(self._parts):
            if part.last < since and number > 0:  # the first chunk names the channels
                following = None
                continue
            try:
                ticks = _ticks(_payload(file, part.record), topics)
            except TakeError as error:
                self._note(str(error))
                ticks = []
            gap = bool(ticks) and following not in (None, ticks[0].number)
            if gap:
                self._note(f"expected moment {following}, got {ticks[0].number}")
            if (gap or not ticks) and not past_damage:
                return
            yield from ticks
            following = ticks[-1].number + 1 if ticks else following

    def _note(self, damage: str) -> None:
        """Keep the first damage that is found."""
        self.damage = self.damage or damage

    def _attached(self, data: bytes) -> dict[str, bytes]:
        try:
            return _attachment(data)
        except TakeError as error:
            self._note(str(error))
            return {}

    def _scan(self, file: BinaryIO) -> Iterator[_Record]:
        """Yield the records that are complete, as far as they make sense."""
        if file.read(len(MCAP0_MAGIC)) != MCAP0_MAGIC:
            self.damage = "a file of another kind"
            return
        size, at = os.fstat(file.fileno()).st_size, len(MCAP0_MAGIC)
        last = at
        while not self.finished and at < size:
            head = _payload(file, _Record(0, _HEAD.size, at)).ljust(_HEAD.size, b"\xff")
            opcode, length = _HEAD.unpack(head)
            at += _HEAD.size
            if length > min(size - at, LIMIT):
                left = max(size - at, 0)
                self._note(f"expected a whole record, got one of {length} bytes with {left} left")
                at = _next_chunk(file, last, size)
                last = at + _HEAD.size + _MARK_AT + 1  # behind its mark
                continue
            last = at + _MARK_AT + 1
            yield _Record(opcode, length, at)
            at += length
            self.finished = opcode == Opcode.FOOTER


def take_info(path: Path, rest: Callable[[], None] = lambda: None) -> TakeInfo:
    """Return what is known of a take, or why it cannot be read.

    Args:
        path: A file.
        rest: Called again and again while the file is gone through.
    """
    size = path.stat().st_size
    try:
        take = Take(path, rest)
    except TakeError as error:
        return TakeInfo(name=path.name, size_bytes=size, damage=str(error))
    return TakeInfo(
        name=path.name,
        size_bytes=size,
        seconds=take.seconds,
        finished=take.finished,
        damage=take.damage,
        header=HeaderInfo(stage=take.header.stage, started=take.header.started),
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


def _next_chunk(file: BinaryIO, start: int, size: int) -> int:
    """Return where the next chunk begins, found by its mark; the file's size if there is none."""
    before = _HEAD.size + _MARK_AT
    while start < size:
        file.seek(start)
        found = file.read(_WINDOW + len(_CHUNK_MARK)).find(_CHUNK_MARK)
        if found >= 0:
            at = start + found - before
            file.seek(at)
            if at > 0 and file.read(1)[0] == Opcode.CHUNK:
                return at
            start += found + 1
        else:
            start += _WINDOW
    return size


def _attachment(data: bytes) -> dict[str, bytes]:
    if int.from_bytes(data[-4:], "little") != zlib.crc32(data[:-4]):
        raise TakeError("expected an attachment, got one with another checksum")
    try:
        attachment = Attachment.read(ReadDataStream(BytesIO(data)))
    except Exception as error:  # bytes that mean nothing lead to errors of any kind
        raise TakeError(f"expected an attachment, got one with an error: {error}") from error
    return {attachment.name: attachment.data}


def _header(data: bytes) -> Header:
    if len(data) > HEADER_LIMIT:
        raise TakeError(f"expected a header of at most {HEADER_LIMIT} bytes, got {len(data)}")
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
                raise TakeError(f"expected controls, moments and frames, got {topic} out of order")
    return ticks


def _records(data: bytes) -> list[McapRecord]:
    try:
        chunk = Chunk.read(ReadDataStream(BytesIO(data)))
        size = max(chunk.uncompressed_size, zstandard.frame_content_size(chunk.data))
        if chunk.compression != "zstd" or size > LIMIT:
            raise TakeError(f"expected a chunk of zstd, got {chunk.compression} of {size} bytes")
        plain = zstandard.decompress(chunk.data, chunk.uncompressed_size)
        if (count := _count(plain)) > MOST_RECORDS:
            raise TakeError(f"expected at most {MOST_RECORDS} records in a chunk, got {count}")
        return breakup_chunk(replace(chunk, compression="", data=plain), validate_crc=True)
    except Exception as error:  # damaged bytes lead to errors of any kind
        raise TakeError(f"expected a whole chunk, got one with an error: {error}") from error


def _count(records: bytes) -> int:
    """Count records, hardly further than there may be."""
    at = count = 0
    while at + _HEAD.size <= len(records) and count <= MOST_RECORDS:
        at += _HEAD.size + _HEAD.unpack_from(records, at)[1]
        count += 1
    return count


def _controls(data: bytes) -> Controls:
    try:
        return Controls.model_validate_json(data)
    except ValidationError as error:
        raise TakeError(f"expected controls, got {error}") from error
