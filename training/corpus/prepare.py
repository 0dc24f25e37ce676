"""From motion files to a corpus.

Sources are files, folders and zip archives of whatever `motion.formats.motion_files` reads. Each
motion in a file becomes one clip at 30 fps, on the canonical skeleton or on the one that all files
have. What was done is known by the source's stamp, so a second run does only what changed.
"""

import hashlib
import multiprocessing
import re
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from pathlib import Path

from motion.clip import Clip
from motion.errors import MotionFileError
from motion.features import feet_of
from motion.formats.motion_files import EXPECTED, Motion, name_of, notes_of
from motion.markers.markers import Markers
from motion.rigs.own_skeleton import OwnAxes
from motion.rigs.rig_clip import RigClip
from motion.skeleton import CANONICAL, Skeleton
from training.corpus.corpus import INDEX, Entry, read_index, read_skeleton, write_index
from training.corpus.making import make_clip, require_length
from training.corpus.sources import FAILURES, Source, find_sources
from training.corpus.texts import TEXT

BATCH = 8
"""Sources per task of a worker process."""

IN_FILE = "#"
"""Stands between a source's name and that of one of several motions in it."""


@dataclass(frozen=True)
class Skipped:
    """A source, or a motion in one, that gave no clip, and why."""

    source: str
    reason: str


@dataclass(frozen=True)
class Note:
    """A source of which not all was read, and what was not."""

    source: str
    text: str


@dataclass(frozen=True)
class Outcome:
    """What a run of `prepare` did.

    Attributes:
        entries: All clips of the corpus.
        done: How many clips this run made.
        kept: How many clips of its sources were made already.
        skipped: Sources that gave none.
        notes: Sources that were not read whole.
    """

    entries: list[Entry]
    done: int
    kept: int
    skipped: list[Skipped]
    notes: list[Note]


Result = Entry | Skipped | Note


def prepare(
    data: Sequence[Path],
    out: Path,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
    workers: int | None = None,
    *,
    own_skeleton: bool = False,
    axes: OwnAxes | None = None,
) -> Outcome:
    """Make or extend a corpus.

    Whatever interrupts it, the index then lists the clips made so far, and the next run goes on.

    Args:
        data: Files, folders and zip archives that hold motion.
        out: Folder of the corpus; made if absent.
        progress: Told the numbers of sources done and of all sources.
        workers: Number of processes; all cores if None.
        own_skeleton: Keep the skeleton of the files instead of retargeting them.
        axes: Unit and axis of files that keep their skeleton, where somebody says them.

    Raises:
        MotionFileError: If a path of `data` is absent, none holds motion, `out` is no corpus, or
            files that keep their skeleton have different ones.
    """
    sources, skipped = _distinct(list(find_sources(data)))
    if not sources:
        raise MotionFileError(f"expected {EXPECTED} in {', '.join(map(str, data))}, got none")
    (out / "clips").mkdir(parents=True, exist_ok=True)
    entries = {e.name: e for e in read_index(out)} if (out / INDEX).exists() else {}
    own = (axes or OwnAxes()) if own_skeleton else None
    waiting = [source for source in sources if not _is_done(source, entries, out)]
    skeleton = _skeleton_for(waiting, read_skeleton(out) if entries else None, own)
    kept = sum(len(_entries_of(s, entries)) for s in sources if s not in waiting)
    seen, notes, made = len(sources) - len(waiting), list[Note](), 0
    progress(seen, len(sources))
    try:
        for batch in _convert_all(waiting, out, skeleton, own, workers):
            results = [result for source in batch for result in source]
            new = {result.name: result for result in results if isinstance(result, Entry)}
            entries |= new
            made, seen = made + len(new), seen + len(batch)
            skipped += [result for result in results if isinstance(result, Skipped)]
            notes += [result for result in results if isinstance(result, Note)]
            progress(seen, len(sources))
    finally:
        entries_by_name = [entries[name] for name in sorted(entries)]
        write_index(out, entries_by_name, _with_feet(skeleton, entries_by_name, out))
    return Outcome(entries_by_name, made, kept, skipped, notes)


def _skeleton_for(
    sources: Sequence[Source], known: Skeleton | None, own: OwnAxes | None
) -> Skeleton:
    """Return the skeleton of a corpus: that of its clips, else the canonical or the first file's.

    Raises:
        MotionFileError: If the corpus has another kind of skeleton than is asked for.
    """
    if known and (own is not None) == (known is CANONICAL):
        kinds = "a skeleton of its own", "the canonical skeleton"
        expected, got = kinds if own else kinds[::-1]
        raise MotionFileError(f"expected a corpus on {expected}, got one on {got}")
    if known or own is None:
        return known or CANONICAL
    for source in sources:
        try:
            return make_clip(source.read()[0], source.name, {}, own).skeleton
        except FAILURES:
            continue
    raise MotionFileError("expected a file with a skeleton of its own, got none that can be read")


