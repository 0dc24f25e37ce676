import math
import struct
from datetime import UTC, datetime
from pathlib import Path
from shutil import copytree, ignore_patterns

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from pydantic import ValidationError

from motion.clip import Pose
from motion.errors import TakeError
from motion.skeleton import CANONICAL
from server.capture.landmarks import COUNT, PEOPLE, Landmarks, Sighting
from server.interaction.dance import RULES
from server.interaction.frame_inputs import FrameInputs
from server.takes.take import Header, code_digest, decode_moment, encode_moment, take_name
from server.wire.messages import Controls
from tests.server.takes import HEADER

ROOT = Path(__file__).parents[2]
PACKAGES = sorted(
    file.parent.relative_to(ROOT)
    for name in ("motion", "server")
    for file in (ROOT / name).rglob("__init__.py")
)

numbers = st.floats(width=64)


def arrays(*shape: int) -> st.SearchStrategy[np.ndarray]:
    return npst.arrays(np.float64, shape, elements=numbers)


people = st.builds(Landmarks, arrays(COUNT, 3), arrays(COUNT), arrays(COUNT, 2))
poses = st.builds(Pose, arrays(3), arrays(len(CANONICAL.joints), 4))
sightings = st.builds(
    Sighting,
    numbers,
    st.lists(people, max_size=PEOPLE).map(tuple),
    st.lists(poses, max_size=PEOPLE).map(tuple),
)


def same(a: object, b: object) -> bool:
    return np.asarray(a).tobytes() == np.asarray(b).tobytes()


@given(numbers, st.none() | sightings, st.booleans())
def test_a_moment_comes_back_bit_for_bit(
    now: float, sighting: Sighting | None, take_up: bool
) -> None:
    controls = Controls(energy=1.25)
    back = decode_moment(encode_moment(FrameInputs(now, sighting, controls, take_up)), controls)
    assert same(back.now, now)
    assert (back.take_up, back.controls) == (take_up, controls)
    assert (back.sighting is None) == (sighting is None)
    if sighting and back.sighting:
        assert same(back.sighting.time, sighting.time)
        assert len(back.sighting.people) == len(sighting.people)
        for one, other in zip(back.sighting.people, sighting.people, strict=True):
            for name in ("positions", "visibility", "image"):
                assert same(getattr(one, name), getattr(other, name))
                assert getattr(one, name).flags.c_contiguous
        assert len(back.sighting.poses) == len(sighting.poses)
        for pose, read in zip(back.sighting.poses, sighting.poses, strict=True):
            assert same(pose.hips, read.hips)
            assert same(pose.rotations, read.rotations)


def test_a_moment_has_the_bytes_that_its_document_names() -> None:
    rng = np.random.default_rng(0)
    person = Landmarks(rng.random((COUNT, 3)), rng.random(COUNT), rng.random((COUNT, 2)))
    body = np.concatenate([person.positions.ravel(), person.visibility, person.image.ravel()])
    moment = FrameInputs(12.5, Sighting(12.25, (person,)), Controls(), take_up=True)
    expected = struct.pack("<BddB198d", 3, 12.5, 12.25, 1, *body)
    assert encode_moment(moment) == expected
    assert encode_moment(FrameInputs(12.5, None, Controls())) == struct.pack("<Bd", 0, 12.5)
    pose = Pose(rng.random(3), rng.random((len(CANONICAL.joints), 4)))
    posed = FrameInputs(12.5, Sighting(12.25, (), (pose,)), Controls())
    told = (8 | 1, 12.5, 12.25, 0, *pose.hips, *pose.rotations.ravel())
    assert encode_moment(posed) == struct.pack("<BddB87d", *told)


@given(st.binary(max_size=3000))
def test_what_is_no_moment_is_told(data: bytes) -> None:
    try:
        decode_moment(data, Controls())
    except TakeError as error:
        assert "expected" in str(error)  # noqa: PT017 - some bytes are a moment


