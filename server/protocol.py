"""The wire, version 1: refusals and binary messages, as `server/PROTOCOL.md` describes them.

No socket, clock or state lives here: bytes in, values out, and back. JSON is in `messages.py`.
"""

import math
import struct
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float, Int16, UInt16

from motion.clip import Pose
from server.landmarks import COUNT, Landmarks

Array = np.ndarray

VERSION = 1
MESSAGE_LIMIT = 4096
"""Largest message that a client may send, bytes."""

# --- refusals -------------------------------------------------------------------------------

RefusalName = Literal[
    "malformed_json",
    "unknown_message",
    "invalid_message",
    "malformed_frame",
    "oversized",
    "too_fast",
    "hello_expected",
    "hello_timeout",
    "unsupported_version",
    "not_performer",
    "performer_taken",
    "performer_absent",
    "source_not_browser",
]

CLOSE_CODES: dict[RefusalName, int] = {
    "hello_expected": 4400,
    "unsupported_version": 4406,
    "hello_timeout": 4408,
    "performer_taken": 4409,
    "oversized": 1009,
}
"""Close codes of the refusals that end a session; all others leave it open."""


class Refusal(Exception):  # noqa: N818 - the word of the protocol
    """A message that is not accepted, by name.

    Attributes:
        name: One of `RefusalName`.
        detail: "expected X, got Y", for people.
        close_code: WebSocket close code when the session ends with it, else None.
    """

    def __init__(self, name: RefusalName, detail: str) -> None:
        super().__init__(f"{name}: {detail}")
        self.name = name
        self.detail = detail
        self.close_code = CLOSE_CODES.get(name)


# --- frames ---------------------------------------------------------------------------------

FRAME = 1
LANDMARKS = 2
_FRAME_HEADER = struct.Struct("<BBBBId3h")
_LANDMARKS_HEADER = struct.Struct("<BBBBId")
_LANDMARK = np.dtype([("position", "<i2", (3,)), ("visibility", "u1")])
_KEPT = np.array([[1, 2, 3], [0, 2, 3], [0, 1, 3], [0, 1, 2]])
_TOP_BITS = np.array([[0, 0, 0], [0, 1, 0], [1, 0, 0], [1, 1, 0]], np.uint16) << 15
_CONTACT_BITS = np.array([1, 2, 4, 8])
_SQRT2 = math.sqrt(2.0)


@dataclass(frozen=True, eq=False)
class FrameMessage:
    """One frame of the partner as it travels.

    Attributes:
        sequence: Number of the frame, modulo 2**32.
        time: Server clock of the frame, seconds.
        pose: Hips in metres (to the millimetre, within ±32.767), unit quaternions.
        contacts: leftFoot, leftToes, rightFoot, rightToes.
        emotion: Weights that coloured this frame, in [0, 1.5], (E,).
        performer_present: Whether a performer is seen.
        taken_up: Whether the partner took the performer up at this frame.
    """

    sequence: int
    time: float
    pose: Pose
    contacts: Bool[Array, "4"]
    emotion: Float[Array, " E"]
    performer_present: bool = False
    taken_up: bool = False


def encode_frame(message: FrameMessage) -> bytes:
    """Return the bytes of a frame: 23 + 6 J + E of them."""
    flags = message.performer_present | message.taken_up << 1
    contacts = int(message.contacts @ _CONTACT_BITS)
    hips = _millimetres(message.pose.hips).tolist()
    header = _FRAME_HEADER.pack(
        VERSION, FRAME, flags, contacts, message.sequence % 2**32, message.time, *hips
    )
    emotion = (message.emotion * 100 + 0.5).astype(np.uint8)
    rotations = encode_rotations(message.pose.rotations).astype("<u2", copy=False)
    return b"".join([header, rotations.tobytes(), bytes([len(emotion)]), emotion.tobytes()])


def decode_frame(data: bytes, joints: int) -> FrameMessage:
    """Read a frame.

    Args:
        data: The whole message.
        joints: How many joints the skeleton of the hello has.

    Raises:
        Refusal: `malformed_frame`, when the bytes are not a frame of that skeleton.
    """
    end = _FRAME_HEADER.size + 6 * joints
    _require_kind(data, FRAME, end + 1)
    _require_length(data, end + 1 + data[end])
    _, _, flags, contacts, sequence, time, *hips = _FRAME_HEADER.unpack_from(data)
    packed = np.frombuffer(data, "<u2", 3 * joints, _FRAME_HEADER.size).reshape(joints, 3)
    return FrameMessage(
        sequence,
        time,
        Pose(np.array(hips) / 1000, decode_rotations(packed)),
        np.unpackbits(np.uint8(contacts), count=4, bitorder="little").astype(bool),
        np.frombuffer(data, np.uint8, offset=end + 1) / 100,
        bool(flags & 1),
        bool(flags & 2),
    )


