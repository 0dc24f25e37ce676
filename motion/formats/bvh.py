"""BVH, the Biovision hierarchy: a text file with a skeleton and Euler angles per frame.

Reads any channel order and number of channels per joint. A joint's position channels replace its
offset, as Blender, MotionBuilder and the Bandai Namco files have it. End sites become joints
without channels, named after their parent with `_end`. Keywords may be in any case. A file may hold
several skeletons, each with a root of its own.

Writes metres, because Blender takes a BVH's numbers for metres unless told otherwise. The root's
offset is zero and its channels hold the place of the hips: some readers add the two, some do not.

References:
    M. Meredith and S. Maddock, "Motion Capture File Formats Explained", 2001.
"""

import re
import warnings
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import chain
from math import isfinite

import numpy as np
from jaxtyping import Float
from scipy.spatial.transform import Rotation

from motion import rotations
from motion.clip import Clip
from motion.errors import MotionFileError
from motion.formats.decimals import count_words, read_numbers
from motion.rigs.rig_clip import RigClip
from motion.skeleton import CANONICAL, Skeleton

Array = np.ndarray

FASTEST = 1000.0
"""Highest believable rate, frames per second."""

AXES = ("X", "Y", "Z")

KEYWORDS = re.IGNORECASE | re.MULTILINE


@dataclass(frozen=True)
class _Joint:
    """One joint of the hierarchy as it is written."""

    name: str
    parent: int
    offset: tuple[float, float, float]
    channels: tuple[str, ...]


def parse_bvh(text: str) -> RigClip:
    """Read a BVH of one skeleton; see `parse_bvh_skeletons`.

    Raises:
        MotionFileError: If it holds several, too.
    """
    found = parse_bvh_skeletons(text)
    if len(found) > 1:
        roots = ", ".join(recording.name for recording in found)
        raise MotionFileError(f"expected a BVH of one skeleton, got {len(found)}: {roots}")
    return found[0]


def parse_bvh_skeletons(text: str) -> list[RigClip]:
    """Read a BVH.

    Args:
        text: The whole file; any line ends.

    Returns:
        Skeleton and motion of each root, as written: neither scaled nor turned. Where there are
        several, each has its root's name. What was not whole is in their notes.

    Raises:
        MotionFileError: If it is empty, not a BVH, or holds no usable numbers.
    """
    if not text.strip():
        raise MotionFileError("expected a BVH, got an empty file")
    parts = re.split(r"^\s*MOTION\b(?=\s*$|\s+Frames)", text, maxsplit=1, flags=KEYWORDS)
    if not re.search(r"\bHIERARCHY\b", parts[0], KEYWORDS) or len(parts) < 2:
        absent = "MOTION" if re.search(r"\bHIERARCHY\b", parts[0], KEYWORDS) else "HIERARCHY"
        raise MotionFileError(f"expected a BVH with HIERARCHY and MOTION, got no {absent}")
    joints = _parse_hierarchy(parts[0])
    frames, fps, numbers = _parse_motion_head(parts[1])
    values, notes = _whole_frames(numbers, frames, sum(len(joint.channels) for joint in joints))
    positions, turned = _from_channels(joints, values)
    roots = [index for index, joint in enumerate(joints) if joint.parent < 0]
    stops = [*roots[1:], len(joints)]
    found = [
        _skeleton(joints[start:stop], start, positions[:, start:stop], turned[:, start:stop], fps)
        for start, stop in zip(roots, stops, strict=True)
    ]
    if len(found) == 1:
        return [replace(found[0], notes=notes)]
    return [
        replace(one, name=name, notes=notes, together=True)
        for one, name in zip(found, _apart([one.joints[0] for one in found]), strict=True)
    ]


def _apart(names: list[str]) -> list[str]:
    """Return names that differ: those that come several times are numbered."""
    return [
        f"{name} {place}" if names.count(name) > 1 else name
        for place, name in enumerate(names, start=1)
    ]


def _skeleton(
    joints: list[_Joint],
    start: int,
    positions: Float[Array, "T J 3"],
    turned: Float[Array, "T J 4"],
    fps: float,
) -> RigClip:
    """Return one root's skeleton, whose first joint has the index `start` in the file."""
    own = [replace(joint, parent=max(joint.parent - start, -1)) for joint in joints]
    return RigClip(
        tuple(joint.name for joint in own),
        tuple(joint.parent for joint in own),
        np.array([joint.offset for joint in own]),
        fps,
        positions,
        turned,
        _ends(own),
    )


def _ends(joints: list[_Joint]) -> tuple[int, ...]:
    above = {joint.parent for joint in joints}
    return tuple(i for i, joint in enumerate(joints) if i not in above and not joint.channels)


