"""The one door for files of motion: their kind is told by what is in them.

`bhava prepare`, `bhava show` and `bhava generate --context` all read through it.
"""

import io
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final
from zipfile import BadZipFile

import numpy as np

from motion.clip import Clip
from motion.errors import MotionFileError
from motion.formats.amass import parse_amass
from motion.formats.bvh import parse_bvh_skeletons
from motion.formats.file_kind import HEAD, Kind, decode_text, describe, kind_of
from motion.formats.gltf_document import Beside
from motion.formats.humanml import parse_humanml
from motion.formats.kit import parse_mmm
from motion.markers.marker_files import parse_choreography, parse_marker_c3d
from motion.markers.marker_fit import fit
from motion.markers.markers import Markers
from motion.rigs.own_skeleton import OwnAxes, on_own_skeleton
from motion.rigs.retarget import retarget
from motion.rigs.rig_clip import RigClip

Motion = RigClip | Markers | Clip
"""A motion as a file has it: on a rig, seen by its markers, or on a skeleton already."""

FITTED_FPS = 30.0
"""Rate at which a body is fitted to markers, frames per second."""

EXPECTED = "BVH, glTF, C3D, AMASS, HumanML3D, KIT (MMM), a choreography array or a clip (.npz)"


def read_motions(data: bytes, name: str, beside: Beside) -> list[Motion]:
    """Read all motions of a file.

    Args:
        data: The whole file.
        name: For markers, in sentences.
        beside: Returns files beside it, which a .gltf may have its parts in.

    Returns:
        At least one; where there are several, each has a name, see `name_of`.

    Raises:
        MotionFileError: If the file is of another kind, damaged, or holds no motion.
    """
    return READERS[kind_of(data[:HEAD], lambda: data)](data, name, beside)


def read_motion_file(path: Path) -> list[Motion]:
    """Read all motions of a file; see `read_motions`.

    Raises:
        MotionFileError: If it cannot be read, or as `read_motions` does; with the path.
    """
    try:
        return read_motions(path.read_bytes(), path.stem, lambda part: beside(path, part))
    except OSError as error:
        raise MotionFileError(f"{path}: cannot be read: {error.strerror or error}") from error
    except MotionFileError as error:
        raise MotionFileError(f"{path}: {str(error).removeprefix(f'{path.stem}: ')}") from error


def beside(path: Path, part: str) -> bytes:
    """Return a file below the folder of another; others are nobody's business."""
    folder = path.parent.resolve()
    found = (folder / part).resolve()
    if not found.is_relative_to(folder):
        raise FileNotFoundError(part)
    return found.read_bytes()


def chosen(motions: list[Motion], clip: str) -> Motion:
    """Return the motion of a name, or the only one.

    Raises:
        MotionFileError: If there are several and none is chosen, or none has the name.
    """
    names = [name_of(motion) for motion in motions]
    if len(motions) == 1 and clip in ("", names[0]):
        return motions[0]
    if clip in names:
        return motions[names.index(clip)]
    there = ", ".join(names) if len(motions) > 1 else "one clip without a name"
    got = repr(clip) if clip else "none"
    raise MotionFileError(f"expected a clip chosen by --clip NAME, of {there}; got {got}")


def name_of(motion: Motion) -> str:
    """Return the name of a motion among those of its file; empty where it is alone."""
    if isinstance(motion, Clip):
        return ""
    return motion.subject if isinstance(motion, Markers) else motion.name


def notes_of(motion: Motion) -> tuple[str, ...]:
    """Return what of its file was not read, as sentences."""
    return () if isinstance(motion, Clip) else motion.notes


def clip_of(
    motion: Motion, name: str, labels: Mapping[str, str], own: OwnAxes | None = None
) -> Clip:
    """Return a motion on the canonical skeleton, or on its own.

    Args:
        motion: That a file holds.
        name: Name of the clip.
        labels: Labels of the clip; those of a clip in a file stay.
        own: Unit and axis where its own skeleton is kept; None for the canonical one.

    Raises:
        MotionFileError: If it fits on none.
    """
    if isinstance(motion, Clip):
        return replace(motion, name=motion.name or name, labels={**labels, **motion.labels})
    if isinstance(motion, RigClip):
        if own is not None:
            return on_own_skeleton(motion, name, dict(labels), own)
        return retarget(motion, name, dict(labels))
    if own is not None:
        raise MotionFileError("expected a file with a skeleton, got one without")
    return fit(replace(motion, name=name).resampled(FITTED_FPS), dict(labels)).clip


def _bvh(data: bytes, _name: str, _beside: Beside) -> list[Motion]:
    return list(parse_bvh_skeletons(decode_text(data)))


def _gltf(data: bytes, _name: str, beside: Beside) -> list[Motion]:
    from motion.formats.gltf import parse_gltf_animations

    return list(parse_gltf_animations(data, beside))


def _fbx(_data: bytes, _name: str, _beside: Beside) -> list[Motion]:
    raise MotionFileError(
        "expected .bvh, .glb or .gltf, got FBX, a format of one vendor: open it in Blender "
        "(File, Import, FBX) and export it as glTF 2.0 or as Motion Capture (.bvh)"
    )


def _c3d(data: bytes, name: str, _beside: Beside) -> list[Motion]:
    return list(parse_marker_c3d(data, name))


def _mmm(data: bytes, _name: str, _beside: Beside) -> list[Motion]:
    return [parse_mmm(decode_text(data))]


def _clip(data: bytes, _name: str, _beside: Beside) -> list[Motion]:
    try:
        return [Clip.from_arrays(_arrays(data))]
    except (KeyError, ValueError) as error:
        raise MotionFileError(f"expected a clip (.npz), got {error}") from error


def _amass(data: bytes, _name: str, _beside: Beside) -> list[Motion]:
    return [parse_amass(_arrays(data))]


def _choreography(data: bytes, name: str, _beside: Beside) -> list[Motion]:
    return [parse_choreography(_array(data), name)]


def _humanml(data: bytes, name: str, _beside: Beside) -> list[Motion]:
    return [parse_humanml(_array(data), name)]


def _other(data: bytes, _name: str, _beside: Beside) -> list[Motion]:
    raise MotionFileError(f"expected {EXPECTED}, got {describe(data[:HEAD])}")


def _arrays(data: bytes) -> dict[str, np.ndarray]:
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as content:
            return {name: content[name] for name in content if content[name].dtype != object}
    except (OSError, EOFError, ValueError, BadZipFile) as error:
        raise MotionFileError(f"expected arrays (.npz), got {error}") from error


def _array(data: bytes) -> np.ndarray:
    try:
        found: np.ndarray = np.load(io.BytesIO(data), allow_pickle=False)
    except (OSError, EOFError, ValueError) as error:
        raise MotionFileError(f"expected a NumPy array, got {error}") from error
    return found


READERS: Final[Mapping[Kind, Callable[[bytes, str, Beside], list[Motion]]]] = {
    "bvh": _bvh,
    "gltf": _gltf,
    "fbx": _fbx,
    "c3d": _c3d,
    "mmm": _mmm,
    "clip": _clip,
    "amass": _amass,
    "choreography": _choreography,
    "humanml": _humanml,
    "other": _other,
}
"""What reads a file of each kind; of FBX it says the way around."""
