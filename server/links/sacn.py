"""Streaming ACN, which is ANSI E1.31: packets to values and back; no socket and no clock.

References:
    ANSI E1.31-2018, "Lightweight streaming protocol for transport of DMX512 using ACN",
    https://tsp.esta.org/tsp/documents/docs/ANSI_E1-31-2018.pdf
"""

import struct
from typing import NamedTuple

from server.links.dmx import SLOTS
from server.sentence import Unusable

PORT = 5568
MOST_UNIVERSE = 63999
USUAL_PRIORITY = 100
MOST_PRIORITY = 200

_ROOT = struct.Struct(">HH12sHI16s")
_FRAMING = struct.Struct(">HI64sBHBBH")
_LAYER = struct.Struct(">HBBHHHB")
_ID = b"ASC-E1.17\0\0\0"
_HEAD = _ROOT.size + _FRAMING.size + _LAYER.size
_DATA, _DATA_PACKET, _SET_PROPERTY, _ADDRESSES = 4, 2, 2, 0xA1
_LENGTH = 0x7000
_PREVIEW, _TERMINATED = 0x80, 0x40


class SacnData(NamedTuple):
    """Values of a universe.

    Attributes:
        source: Identity of the sender, 16 bytes.
        name: Its name, for people.
        priority: 0 to 200; of several senders the highest counts.
        sequence: 0 to 255, one more with each packet.
        universe: 1 to 63999.
        slots: Up to 512.
        terminated: Whether the sender ends here.
    """

    source: bytes
    name: str
    priority: int
    sequence: int
    universe: int
    slots: bytes
    terminated: bool = False


def multicast_host(universe: int) -> str:
    """Return the address that a universe is sent to where no receiver is named."""
    return f"239.255.{universe >> 8}.{universe & 0xFF}"


def encode_data(message: SacnData) -> bytes:
    """Return a packet."""
    count = len(message.slots)
    total = _HEAD + count
    return (
        _ROOT.pack(16, 0, _ID, _LENGTH | total - 16, _DATA, message.source)
        + _FRAMING.pack(
            _LENGTH | total - _ROOT.size,
            _DATA_PACKET,
            message.name.encode()[:63],
            message.priority,
            0,
            message.sequence,
            _TERMINATED if message.terminated else 0,
            message.universe,
        )
        + _LAYER.pack(
            _LENGTH | total - _ROOT.size - _FRAMING.size,
            _SET_PROPERTY,
            _ADDRESSES,
            0,
            1,
            count + 1,
            0,
        )
        + message.slots
    )


def decode_packet(data: bytes) -> SacnData | None:
    """Read a packet; None for one that is of no concern here, such as a preview.

    Raises:
        Unusable: If it is no sACN, or cut off.
    """
    if len(data) < _ROOT.size or data[4:16] != _ID:
        raise Unusable("protocol", protocol="sACN", got=repr(data[:16]))
    _, _, _, _, vector, source = _ROOT.unpack_from(data)
    if vector != _DATA:
        return None
    if len(data) < _HEAD:
        raise Unusable("packet_length", least=_HEAD, packet="sACN", got=len(data))
    _, vector, name, priority, _, sequence, options, universe = _FRAMING.unpack_from(
        data, _ROOT.size
    )
    _, layer, _, _, _, count, start_code = _LAYER.unpack_from(data, _ROOT.size + _FRAMING.size)
    if (vector, layer) != (_DATA_PACKET, _SET_PROPERTY) or options & _PREVIEW or start_code != 0:
        return None
    slots = data[_HEAD:]
    if not 0 < count <= min(SLOTS, len(slots)) + 1:
        raise Unusable("slots", most=min(SLOTS, len(slots)), packet="sACN", got=count - 1)
    if priority > MOST_PRIORITY:
        raise Unusable("priority", most=MOST_PRIORITY, got=priority)
    readable = name.partition(b"\0")[0].decode(errors="replace")
    ends = bool(options & _TERMINATED)
    return SacnData(source, readable, priority, sequence, universe, slots[: count - 1], ends)
