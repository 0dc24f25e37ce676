"""Gives the newest picture to an outlet, in a thread of its own; whatever it misses is skipped."""

from collections.abc import Callable
from threading import Condition, Event, Thread

import numpy as np
from av import VideoFrame
from jaxtyping import UInt8
from numpy import ndarray

from motion.errors import SetupError
from server.picture.outlet import Outlet, Size

STILL = 1.0
"""Seconds after which a picture that stands is shown again, for programs that came since."""

REOPEN = 2.0
"""Seconds until an outlet that failed is tried again."""


class Player:
    """One outlet and the picture it shows next.

    Attributes:
        title: The outlet, in words.
        shown: Pictures that it got.
        skipped: Pictures that were followed by newer ones before it could take them.
        trouble: The reason if it shows nothing at present; else empty.
    """

    def __init__(self, open_outlet: Callable[[], Outlet], size: Size) -> None:
        """Open the outlet.

        Args:
            open_outlet: Opens it; called again after a failure. May raise SetupError.
            size: Size of the pictures that it takes.
        """
        self._open, self._size = open_outlet, size
        self._outlet: Outlet | None = open_outlet()
        self.title = self._outlet.title
        self.shown = self.skipped = 0
        self.trouble = ""
        self._newest: VideoFrame | None = None
        self._fresh = False
        self._changed = Condition()
        self._ended = Event()
        self._thread = Thread(target=self._play, name="picture")

    def start(self) -> None:
        """Begin to show pictures."""
        self._thread.start()

    def close(self) -> None:
        """Show no more."""
        self._ended.set()
        with self._changed:
            self._changed.notify()
        if self._thread.is_alive():
            self._thread.join()
        if self._outlet is not None:
            self._outlet.close()
            self._outlet = None

    def offer(self, frame: VideoFrame) -> None:
        """Have a picture shown, unless a newer one comes first."""
        with self._changed:
            self.skipped += self._fresh
            self._newest, self._fresh = frame, True
            self._changed.notify()

    def show_next(self) -> None:
        """Show the newest picture, again where none came since."""
        with self._changed:
            frame, fresh = self._newest, self._fresh
            self._fresh = False
        if frame is None:
            return
        try:
            self._outlet = self._outlet or self._open()
            self._outlet.show(fitted(frame, self._size))
        except (RuntimeError, OSError, SetupError) as error:
            self._fail(" ".join(str(error).split()))
        else:
            self.shown += fresh
            self.trouble = ""

    def _fail(self, why: str) -> None:
        """Give the outlet up for now."""
        self.trouble = why
        if self._outlet is not None:
            self._outlet.close()
            self._outlet = None

    def _play(self) -> None:
        while not self._ended.is_set():
            self.show_next()
            if self.trouble:
                self._ended.wait(REOPEN)
            with self._changed:
                self._changed.wait_for(lambda: self._fresh or self._ended.is_set(), STILL)


def fitted(frame: VideoFrame, size: Size) -> UInt8[ndarray, "height width 4"]:
    """Return a picture as large as fits, in the middle of black.

    Args:
        frame: Picture of any size; browsers make it smaller while a network is slow.
        size: Size of the result.
    """
    scale = min(size.width / frame.width, size.height / frame.height)
    width, height = (max(1, round(side * scale)) for side in (frame.width, frame.height))
    picture = frame.to_ndarray(width=width, height=height, format="rgba")
    if (width, height) == size:
        return picture
    whole = np.zeros((size.height, size.width, 4), np.uint8)
    top, left = (size.height - height) // 2, (size.width - width) // 2
    whole[top : top + height, left : left + width] = picture
    return whole
