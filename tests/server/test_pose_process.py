"""The pose process from inside: pace, retries and hanging up, with captures and clocks made up."""

import multiprocessing
from collections.abc import Set
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from motion.errors import SourceError
from server.capture.landmarks import Sighting
from server.capture.pose_finder import Picture
from server.capture.pose_process import (
    Address,
    deliver,
    live_pictures,
    moving_pictures,
    pictures,
    video_pictures,
)

FPS, POS_MSEC = 5, 0  # numbers that OpenCV gives these properties


class Capture:
    """A capture of OpenCV's shape that gives so many frames."""

    def __init__(
        self, frames: int, fps: float = 25.0, stamps: bool = True, broken: Set[int] = frozenset()
    ) -> None:
        self.frames, self.fps, self.stamps, self.broken = frames, fps, stamps, broken
        self.at = -1
        self.released = False

    def get(self, what: int) -> float:
        stamp = 1000 * max(self.at, 0) / self.fps if self.stamps else 0.0
        return {FPS: self.fps, POS_MSEC: stamp}[what]

    def grab(self) -> bool:
        self.at += 1
        return self.at < self.frames

    def retrieve(self) -> tuple[bool, np.ndarray]:
        return self.at not in self.broken, np.full((4, 4, 3), self.at, dtype=np.uint8)

    def read(self) -> tuple[bool, np.ndarray | None]:
        return self.retrieve() if self.grab() else (False, None)

    def release(self) -> None:
        self.released = True


class Time:
    """A clock that moves only when someone waits."""

    def __init__(self) -> None:
        self.now = 100.0

    def clock(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += seconds


def shown(video, count: int) -> list[tuple[float, int]]:
    return [(round(p.time - 100.0, 3), int(p.image[0, 0, 0])) for p in islice(video, count)]


@pytest.mark.parametrize("stamps", [True, False])
def test_video_keeps_its_pace_and_starts_over(stamps):
    time = Time()
    video = video_pictures(lambda: Capture(3, stamps=stamps), time.clock, time.wait)
    assert shown(video, 5) == [(0.0, 0), (0.04, 1), (0.08, 2), (0.12, 0), (0.16, 1)]
    assert time.now == pytest.approx(100.16)


def test_late_frames_of_a_video_are_skipped():
    time = Time()
    video = video_pictures(lambda: Capture(100), time.clock, time.wait)
    next(video)
    time.wait(0.4)
    picture = next(video)
    assert picture.image[0, 0, 0] == 10
    assert time.now - picture.time <= 0.02


def test_video_far_behind_goes_on_from_there():
    time = Time()
    video = video_pictures(lambda: Capture(100), time.clock, time.wait)
    next(video)
    time.wait(60.0)
    assert shown(video, 2) == [(60.0, 1), (60.04, 2)]


def test_video_without_pictures_is_an_error():
    time = Time()
    with pytest.raises(SourceError, match="expected a video with pictures"):
        next(video_pictures(lambda: Capture(0), time.clock, time.wait))


@pytest.mark.parametrize("broken", [{0}, {1}, {1, 2}])
def test_broken_frames_of_a_video_are_left_out(broken):
    time = Time()
    video = video_pictures(lambda: Capture(3, broken=broken), time.clock, time.wait)
    sound = [frame for frame in range(3) if frame not in broken]
    assert [frame for _, frame in shown(video, 2 * len(sound))] == 2 * sound


def test_video_of_broken_frames_alone_is_an_error():
    time = Time()
    with pytest.raises(SourceError, match="expected a video with pictures"):
        next(video_pictures(lambda: Capture(3, broken={0, 1, 2}), time.clock, time.wait))


def test_damaged_video_goes_on(shared_video: Path, tmp_path: Path):
    data = bytearray(shared_video.read_bytes())
    rng = np.random.default_rng(0)
    for at in rng.integers(len(data) // 4, len(data) // 2, 400):
        data[at] ^= 0xFF
    damaged = tmp_path / "damaged.mp4"
    damaged.write_bytes(data)
    time, address = Time(), Address("video", str(damaged))
    came = list(islice(pictures(address, time.clock, time.wait), 450))
    assert came[-1].time - came[0].time > 14.0  # longer than it is: it started over


@pytest.mark.parametrize("value", [0, 90])
def test_camera_that_gives_one_picture_again_and_again_is_an_error(value):
    frozen = (Picture(i / 30, np.full((4, 4, 3), value, np.uint8)) for i in range(1000))
    given = []
    with pytest.raises(SourceError, match="gives the same picture again and again"):
        given.extend(moving_pictures(frozen))
    noisy = [Picture(i / 30, np.full((4, 4, 3), i % 2, np.uint8)) for i in range(1000)]
    assert list(moving_pictures(iter(noisy))) == noisy


def test_live_source_that_stops_is_an_error():
    capture = Capture(1)
    live = live_pictures(capture)
    with pytest.raises(SourceError, match="gives no more pictures"):
        list(live)
    assert capture.released


def test_what_cannot_be_opened_is_an_error(tmp_path):
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"no video")
    with pytest.raises(SourceError, match="cannot be opened"):
        next(pictures(Address("video", str(broken))))


def test_reports_what_is_found_and_retries_what_is_lost():
    parent, child = multiprocessing.Pipe()
    attempts = iter(
        [SourceError("camera 0 cannot be opened"), [Picture(1.0, np.zeros((2, 2, 3)))], None]
    )

    def open_source():
        attempt = next(attempts)
        if attempt is None:
            parent.close()
            attempt = SourceError("camera 0 gives no more pictures")
        if isinstance(attempt, SourceError):
            raise attempt
        yield from attempt

    heard = []
    link = Recorder(child, heard)
    deliver(link, open_source, lambda picture: Sighting.nobody(picture.time), lambda: 7.0)
    states = [(report.state, str(report.detail or "")) for report in heard]
    assert states == [
        ("lost", "camera 0 cannot be opened"),
        ("starting", ""),
        ("delivering", ""),
        ("lost", "camera 0 gives no more pictures"),
    ]
    assert (heard[2].sighting.time, heard[2].sighting.ready) == (1.0, 7.0)
    assert link.waits[0] < link.waits[1] * 2


class Recorder:
    """One end of a pipe that writes down what is sent, and never waits."""

    def __init__(self, link, heard: list) -> None:
        self._link, self.heard = link, heard
        self.waits: list[float] = []

    def send(self, report) -> None:
        self.heard.append(report)

    def poll(self, seconds: float) -> bool:
        self.waits.append(seconds)
        return self._link.poll(0)


def test_camera_unplugged_and_back():
    parent, child = multiprocessing.Pipe()
    plugged = [True, False, False, True]
    still = np.zeros((2, 2, 3))

    def open_source():
        if not plugged:
            parent.close()
        if not plugged or not plugged.pop(0):
            raise SourceError("camera 0 cannot be opened")
        yield Picture(1.0, still)
        raise SourceError("camera 0 gives no more pictures")

    link = Recorder(child, [])
    deliver(link, open_source, lambda picture: Sighting.nobody(picture.time), lambda: 7.0)
    came = ["starting", "delivering", "lost"]
    assert [report.state for report in link.heard] == [*came, "lost", "lost", *came, "lost"]
    assert link.waits[:4] == [0.5, 1.0, 2.0, 0.5]
