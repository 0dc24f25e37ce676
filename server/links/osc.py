"""Open Sound Control 1.0: packets to messages and back; no socket and no clock.

References:
    M. Wright, "The Open Sound Control 1.0 Specification", 2002,
    https://opensoundcontrol.stanford.edu/spec-1_0.html
"""

import math
import struct
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import NamedTuple

from server.sentence import Unusable

Value = float | int | str | bool | bytes | None

BUNDLE = b"#bundle\0"
DEEPEST = 4
"""Bundles within bundles that are still read."""

LONGEST_PATTERN = 128
MOST_CHOICES = 16
"""Alternatives of a pattern's braces; more of them would cost much and mean nothing."""

_WILD = frozenset("*?[{")
_SIZE = struct.Struct(">i")
_FIXED = {
    kind: struct.Struct(f">{form}")
    for kind, form in zip("ifdhtcrm", ("i", "f", "d", "q", "Q", "i", "I", "I"), strict=True)
}
_CONSTANT: dict[str, Value] = {"T": True, "F": False, "N": None, "I": True}


class OscError(Unusable):
    """Bytes that are no OSC packet, or a message that has no meaning."""


class OscMessage(NamedTuple):
    """One message.

    Attributes:
        address: Begins with a slash; may be a pattern.
        arguments: In their order; times are left as integers.
    """

    address: str
    arguments: tuple[Value, ...]


def decode_packet(data: bytes) -> list[OscMessage]:
    """Return the messages of a packet, those of bundles in their order; dates are ignored.

    Raises:
        OscError: If it is no packet; then none of its messages counts.
    """
    return list(_messages(data, 0))


def _messages(data: bytes, depth: int) -> Iterator[OscMessage]:
    if not data.startswith(BUNDLE):
        yield _message(data)
        return
    if depth >= DEEPEST:
        raise OscError("bundle_depth", most=DEEPEST)
    at = len(BUNDLE) + 8  # the date
    if len(data) < at:
        raise OscError("bundle_date", got=len(data))
    while at < len(data):
        size, at = _number(_SIZE, data, at)
        if not 0 < size <= len(data) - at:
            raise OscError("element_length", most=len(data) - at, got=size)
        yield from _messages(data[at : at + int(size)], depth + 1)
        at += int(size)


def _message(data: bytes) -> OscMessage:
    address, at = _text(data, 0)
    if not address.startswith("/"):
        raise OscError("address_start", got=repr(address[:40]))
    if at >= len(data):  # very old senders leave the types out where there are no arguments
        return OscMessage(address, ())
    types, at = _text(data, at)
    if not types.startswith(","):
        raise OscError("types_start", got=repr(types[:40]))
    arguments = []
    for kind in types[1:]:
        if kind in "[]":
            continue
        value, at = _argument(kind, data, at)
        arguments.append(value)
    return OscMessage(address, tuple(arguments))


def _argument(kind: str, data: bytes, at: int) -> tuple[Value, int]:
    if kind in _CONSTANT:
        return _CONSTANT[kind], at
    if kind in _FIXED:
        return _number(_FIXED[kind], data, at)
    if kind in "sS":
        return _text(data, at)
    if kind == "b":
        size, at = _number(_SIZE, data, at)
        end = at + int(size)
        if not at <= end <= len(data):
            raise OscError("blob_length", most=len(data) - at, got=size)
        return data[at:end], _padded(end)
    raise OscError("argument_type", got=repr(kind))


def _number(form: struct.Struct, data: bytes, at: int) -> tuple[float, int]:
    end = at + form.size
    if end > len(data):
        raise OscError("argument_length", wanted=end - at, got=max(0, len(data) - at))
    return form.unpack_from(data, at)[0], end


def _text(data: bytes, at: int) -> tuple[str, int]:
    end = data.find(b"\0", at)
    if end < 0:
        raise OscError("text_end")
    try:
        return data[at:end].decode(), _padded(end + 1)
    except UnicodeDecodeError:
        raise OscError("text_encoding") from None


def _padded(size: int) -> int:
    return (size + 3) // 4 * 4


def encode_text(text: str) -> bytes:
    """Return text with its zero byte, padded to a multiple of 4 bytes."""
    data = text.encode() + b"\0"
    return data.ljust(_padded(len(data)), b"\0")


def encode_message(address: str, *arguments: float | str | bool) -> bytes:
    """Return a message: integers as `i`, floats as `f`, texts as `s`, truth as `T` or `F`."""
    types, data = ",", b""
    for value in arguments:
        if isinstance(value, bool):
            types += "T" if value else "F"
        elif isinstance(value, str):
            types, data = types + "s", data + encode_text(value)
        elif isinstance(value, int):
            types, data = types + "i", data + struct.pack(">i", value)
        else:
            types, data = types + "f", data + struct.pack(">f", value)
    return encode_text(address) + encode_text(types) + data


def encode_bundle(messages: list[bytes]) -> bytes:
    """Return messages in one bundle that takes effect at once."""
    parts = [struct.pack(">i", len(message)) + message for message in messages]
    return BUNDLE + struct.pack(">Q", 1) + b"".join(parts)


def number(value: Value) -> float:
    """Return a number of any type that senders use for one.

    Raises:
        OscError: If it is none, or not finite.
    """
    if isinstance(value, bool | int | float) and math.isfinite(value):
        return float(value)
    raise OscError("finite_number", got=f"{value!r:.40}")


def matches(pattern: str, address: str) -> bool:
    """Tell whether an address is meant by a sender's address, which may have wildcards.

    Raises:
        OscError: If the pattern is longer or has more alternatives than anybody needs.
    """
    if _WILD.isdisjoint(pattern):
        return pattern == address
    if len(pattern) > LONGEST_PATTERN:
        raise OscError("pattern_length", most=LONGEST_PATTERN)
    parts, wanted = address.split("/"), [_choices(part) for part in pattern.split("/")]
    return len(parts) == len(wanted) and all(
        any(fnmatchcase(part, choice) for choice in choices)
        for part, choices in zip(parts, wanted, strict=True)
    )


def _choices(part: str) -> list[str]:
    """Return what braces stand for, such as `a{b,c}` for `ab` and `ac`."""
    found = [""]
    while part:
        head, brace, part = part.partition("{")
        inner, _, part = part.partition("}") if brace else ("", "", "")
        found = [text + head + choice for text in found for choice in inner.split(",")]
        if len(found) > MOST_CHOICES:
            raise OscError("pattern_choices", most=MOST_CHOICES, got=len(found))
    return found