@pytest.mark.parametrize("cut", [0, 8, 10, 100])
def test_a_moment_cut_short_is_none(cut: int) -> None:
    seen = Sighting(0.9, (noise(), noise()), (Pose.rest(),))
    whole = encode_moment(FrameInputs(1.0, seen, Controls()))
    with pytest.raises(TakeError, match="expected a moment"):
        decode_moment(whole[:cut], Controls())
    with pytest.raises(TakeError, match="expected a moment"):
        decode_moment(whole + bytes(8), Controls())


def noise() -> Landmarks:
    return Landmarks(np.zeros((COUNT, 3)), np.ones(COUNT), np.zeros((COUNT, 2)))


@given(st.floats(0, 2), st.floats(0, 1.5), st.floats(allow_nan=False, allow_infinity=False))
def test_controls_come_back_bit_for_bit(temperature: float, weight: float, at: float) -> None:
    text = f'{{"temperature": {temperature!r}, "emotion": {{"sad": {weight!r}}}}}'
    controls = Controls.model_validate_json(text)
    again = Controls.model_validate_json(controls.model_dump_json())
    assert (again.temperature, again.emotion["sad"]) == (temperature, weight)
    assert math.copysign(1, again.temperature) == math.copysign(1, temperature)
    beat = Controls.model_validate({"beat": {"bpm": 120.0, "at": at}}).beat
    assert beat is not None
    assert type(beat).model_validate_json(beat.model_dump_json()) == beat


def test_a_take_is_named_after_stage_and_time() -> None:
    started = datetime(2026, 5, 1, 20, 15, 3, tzinfo=UTC)
    assert take_name("main", started) == "main-20260501-201503.take"
    assert take_name("../a b", started) == "___a_b-20260501-201503.take"


def test_a_take_keeps_the_rules_of_its_time() -> None:
    now = Header.model_validate_json(HEADER.model_copy(update={"rules": RULES}).model_dump_json())
    assert now.rules == RULES
    before = Header.model_validate_json(HEADER.model_dump_json(exclude={"rules"}))
    assert before.rules == 1
    with pytest.raises(ValidationError, match="less than or equal"):
        Header.model_validate({**HEADER.model_dump(), "rules": RULES + 1})


def test_the_build_tells_code_libraries_and_processor() -> None:
    assert HEADER.build.keys() >= {"code", "numpy", "onnxruntime", "processor"}


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("code")
    for name in ("motion", "server"):
        copytree(ROOT / name, root / name, ignore=ignore_patterns("__pycache__"))
    return root


def test_the_same_code_has_the_same_digest(copied: Path) -> None:
    assert code_digest(copied) == code_digest(ROOT)


@pytest.mark.parametrize("package", PACKAGES, ids=str)
def test_a_changed_file_of_any_package_changes_the_digest(copied: Path, package: Path) -> None:
    before = code_digest(copied)
    changed = sorted((copied / package).glob("*.py"))[-1]
    text = changed.read_bytes()
    changed.write_bytes(text + b"# changed\n")
    after = code_digest(copied)
    changed.write_bytes(text)
    assert after != before == code_digest(copied)


def test_a_moved_file_changes_the_digest(copied: Path) -> None:
    before = code_digest(copied)
    moved = (copied / "motion" / "clip.py").rename(copied / "motion" / "moved.py")
    after = code_digest(copied)
    moved.rename(copied / "motion" / "clip.py")
    assert after != before


def test_what_people_wear_is_recorded_of_whom_it_is_known():
    worn = np.arange(64, dtype=np.uint8)
    places = np.ones((COUNT, 3)), np.ones(COUNT), np.ones((COUNT, 2))
    sighting = Sighting(0.5, (Landmarks(*places, worn), Landmarks(*places, track=7)))
    moment = FrameInputs(1.0, sighting, Controls(emotion={}))
    first, second = decode_moment(encode_moment(moment), moment.controls).sighting.people
    assert np.array_equal(first.colours, worn)
    assert second.colours is None
    assert (first.track, second.track) == (None, 7)
    assert np.array_equal(second.image, places[2])
