import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.spatial.transform import Rotation

from motion.clip import Pose
from server.capture.landmarks import COUNT, PEOPLE, Landmarks, Sighting
from server.wire.protocol import (
    PARTNER,
    PERFORMER,
    Figure,
    FrameMessage,
    LandmarksMessage,
    Refusal,
    decode_frame,
    decode_landmarks,
    decode_rotations,
    encode_frame,
    encode_landmarks,
    encode_rotations,
)

GOLDEN = Path(__file__).parents[1] / "golden"
JOINTS = 21


def floats(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high, allow_subnormal=False)


@st.composite
def quaternions(draw: st.DrawFn) -> np.ndarray:
    raw = draw(arrays(np.float64, (JOINTS, 4), elements=floats(-1, 1)))
    raw[np.linalg.norm(raw, axis=1) < 0.1] = [0, 0, 0, 1]
    return raw / np.linalg.norm(raw, axis=1, keepdims=True)


@st.composite
def figures(draw: st.DrawFn) -> Figure:
    hips = draw(arrays(np.float64, 3, elements=floats(-32, 32)))
    return Figure(
        draw(st.sampled_from([PARTNER, PERFORMER])),
        draw(st.integers(0, 255)),
        Pose(hips, draw(quaternions())),
        draw(arrays(bool, 4)),
        draw(st.booleans()),
    )


@st.composite
def frames(draw: st.DrawFn) -> FrameMessage:
    return FrameMessage(
        draw(st.integers(0, 2**32 - 1)),
        draw(floats(0, 1e9)),
        draw(st.none() | floats(0, 1e9)),
        draw(arrays(np.float64, st.integers(0, 64), elements=floats(0, 1.5))),
        tuple(draw(st.lists(figures(), max_size=3))),
        draw(st.booleans()),
    )


@st.composite
def people(draw: st.DrawFn) -> Landmarks:
    return Landmarks(
        draw(arrays(np.float64, (COUNT, 3), elements=floats(-5, 5))),
        draw(arrays(np.float64, COUNT, elements=floats(0, 1))),
        draw(arrays(np.float64, (COUNT, 2), elements=floats(-5, 5))),
    )


