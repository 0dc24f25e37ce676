import os
import struct
from collections.abc import Callable
from math import inf
from pathlib import Path
from threading import Event, Thread

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mcap.writer import MCAP0_MAGIC

from motion.errors import TakeError
from server.takes.catalogue import GROWING, PERIOD, TakeCatalogue
from server.takes.reader import LIMIT, MOST_RECORDS, Take, TakeInfo, take_info
from tests.motion.strategies import swaying
from tests.server.takes import HEADER, bits, ticks, write

RECORDED = list(ticks(40))
CHUNK = 12


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "default-20260501-201500.take"


def read(path: Path) -> tuple[Take, list[tuple[object, ...]]]:
    take = Take(path)
    return take, [bits(tick) for tick in take.ticks()]


EXPECTED = [bits(tick) for tick in RECORDED]


def catalogue(folder: Path) -> TakeCatalogue:
    return TakeCatalogue(folder, lambda: 0.0, lambda _: None)


def test_a_take_comes_back_whole(path: Path) -> None:
    write(path, RECORDED)
    take, found = read(path)
    assert (take.header, take.finished, take.damage) == (HEADER, True, "")
    assert take.history is None
    assert take.seconds == pytest.approx(39 / 30)
    assert found == EXPECTED


def test_what_was_shown_before_comes_back_bit_for_bit(path: Path) -> None:
    history = swaying(20)
    write(path, RECORDED, history=history)
    take, found = read(path)
    assert take.history is not None
    assert take.history.fps == history.fps
    assert take.history.hips.tobytes() == history.hips.tobytes()
    assert take.history.rotations.tobytes() == history.rotations.tobytes()
    assert found == EXPECTED


def test_one_may_begin_anywhere(path: Path) -> None:
    write(path, RECORDED)
    take = Take(path)
    assert [tick.number for tick in take.ticks(1.0)] == list(range(30, 40))
    assert list(take.ticks(2.0)) == []
    assert take.damage == ""


def test_cut_at_any_byte_it_keeps_all_chunks_before(path: Path) -> None:
    recorded = RECORDED[:4]
    ends = write(path, recorded, chunk=2)
    unreadable = 0
    whole = path.stat().st_size
    for size in reversed(range(whole)):
        os.truncate(path, size)
        try:
            take, found = read(path)
        except TakeError:
            unreadable += 1
            assert size < ends[0]
            continue
        assert found == EXPECTED[: 2 * sum(end <= size for end in ends)]
        assert take.finished == (size >= whole - len(MCAP0_MAGIC))
    assert unreadable < ends[0] // 2


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damage_is_told_and_what_is_before_it_kept(tmp_path: Path, data: st.DataObject) -> None:
    path = tmp_path / "damaged.take"
    path.unlink(missing_ok=True)
    ends = write(path, RECORDED, CHUNK)
    content = bytearray(path.read_bytes())
    at = data.draw(st.integers(0, ends[-1] - 1))
    content[at] ^= data.draw(st.integers(1, 255))
    path.write_bytes(content)
    try:
        take, found = read(path)
    except TakeError:
        assert at < ends[0]
        return
    hurt = sum(end <= at for end in ends)
    unhurt = EXPECTED[: hurt * CHUNK] + EXPECTED[(hurt + 1) * CHUNK :]
    assert found in (EXPECTED, unhurt) or (take.damage and found == EXPECTED[: hurt * CHUNK])
    assert len(found) == len(EXPECTED) or take.damage


@pytest.mark.parametrize("lost", range(4))
def test_damaged_bytes_cost_their_chunk_alone(path: Path, lost: int) -> None:
    ends = write(path, RECORDED, CHUNK)
    for within in (1, 40, 300):
        content = bytearray(path.read_bytes())
        at = ends[lost] - within
        content[at : at + 1] = bytes([content[at] ^ 0xFF])
        path.write_bytes(content)
        take, found = read(path)
        content[at : at + 1] = bytes([content[at] ^ 0xFF])
        path.write_bytes(content)
        kept = EXPECTED[: lost * CHUNK] + EXPECTED[(lost + 1) * CHUNK :]
        assert found in (EXPECTED, kept)
        assert found == EXPECTED or take.damage


def test_a_damaged_length_costs_its_chunk_alone(path: Path) -> None:
    ends = write(path, RECORDED, CHUNK)
    content = bytearray(path.read_bytes())
    for damage in (b"\xff" * 8, b"\0" * 8, b"\x07" + b"\0" * 7):
        content[ends[0] + 1 : ends[0] + 9] = damage
        path.write_bytes(content)
        take, found = read(path)
        assert found == EXPECTED[:CHUNK] + EXPECTED[2 * CHUNK :]
        assert take.damage


def test_computing_again_stops_at_damage(path: Path) -> None:
    ends = write(path, RECORDED, CHUNK)
    content = bytearray(path.read_bytes())
    content[ends[1] - 100] ^= 0xFF
    path.write_bytes(content)
    assert [bits(tick) for tick in Take(path).ticks(past_damage=False)] == EXPECTED[:CHUNK]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=500))
def test_bytes_that_are_no_take_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "any.take"
    path.write_bytes(MCAP0_MAGIC + content)
    with pytest.raises(TakeError, match="expected"):
        Take(path)


def test_takes_are_listed_with_what_is_wrong(tmp_path: Path) -> None:
    ends = write(tmp_path / "whole.take", RECORDED)
    write(tmp_path / "cut.take", RECORDED)
    os.truncate(tmp_path / "cut.take", ends[0] + 5)
    (tmp_path / "none.take").write_text("a text")
    (tmp_path / "notes.txt").write_text("a text")
    found = {info.name: info for info in catalogue(tmp_path).takes()}
    assert found.keys() == {"whole.take", "cut.take", "none.take"}
    assert (found["whole.take"].finished, found["whole.take"].damage) == (True, "")
    header = found["whole.take"].header
    assert header
    assert (header.stage, header.started) == (HEADER.stage, HEADER.started)
    assert not found["cut.take"].finished
    assert found["cut.take"].seconds == pytest.approx((CHUNK - 1) / 30)
    assert "another kind" in found["none.take"].damage
    assert catalogue(tmp_path / "nowhere").takes() == []


