"""What a take holds, as `server/takes/TAKE.md` describes it: its header, and moments as bytes.

No file, clock or thread lives here: `take_writer.py` writes takes, `take_reader.py` reads them.
"""

import hashlib
import platform
import re
import struct
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from motion.clip import Clip, Pose
from motion.errors import TakeError
from motion.model.contract import GRAPH_FILE, Contract
from motion.skeleton import CANONICAL
from server.capture.landmarks import COLOURS, COUNT, Landmarks, Sighting
from server.interaction.dance import RULES
from server.interaction.frame_inputs import FrameInputs
from server.wire.messages import Controls, SkeletonMessage

VERSION: Literal[2] = 2
"""Takes of version 1, which knew no poses of performers, are read as well."""

SUFFIX = ".take"
PROFILE = "bhava.take"
HEADER, HISTORY = "header.json", "history.f64"
"""Names of a take's attachments."""

CONTROLS, MOMENT, FRAME = "/controls", "/moment", "/frame"
"""Topics of a take's messages."""

MOMENT_ENCODING, FRAME_ENCODING = "bhava.moment.2", "bhava.frame.2"

_RATE = struct.Struct("<d")
_MOMENT = struct.Struct("<Bd")
_SIGHTING = struct.Struct("<dB")
_PERSON = np.dtype(
    [("positions", "<f8", (COUNT, 3)), ("visibility", "<f8", COUNT), ("image", "<f8", (COUNT, 2))]
)
_POSE = np.dtype([("hips", "<f8", 3), ("rotations", "<f8", (len(CANONICAL.joints), 4))])
_SEEN, _TAKE_UP, _COLOURS, _POSES, _TRACKS = 1, 2, 4, 8, 16
_STRICT = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)
_ROOT = Path(__file__).parents[2]
_SOURCES = ("motion", "server")
_LIBRARIES = ("numpy", "onnxruntime")


class RecordedModel(BaseModel):
    """A model at the time of a take.

    Attributes:
        graph: SHA-256 of its graph, in hexadecimal digits.
        contract: What it promised; its emotions are in the order of a frame's weights.
    """

    model_config = _STRICT

    graph: str
    contract: Contract

    @staticmethod
    def from_folder(folder: Path) -> "RecordedModel":
        """Return a model as it is now."""
        with (folder / GRAPH_FILE).open("rb") as graph:
            digest = hashlib.file_digest(graph, "sha256").hexdigest()
        return RecordedModel(graph=digest, contract=Contract.load(folder))


FASTEST = 1000.0
"""Moments a second; no more frames than that are made of a damaged header."""


class Header(BaseModel):
    """What holds for a whole take.

    Attributes:
        version: Version of the format.
        stage: Name of the stage.
        started: When the recording began, wall clock.
        controls: As they were at the start.
        sequence: Number of the first frame.
        rules: By which partners answer performers, see `Opening`; takes older than rules have 1.
        models: That the stage could choose from, by name.
        fps: Rate of the moments.
        skeleton: Skeleton of all figures.
        build: What computed the frames, see `this_build`.
    """

    model_config = _STRICT

    version: Literal[1, 2] = VERSION
    stage: str
    started: AwareDatetime
    controls: Controls
    sequence: int
    rules: Annotated[int, Field(ge=1, le=RULES)] = 1
    models: dict[str, RecordedModel]
    fps: Annotated[float, Field(gt=0, le=FASTEST)]
    skeleton: SkeletonMessage
    build: dict[str, str]


def take_name(stage: str, started: datetime) -> str:
    """Return the file name of a take that begins now."""
    safe = re.sub(r"[^\w-]", "_", stage)
    return f"{safe}-{started:%Y%m%d-%H%M%S}{SUFFIX}"


def this_build() -> dict[str, str]:
    """Return all that decides which bits come out of the same inputs, the models apart."""
    libraries = {name: import_module(name).__version__ for name in _LIBRARIES}
    return {"code": code_digest(_ROOT), **libraries, "processor": _processor()}


def code_digest(root: Path) -> str:
    """Return 16 hexadecimal digits that change with any Python file of the product.

    Args:
        root: Folder that holds the packages `motion` and `server`. The place of a file within
            them counts as much as its text.
    """
    code = hashlib.sha256()
    for path in sorted(path for name in _SOURCES for path in (root / name).rglob("*.py")):
        text = path.read_bytes()
        code.update(f"{path.relative_to(root).as_posix()}\0{len(text)}\0".encode() + text)
    return code.hexdigest()[:16]


def _processor() -> str:
    # Libraries choose their arithmetic by the processor.
    about = Path("/proc/cpuinfo")
    named = re.search(r"model name\s*: (.+)", about.read_text() if about.exists() else "")
    return named[1] if named else platform.processor()