def _parse_hierarchy(text: str) -> list[_Joint]:
    """Read the joints. A joint is complete at its closing brace or its first child."""
    names: list[str] = []
    parents: list[int] = []
    offsets: dict[int, tuple[float, float, float]] = {}
    channels: dict[int, tuple[str, ...]] = {}
    open_joints: list[int] = []
    for line in text.splitlines():
        words = line.split()
        keyword = words[0].upper() if words else ""
        if keyword in ("ROOT", "JOINT", "END"):
            parent = open_joints[-1] if open_joints else -1
            own = line.split(maxsplit=1)[1].strip(" \t{") if len(words) > 1 else ""
            names.append(f"{names[parent]}_end" if keyword == "END" else own)
            parents.append(parent)
            open_joints.append(len(names) - 1)
        elif keyword == "OFFSET" and open_joints:
            offsets[open_joints[-1]] = _parse_offset(words[1:4], names[open_joints[-1]])
        elif keyword == "CHANNELS" and open_joints:
            channels[open_joints[-1]] = tuple(word.lower() for word in words[2:])
        if "}" in line and open_joints:
            open_joints.pop()
    if not names or open_joints:
        raise MotionFileError("expected a hierarchy with balanced braces, got one cut short")
    return [
        _Joint(name, parents[i], offsets.get(i, (0.0, 0.0, 0.0)), channels.get(i, ()))
        for i, name in enumerate(names)
    ]


def _parse_offset(words: list[str], joint: str) -> tuple[float, float, float]:
    try:
        x, y, z = (float(word) for word in words)
    except ValueError as error:
        raise MotionFileError(
            f"expected an OFFSET of three numbers for {joint}, got {' '.join(words)!r}"
        ) from error
    if not (isfinite(x) and isfinite(y) and isfinite(z)):
        raise MotionFileError(f"expected a finite OFFSET for {joint}, got {' '.join(words)!r}")
    return x, y, z


def _parse_motion_head(text: str) -> tuple[int, float, str]:
    """Return the number of frames, the rate, and the text of the numbers."""
    found = re.match(r"\s*Frames\s*:\s*(\S+)\s+Frame\s+Time\s*:\s*(\S+)", text, re.IGNORECASE)
    if not found:
        raise MotionFileError("expected 'Frames:' and 'Frame Time:' after MOTION, got neither")
    try:
        frames, seconds = int(found[1]), float(found[2])
    except ValueError as error:
        raise MotionFileError(
            f"expected a frame count and time, got {found[1]!r} and {found[2]!r}"
        ) from error
    if not 1.0 / FASTEST <= seconds <= 1.0:
        raise MotionFileError(
            f"expected a frame time of {1.0 / FASTEST} to 1 second, got {seconds}"
        )
    return frames, _tidy_rate(1.0 / seconds), text[found.end() :]


def _tidy_rate(fps: float) -> float:
    """Return the whole rate that a rounded frame time such as 0.0333333 or 0.008333 stands for."""
    return float(round(fps)) if abs(fps - round(fps)) < 2e-4 * fps else fps


def _whole_frames(
    text: str, frames: int, channels: int
) -> tuple[Float[Array, "T C"], tuple[str, ...]]:
    """Return the values of all whole frames, and what is to be said of others.

    A frame is a line, as nearly everybody writes it; otherwise values are counted off.
    """
    if not channels:
        raise MotionFileError("expected joints with CHANNELS, got none")
    counts = count_words(text)
    whole, torn = int(np.sum(counts == channels)), int(np.sum(counts != channels))
    if torn:
        text, whole, torn = _without_torn(text, channels, 2 * whole >= len(counts))
    if not whole:
        raise MotionFileError(
            f"expected a frame of {channels} values or more, got {int(counts.sum())}"
        )
    notes = []
    if torn:
        notes.append(f"{torn} of {whole + torn} frames lack or exceed {channels} values")
    if whole != frames:
        notes.append(f"expected {frames} frames, got {whole} whole ones, which are read")
    return _finite(text, channels), tuple(notes)


def _without_torn(text: str, channels: int, frame_by_line: bool) -> tuple[str, int, int]:
    """Return the values of whole frames, how many these are, and how many are not."""
    rows = [words for line in text.splitlines() if (words := line.split())]
    words = [word for row in rows for word in row]
    whole = [row for row in rows if len(row) == channels]
    torn = len(rows) - len(whole)
    if not frame_by_line:
        whole = [words[at : at + channels] for at in range(0, len(words) - channels + 1, channels)]
        torn = int(len(words) % channels > 0)
    return " ".join(chain.from_iterable(whole)), len(whole), torn


def _finite(text: str, channels: int) -> Float[Array, "T C"]:
    try:
        values = read_numbers(text).reshape(-1, channels)
    except ValueError as error:
        raise MotionFileError(f"expected numbers in the motion, got {error}") from error
    finite = np.isfinite(values).all(axis=1)
    if not finite.all():
        raise MotionFileError(
            f"expected finite values, got NaN or infinity in frame {int(np.argmin(finite))}"
        )
    return values


