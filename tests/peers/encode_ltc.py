"""Linear timecode as libltc encodes it, written to `captures/`.

libltc (https://x42.github.io/libltc/) is the encoder of Ardour, among others; Debian packages it as
`libltc11`. `python -m tests.peers.encode_ltc` makes the captures anew.
"""

import ctypes
import io
import wave
from ctypes.util import find_library
from pathlib import Path
from typing import NamedTuple

RATE = 24_000
"""Samples a second."""

FRAMES = 16
CAPTURES = Path(__file__).parent / "captures"

_NO_FLAGS = 0
_STANDARD = {24.0: 3, 25.0: 1, 30000 / 1001: 0, 30.0: 0}


class Recording(NamedTuple):
    """One capture.

    Attributes:
        name: Of its file.
        fps: Frames a second.
        first: Hours, minutes, seconds and frames of the first frame.
        drop: Whether frame numbers are dropped.
        reverse: Whether it is played backwards.
    """

    name: str
    fps: float
    first: tuple[int, int, int, int]
    drop: bool = False
    reverse: bool = False


RECORDINGS = (
    Recording("ltc-24-libltc.wav", 24.0, (1, 2, 3, 4)),
    Recording("ltc-25-libltc.wav", 25.0, (23, 59, 58, 20)),
    Recording("ltc-2997-drop-libltc.wav", 30000 / 1001, (0, 0, 59, 22), drop=True),
    Recording("ltc-30-libltc.wav", 30.0, (10, 20, 30, 5)),
    Recording("ltc-25-reverse-libltc.wav", 25.0, (1, 0, 0, 10), reverse=True),
)


class _Time(ctypes.Structure):
    """`SMPTETimecode` of ltc.h."""

    _fields_ = (
        ("timezone", ctypes.c_char * 6),
        *((name, ctypes.c_ubyte) for name in ("year", "month", "day")),
        *((name, ctypes.c_ubyte) for name in ("hour", "minute", "second", "frame")),
    )


def encode(recording: Recording, frames: int = FRAMES) -> bytes:
    """Return some frames as a WAV file of 8-bit samples.

    Raises:
        OSError: If libltc is not installed.
    """
    library = ctypes.CDLL(find_library("ltc") or "libltc.so")
    library.ltc_encoder_create.restype = ctypes.c_void_p
    library.ltc_encoder_create.argtypes = [ctypes.c_double] * 2 + [ctypes.c_int] * 2
    encoder = ctypes.c_void_p(
        library.ltc_encoder_create(RATE, recording.fps, _STANDARD[recording.fps], _NO_FLAGS)
    )
    hour, minute, second, frame = recording.first
    time = _Time(b"+0000", 0, 0, 0, hour, minute, second, frame)
    library.ltc_encoder_set_timecode(encoder, ctypes.byref(time))
    if recording.drop:  # after the time, which would clear the flag
        raw = (ctypes.c_ubyte * 10)()
        library.ltc_encoder_get_frame(encoder, raw)
        raw[1] |= 1 << 2
        library.ltc_encoder_set_frame(encoder, raw)
    found = bytearray()
    samples = (ctypes.c_ubyte * RATE)()
    for _ in range(frames):
        library.ltc_encoder_encode_frame(encoder)
        count = library.ltc_encoder_copy_buffer(encoder, samples)
        found += bytes(samples[:count])
        library.ltc_encoder_inc_timecode(encoder)
    library.ltc_encoder_free(encoder)
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(RATE)
        file.writeframes(bytes(reversed(found) if recording.reverse else found))
    return buffer.getvalue()


if __name__ == "__main__":
    for each in RECORDINGS:
        (CAPTURES / each.name).write_bytes(encode(each))