def encode_rotations(rotations: Float[Array, "J 4"]) -> UInt16[Array, "J 3"]:
    """Pack unit quaternions into 48 bits each: the three smallest components, 15 bits each.

    The largest component is dropped, and its index stored in the top bits of the first two words
    (high bit first). Error at most 0.01 degrees.

    References:
        G. Fiedler, "Snapshot Compression", 2015, https://gafferongames.com/post/snapshot_compression/
    """
    dropped = np.abs(rotations).argmax(axis=1)
    first = np.arange(0, rotations.size, 4)
    components = rotations.ravel()
    scale = np.copysign(_SQRT2 / 2 * 32767, components[first + dropped])
    kept = components[first[:, None] + _KEPT[dropped]] * scale[:, None]
    words = np.minimum(np.maximum(kept + (32767 / 2 + 0.5), 0), 32767).astype(np.uint16)
    return words | _TOP_BITS[dropped]


def decode_rotations(words: UInt16[Array, "J 3"]) -> Float[Array, "J 4"]:
    """Unpack what `encode_rotations` packed; any words give unit quaternions."""
    dropped = (words[:, 0] >> 15 << 1 | words[:, 1] >> 15).astype(int)
    kept = ((words & 0x7FFF) / 32767 * 2 - 1) / _SQRT2
    rows = np.arange(len(words))
    rotations = np.empty((len(words), 4))
    rotations[rows[:, None], _KEPT[dropped]] = kept
    rotations[rows, dropped] = np.sqrt(np.maximum(0.0, 1 - np.sum(kept**2, axis=1)))
    # Words that no encoder writes may hold more than unit length.
    return rotations / np.linalg.norm(rotations, axis=1, keepdims=True)


# --- landmarks ------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class LandmarksMessage:
    """What a performer's browser saw in one image.

    Attributes:
        sequence: Number of the image, modulo 2**32.
        landmarks: Positions to the millimetre, visibility in steps of 1/255; the time is of the
            client's clock.
    """

    sequence: int
    landmarks: Landmarks


def encode_landmarks(message: LandmarksMessage) -> bytes:
    """Return the bytes of a landmarks message: 16 without a person, 247 with one."""
    seen = message.landmarks
    header = _LANDMARKS_HEADER.pack(
        VERSION, LANDMARKS, seen.positions is not None, 0, message.sequence % 2**32, seen.time
    )
    if seen.positions is None:
        return header
    packed = np.empty(COUNT, _LANDMARK)
    packed["position"] = _millimetres(seen.positions)
    packed["visibility"] = np.clip(np.rint(seen.visibility * 255), 0, 255)
    return header + packed.tobytes()


def decode_landmarks(data: bytes) -> LandmarksMessage:
    """Read a landmarks message.

    Raises:
        Refusal: `malformed_frame`, when the bytes are not such a message.
    """
    _require_kind(data, LANDMARKS, _LANDMARKS_HEADER.size)
    _, _, flags, _, sequence, time = _LANDMARKS_HEADER.unpack_from(data)
    if not math.isfinite(time):
        raise Refusal("malformed_frame", f"expected a finite capture time, got {time}")
    present = bool(flags & 1)
    _require_length(data, _LANDMARKS_HEADER.size + present * COUNT * _LANDMARK.itemsize)
    if not present:
        return LandmarksMessage(sequence, Landmarks.nobody(time))
    packed = np.frombuffer(data, _LANDMARK, offset=_LANDMARKS_HEADER.size)
    positions, visibility = packed["position"] / 1000.0, packed["visibility"] / 255.0
    return LandmarksMessage(sequence, Landmarks(time, positions, visibility))


def _millimetres(metres: Float[Array, "*batch 3"]) -> Int16[Array, "*batch 3"]:
    return np.minimum(np.maximum(np.floor(metres * 1000 + 0.5), -32767), 32767).astype(np.int16)


def _require_kind(data: bytes, kind: int, least: int) -> None:
    if len(data) < least:
        raise Refusal("malformed_frame", f"expected at least {least} bytes, got {len(data)}")
    if (data[0], data[1]) != (VERSION, kind):
        got = f"version {data[0]}, type {data[1]}"
        raise Refusal("malformed_frame", f"expected version {VERSION}, type {kind}, got {got}")


def _require_length(data: bytes, length: int) -> None:
    if len(data) != length:
        raise Refusal("malformed_frame", f"expected {length} bytes, got {len(data)}")
