"""Writes a figure of a take to a motion file, beside the show: in a process of low priority."""

import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from math import inf
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Lock

import numpy as np
from jaxtyping import Float

from motion.clip import Clip, Pose
from motion.errors import BhavaError, MotionFileError, TakeError
from motion.skeleton import CANONICAL
from server.takes.reader import Take
from server.wire.messages import SkeletonMessage
from server.wire.protocol import PARTNER, PERFORMER, Figure

Array = np.ndarray

NICENESS = 19
PATIENCE = 5.0
"""Seconds that an export which was told to end may take."""

KINDS = {"partner": PARTNER, "performer": PERFORMER}
READING = 0.1
"""Share of the progress that reading makes where pictures are drawn; all of it elsewhere."""

LONGEST = 86400.0
"""Seconds of the longest clip; what a damaged clock says beyond is left out."""

ALWAYS, SPARSE = 3600.0, 8.0
"""Seconds that any clip may last, and frames for each frame of the figure beyond it: a gap in the
clock of a take is filled with frames, which all have to fit the memory."""

Progress = Callable[[float], None]


@dataclass(frozen=True)
class Cut:
    """What of a take is exported.

    Attributes:
        figure: "partner" or "performer": the first there is; with ":ID", that of a dancer.
        start: Seconds from the beginning.
        end: Seconds from the beginning.
    """

    figure: str = "partner"
    start: float = 0.0
    end: float = inf


def export_take(path: Path, out: Path, cut: Cut, progress: Progress = lambda _: None) -> Clip:
    """Write a figure of a take to a file; it appears when it is complete.

    Args:
        path: File of the take.
        out: Ends in .bvh, .glb, .mp4 or .npz; its folder exists.
        cut: What is exported.
        progress: Told how far it is, in [0, 1].

    Returns:
        What was written.

    Raises:
        TakeError: If the take cannot be read, or there is no such figure in it.
        MotionFileError: If the file cannot be written.
    """
    # Imported only here, in the process that writes: the server starts sooner without the readers
    # and writers of all kinds of files.
    from motion.draw.render import write_video
    from motion.formats.clip_files import check_suffix, write_clip

    check_suffix(out)
    video = out.suffix.lower() == ".mp4"
    reading = READING if video else 1.0
    clip = figure_clip(Take(path), cut, lambda part: progress(reading * part))
    unfinished = unfinished_path(out)
    try:
        unfinished.touch()  # better to fail before the work than after it
        if video:
            share = (1.0 - reading) / len(clip)
            write_video(clip, unfinished, drawn=lambda done: progress(reading + share * done))
        else:
            write_clip(clip, unfinished)
        unfinished.replace(out)
    except OSError as error:
        raise MotionFileError(f"{out}: cannot be written: {error.strerror or error}") from error
    finally:
        unfinished.unlink(missing_ok=True)
    return clip


def figure_clip(take: Take, cut: Cut, progress: Progress = lambda _: None) -> Clip:
    """Return the motion of a figure of a take, at the take's rate.

    Raises:
        TakeError: If there is no such figure in it, or it has another skeleton.
    """
    if take.header.skeleton != SkeletonMessage.from_skeleton(CANONICAL):
        got = f"one of {len(take.header.skeleton.joints)} joints"
        raise TakeError(f"{take.path}: expected the skeleton of this program, got {got}")
    wanted = _wanted(cut.figure)
    times, poses = [-inf], [Pose.rest()]
    seen: set[tuple[int, int]] = set()
    length = max(min(cut.end, take.seconds) - cut.start, 1e-9)
    for frame in take.frames(cut.start):
        at = frame.time - take.began
        if at > cut.end + 0.5 / take.header.fps:
            break
        progress(min(1.0, (at - cut.start) / length))
        seen |= {(figure.kind, figure.id) for figure in frame.figures}
        figure = next(filter(wanted, frame.figures), None)
        if figure is not None and times[-1] < at < LONGEST:
            times.append(at)
            poses.append(figure.pose)
    if len(times) == 1:
        raise TakeError(f"{take.path}: expected {cut.figure} in the take, got {_names(seen)}")
    known = np.array(times[1:])
    fps, count = take.header.fps, _count(take, known)
    at = known[0] + np.arange(count) / fps
    return Clip.from_times(poses[1:], known, at, fps, take.path.stem)


