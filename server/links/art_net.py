"""Art-Net 4: packets to values and back; no socket and no clock.

References:
    Artistic Licence, "Art-Net 4 Protocol Release V1.4", https://art-net.org.uk/downloads/art-net.pdf
"""

import struct
from typing import NamedTuple

from server.links.dmx import SLOTS
from server.sentence import Unusable

PORT = 6454
MOST_UNIVERSES = 1 << 15
"""Universes, counted from 0; desks often count from 1."""

_ID = b"Art-Net\0"
_VERSION = 14
_POLL, _POLL_REPLY, _DMX, _TIME_CODE = 0x2000, 0x2100, 0x5000, 0x9700
_TIME = struct.Struct("<12x2x5B")
_RATES = 24, 25, 30, 30
"""Frames a second by the type of a timecode: film, EBU, drop frame, SMPTE."""

_DMX_HEAD = struct.Struct("<8sHBBBBHBB")
_OEM_UNKNOWN = 0x00FF
_SHOWS_DMX = 0x80
_DATA_ARRIVES = 0x80
_WIDE_ADDRESSES = 0x08


class ArtDmx(NamedTuple):
    """Values of a universe.

    Attributes:
        universe: From 0.
        sequence: 1 to 255; 0 where the sender does not count.
        slots: Up to 512.
    """

    universe: int
    sequence: int
    slots: bytes


class ArtTimeCode(NamedTuple):
    """Where a timecode is.

    Attributes:
        position: Seconds since midnight, as its digits say.
    """

    position: float


class ArtPoll(NamedTuple):
    """Somebody asks who is there."""


def encode_dmx(message: ArtDmx) -> bytes:
    """Return a packet; an odd number of slots is made even, as the protocol wants it."""
    slots = message.slots + bytes(len(message.slots) % 2)
    universe, size = message.universe, len(slots)
    return (
        _DMX_HEAD.pack(
            _ID, _DMX, 0, _VERSION, message.sequence, 0, universe, size >> 8, size & 0xFF
        )
        + slots
    )


def decode_packet(data: bytes) -> ArtDmx | ArtPoll | ArtTimeCode | None:
    """Read a packet; None for one that is of no concern here.

    Raises:
        Unusable: If it is no Art-Net, or cut off.
    """
    if not data.startswith(_ID) or len(data) < 10:
        raise Unusable("protocol", protocol="Art-Net", got=repr(data[:10]))
    (code,) = struct.unpack_from("<H", data, 8)
    if code == _POLL:
        return ArtPoll()
    if code == _TIME_CODE:
        return _time_code(data)
    if code != _DMX:
        return None
    if len(data) < _DMX_HEAD.size:
        raise Unusable("packet_length", least=_DMX_HEAD.size, packet="ArtDmx", got=len(data))
    _, _, _, _, sequence, _, universe, high, low = _DMX_HEAD.unpack_from(data)
    size, slots = high << 8 | low, data[_DMX_HEAD.size :]
    if not 0 < size <= min(SLOTS, len(slots)):
        raise Unusable("slots", most=min(SLOTS, len(slots)), packet="ArtDmx", got=size)
    return ArtDmx(universe & (MOST_UNIVERSES - 1), sequence, slots[:size])


def _time_code(data: bytes) -> ArtTimeCode:
    if len(data) < _TIME.size:
        raise Unusable("packet_length", least=_TIME.size, packet="ArtTimeCode", got=len(data))
    frames, seconds, minutes, hours, kind = _TIME.unpack_from(data)
    rate = _RATES[kind] if kind < len(_RATES) else 0
    if frames >= rate or seconds > 59 or minutes > 59 or hours > 23:
        told = f"{hours}:{minutes}:{seconds}:{frames} of type {kind}"
        raise Unusable("time_of_day", packet="ArtTimeCode", got=told)
    return ArtTimeCode(3600 * hours + 60 * minutes + seconds + frames / rate)


def encode_poll_reply(host: bytes, universe: int, name: str) -> bytes:
    """Return an ArtPollReply of a node that shows one universe; desks send values to no others.

    Args:
        host: Address of this machine, 4 bytes.
        universe: From 0.
        name: For people, up to 17 letters.
    """
    reply = struct.pack("<8sH4sH", _ID, _POLL_REPLY, host, PORT)
    reply += struct.pack(">HBBHBB2s", 0, universe >> 8, universe >> 4 & 15, _OEM_UNKNOWN, 0, 0, b"")
    short, long = name.encode()[:17], f"{name}, a live dance partner".encode()[:63]
    reply += struct.pack(">18s64s64sH", short, long, b"#0001 [0000] ready", 1)
    reply += bytes([_SHOWS_DMX, 0, 0, 0])  # kinds of the four ports
    reply += bytes(4)  # no input
    reply += bytes([_DATA_ARRIVES, 0, 0, 0])
    reply += bytes(4)  # no universe goes in
    reply += bytes([universe & 15, 0, 0, 0])
    reply += bytes(7)  # priority, macros, remotes, spares and style: a node
    reply += bytes(6)  # the hardware's address is not told
    reply += host + bytes([1, _WIDE_ADDRESSES])
    return reply.ljust(239, b"\0")
