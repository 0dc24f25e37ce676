"""The wire, version 2: refusals and binary messages, as `server/wire/PROTOCOL.md` describes them.

No socket, clock or state lives here: bytes in, values out, and back. JSON is in `messages.py`.
"""

import io
import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Literal, NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int16, UInt16

from motion.clip import Pose
from server.capture.landmarks import COLOURS, COUNT, PEOPLE, Landmarks, Sighting
from server.sentence import Sentence, quoted

Array = np.ndarray

VERSION = 2
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
    "wrong_key",
    "key_too_soon",
    "not_granted",
    "unknown_stage",
    "stage_ended",
    "not_operator",
    "not_performer",
    "performer_taken",
    "seat_freed",
    "performer_absent",
    "source_not_browser",
    "unknown_model",
]

CLOSE_CODES: dict[RefusalName, int] = {
    "hello_expected": 4400,
    "wrong_key": 4401,
    "not_granted": 4403,
    "unknown_stage": 4404,
    "unsupported_version": 4406,
    "hello_timeout": 4408,
    "performer_taken": 4409,
    "stage_ended": 4410,
    "seat_freed": 4411,
    "key_too_soon": 4429,
    "oversized": 1009,
}
"""Close codes of the refusals that end a session; all others leave it open."""


class Refusal(Exception):  # noqa: N818 - the word of the protocol
    """A message that is not accepted, by name.

    Attributes:
        name: One of `RefusalName`.
        sentence: "expected X, got Y", for pages to word in each language. A text is quoted: where
            pages say a refusal by its name, or only a faulty program meets it.
        close_code: WebSocket close code when the session ends with it, else None.
    """

    def __init__(self, name: RefusalName, detail: str | Sentence) -> None:
        super().__init__(f"{name}: {detail}")
        self.name = name
        self.sentence = quoted(detail) if isinstance(detail, str) else detail
        self.close_code = CLOSE_CODES.get(name)

    @property
    def detail(self) -> str:
        """The sentence in English."""
        return str(self.sentence)


# --- frames ---------------------------------------------------------------------------------

FRAME = 1
LANDMARKS = 2
PARTNER = 0
PERFORMER = 1

_FRAME_HEADER = struct.Struct("<BBBBIddB")
_TIMES, _TIMES_AT = struct.Struct("<dd"), 8
_LANDMARKS_HEADER = struct.Struct("<BBBBId")
_FIGURE_HEADER = struct.Struct("<BBBB3h")
_LANDMARK = np.dtype([("position", "<i2", (3,)), ("visibility", "u1"), ("image", "<i2", (2,))])
_BARE = [("landmarks", _LANDMARK, (COUNT,))]
_PERSON = (np.dtype(_BARE), np.dtype([*_BARE, ("track", "u1"), ("colours", "u1", (COLOURS,))]))
_IMAGE_STEPS = 4096
_KEPT = np.array([[1, 2, 3], [0, 2, 3], [0, 1, 3], [0, 1, 2]])
_TOP_BITS = np.array([[0, 0, 0], [0, 1, 0], [1, 0, 0], [1, 1, 0]], np.uint16) << 15
_CONTACT_BITS = np.array([1, 2, 4, 8])
_SQRT2 = math.sqrt(2.0)


class Figure(NamedTuple):
    """One dancer of a frame.

    Attributes:
        kind: `PARTNER`, or `PERFORMER` for the performer's own skeleton.
        id: Tells those of a kind apart from frame to frame, in [0, 255]; the first partner is 0.
        pose: Hips in metres (to the millimetre, within ±32.767), unit quaternions.
        contacts: leftFoot, leftToes, rightFoot, rightToes.
        taken_up: Whether the partner took its performer up at this frame.
    """

    kind: int
    id: int
    pose: Pose
    contacts: Bool[Array, "4"]
    taken_up: bool = False


