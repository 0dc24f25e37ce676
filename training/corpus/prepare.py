"""From motion files to a corpus.

Sources are files, folders and zip archives of BVH, glTF, C3D, MMM, choreography arrays, AMASS and
HumanML3D. Each file becomes one clip at 30 fps, on the canonical skeleton or on the one that all
files have. What was done is known by the source's stamp, so a second run does only what changed.
"""

import hashlib
import multiprocessing
import re
import signal
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from motion.clip import Clip
from motion.errors import BhavaError, MotionFileError
from motion.features import feet_of
from motion.formats.clip_files import READERS
from motion.rigs.retarget import retarget
from motion.rigs.rig_clip import on_own_skeleton
from motion.skeleton import CANONICAL, Skeleton
from motion.formats import kit
from motion.formats.amass import is_amass, read_amass
from training.corpus.cleaning import mended
from training.corpus.corpus import INDEX, Entry, read_index, read_skeleton, write_index
from motion.formats.humanml import is_humanml, read_humanml, told_beside
from training.corpus.labels import Descriptions, labels_of, parse_descriptions
from motion.markers.marker_files import is_choreography, read_c3d, read_choreography
from motion.markers.marker_fit import fit
from motion.markers.markers import Markers
from training.corpus.texts import TEXT

FPS = 30.0

SHORTEST = 8
"""Fewest frames at 30 fps that make a clip."""

BATCH = 8
"""Sources per task of a worker process."""

REVISION = 2
"""Raised when the same source gives another clip than before; corpora are then made anew."""

FAILURES = (BhavaError, OSError, ValueError, RuntimeError, zipfile.BadZipFile, zlib.error)
"""What reading a damaged source can raise; RuntimeError is how zipfile refuses encryption."""

DESCRIPTIONS = "index.csv"


@dataclass(frozen=True)
class Source:
    """A motion file, plain or in an archive.

    Attributes:
        container: The archive, or the file itself.
        member: Path in the archive; empty for a plain file.
        stamp: Changes with the content: size and CRC in an archive, size and time of a file.
        labels: What its path and the descriptions beside it tell.
    """

    container: Path
    member: str
    stamp: str
    labels: dict[str, str]

    @property
    def name(self) -> str:
        """Name of its clip: data set and file name, of AMASS with the two folders above it."""
        path = Path(self.member or self.container).with_suffix("")
        own = "_".join(path.parts[-3:]) if is_amass(self.file_name) else path.name
        return f"{self.labels['dataset']}/{own}"

    def __str__(self) -> str:
        return f"{self.container.name}:{self.member}" if self.member else str(self.container)

    @property
    def file_name(self) -> str:
        """Name of the motion file itself."""
        return Path(self.member or self.container).name

    def read(self) -> bytes:
        """Return what is in the file."""
        if not self.member:
            return self.container.read_bytes()
        with zipfile.ZipFile(self.container) as archive:
            return archive.read(self.member)

    def texts(self) -> list[str]:
        """Return the sentences in the file of annotations beside it, if there is one."""
        place = self.member or str(self.container)
        beside = place.removesuffix(kit.MOTION_SUFFIX) + kit.TEXT_SUFFIX
        if not self.member:
            path = Path(beside)
            return kit.parse_annotations(path.read_text("utf-8")) if path.is_file() else []
        with zipfile.ZipFile(self.container) as archive:
            there = beside in archive.namelist()
            return kit.parse_annotations(archive.read(beside).decode()) if there else []


@dataclass(frozen=True)
class Skipped:
    """A source that gave no clip, and why."""

    source: str
    reason: str


@dataclass(frozen=True)
class Outcome:
    """What a run of `prepare` did.

    Attributes:
        entries: All clips of the corpus.
        done: How many clips this run made.
        kept: How many of its sources were done already.
        skipped: Sources that gave none.
    """

    entries: list[Entry]
    done: int
    kept: int
    skipped: list[Skipped]


