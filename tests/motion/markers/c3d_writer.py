"""C3D files written byte by byte, in ways in which writers of libraries do not."""

import struct
from collections.abc import Sequence

import numpy as np

BLOCK = 512


def c3d_file(
    labels: Sequence[str],
    points: np.ndarray,
    *,
    residuals: np.ndarray | float = 0.0,
    fps: float = 100.0,
    frames: str = "short",
    scale: float = -1.0,
) -> bytes:
    """Return a file of points (T, P, 3).

    Args:
        labels: A name for each point; after the 255th they go to LABELS2.
        points: As written, NaN included.
        residuals: Residual of each point, negative where it was not seen.
        fps: Frames per second.
        frames: How POINT:FRAMES is written: 'short', 'float', or 'trial' for the fields of TRIAL.
        scale: Negative for floats, else that of the integers.
    """
    count = len(points)
    entries = [_group(1, "POINT"), _group(2, "TRIAL")]
    entries.append(_parameter(1, "SCALE", 4, [], struct.pack("<f", scale)))
    entries.append(_parameter(1, "RATE", 4, [], struct.pack("<f", fps)))
    for number, start in enumerate(range(0, len(labels), 255), start=1):
        some = labels[start : start + 255]
        text = "".join(label.ljust(24) for label in some).encode("latin-1")
        name = "LABELS" if number == 1 else f"LABELS{number}"
        entries.append(_parameter(1, name, -1, [24, len(some)], text))
    kind, raw = (4, struct.pack("<f", count)) if frames == "float" else (2, _short(count))
    entries.append(_parameter(1, "FRAMES", kind, [], raw))
    if frames == "trial":
        last = struct.pack("<HH", count % 65536, count // 65536)
        entries.append(_parameter(2, "ACTUAL_START_FIELD", 2, [2], struct.pack("<HH", 1, 0)))
        entries.append(_parameter(2, "ACTUAL_END_FIELD", 2, [2], last))
    section = b"".join(entries) + bytes(2)
    blocks = -(-(len(section) + 4) // BLOCK)
    head = struct.pack(
        "<BBHHHHHfHHf", 2, 0x50, len(labels), 0, 1, min(count, 65535), 10, scale, 2 + blocks, 0, fps
    )
    parameters = bytes([1, 0x50, blocks, 84]) + section
    kept = np.zeros((*points.shape[:2], 4), "<f4" if scale < 0 else "<i2")
    kept[..., :3] = points if scale < 0 else np.round(points / scale)
    kept[..., 3] = residuals
    return _filled(head) + _filled(parameters) + _filled(kept.tobytes())


def _short(count: int) -> bytes:
    return struct.pack("<H", min(count, 65535))


def _filled(data: bytes) -> bytes:
    return data.ljust(-(-len(data) // BLOCK) * BLOCK, b"\0")


def _group(number: int, name: str) -> bytes:
    return struct.pack("<bb", len(name), -number) + name.encode() + struct.pack("<H", 3) + b"\0"


def _parameter(group: int, name: str, kind: int, shape: list[int], data: bytes) -> bytes:
    body = struct.pack("<bB", kind, len(shape)) + bytes(shape) + data + b"\0"
    head = struct.pack("<bb", len(name), group) + name.encode()
    return head + struct.pack("<H", len(body) + 2) + body