def _with_feet(skeleton: Skeleton, entries: Sequence[Entry], out: Path) -> Skeleton:
    """Return a skeleton with what stands on the floor in a corpus; the canonical one knows."""
    if skeleton is CANONICAL or not entries:
        return skeleton
    return replace(skeleton, feet=feet_of([Clip.load(out / entry.file) for entry in entries]))


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
    """Tell whether all clips of a source are there as it now is."""
    made = _entries_of(source, entries)
    there = [e for e in made if e.stamp == source.stamp and (out / e.file).exists()]
    return bool(made) and len(there) == made[0].clips


def _entries_of(source: Source, entries: Mapping[str, Entry]) -> list[Entry]:
    alone = entries.get(source.name)
    if alone:
        return [alone]
    return [e for name, e in entries.items() if name.rpartition(IN_FILE)[0] == source.name]


def _convert_all(
    sources: Sequence[Source],
    out: Path,
    skeleton: Skeleton,
    own: OwnAxes | None,
    workers: int | None,
) -> Iterator[list[list[Result]]]:
    """Yield results by source, as worker processes finish; a single worker is this process."""
    batches = [sources[start : start + BATCH] for start in range(0, len(sources), BATCH)]
    if workers == 1:
        yield from (_convert_batch(batch, out, skeleton, own) for batch in batches)
        return
    executor = ProcessPoolExecutor(
        workers, multiprocessing.get_context("spawn"), initializer=_leave_interrupts_to_the_parent
    )
    try:
        waiting = [executor.submit(_convert_batch, batch, out, skeleton, own) for batch in batches]
        for future in as_completed(waiting):
            yield future.result()
    finally:
        executor.shutdown(wait=True, cancel_futures=True)


def _leave_interrupts_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _convert_batch(
    sources: Sequence[Source], out: Path, skeleton: Skeleton, own: OwnAxes | None
) -> list[list[Result]]:
    return [_convert(source, out, skeleton, own) for source in sources]


def _convert(source: Source, out: Path, skeleton: Skeleton, own: OwnAxes | None) -> list[Result]:
    """Make a clip of each motion in a source."""
    try:
        motions = source.read()
        text = "\n".join(source.texts())
    except FAILURES as error:
        return [Skipped(str(source), " ".join(str(error).split()))]
    labels = source.labels | ({TEXT: text} if text else {})
    found: list[Result] = []
    for motion in motions:
        alone = len(motions) == 1
        name = source.name if alone else f"{source.name}{IN_FILE}{name_of(motion)}"
        about = str(source) if alone else f"{source}{IN_FILE}{name_of(motion)}"
        found += [Note(about, note) for note in notes_of(motion)]
        own_labels = labels if alone else labels | _shared_labels(motion, labels)
        try:
            clip = replace(make_clip(motion, name, own_labels, own), name=name)
            require_length(clip)
        except FAILURES as error:
            found.append(Skipped(about, " ".join(str(error).split())))
            continue
        if difference := skeleton.difference(clip.skeleton):
            raise MotionFileError(f"{source}: {difference}: a corpus has one skeleton")
        found.append(_saved(clip, source, out, len(motions)))
    return found


def _shared_labels(motion: Motion, labels: Mapping[str, str]) -> dict[str, str]:
    """Return who dances in a motion, if it is of one of several people in a common space."""
    if isinstance(motion, Markers) or (isinstance(motion, RigClip) and motion.together):
        return {"piece": labels["group"], "dancer": name_of(motion)}
    return {}


def _saved(clip: Clip, source: Source, out: Path, clips: int) -> Entry:
    file = f"clips/{_file_name(clip.name)}.npz"
    clip.save(out / file)
    seconds = round(clip.seconds, 3)
    return Entry(clip.name, file, str(source), source.stamp, clip.labels, len(clip), seconds, clips)


def _file_name(name: str) -> str:
    """Return a file name for a clip; names that differ in odd characters only stay apart."""
    plain = re.sub(r"[^A-Za-z0-9_-]+", "_", name)
    if plain == name.replace("/", "_", 1):
        return plain
    return f"{plain}_{hashlib.sha256(name.encode()).hexdigest()[:8]}"