def prepare(
    data: Sequence[Path],
    out: Path,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
    workers: int | None = None,
    *,
    own_skeleton: bool = False,
) -> Outcome:
    """Make or extend a corpus.

    Whatever interrupts it, the index then lists the clips made so far, and the next run goes on.

    Args:
        data: Files, folders and zip archives that hold motion.
        out: Folder of the corpus; made if absent.
        progress: Told the numbers of sources done and of all sources.
        workers: Number of processes; all cores if None.
        own_skeleton: Keep the skeleton of the files instead of retargeting them.

    Raises:
        MotionFileError: If a path of `data` is absent, none holds motion, `out` is no corpus, or
            files that keep their skeleton have different ones.
    """
    sources, skipped = _distinct(list(find_sources(data)))
    if not sources:
        raise MotionFileError(
            "expected BVH, glTF, C3D, *_mmm.xml, mariel_*.npy, AMASS or HumanML3D in "
            f"{', '.join(map(str, data))}, got none"
        )
    (out / "clips").mkdir(parents=True, exist_ok=True)
    entries = {e.name: e for e in read_index(out)} if (out / INDEX).exists() else {}
    waiting = [source for source in sources if not _is_done(source, entries, out)]
    skeleton = _skeleton_for(waiting, read_skeleton(out) if entries else None, own=own_skeleton)
    kept, made, seen = len(sources) - len(waiting), 0, len(sources) - len(waiting)
    progress(seen, len(sources))
    try:
        for results in _convert_all(waiting, out, skeleton, workers):
            new = {result.name: result for result in results if isinstance(result, Entry)}
            entries |= new
            made, seen = made + len(new), seen + len(results)
            skipped += [result for result in results if isinstance(result, Skipped)]
            progress(seen, len(sources))
    finally:
        entries_by_name = [entries[name] for name in sorted(entries)]
        write_index(out, entries_by_name, _with_feet(skeleton, entries_by_name, out))
    return Outcome(entries_by_name, made, kept, skipped)


def _skeleton_for(sources: Sequence[Source], known: Skeleton | None, *, own: bool) -> Skeleton:
    """Return the skeleton of a corpus: that of its clips, else the canonical or the first file's.

    Raises:
        MotionFileError: If the corpus has another kind of skeleton than is asked for.
    """
    if known and own == (known is CANONICAL):
        kinds = "a skeleton of its own", "the canonical skeleton"
        expected, got = kinds if own else kinds[::-1]
        raise MotionFileError(f"expected a corpus on {expected}, got one on {got}")
    if known or not own:
        return known or CANONICAL
    for source in sources:
        try:
            return _recording_of(source, own=True).skeleton
        except FAILURES:
            continue
    raise MotionFileError("expected a file with a skeleton of its own, got none that can be read")


def _with_feet(skeleton: Skeleton, entries: Sequence[Entry], out: Path) -> Skeleton:
    """Return a skeleton with what stands on the floor in a corpus; the canonical one knows."""
    if skeleton is CANONICAL or not entries:
        return skeleton
    return replace(skeleton, feet=feet_of([Clip.load(out / entry.file) for entry in entries]))


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
            yield _file_source(path, _descriptions_beside(path))


def _sources_in_folder(folder: Path) -> Iterator[Source]:
    descriptions: dict[tuple[int, int], str] = {}
    for index in sorted(folder.rglob(DESCRIPTIONS)):
        descriptions |= parse_descriptions(index.read_text(encoding="utf-8", errors="replace"))
    for path in sorted(folder.rglob("*")):
        if _is_motion(path.as_posix()) and path.is_file():
            yield _file_source(path, descriptions)
        elif path.suffix.lower() == ".zip" and path.is_file():
            yield from _sources_in_archive(path)


def _is_motion(path: str) -> bool:
    """Tell by its name, or its folder's, whether a file holds motion; hidden ones do not."""
    name = path.rpartition("/")[2]
    known = name.lower().endswith((*READERS, ".c3d", kit.MOTION_SUFFIX)) or is_choreography(name)
    return (known or is_amass(name) or is_humanml(path)) and not name.startswith(".")


def _descriptions_beside(path: Path) -> Descriptions:
    """Return the descriptions in the file's folder or the one above it."""
    for folder in (path.parent, path.parent.parent):
        if (folder / DESCRIPTIONS).is_file():
            text = (folder / DESCRIPTIONS).read_text(encoding="utf-8", errors="replace")
            return parse_descriptions(text)
    return {}


def _file_source(path: Path, descriptions: Descriptions) -> Source:
    status = path.stat()
    stamp = f"{REVISION}-{status.st_size}-{status.st_mtime_ns}"
    labels = labels_of(path.absolute().as_posix(), descriptions) | told_beside(path)
    return Source(path, "", stamp, labels)


def _sources_in_archive(path: Path) -> Iterator[Source]:
    try:
        with zipfile.ZipFile(path) as archive:
            members = [info for info in archive.infolist() if not info.is_dir()]
            indices = [i for i in members if Path(i.filename).name == DESCRIPTIONS]
            texts = [archive.read(i).decode("utf-8", errors="replace") for i in indices]
    except FAILURES as error:
        raise MotionFileError(f"{path}: expected a zip archive, got {error}") from error
    descriptions: dict[tuple[int, int], str] = {}
    for text in texts:
        descriptions |= parse_descriptions(text)
    for info in sorted(members, key=lambda info: info.filename):
        if _is_motion(info.filename):
            stamp = f"{REVISION}-{info.file_size}-{info.CRC:08x}"
            yield Source(path, info.filename, stamp, labels_of(info.filename, descriptions))


