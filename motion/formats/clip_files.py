"""Clips in files, told by the suffix.

.npz, .bvh and .glb are read and written, .gltf is read, .mp4 is written.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from motion.clip import Clip
from motion.errors import MotionFileError
from motion.formats.bvh import parse_bvh, to_bvh
from motion.rigs.retarget import retarget
from motion.rigs.rig_clip import RigClip, on_own_skeleton
from motion.skeleton import CANONICAL, Skeleton


def check_suffix(path: Path) -> None:
    """Check that a clip can be written as the kind of file that the suffix names.

    Raises:
        MotionFileError: If the suffix is unknown.
    """
    if path.suffix.lower() not in WRITERS:
        raise MotionFileError(
            f"{path}: expected a name that ends in {', '.join(WRITERS)}, got {path.suffix!r}"
        )


def write_clip(clip: Clip, path: Path) -> None:
    """Write a clip as the kind of file that the suffix names.

    Args:
        clip: At least one frame.
        path: Ends in .bvh, .glb, .mp4 or .npz; its folder exists.

    Raises:
        MotionFileError: If the suffix is unknown, the clip is empty or the file cannot be written.
    """
    check_suffix(path)
    if not len(clip):
        raise MotionFileError(f"{path}: expected a clip of at least one frame, got none")
    try:
        WRITERS[path.suffix.lower()](clip, path)
    except OSError as error:
        raise MotionFileError(f"{path}: cannot be written: {error.strerror or error}") from error


def read_clip(path: Path, skeleton: Skeleton = CANONICAL) -> Clip:
    """Read a clip: .npz as it is, others of any rig retargeted to the canonical skeleton.

    Args:
        path: Ends in .bvh, .glb, .gltf or .npz.
        skeleton: That the clip is wanted on; where it is not the canonical one the file must have
            it.

    Raises:
        MotionFileError: If the suffix is unknown or the file cannot be used.
    """
    try:
        clip = Clip.load(path) if path.suffix.lower() == ".npz" else _retargeted(path, skeleton)
        if difference := skeleton.difference(clip.skeleton):
            raise MotionFileError(difference)
    except OSError as error:
        raise MotionFileError(f"{path}: cannot be read: {error.strerror or error}") from error
    except MotionFileError as error:
        raise MotionFileError(f"{path}: {str(error).removeprefix(f'{path}: ')}") from error
    return replace(clip, skeleton=skeleton)


def _retargeted(path: Path, skeleton: Skeleton) -> Clip:
    suffix = path.suffix.lower()
    if suffix not in READERS:
        expected = ", ".join(sorted({*READERS, ".npz"} - {".fbx"}))
        raise MotionFileError(f"expected a name that ends in {expected}, got {suffix!r}")
    recording = READERS[suffix](path.read_bytes())
    place = retarget if skeleton is CANONICAL else on_own_skeleton
    return place(recording, path.stem)


def _parse_bvh(data: bytes) -> RigClip:
    return parse_bvh(data.decode("utf-8", errors="replace"))


def _parse_gltf(data: bytes) -> RigClip:
    from motion.formats.gltf import parse_gltf

    return parse_gltf(data)


def _refuse_fbx(data: bytes) -> RigClip:
    del data
    raise MotionFileError(
        "expected .bvh, .glb or .gltf, got FBX, a format of one vendor: open it in Blender "
        "(File, Import, FBX) and export it as glTF 2.0 or as Motion Capture (.bvh)"
    )


READERS: dict[str, Callable[[bytes], RigClip]] = {
    ".bvh": _parse_bvh,
    ".fbx": _refuse_fbx,
    ".glb": _parse_gltf,
    ".gltf": _parse_gltf,
}
"""What reads the motion of a rig, by the suffix of its file; for FBX it says the way around."""


def _write_npz(clip: Clip, path: Path) -> None:
    clip.save(path)


def _write_bvh(clip: Clip, path: Path) -> None:
    path.write_text(to_bvh(clip), encoding="utf-8")


def _write_glb(clip: Clip, path: Path) -> None:
    from motion.formats.glb import to_glb

    path.write_bytes(to_glb(clip))


def _write_mp4(clip: Clip, path: Path) -> None:
    from motion.draw.render import write_video

    write_video(clip, path)


WRITERS: dict[str, Callable[[Clip, Path], None]] = {
    ".bvh": _write_bvh,
    ".glb": _write_glb,
    ".mp4": _write_mp4,
    ".npz": _write_npz,
}
