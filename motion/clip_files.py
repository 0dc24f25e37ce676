"""Clips in files, told by the suffix: .npz and .bvh both ways, .glb and .mp4 out only."""

from collections.abc import Callable
from pathlib import Path

from motion.bvh import parse_bvh, to_bvh
from motion.clip import Clip
from motion.errors import MotionFileError
from motion.rig import retarget


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


def read_clip(path: Path) -> Clip:
    """Read a clip: .npz as it is, .bvh of any rig retargeted to the canonical skeleton.

    Raises:
        MotionFileError: If the suffix is unknown or the file cannot be used.
    """
    suffix = path.suffix.lower()
    if suffix == ".npz":
        return Clip.load(path)
    if suffix != ".bvh":
        raise MotionFileError(f"{path}: expected a name that ends in .bvh, .npz, got {suffix!r}")
    try:
        return retarget(parse_bvh(path.read_text(encoding="utf-8", errors="replace")), path.stem)
    except OSError as error:
        raise MotionFileError(f"{path}: cannot be read: {error.strerror or error}") from error
    except MotionFileError as error:
        raise MotionFileError(f"{path}: {error}") from error


def _write_npz(clip: Clip, path: Path) -> None:
    clip.save(path)


def _write_bvh(clip: Clip, path: Path) -> None:
    path.write_text(to_bvh(clip), encoding="utf-8")


def _write_glb(clip: Clip, path: Path) -> None:
    from motion.glb import to_glb

    path.write_bytes(to_glb(clip))


def _write_mp4(clip: Clip, path: Path) -> None:
    from motion.render import write_video

    write_video(clip, path)


WRITERS: dict[str, Callable[[Clip, Path], None]] = {
    ".bvh": _write_bvh,
    ".glb": _write_glb,
    ".mp4": _write_mp4,
    ".npz": _write_npz,
}
