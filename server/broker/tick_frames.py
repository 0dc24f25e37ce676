"""All frames of a tick in one message: what a relay gets thirty times a second.

No socket and no clock lives here. Little-endian, as `server/wire/PROTOCOL.md` describes it:
u8 version, u32 edition, then for each stage u8 length of its name, the name in UTF-8,
u16 length of its frame, and the frame as viewers get it.
"""

import struct
from typing import NamedTuple

from server.wire.protocol import VERSION

MOST_BYTES = 512 * 1024
"""Bytes above which a tick is told in several messages: brokers take a megabyte unless told."""

_HEADER = struct.Struct("<BI")
_FRAME_LENGTH = struct.Struct("<H")


class TickFrames(NamedTuple):
    """Frames of a tick.

    Attributes:
        edition: How many rare messages their origin had told before, modulo 2**32.
        frames: Name of the stage and bytes of its frame.
    """

    edition: int
    frames: list[tuple[str, bytes]]


def encode_tick(tick: TickFrames) -> list[bytes]:
    """Return the messages of a tick: one, unless it is very large."""
    header = _HEADER.pack(VERSION, tick.edition)
    parts, size, messages = [header], 0, []
    for name, frame in tick.frames:
        spelt = name.encode()
        part = bytes([len(spelt)]) + spelt + _FRAME_LENGTH.pack(len(frame)) + frame
        if size + len(part) > MOST_BYTES:
            messages.append(b"".join(parts))
            parts, size = [header], 0
        parts.append(part)
        size += len(part)
    return [*messages, b"".join(parts)]


def decode_tick(data: bytes) -> TickFrames:
    """Read a message of a tick.

    Raises:
        ValueError: If it is none of this version.
    """
    if len(data) < _HEADER.size or data[0] != VERSION:
        raise ValueError(f"expected frames of version {VERSION}, got {data[:8].hex() or 'nothing'}")
    frames, at = [], _HEADER.size
    while at < len(data):
        name_ends = at + 1 + data[at]
        begins = name_ends + _FRAME_LENGTH.size
        if begins > len(data):
            raise ValueError(f"expected a stage of {begins} bytes, got {len(data)}")
        ends = begins + _FRAME_LENGTH.unpack_from(data, name_ends)[0]
        if ends > len(data):
            raise ValueError(f"expected frames of {ends} bytes, got {len(data)}")
        frames.append((data[at + 1 : name_ends].decode(), data[begins:ends]))
        at = ends
    return TickFrames(_HEADER.unpack_from(data)[1], frames)