def encode_history(history: Clip) -> bytes:
    """Return the bytes of what was shown before a take: its rate, then hips and rotations."""
    frames = np.concatenate([history.hips, history.rotations.reshape(len(history), -1)], axis=1)
    return _RATE.pack(history.fps) + frames.astype("<f8").tobytes()


def decode_history(data: bytes, joints: int) -> Clip:
    """Read what was shown before a take.

    Raises:
        TakeError: If the bytes are no whole frames of that many joints.
    """
    try:
        (fps,) = _RATE.unpack_from(data)
        frames = np.frombuffer(data, "<f8", offset=_RATE.size).reshape(-1, 3 + 4 * joints)
    except (struct.error, ValueError) as error:
        raise TakeError(f"expected frames of {joints} joints, got {error}") from error
    turned = frames[:, 3:].copy().reshape(-1, joints, 4)
    return Clip("history", fps, frames[:, :3].copy(), turned)


def encode_moment(moment: FrameInputs) -> bytes:
    """Return the bytes of a moment, its controls apart."""
    seen = moment.sighting
    worn = b"" if seen is None else _encode_colours(seen)
    tracks = b"" if seen is None else _encode_tracks(seen)
    posed = b"" if seen is None else _encode_poses(seen)
    flags = (seen is not None) * _SEEN | moment.take_up * _TAKE_UP
    flags |= bool(worn) * _COLOURS | bool(tracks) * _TRACKS | bool(posed) * _POSES
    head = _MOMENT.pack(flags, moment.now)
    if seen is None:
        return head
    people = np.empty(len(seen.people), _PERSON)
    for person, landmarks in zip(people, seen.people, strict=True):
        person["positions"] = landmarks.positions
        person["visibility"] = landmarks.visibility
        person["image"] = landmarks.image
    return head + _SIGHTING.pack(seen.time, len(people)) + people.tobytes() + worn + tracks + posed


def _encode_colours(seen: Sighting) -> bytes:
    """Return what everybody wears, zeros where that is unknown; nothing if it is of nobody."""
    if all(person.colours is None for person in seen.people):
        return b""
    unknown = np.zeros(COLOURS, np.uint8)
    worn = [unknown if p.colours is None else p.colours for p in seen.people]
    return np.stack(worn).tobytes()


def _encode_tracks(seen: Sighting) -> bytes:
    """Return the number of everybody's track, 0 where there is none; nothing if nobody has one."""
    tracks = bytes(person.track or 0 for person in seen.people)
    return tracks if any(tracks) else b""


def _encode_poses(seen: Sighting) -> bytes:
    poses = np.empty(len(seen.poses), _POSE)
    for row, pose in zip(poses, seen.poses, strict=True):
        row["hips"], row["rotations"] = pose.hips, pose.rotations
    return poses.tobytes()


def decode_moment(data: bytes, controls: Controls) -> FrameInputs:
    """Read a moment.

    Raises:
        TakeError: If the bytes are not one.
    """
    try:
        flags, now = _MOMENT.unpack_from(data)
        sighting = _decode_sighting(data[_MOMENT.size :], flags) if flags & _SEEN else None
    except (struct.error, ValueError) as error:
        raise TakeError(f"expected a moment, got {len(data)} bytes: {error}") from error
    return FrameInputs(now, sighting, controls, bool(flags & _TAKE_UP))


def _decode_sighting(data: bytes, flags: int) -> Sighting:
    time, count = _SIGHTING.unpack_from(data)
    coloured = bool(flags & _COLOURS)
    dressed = _SIGHTING.size + count * _PERSON.itemsize
    tracked = dressed + count * COLOURS * coloured
    posed = tracked + count * bool(flags & _TRACKS)
    people = np.frombuffer(data[:dressed], _PERSON, offset=_SIGHTING.size)
    poses = np.frombuffer(data[posed:], _POSE)
    if len(people) != count or len(data) < posed or bool(len(poses)) != bool(flags & _POSES):
        raise ValueError(f"expected {count} people and what they wear, got other bytes")
    worn = np.frombuffer(data[dressed:tracked], np.uint8).reshape(-1, COLOURS)
    looks = worn if coloured else [None] * count
    tracks = data[tracked:posed] or bytes(count)
    seen = tuple(map(_landmarks, people, looks, tracks))
    return Sighting(time, seen, tuple(map(_pose, poses)))


def _known(worn: np.ndarray | None) -> np.ndarray | None:
    return worn.copy() if worn is not None and worn.any() else None


def _landmarks(person: np.void, worn: np.ndarray | None, track: int) -> Landmarks:
    # Copies, since the layout in memory may decide the last bit of what is computed from it.
    positions, visibility, image = (
        person[name].copy() for name in ("positions", "visibility", "image")
    )
    return Landmarks(positions, visibility, image, _known(worn), track or None)


def _pose(row: np.void) -> Pose:
    return Pose(row["hips"].copy(), row["rotations"].copy())