def _count(take: Take, known: Float[Array, "N"]) -> int:
    """Return the number of frames of a clip, from when a figure is known, seconds."""
    count = int((known[-1] - known[0]) * take.header.fps + 1e-6) + 1
    if count > max(ALWAYS * take.header.fps, SPARSE * len(known)):
        widest = int(np.diff(known).argmax())
        raise TakeError(
            f"{take.path}: expected a frame of the figure for every {SPARSE:g} frames of the clip, "
            f"got {len(known)} for {count}; the longest gap is from {known[widest]:.1f} s to "
            f"{known[widest + 1]:.1f} s"
        )
    return count


def _wanted(name: str) -> Callable[[Figure], bool]:
    kind, _, number = name.partition(":")
    if kind not in KINDS or not (number.isdecimal() or name == kind):
        raise TakeError(f"expected a figure of {', '.join(KINDS)}, with or without :ID, got {name}")
    return lambda figure: figure.kind == KINDS[kind] and number in ("", str(figure.id))


def _names(figures: set[tuple[int, int]]) -> str:
    names = {number: name for name, number in KINDS.items()}
    return (
        ", ".join(f"{names.get(kind, kind)}:{number}" for kind, number in sorted(figures))
        or "nobody"
    )


@dataclass(frozen=True)
class ExportState:
    """How an export is getting on.

    Attributes:
        progress: In [0, 1].
        finished: Whether the file is there.
        failed: Why it never will be; empty if nothing is known against it.
    """

    progress: float = 0.0
    finished: bool = False
    failed: str = ""

    @property
    def over(self) -> bool:
        """Whether nothing more happens."""
        return self.finished or bool(self.failed)


class Export:
    """An export in a process of its own, which gives way to the show."""

    def __init__(self, path: Path, out: Path, cut: Cut) -> None:
        """Begin; see `export_take`."""
        context = get_context("spawn")
        self._link, theirs = context.Pipe(duplex=False)
        self._process = context.Process(target=_work, args=(theirs, path, out, cut), daemon=True)
        self._process.start()
        theirs.close()
        self._unfinished = unfinished_path(out)
        self._state = ExportState()
        self._polling = Lock()

    def poll(self, timeout: float = 0.0) -> ExportState:
        """Return how it is getting on; waits for news, at most for some seconds."""
        with self._polling:
            while not self._state.over and self._link.poll(timeout):
                try:
                    self._state, timeout = self._link.recv(), 0.0
                except (EOFError, OSError):
                    got = "a process that ended early"
                    self._state = replace(self._state, failed=f"expected a whole export, got {got}")
                if self._state.over:
                    self._tidy_up()
            return self._state

    def cancel(self) -> None:
        """End it; may be called at any time. A file that is not complete does not stay."""
        with self._polling:
            if not self._state.over:
                self._state = replace(self._state, failed="expected a whole export, got its end")
                self._process.terminate()
                self._tidy_up()

    def _tidy_up(self) -> None:
        """Leave no process, no descriptor, and no half of a file."""
        self._process.join(PATIENCE)
        self._process.kill()
        self._process.join()
        self._process.close()
        self._link.close()
        self._unfinished.unlink(missing_ok=True)


def unfinished_path(out: Path) -> Path:
    """Return where a file is written until it is complete."""
    return out.with_name(f".{out.stem}.part{out.suffix}")


def _work(link: Connection, path: Path, out: Path, cut: Cut) -> None:
    """Export, and tell how it goes; the process's entry point."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())  # tidies up
    os.nice(NICENESS)
    news = _News(link)
    try:
        export_take(path, out, cut, news.tell)
        link.send(ExportState(1.0, finished=True))
    except BhavaError as error:
        link.send(ExportState(news.told, failed=str(error)))
    except MemoryError:
        link.send(ExportState(news.told, failed="expected a take that fits the memory"))


class _News:
    """Tells of progress by the hundredth."""

    def __init__(self, link: Connection) -> None:
        self.told = 0.0
        self._link = link

    def tell(self, progress: float) -> None:
        if progress >= self.told + 0.01:
            self.told = progress
            self._link.send(ExportState(progress))