def _from_channels(
    joints: list[_Joint], values: Float[Array, "T C"]
) -> tuple[Float[Array, "T J 3"], Float[Array, "T J 4"]]:
    """Return local positions and rotations from the columns of the motion."""
    # What belongs to a joint lies together, for joints are what is computed with.
    positions = np.repeat(np.array([[joint.offset] for joint in joints]), len(values), axis=1)
    turned = np.tile(rotations.IDENTITY, (len(joints), len(values), 1))
    columns_by_axes: dict[str, dict[int, list[int]]] = {}
    starts = np.cumsum([0, *(len(joint.channels) for joint in joints)]).tolist()
    for index, (joint, start) in enumerate(zip(joints, starts[:-1], strict=True)):
        columns, axes = list[int](), ""
        for column, channel in enumerate(joint.channels, start):
            axis, kind = channel[:1].upper(), channel[1:]
            if axis not in AXES or kind not in ("position", "rotation"):
                raise MotionFileError(
                    f"expected channels such as Xposition or Zrotation, got {channel!r}"
                )
            if kind == "position":
                positions[index, :, AXES.index(axis)] = values[:, column]
            else:
                columns.append(column)
                axes += axis
        if axes:
            columns_by_axes.setdefault(axes, {})[index] = columns
    for axes, columns_by_joint in columns_by_axes.items():
        angles = np.radians(values.T[list(columns_by_joint.values())])
        turned[list(columns_by_joint)] = rotations.from_euler(axes, np.moveaxis(angles, 1, -1))
    return positions.swapaxes(0, 1), turned.swapaxes(0, 1)


EULER_ORDER = "ZXY"

END_SITES = {
    "head": (0.0, 0.18, 0.0),
    "leftHand": (0.17, 0.0, 0.0),
    "rightHand": (-0.17, 0.0, 0.0),
    "leftToes": (0.0, 0.0, 0.07),
    "rightToes": (0.0, 0.0, 0.07),
}
"""Where the last bones end, metres from their joint: crown, fingertips, tips of the toes."""


def to_bvh(clip: Clip) -> str:
    """Return a clip as BVH: the joints' own names, the skeleton's rest, metres, degrees.

    Args:
        clip: At least one frame.
    """
    skeleton = clip.skeleton
    turning = [joint for joint in _depth_first(skeleton, 0) if joint not in skeleton.ends]
    angles = [_euler_angles(clip.rotations[:, joint]) for joint in turning]
    values = np.concatenate([clip.hips, *angles], axis=1)
    motion = "\n".join(" ".join(f"{value:.6f}" for value in row) for row in values.tolist())
    hierarchy = "\n".join(_hierarchy(skeleton, 0, ""))
    head = f"MOTION\nFrames: {len(clip)}\nFrame Time: {1.0 / clip.fps:.8f}"
    return f"HIERARCHY\n{hierarchy}\n{head}\n{motion}\n"


def _children(skeleton: Skeleton, joint: int) -> list[int]:
    return [child for child, parent in enumerate(skeleton.parents) if parent == joint]


def _depth_first(skeleton: Skeleton, joint: int) -> list[int]:
    below = [_depth_first(skeleton, child) for child in _children(skeleton, joint)]
    return [joint, *(index for branch in below for index in branch)]


def _hierarchy(skeleton: Skeleton, joint: int, indent: str) -> list[str]:
    """Return the lines of a joint and all below it."""
    name, inner = skeleton.joints[joint], indent + "\t"
    is_root = skeleton.parents[joint] < 0
    offset = (0.0, 0.0, 0.0) if is_root else skeleton.rest_offsets[joint]
    if joint in skeleton.ends:
        return _end_site(offset, indent)
    turns = [f"{axis}rotation" for axis in EULER_ORDER]
    moves = ["Xposition", "Yposition", "Zposition"] if is_root else []
    lines = [
        f"{indent}{'ROOT' if is_root else 'JOINT'} {name}",
        f"{indent}{{",
        f"{inner}{_offset_line(offset)}",
        f"{inner}CHANNELS {len(moves + turns)} {' '.join(moves + turns)}",
    ]
    for child in _children(skeleton, joint):
        lines += _hierarchy(skeleton, child, inner)
    if skeleton is CANONICAL and name in END_SITES:
        lines += _end_site(END_SITES[name], inner)
    return [*lines, f"{indent}}}"]


def _end_site(offset: Iterable[float], indent: str) -> list[str]:
    return [f"{indent}End Site", f"{indent}{{", f"{indent}\t{_offset_line(offset)}", f"{indent}}}"]


def _offset_line(offset: Iterable[float]) -> str:
    return "OFFSET " + " ".join(f"{value:.6f}" for value in offset)


def _euler_angles(q: Float[Array, "T 4"]) -> Float[Array, "T 3"]:
    """Return angles in degrees, in channel order, without leaps from 180 to -180."""
    with warnings.catch_warnings():
        # In gimbal lock any of the equivalent angles will do.
        warnings.filterwarnings("ignore", message="Gimbal lock", category=UserWarning)
        angles = Rotation.from_quat(q).as_euler(EULER_ORDER, degrees=True)
    unbroken: Array = np.unwrap(angles, axis=0, period=360.0)
    return unbroken
