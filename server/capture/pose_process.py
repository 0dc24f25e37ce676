"""Pictures to landmarks, in a process of its own, so that finding a pose never blocks motion.

The process ends when the other end of its pipe closes, whatever became of its parent. OpenCV and
ONNX Runtime are imported only there.
"""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from typing import Any, Literal

import numpy as np

from motion.errors import SourceError
from server.capture.landmarks import Sighting, SourceState
from server.capture.pose_finder import Image, Picture, PoseFinder
from server.sentence import LostSourceError, Sentence, sentence_of

_SHORTEST_DELAY, _LONGEST_DELAY = 0.5, 8.0  # seconds between attempts to open a lost source
_PICTURE_TIMEOUT = 5.0  # seconds that a live source may take for a picture
_LATE, _HOPELESS = 0.02, 1.0  # seconds behind at which a video skips, and gives up to catch up
_LONGEST_FRAME = 10.0  # seconds between pictures of a video; more is a broken time stamp
_FROZEN = 10.0  # seconds for which a camera may give the very same picture
_HICCUPS = 10  # pictures in a row that a live source may fail to give
_NICENESS = 5


@dataclass(frozen=True)
class Address:
    """Where pictures come from.

    Attributes:
        kind: A camera or a stream is live; a video has its own time and starts over at its end.
        place: Number of the camera, or path or address as OpenCV takes it.
    """

    kind: Literal["camera", "video", "stream"]
    place: int | str


@dataclass(frozen=True)
class Report:
    """What the process tells its parent: how it goes, and at best what it sees."""

    state: SourceState
    detail: Sentence | None = None
    sighting: Sighting | None = None


def main(link: Connection, address: Address, people: int) -> None:
    """Report who is seen until the parent hangs up; the process's entry point."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, who then hangs up
    os.nice(_NICENESS)
    _silence_libraries()
    with suppress(BrokenPipeError, ConnectionResetError):
        deliver(link, lambda: pictures(address), PoseFinder(people).find, time.monotonic)
    os._exit(0)  # a camera's thread may hang in its driver: do not wait for it


def deliver(
    link: Connection,
    pictures: Callable[[], Iterator[Picture]],
    find: Callable[[Picture], Sighting],
    clock: Callable[[], float],
) -> None:
    """Report what is found in each picture; when pictures end, try again, ever less often.

    Args:
        link: To the parent.
        pictures: Opens the source; raises SourceError when that fails or pictures cease.
        find: Finds who is in a picture.
        clock: The server's, seconds.
    """
    delay = _SHORTEST_DELAY
    while True:
        state: SourceState = "starting"
        try:
            for picture in pictures():
                if state == "starting":
                    link.send(Report("starting"))
                    state, delay = "delivering", _SHORTEST_DELAY
                link.send(Report("delivering", sighting=replace(find(picture), ready=clock())))
        except SourceError as error:
            link.send(Report("lost", sentence_of(error)))
        if link.poll(delay):  # nothing is ever sent here: readable means hung up
            return
        delay = min(2 * delay, _LONGEST_DELAY)


def pictures(
    address: Address,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[Picture]:
    """Open a source and yield its pictures as they come; a video keeps the pace of the clock.

    Raises:
        SourceError: If it cannot be opened, or gives no more pictures.
    """
    if address.kind == "video":
        return video_pictures(lambda: _open(address), clock, sleep)
    live = live_pictures(_open(address))
    return moving_pictures(live) if address.kind == "camera" else live


def video_pictures(
    open_capture: Callable[[], Any],
    clock: Callable[[], float],
    sleep: Callable[[float], None],
) -> Iterator[Picture]:
    """Yield a video over and over, at its own pace; pictures too late to be of use are skipped.

    Args:
        open_capture: Returns an OpenCV capture at the video's start.
        clock: Monotonic time, seconds.
        sleep: Waits for some seconds.

    Raises:
        SourceError: If the video holds no pictures.
    """
    start = clock()
    while True:
        length, sound = 0.0, False
        for at, end, retrieve in _frames(open_capture()):
            length = end
            wait = start + at - clock()
            if wait < -_HOPELESS:  # it will not be caught up: go on from here
                start -= wait
            elif wait < -_LATE:
                sound = True
                continue
            sleep(max(wait, 0.0))
            found, image = retrieve()
            if found:
                sound = True
                yield Picture(start + at, image)
        if not sound:
            raise LostSourceError("empty_video")
        start += length


def _frames(capture: Any) -> Iterator[tuple[float, float, Callable[[], tuple[bool, Image]]]]:
    """Yield each frame's time, its end, seconds in the video, and how to decode it."""
    import cv2

    fps = capture.get(cv2.CAP_PROP_FPS)
    frame = 1.0 / fps if 1.0 <= fps <= 240.0 else 1.0 / 30.0
    at = -frame
    try:
        while capture.grab():
            stamp = capture.get(cv2.CAP_PROP_POS_MSEC) / 1000.0
            at = stamp if 0.0 < stamp - at < _LONGEST_FRAME else at + frame
            yield at, at + frame, capture.retrieve
    finally:
        capture.release()


def live_pictures(capture: Any) -> Iterator[Picture]:
    """Yield the newest picture of a camera or stream, each once.

    Raises:
        SourceError: When no more come.
    """
    newest = _Newest(capture)
    newest.start()
    try:
        while picture := newest.take(_PICTURE_TIMEOUT):
            yield picture
    finally:
        newest.stop()
    raise LostSourceError("no_more_pictures")


def moving_pictures(pictures: Iterator[Picture]) -> Iterator[Picture]:
    """Yield a camera's pictures while they change: a live one never gives the same one twice.

    Raises:
        SourceError: When they have been the same for long, black ones too.
    """
    changed: Picture | None = None
    for picture in pictures:
        if changed is None or not np.array_equal(picture.image, changed.image):
            changed = picture
        elif picture.time - changed.time > _FROZEN:
            raise LostSourceError("same_picture")
        yield picture


class _Newest(threading.Thread):
    """Empties a capture as fast as it fills, so that what is taken is never old."""

    def __init__(self, capture: Any) -> None:
        super().__init__(daemon=True)
        self._capture = capture
        self._changed = threading.Condition()
        self._picture: Picture | None = None
        self._over = False

    def run(self) -> None:
        failures = 0
        while not self._over and failures < _HICCUPS:
            found, image = self._capture.read()
            failures = 0 if found else failures + 1
            if found:
                self._put(Picture(time.monotonic(), image))
        self._capture.release()
        self.stop()

    def take(self, timeout: float) -> Picture | None:
        """Wait for a picture and return it; None when it does not come in time, or is the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._picture or self._over, timeout)
            picture, self._picture = self._picture, None
            return picture

    def stop(self) -> None:
        """Let go of the capture as soon as it gives or fails its next picture."""
        with self._changed:
            self._over = True
            self._changed.notify()

    def _put(self, picture: Picture) -> None:
        with self._changed:
            self._picture = picture
            self._changed.notify()


def _open(address: Address) -> Any:
    """Return an OpenCV capture.

    Raises:
        SourceError: If there is nothing to open.
    """
    import cv2

    cv2.setNumThreads(1)
    capture = cv2.VideoCapture(address.place)
    if not capture.isOpened():
        capture.release()
        raise LostSourceError("closed_source")
    capture.set(cv2.CAP_PROP_ORIENTATION_AUTO, 1)
    if address.kind != "video":
        capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
    return capture


def _silence_libraries() -> None:
    """Let Python's own errors through, but not what the native libraries write beside it."""
    sys.stderr = os.fdopen(os.dup(2), "w", buffering=1)
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), 2)
