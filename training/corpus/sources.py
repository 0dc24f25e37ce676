"""Where motion comes from: files, folders and zip archives, and what is known of each file.

Whether a file holds motion is told by what is in it. One that only has the name of such a file
counts, too, so that somebody hears why it gives no clip.
"""

import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath

from motion.errors import BhavaError, MotionFileError
from motion.formats import kit
from motion.formats.file_kind import HEAD, Kind, kind_of
from motion.formats.motion_files import Motion, beside, read_motions
from training.corpus.labels import Descriptions, labels_beside, labels_of, parse_descriptions

REVISION = 4
"""Raised when the same source gives another clip than before; corpora are then made anew."""

FAILURES = (BhavaError, OSError, ValueError, RuntimeError, zipfile.BadZipFile, zlib.error)
"""What reading a damaged source can raise; RuntimeError is how zipfile refuses encryption."""

DESCRIPTIONS = "index.csv"

CLAIMED = (".bvh", ".c3d", ".fbx", ".glb", ".gltf", ".vrma", "_poses.npz", "_stageii.npz")
"""Endings of names that promise motion."""


@dataclass(frozen=True)
class Source:
    """A motion file, plain or in an archive.

    Attributes:
        container: The archive, or the file itself.
        member: Path in the archive; empty for a plain file.
        stamp: Changes with the content: size and CRC in an archive, size and time of a file.
        kind: What it is by its content.
        labels: What its path and the descriptions beside it tell.
    """

    container: Path
    member: str
    stamp: str
    kind: Kind
    labels: dict[str, str]

    @property
    def name(self) -> str:
        """Name of its clip: data set and file name, of AMASS with the two folders above it."""
        path = Path(self.member or self.container).with_suffix("")
        own = "_".join(path.parts[-3:]) if self.kind == "amass" else path.name
        return f"{self.labels['dataset']}/{own}"

    def __str__(self) -> str:
        return f"{self.container.name}:{self.member}" if self.member else str(self.container)

    def read(self) -> list[Motion]:
        """Return the motions in the file.

        Raises:
            MotionFileError, or one of `FAILURES`: If it is damaged or holds none.
        """
        return read_motions(self._bytes(), self.name, self._beside)

    def _bytes(self) -> bytes:
        if not self.member:
            return self.container.read_bytes()
        return _archive(self.container, self.container.stat().st_mtime_ns).read(self.member)

    def _beside(self, part: str) -> bytes:
        """Return a file beside it; raises OSError without it."""
        if not self.member:
            return beside(self.container, part)
        archive = _archive(self.container, self.container.stat().st_mtime_ns)
        try:
            return archive.read(str(PurePosixPath(self.member).parent / part))
        except KeyError as error:
            raise FileNotFoundError(part) from error

    def texts(self) -> list[str]:
        """Return the sentences in the annotations beside a file of KIT, if there are any."""
        if self.kind != "mmm":
            return []
        name = Path(self.member or self.container).name
        annotations = name.removesuffix(kit.MOTION_SUFFIX) + kit.TEXT_SUFFIX
        try:
            text = self._beside(annotations).decode("utf-8")
        except OSError:
            return []
        return kit.parse_annotations(text)


@lru_cache(maxsize=1)
def _archive(path: Path, _modified: int) -> zipfile.ZipFile:
    """Open an archive once: its list of files is as long as it holds files, and all are read."""
    return zipfile.ZipFile(path)


def find_sources(data: Sequence[Path]) -> Iterator[Source]:
    """Yield every motion file in files, folders and zip archives, in order of names.

    Raises:
        MotionFileError: If a path is absent, or an archive is damaged.
    """
    for path in data:
        if not path.exists():
            raise MotionFileError(f"{path}: expected a file, folder or zip archive, got nothing")
        if path.is_dir():
            yield from _sources_in_folder(path)
        elif path.suffix.lower() == ".zip":
            yield from _sources_in_archive(path)
        else:
            yield _file_source(path, _kind_of_file(path), _descriptions_beside(path))


def _sources_in_folder(folder: Path) -> Iterator[Source]:
    descriptions: dict[tuple[int, int], str] = {}
    for index in sorted(folder.rglob(DESCRIPTIONS)):
        descriptions |= parse_descriptions(index.read_text(encoding="utf-8", errors="replace"))
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.name.startswith("."):
            continue
        if path.suffix.lower() == ".zip":
            yield from _sources_in_archive(path)
        elif _is_motion(path.as_posix(), kind := _kind_of_file(path)):
            yield _file_source(path, kind, descriptions)


def _is_motion(path: str, kind: Kind) -> bool:
    name = path.rpartition("/")[2]
    claimed = name.lower().endswith((*CLAIMED, kit.MOTION_SUFFIX))
    return not name.startswith(".") and (kind != "other" or claimed)


def _kind_of_file(path: Path) -> Kind:
    try:
        with path.open("rb") as file:
            return kind_of(file.read(HEAD), path.read_bytes)
    except OSError:
        return "other"  # reading it will tell why


def _descriptions_beside(path: Path) -> Descriptions:
    """Return the descriptions in the file's folder or the one above it."""
    for folder in (path.parent, path.parent.parent):
        if (folder / DESCRIPTIONS).is_file():
            text = (folder / DESCRIPTIONS).read_text(encoding="utf-8", errors="replace")
            return parse_descriptions(text)
    return {}


def _file_source(path: Path, kind: Kind, descriptions: Descriptions) -> Source:
    status = path.stat()
    stamp = f"{REVISION}-{status.st_size}-{status.st_mtime_ns}"
    labels = labels_of(path.absolute().as_posix(), kind, descriptions) | labels_beside(path, kind)
    return Source(path, "", stamp, kind, labels)


def _sources_in_archive(path: Path) -> Iterator[Source]:
    try:
        with zipfile.ZipFile(path) as archive:
            members = [info for info in archive.infolist() if not info.is_dir()]
            indices = [i for i in members if Path(i.filename).name == DESCRIPTIONS]
            texts = [archive.read(i).decode("utf-8", errors="replace") for i in indices]
            kinds = {info.filename: _kind_of_member(archive, info) for info in members}
    except FAILURES as error:
        raise MotionFileError(f"{path}: expected a zip archive, got {error}") from error
    descriptions: dict[tuple[int, int], str] = {}
    for text in texts:
        descriptions |= parse_descriptions(text)
    for info in sorted(members, key=lambda info: info.filename):
        kind = kinds[info.filename]
        if _is_motion(info.filename, kind):
            stamp = f"{REVISION}-{info.file_size}-{info.CRC:08x}"
            labels = labels_of(info.filename, kind, descriptions)
            yield Source(path, info.filename, stamp, kind, labels)


def _kind_of_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Kind:
    try:
        with archive.open(info) as file:
            return kind_of(file.read(HEAD), lambda: archive.read(info))
    except FAILURES:
        return "other"  # reading it will tell why