class FrameMessage(NamedTuple):
    """One frame of a stage as it travels.

    Attributes:
        sequence: Number of the frame, modulo 2**32.
        time: Server clock of the frame, seconds.
        captured: Server clock of the picture that shaped it, seconds; None when none did.
        emotion: Weights that coloured this frame, in [0, 1.5], (E,).
        figures: Who dances; they come and go. All have the joints of the hello's skeleton.
        performer_present: Whether a performer is seen.
    """

    sequence: int
    time: float
    captured: float | None
    emotion: Float[Array, " E"]
    figures: tuple[Figure, ...]
    performer_present: bool = False


def encode_frame(message: FrameMessage) -> bytes:
    """Return the bytes of a frame: 25 + E + (10 + 6 J) for each figure."""
    return encode_frames([message])[0]


def encode_frames(messages: Sequence[FrameMessage]) -> list[bytes]:
    """Return the bytes of frames whose figures have one skeleton, all packed in one go."""
    if not messages:
        return []
    figures = iter(_encode_figures([figure for each in messages for figure in each.figures]))
    weights = np.concatenate([each.emotion for each in messages])
    emotions = io.BytesIO((weights * 100 + 0.5).astype(np.uint8).tobytes())
    return [
        b"".join([_encode_header(each, emotions), *islice(figures, len(each.figures))])
        for each in messages
    ]


def _encode_header(message: FrameMessage, emotions: io.BytesIO) -> bytes:
    sequence, time, captured, emotion, figures, present = message
    captured, count = math.nan if captured is None else captured, len(emotion)
    header = _FRAME_HEADER.pack(
        VERSION, FRAME, present, len(figures), sequence % 2**32, time, captured, count
    )
    return header + emotions.read(count)


def _encode_figures(figures: Sequence[Figure]) -> list[bytes]:
    if not figures:
        return []
    kinds, numbers, poses, contacts, taken_up = zip(*figures, strict=True)
    rotations = np.concatenate([pose.rotations for pose in poses])
    words = encode_rotations(rotations).astype("<u2", copy=False).tobytes()
    hips = _millimetres(np.array([pose.hips for pose in poses])).tolist()
    stands = (np.array(contacts) @ _CONTACT_BITS).tolist()
    size = len(words) // len(figures)
    return [
        _FIGURE_HEADER.pack(kind, number, taken, stood, *place) + words[at : at + size]
        for kind, number, taken, stood, place, at in zip(
            kinds, numbers, taken_up, stands, hips, range(0, len(words), size), strict=True
        )
    ]


def decode_frame(data: bytes, joints: int) -> FrameMessage:
    """Read a frame.

    Args:
        data: The whole message.
        joints: How many joints the skeleton of the hello has.

    Raises:
        Refusal: `malformed_frame`, when the bytes are not a frame of that skeleton.
    """
    _require_kind(data, FRAME, _FRAME_HEADER.size)
    _, _, flags, count, sequence, time, captured, emotions = _FRAME_HEADER.unpack_from(data)
    start, size = _FRAME_HEADER.size + emotions, _FIGURE_HEADER.size + 6 * joints
    _require_length(data, start + count * size)
    return FrameMessage(
        sequence,
        time,
        None if math.isnan(captured) else captured,
        np.frombuffer(data, np.uint8, emotions, _FRAME_HEADER.size) / 100,
        tuple(_decode_figure(data, start + i * size, joints) for i in range(count)),
        bool(flags & 1),
    )


def _decode_figure(data: bytes, at: int, joints: int) -> Figure:
    kind, number, flags, contacts, *hips = _FIGURE_HEADER.unpack_from(data, at)
    words = np.frombuffer(data, "<u2", 3 * joints, at + _FIGURE_HEADER.size).reshape(joints, 3)
    return Figure(
        kind,
        number,
        Pose(np.array(hips) / 1000, decode_rotations(words)),
        np.unpackbits(np.uint8(contacts), count=4, bitorder="little").astype(bool),
        bool(flags & 1),
    )


def shifted_frame(data: bytes, seconds: float) -> bytes:
    """Return a frame whose times are later by so many seconds, as another clock has them.

    Raises:
        Refusal: `malformed_frame`, when the bytes are not a frame.
    """
    _require_kind(data, FRAME, _FRAME_HEADER.size)
    time, captured = _TIMES.unpack_from(data, _TIMES_AT)
    times = _TIMES.pack(time + seconds, captured + seconds)
    return data[:_TIMES_AT] + times + data[_TIMES_AT + _TIMES.size :]


