import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from server.takes.reader import Take
from server.takes.writer import BACKLOG, TakeWriter
from tests.server.takes import HEADER, bits, ticks

RECORDED = list(ticks(40))

SHOW = """
import resource, signal, sys, time
from pathlib import Path
from server.takes.writer import TakeWriter
from tests.server.takes import HEADER, ticks

signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever started the tests may ignore it
size_limit = int(sys.argv[2])
if size_limit:
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_limit, size_limit))
writer = TakeWriter(Path(sys.argv[1]), HEADER)
for tick in ticks(100_000):
    writer.record(tick.moment._replace(now=time.monotonic()), tick.frame)
    print(tick.number, writer.failed or "", flush=True)
    time.sleep(0.005)
"""


@contextmanager
def show(path: Path, size_limit: int = 0) -> Iterator[subprocess.Popen[str]]:
    """A show in a process of its own, whose every moment is a line of its output."""
    command = [sys.executable, "-c", SHOW, str(path), str(size_limit)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, text=True, **pipes) as process:
        try:
            yield process
        finally:
            process.kill()


def lines(process: subprocess.Popen[str]) -> Iterator[str]:
    assert process.stdout is not None
    return iter(process.stdout.readline, "")  # closing the generator of a file closes the file


def written(writer: TakeWriter) -> list[tuple[object, ...]]:
    assert writer.join(timeout=10)
    return [bits(tick) for tick in Take(writer.path).ticks()]


def test_all_that_is_recorded_is_in_the_take(tmp_path: Path) -> None:
    writer = TakeWriter(tmp_path / "takes" / "main.take", HEADER)
    for tick in RECORDED:
        writer.record(tick.moment, tick.frame)
    assert writer.recording
    writer.stop()
    writer.record(RECORDED[0].moment, RECORDED[0].frame)
    assert written(writer) == [bits(tick) for tick in RECORDED]
    assert (writer.recording, writer.failed) == (False, None)
    assert Take(writer.path).finished


def test_a_show_that_ends_finishes_its_take(tmp_path: Path) -> None:
    path = tmp_path / "main.take"
    with show(path, size_limit=0) as process:
        next(lines(process))
        process.send_signal(signal.SIGINT)
        process.wait()
    assert Take(path).finished


def test_a_killed_show_leaves_its_take_up_to_the_last_half_second(tmp_path: Path) -> None:
    path = tmp_path / "main.take"
    with show(path) as process:
        for line in lines(process):
            if int(line) == 300:
                process.kill()
                killed = time.monotonic()
                break
        process.wait()
    take = Take(path)
    found = list(take.ticks())
    assert not take.finished
    assert [tick.number for tick in found] == list(range(len(found)))
    assert found[-1].moment.now > killed - 1.0  # half a second, and as much for a busy machine
    assert [tick.frame for tick in found] == [tick.frame for tick in ticks(len(found))]


def test_a_full_disk_ends_the_recording_and_not_the_show(tmp_path: Path) -> None:
    path = tmp_path / "main.take"
    with show(path, size_limit=100_000) as process:
        failed = next(line for line in lines(process) if len(line.split()) > 1)
        assert f"{path.name}: cannot be written: File too large" in failed
        following = [next(lines(process)) for _ in range(50)]
    assert all("File too large" in line for line in following)
    take = Take(path)
    found = list(take.ticks())
    assert 10 < len(found) <= int(failed.split()[0])
    assert [tick.number for tick in found] == list(range(len(found)))


def test_a_disk_that_is_too_slow_ends_the_recording_with_all_that_came_before(
    tmp_path: Path,
) -> None:
    writer = TakeWriter(tmp_path / "main.take", HEADER)
    tick, recorded = RECORDED[0], 0
    while writer.recording:  # far faster than it can be written
        writer.record(tick.moment, tick.frame)
        recorded += 1
    assert "expected a disk that keeps up" in str(writer.failed)
    assert len(written(writer)) == recorded - 1 >= BACKLOG
    assert Take(writer.path).finished


@pytest.mark.parametrize("folder", ["file", "file/below"])
def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path, folder: str) -> None:
    (tmp_path / "file").write_text("in the way")
    writer = TakeWriter(tmp_path / folder / "main.take", HEADER)
    assert writer.join(timeout=10)
    assert not writer.recording
    assert "cannot be written" in str(writer.failed)
    writer.record(RECORDED[0].moment, RECORDED[0].frame)


def test_no_take_is_written_over(tmp_path: Path) -> None:
    writers = []
    for _ in range(3):
        writers.append(TakeWriter(tmp_path / "main.take", HEADER))
        writers[-1].stop()
        assert writers[-1].join(timeout=10)
    assert [w.path.name for w in writers] == ["main.take", "main-2.take", "main-3.take"]


def test_a_take_can_be_read_while_it_is_written(tmp_path: Path) -> None:
    writer = TakeWriter(tmp_path / "main.take", HEADER)
    recorded = list(ticks(1500))
    for tick in recorded:
        writer.record(tick.moment, tick.frame)
    writer.stop()
    expected = [bits(tick) for tick in recorded]
    while not writer.join(timeout=0.001):
        if writer.path.exists() and writer.path.stat().st_size > 5000:
            found = [bits(tick) for tick in Take(writer.path).ticks()]
            assert found == expected[: len(found)]
    assert written(writer) == expected