def degrees_between(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.degrees((Rotation.from_quat(a) * Rotation.from_quat(b).inv()).magnitude())


def refused(decode: Callable[[bytes], object], data: bytes) -> str | None:
    """The name under which bytes are refused, None when they are not."""
    try:
        decode(data)
    except Refusal as refusal:
        return refusal.name
    return None


@given(quaternions())
def test_rotations_come_back_within_a_hundredth_of_a_degree(rotations: np.ndarray) -> None:
    decoded = decode_rotations(encode_rotations(rotations))
    assert degrees_between(decoded, rotations).max() < 0.01
    assert np.allclose(np.linalg.norm(decoded, axis=1), 1)


@given(arrays(np.uint16, (JOINTS, 3)))
def test_any_words_decode_to_unit_quaternions(words: np.ndarray) -> None:
    assert np.allclose(np.linalg.norm(decode_rotations(words), axis=1), 1)


@given(frames())
def test_a_frame_comes_back(frame: FrameMessage) -> None:
    data = encode_frame(frame)
    decoded = decode_frame(data, JOINTS)
    assert len(data) == 25 + len(frame.emotion) + len(frame.figures) * (10 + 6 * JOINTS)
    assert (decoded.sequence, decoded.time) == (frame.sequence, frame.time)
    assert decoded.captured == frame.captured
    assert decoded.performer_present == frame.performer_present
    assert np.abs(decoded.emotion - frame.emotion).max(initial=0) <= 0.005 + 1e-9
    for got, figure in zip(decoded.figures, frame.figures, strict=True):
        assert (got.kind, got.id, got.taken_up) == (figure.kind, figure.id, figure.taken_up)
        assert (got.contacts == figure.contacts).all()
        assert np.abs(got.pose.hips - figure.pose.hips).max() <= 0.0005 + 1e-9
        assert degrees_between(got.pose.rotations, figure.pose.rotations).max() < 0.01


def test_numbers_beyond_the_range_are_held_at_it() -> None:
    pose = Pose(np.array([99.0, -99.0, 0.0]), Pose.rest().rotations)
    decoded = decode_frame(encode_frame(_still(2**32 + 5, pose)), JOINTS)
    assert decoded.sequence == 5
    assert decoded.figures[0].pose.hips.tolist() == [32.767, -32.767, 0.0]


@given(st.lists(people(), max_size=PEOPLE), floats(0, 1e9))
def test_landmarks_come_back(seen: list[Landmarks], time: float) -> None:
    data = encode_landmarks(LandmarksMessage(7, Sighting(time, tuple(seen))))
    decoded = decode_landmarks(data).sighting
    assert len(data) == 16 + 363 * len(seen)
    assert decoded.time == time
    for got, person in zip(decoded.people, seen, strict=True):
        assert np.abs(got.positions - person.positions).max() <= 0.0005 + 1e-9
        assert np.abs(got.visibility - person.visibility).max() <= 0.5 / 255 + 1e-9
        assert np.abs(got.image - person.image).max() <= 0.5 / 4096 + 1e-9
    assert encode_landmarks(LandmarksMessage(7, decoded)) == data


@given(st.binary(max_size=300))
def test_any_bytes_decode_or_are_refused(data: bytes) -> None:
    assert refused(decode_landmarks, data) in (None, "malformed_frame")
    assert refused(lambda data: decode_frame(data, JOINTS), data) in (None, "malformed_frame")


@pytest.mark.parametrize("cut", [0, 1, 15, 16, 379, 741])
def test_landmarks_that_are_cut_off_are_refused(cut: int) -> None:
    data = (GOLDEN / "landmarks-people.bin").read_bytes()
    with pytest.raises(Refusal, match=r"malformed_frame: expected .* bytes, got"):
        decode_landmarks(data[:cut])


@pytest.mark.parametrize("header", [b"\x01\x02", b"\x02\x01", b"\x00\x00"])
def test_another_version_or_type_is_refused(header: bytes) -> None:
    data = header + (GOLDEN / "landmarks-people.bin").read_bytes()[2:]
    with pytest.raises(Refusal, match="expected version 2, type 2, got version"):
        decode_landmarks(data)


@pytest.mark.parametrize("time", [np.nan, np.inf])
def test_a_capture_time_that_is_not_finite_is_refused(time: float) -> None:
    with pytest.raises(Refusal, match="expected a finite capture time"):
        decode_landmarks(encode_landmarks(LandmarksMessage(0, Sighting.nobody(time))))


def test_more_people_than_there_may_be_are_refused() -> None:
    crowd = (Landmarks(np.zeros((COUNT, 3)), np.zeros(COUNT), np.zeros((COUNT, 2))),) * 5
    with pytest.raises(Refusal, match="expected at most 4 people, got 5"):
        decode_landmarks(encode_landmarks(LandmarksMessage(0, Sighting(0.0, crowd))))


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("frame-*.bin")), ids=lambda path: path.stem)
def test_golden_frames(path: Path) -> None:
    data = path.read_bytes()
    expected = json.loads(path.with_suffix(".json").read_text())
    frame = decode_frame(data, expected["joints"])
    assert (frame.sequence, frame.time) == (expected["sequence"], expected["time"])
    assert frame.captured == expected["captured"]
    assert frame.performer_present == expected["performer_present"]
    np.testing.assert_allclose(frame.emotion, expected["emotion"], atol=1e-12)
    for figure, values in zip(frame.figures, expected["figures"], strict=True):
        assert (figure.kind, figure.id) == (values["kind"], values["id"])
        assert figure.taken_up == values["taken_up"]
        assert figure.contacts.tolist() == values["contacts"]
        np.testing.assert_allclose(figure.pose.hips, values["hips"], atol=1e-12)
        np.testing.assert_allclose(figure.pose.rotations, values["rotations"], atol=1e-12)


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("landmarks-*.bin")), ids=lambda path: path.stem)
def test_golden_landmarks(path: Path) -> None:
    data = path.read_bytes()
    expected = json.loads(path.with_suffix(".json").read_text())
    message = decode_landmarks(data)
    assert (message.sequence, message.sighting.time) == (expected["sequence"], expected["time"])
    for person, values in zip(message.sighting.people, expected["people"], strict=True):
        assert person.track == values["track"]
        for name, value in values.items():
            np.testing.assert_allclose(_numbers(getattr(person, name)), _numbers(value), atol=1e-12)
    assert encode_landmarks(message) == data


def _numbers(value: object) -> np.ndarray:
    return np.array([] if value is None else value, float)


def test_the_offsets_are_those_of_the_document() -> None:
    data = bytearray(encode_frame(_still(0, Pose.rest())))
    assert (data[3], data[24]) == (1, 1)
    data[2] = 0b1
    data[4:8] = (77).to_bytes(4, "little")
    data[16:24] = np.float64(1.5).tobytes()
    data[25] = 150
    figure = 26
    data[figure : figure + 4] = [1, 9, 0b1, 0b1000]
    data[figure + 4 : figure + 6] = (-1500).to_bytes(2, "little", signed=True)
    frame = decode_frame(bytes(data), JOINTS)
    assert (frame.performer_present, frame.sequence, frame.captured) == (True, 77, 1.5)
    assert frame.emotion.tolist() == [1.5]
    [seen] = frame.figures
    assert (seen.kind, seen.id, seen.taken_up) == (PERFORMER, 9, True)
    assert seen.contacts.tolist() == [False, False, False, True]
    assert seen.pose.hips[0] == -1.5


def _still(sequence: int, pose: Pose) -> FrameMessage:
    figure = Figure(PARTNER, 0, pose, np.zeros(4, bool))
    return FrameMessage(sequence, 0.0, None, np.array([1.0]), (figure,))
