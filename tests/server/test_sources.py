"""Sources: what can be asked for, and what happens when it goes away."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import wait
from pathlib import Path

import pytest

from motion.errors import SourceError
from server.capture.demo import DemoSource
from server.capture.landmarks import Sighting
from server.capture.sources import BrowserSource, ProcessSource, Source, SourceSpec
from server.stages.open_source import open_source

DEADLINE = 60.0


@contextmanager
def opened(spec: str) -> Iterator[ProcessSource]:
    source = open_source(SourceSpec.parse(spec), time.monotonic)
    try:
        source.start()
        yield source
    finally:
        source.close()


def until(source: ProcessSource, met: Callable[[Sighting | None], bool]) -> None:
    """Reads a source until a condition on what it gave is met; waits on its pipe in between."""
    end = time.monotonic() + DEADLINE
    while not met(source.latest()):
        assert time.monotonic() < end, f"still {source.state}: {source.detail}"
        wait([source.link] if source.link else [], timeout=0.05)


@pytest.mark.parametrize(
    "spec", ["", "demos", "camera", "camera:front", "camera:-1", "video:", "rtsp:camera", "Demo"]
)
def test_unknown_source_is_refused(spec):
    with pytest.raises(SourceError, match=f"^expected demo, camera:N.* got {spec!r}$"):
        SourceSpec.parse(spec)


def test_a_port_of_vmc_shows_no_network():
    spec = SourceSpec.parse("vmc:127.0.0.1:39540?from=10.0.0.0/24")
    assert spec.name == open_source(spec, time.monotonic).name == "vmc:39540"


def test_a_take_gives_no_landmarks():
    with pytest.raises(SourceError, match=r"^expected a source of landmarks, got take:a.take$"):
        open_source(SourceSpec.parse("take:a.take"), time.monotonic)


def test_absent_video_is_refused():
    with pytest.raises(SourceError, match=r"expected the path of a video, got /none.mp4"):
        open_source(SourceSpec.parse("video:/none.mp4"), time.monotonic)


@pytest.mark.parametrize(
    ("spec", "kind"),
    [("demo", DemoSource), ("browser", BrowserSource), ("camera:3", ProcessSource)],
)
def test_known_sources(spec, kind):
    source: Source = open_source(SourceSpec.parse(spec), time.monotonic)
    assert isinstance(source, kind)
    assert (source.name, source.state, source.detail) == (spec, "starting", None)
    assert source.latest() is None
    source.close()
    source.close()


def test_password_of_a_stream_is_not_told():
    spec = SourceSpec.parse("rtsp://me:secret@host/1")
    assert spec.name == open_source(spec, time.monotonic).name == "rtsp://host"


def test_browser_gives_the_newest_and_counts_as_lost_when_silent():
    now = 0.0
    source = BrowserSource(lambda: now)
    source.start()
    assert source.state == "starting"
    for stamp in (1.0, 2.0):
        source.receive(Sighting.nobody(stamp))
    assert source.latest().time == 2.0
    assert source.latest() is None
    now = 1.9
    assert (source.state, source.detail) == ("delivering", None)
    now = 2.1
    assert (source.state, str(source.detail)) == ("lost", "the browser has sent nothing for 2 s")


def test_video_that_cannot_be_played_fails_at_the_start(tmp_path: Path):
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"no video at all")
    with pytest.raises(SourceError, match=r"expected a video that can be played, got: .* opened"):
        open_source(SourceSpec.parse(f"video:{broken}"), time.monotonic).start()


def test_absent_camera_is_lost_and_says_so():
    with opened("camera:97") as source:
        until(source, lambda _: source.state == "lost")
        assert str(source.detail) == "it cannot be opened"
        assert source.latest() is None


def test_video_gives_landmarks_and_a_killed_process_comes_back(shared_video: Path):
    with opened(f"video:{shared_video}") as source:
        until(source, lambda found: found is not None and found.people)
        assert source.state == "delivering"
        killed = source.pid
        os.kill(killed, signal.SIGKILL)
        until(source, lambda _: source.state == "lost")
        assert str(source.detail) == "the pose process has ended; it is started again"
        until(source, lambda found: found is not None and source.pid != killed)
        assert source.state == "delivering"
    assert source.pid is None


def test_stuck_process_is_replaced(shared_video: Path):
    now = 0.0
    source = open_source(SourceSpec.parse(f"video:{shared_video}"), lambda: now)
    try:
        source.start()
        stuck = source.pid
        os.kill(stuck, signal.SIGSTOP)
        source.latest()
        now = ProcessSource.SILENCE + 1.0
        source.latest()
        assert source.state == "lost"
        assert "stuck" in str(source.detail)
        until(source, lambda _: source.pid is not None)
        assert source.pid != stuck
    finally:
        source.close()


@pytest.mark.parametrize(
    "address",
    [
        "rtsp://me:se%40cret@host:554/live",
        "rtsp://me:secret/part@host:554/live",
        "rtsp://host:554/live?user=me&password=secret",
        "rtsp://host:554/user=me_password=secret_channel=1",
        "rtsps://secret@host:554",
    ],
)
def test_an_address_shows_no_password_wherever_it_stands(address: str) -> None:
    name = SourceSpec.parse(address).name
    assert name == f"{address.partition(':')[0]}://host:554"


def test_a_video_shows_no_path() -> None:
    assert SourceSpec.parse("video:/home/me/secret plans/dance.mp4").name == "video:dance.mp4"


@pytest.mark.parametrize(
    "text",
    ["http://me:secret@cam/", "RTSP://me:secret@cam", "rtsp://me:sec ret@cam", "rtsp://\x1b[31m"],
)
def test_an_address_that_is_not_understood_shows_no_password_either(text: str) -> None:
    with pytest.raises(SourceError, match=r"got '\w+://…'$"):
        SourceSpec.parse(text)


def test_a_camera_has_a_small_number() -> None:
    with pytest.raises(SourceError, match="expected demo, camera:N"):
        SourceSpec.parse("camera:99999999999999999999")