def time_of_frame(data: bytes) -> float:
    """Return the time of a frame's bytes."""
    return float(_TIMES.unpack_from(data, _TIMES_AT)[0])


def sequence_of_frame(data: bytes) -> int:
    """Return the number of a frame's bytes."""
    return int.from_bytes(data[4:8], "little")


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
    """Whom a performer's browser saw in one picture.

    Attributes:
        sequence: Number of the picture, modulo 2**32.
        sighting: Positions to the millimetre, visibility in steps of 1/255, places in the picture
            in steps of 1/4096; its time is the server's clock, as the client knows it from pings.
    """

    sequence: int
    sighting: Sighting


def encode_landmarks(message: LandmarksMessage) -> bytes:
    """Return the bytes of a landmarks message: 16, and 363 or 428 for each person."""
    people, sequence = message.sighting.people, message.sequence % 2**32
    followed = any(p.track is not None or p.colours is not None for p in people)
    time = message.sighting.time
    header = _LANDMARKS_HEADER.pack(VERSION, LANDMARKS, followed, len(people), sequence, time)
    packed = np.zeros(len(people), _PERSON[followed])
    for row, person in zip(packed, people, strict=True):
        landmarks = row["landmarks"]
        landmarks["position"] = _millimetres(person.positions)
        landmarks["visibility"] = np.clip(np.rint(person.visibility * 255), 0, 255)
        landmarks["image"] = _steps(person.image, _IMAGE_STEPS)
        if person.track is not None:
            row["track"] = person.track
        if person.colours is not None:
            row["colours"] = person.colours
    return header + packed.tobytes()


def decode_landmarks(data: bytes) -> LandmarksMessage:
    """Read a landmarks message.

    Raises:
        Refusal: `malformed_frame`, when the bytes are not such a message.
    """
    _require_kind(data, LANDMARKS, _LANDMARKS_HEADER.size)
    _, _, followed, count, sequence, time = _LANDMARKS_HEADER.unpack_from(data)
    if followed > 1:
        raise Refusal("malformed_frame", f"expected 0 or 1 at offset 2, got {followed}")
    if not math.isfinite(time):
        raise Refusal("malformed_frame", f"expected a finite capture time, got {time}")
    if count > PEOPLE:
        raise Refusal("malformed_frame", f"expected at most {PEOPLE} people, got {count}")
    _require_length(data, _LANDMARKS_HEADER.size + count * _PERSON[followed].itemsize)
    packed = np.frombuffer(data, _PERSON[followed], offset=_LANDMARKS_HEADER.size)
    return LandmarksMessage(sequence, Sighting(time, tuple(map(_decode_person, packed))))


def _decode_person(row: np.void) -> Landmarks:
    bare, named = row["landmarks"], row.dtype.names or ()
    found = Landmarks(
        bare["position"] / 1000.0, bare["visibility"] / 255.0, bare["image"] / float(_IMAGE_STEPS)
    )
    if "track" not in named:
        return found
    colours = row["colours"] if row["colours"].any() else None
    return replace(found, colours=colours, track=int(row["track"]) or None)


def _millimetres(metres: Float[Array, "*batch 3"]) -> Int16[Array, "*batch 3"]:
    return _steps(metres, 1000)


def _steps(values: Float[Array, "*batch"], per_unit: int) -> Int16[Array, "*batch"]:
    rounded = np.floor(values * per_unit + 0.5)
    return np.minimum(np.maximum(rounded, -32767), 32767).astype(np.int16)


def _require_kind(data: bytes, kind: int, least: int) -> None:
    if len(data) < least:
        raise Refusal("malformed_frame", f"expected at least {least} bytes, got {len(data)}")
    if (data[0], data[1]) != (VERSION, kind):
        got = f"version {data[0]}, type {data[1]}"
        raise Refusal("malformed_frame", f"expected version {VERSION}, type {kind}, got {got}")


def _require_length(data: bytes, length: int) -> None:
    if len(data) != length:
        raise Refusal("malformed_frame", f"expected {length} bytes, got {len(data)}")