def test_one_bad_name_or_link_does_not_hide_the_others(tmp_path: Path) -> None:
    folder = tmp_path / "takes"
    folder.mkdir()
    write(folder / "good.take", RECORDED)
    write(tmp_path / "secret.take", RECORDED)
    (folder / "gone.take").symlink_to(tmp_path / "nowhere.take")
    (folder / "out.take").symlink_to(tmp_path / "secret.take")
    (folder / "inner.take").symlink_to("good.take")
    (folder / "folder.take").mkdir()
    os.mkfifo(folder / "pipe.take")
    (folder / os.fsdecode(b"bad-\xff.take")).write_bytes(b"")
    found = {info.name: info.damage for info in catalogue(folder).takes()}
    assert found.pop("good.take") == found.pop("inner.take") == ""
    assert found.keys() == {
        "gone.take", "out.take", "folder.take", "pipe.take", "bad-\\udcff.take"
    }  # fmt: skip
    assert all(found.values())
    assert "out of the folder" in found["out.take"]


def test_a_list_is_good_for_a_while_and_unchanged_files_are_not_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, read_files = [0.0], []
    listed = TakeCatalogue(tmp_path, lambda: now[0], lambda _: None)
    monkeypatch.setattr(
        "server.takes.catalogue.take_info",
        lambda path, rest: read_files.append(path.name) or take_info(path, rest),
    )
    ends = write(tmp_path / "one.take", RECORDED)
    growing = (tmp_path / "one.take").read_bytes()
    (tmp_path / "growing.take").write_bytes(growing[: ends[0]])
    assert len(listed.takes()) == 2
    write(tmp_path / "two.take", RECORDED)
    assert len(listed.takes()) == 2
    now[0] += PERIOD
    assert len(listed.takes()) == 3
    assert sorted(read_files) == ["growing.take", "one.take", "two.take"]
    (tmp_path / "growing.take").write_bytes(growing[: ends[1]])
    now[0] += PERIOD
    [grown] = [info for info in listed.takes() if info.name == "growing.take"]
    assert (grown.size_bytes, grown.seconds, len(read_files)) == (
        ends[1],
        pytest.approx(11 / 30),
        3,
    )
    now[0] += GROWING
    [grown] = [info for info in listed.takes() if info.name == "growing.take"]
    assert (grown.seconds, len(read_files)) == (pytest.approx(23 / 30), 4)


def hostile(path: Path, records: bytes) -> str:
    """What is said of a take with a chunk of some records at its end."""
    write(path, RECORDED[:4])
    content = path.read_bytes()
    packed = zstandard.compress(records)
    body = struct.pack("<QQQII", 0, 0, len(records), 0, 4) + b"zstd"
    body += struct.pack("<Q", len(packed)) + packed
    at = Take(path)._parts[0].record.offset - 9
    path.write_bytes(content[:at] + struct.pack("<BQ", 6, len(body)) + body + content[at:])
    take, found = read(path)
    assert found == EXPECTED[:4]
    return take.damage


def test_chunks_that_mean_harm_are_bounded(tmp_path: Path) -> None:
    many = hostile(tmp_path / "many.take", (MOST_RECORDS + 2) * struct.pack("<BQ", 99, 0))
    assert f"at most {MOST_RECORDS} records" in many
    assert "bytes" in hostile(tmp_path / "large.take", bytes(LIMIT + 1))


def test_records_without_end_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "many.take"
    write(path, RECORDED[:4])
    first = Take(path)._parts[0].record.offset - 9
    content = path.read_bytes()
    path.write_bytes(content[:first] + 100 * struct.pack("<BQ", 6, 0) + content[first:])
    monkeypatch.setattr("server.takes.reader.MOST_OF_A_TAKE", 50)
    take = Take(path)
    assert "at most 50 records" in take.damage
    assert len(take._parts) <= 50


def test_a_header_without_end_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "long.take"
    write(path, RECORDED[:4])
    monkeypatch.setattr("server.takes.reader.HEADER_LIMIT", 100)
    assert "expected a header of at most 100 bytes" in take_info(path).damage


@pytest.mark.parametrize("start", [inf, 1e308])
def test_a_start_that_is_no_time_is_told(path: Path, start: float) -> None:
    write(path, RECORDED[:4])
    with pytest.raises(TakeError, match="expected a start in seconds, got"):
        list(Take(path).ticks(start))


def test_who_asks_while_another_reads_gets_what_was_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, reading, released = [0.0], Event(), Event()
    listed = TakeCatalogue(tmp_path, lambda: now[0], lambda _: None)
    write(tmp_path / "one.take", RECORDED)
    assert [info.name for info in listed.takes()] == ["one.take"]

    def hang(path: Path, rest: Callable[[], None]) -> TakeInfo:
        reading.set()
        released.wait(10)
        return take_info(path, rest)

    monkeypatch.setattr("server.takes.catalogue.take_info", hang)
    monkeypatch.setattr("server.takes.catalogue.PATIENCE", 0.0)
    write(tmp_path / "two.take", RECORDED)
    now[0] += PERIOD
    other = Thread(target=listed.takes)
    other.start()
    assert reading.wait(10)
    assert [info.name for info in listed.takes()] == ["one.take"]
    released.set()
    other.join()
    assert len(listed.takes()) == 2
