"""Clips in files: read from any kind; written as .npz, .bvh, .glb or .mp4, as the suffix says.

Readers and writers are imported where they are used, for all together take longer than a dance.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from motion.clip import Clip
from motion.errors import MotionFileError
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


def read_clip(path: Path, skeleton: Skeleton = CANONICAL, clip: str = "") -> Clip:
    """Read a clip of any kind of file, see `motion_files`; rigs and markers on the skeleton wanted.

    Args:
        path: Motion file.
        skeleton: Skeleton of the clip to return; if it is not the canonical one, the file must have
            it.
        clip: Name of the clip, where the file holds several.

    Raises:
        MotionFileError: If the file cannot be used, or no clip is chosen of several.
    """
    from motion.formats.motion_files import chosen, clip_of, read_motion_file
    from motion.rigs.own_skeleton import OwnAxes

    motions = read_motion_file(path)
    try:
        own = None if skeleton is CANONICAL else OwnAxes()
        found = clip_of(chosen(motions, clip), path.stem, {}, own)
        if difference := skeleton.difference(found.skeleton):
            raise MotionFileError(difference)
    except MotionFileError as error:
        raise MotionFileError(f"{path}: {str(error).removeprefix(f'{path.stem}: ')}") from error
    return replace(found, skeleton=skeleton)


def _write_npz(clip: Clip, path: Path) -> None:
    clip.save(path)


def _write_bvh(clip: Clip, path: Path) -> None:
    from motion.formats.bvh import to_bvh

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
