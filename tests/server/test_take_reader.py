import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mcap.writer import MCAP0_MAGIC

from motion.errors import TakeError
from server.takes.reader import Take, takes
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
    assert found == EXPECTED[: len(found)]
    assert len(found) >= min(len(EXPECTED), CHUNK * sum(end <= at for end in ends))
    assert len(found) == len(EXPECTED) or take.damage


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
    found = {info.name: info for info in takes(tmp_path)}
    assert found.keys() == {"whole.take", "cut.take", "none.take"}
    assert (found["whole.take"].finished, found["whole.take"].damage) == (True, "")
    assert found["whole.take"].header == HEADER
    assert not found["cut.take"].finished
    assert found["cut.take"].seconds == pytest.approx((CHUNK - 1) / 30)
    assert "another kind" in found["none.take"].damage
    assert takes(tmp_path / "nowhere") == []