def _distinct(sources: Sequence[Source]) -> tuple[list[Source], list[Skipped]]:
    """Separate sources from those whose name another has already."""
    first: dict[str, Source] = {}
    skipped = []
    for source in sources:
        earlier = first.setdefault(source.name, source)
        if earlier is not source:
            reason = f"expected a new name, got {source.name!r} again, as {earlier}"
            skipped.append(Skipped(str(source), reason))
    return list(first.values()), skipped


def _is_done(source: Source, entries: Mapping[str, Entry], out: Path) -> bool:
    entry = entries.get(source.name)
    return bool(entry and entry.stamp == source.stamp and (out / entry.file).exists())


def _convert_all(
    sources: Sequence[Source], out: Path, skeleton: Skeleton, workers: int | None
) -> Iterator[list[Entry | Skipped]]:
    """Yield results as worker processes finish their batches; a single worker is this process."""
    batches = [sources[start : start + BATCH] for start in range(0, len(sources), BATCH)]
    if workers == 1:
        yield from (_convert_batch(batch, out, skeleton) for batch in batches)
        return
    executor = ProcessPoolExecutor(
        workers, multiprocessing.get_context("spawn"), initializer=_leave_interrupts_to_the_parent
    )
    try:
        waiting = [executor.submit(_convert_batch, batch, out, skeleton) for batch in batches]
        for future in as_completed(waiting):
            yield future.result()
    finally:
        executor.shutdown(wait=True, cancel_futures=True)


def _leave_interrupts_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _convert_batch(
    sources: Sequence[Source], out: Path, skeleton: Skeleton
) -> list[Entry | Skipped]:
    return [_convert(source, out, skeleton) for source in sources]


def _convert(source: Source, out: Path, skeleton: Skeleton) -> Entry | Skipped:
    try:
        clip = _clip_of(source, own=skeleton is not CANONICAL)
    except FAILURES as error:
        return Skipped(str(source), " ".join(str(error).split()))
    if difference := skeleton.difference(clip.skeleton):
        raise MotionFileError(f"{source}: {difference}: a corpus has one skeleton")
    file = f"clips/{_file_name(source.name)}.npz"
    clip.save(out / file)
    return Entry(
        clip.name, file, str(source), source.stamp, clip.labels, len(clip), round(clip.seconds, 3)
    )


def _clip_of(source: Source, *, own: bool) -> Clip:
    clip = mended(_recording_of(source, own=own)).resampled(FPS)
    if len(clip) < SHORTEST:
        raise MotionFileError(f"expected {SHORTEST} frames or more at 30 fps, got {len(clip)}")
    if not (np.isfinite(clip.hips).all() and np.isfinite(clip.rotations).all()):
        raise MotionFileError("expected a finite pose in every frame, got NaN or infinity")
    return clip


def _recording_of(source: Source, *, own: bool) -> Clip:
    place = on_own_skeleton if own else retarget
    if reader := READERS.get(Path(source.file_name).suffix.lower()):
        return place(reader(source.read()), source.name, source.labels)
    if source.file_name.lower().endswith(kit.MOTION_SUFFIX):
        text = "\n".join(source.texts())
        labels = source.labels | ({TEXT: text} if text else {})
        return place(kit.parse_mmm(source.read().decode("utf-8")), source.name, labels)
    if own:
        raise MotionFileError("expected a file with a skeleton, got one without")
    with TemporaryDirectory() as folder:  # the other readers want files
        path = Path(folder) / source.file_name
        path.write_bytes(source.read())
        if is_amass(path.name):
            return read_amass(path, source.name, source.labels)
        markers = _reader_of(source)(path, source.name)
        return fit(markers.resampled(FPS), source.labels).clip


def _reader_of(source: Source) -> Callable[[Path, str], Markers]:
    if is_choreography(source.file_name):
        return read_choreography
    humanml = is_humanml(source.member or source.container.absolute().as_posix())
    return read_humanml if humanml else read_c3d


def _file_name(name: str) -> str:
    """Return a file name for a clip; names that differ in odd characters only stay apart."""
    plain = re.sub(r"[^A-Za-z0-9_-]+", "_", name)
    if plain == name.replace("/", "_", 1):
        return plain
    return f"{plain}_{hashlib.sha256(name.encode()).hexdigest()[:8]}"
