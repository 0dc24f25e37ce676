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
from server.landmarks import COUNT, Landmarks
from server.protocol import (
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
def frames(draw: st.DrawFn) -> FrameMessage:
    hips = draw(arrays(np.float64, 3, elements=floats(-32, 32)))
    return FrameMessage(
        draw(st.integers(0, 2**32 - 1)),
        draw(floats(0, 1e9)),
        Pose(hips, draw(quaternions())),
        draw(arrays(bool, 4)),
        draw(arrays(np.float64, st.integers(1, 64), elements=floats(0, 1.5))),
        draw(st.booleans()),
        draw(st.booleans()),
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
    assert len(data) == 23 + 6 * JOINTS + len(frame.emotion) <= 350
    assert (decoded.sequence, decoded.time) == (frame.sequence, frame.time)
    assert decoded.performer_present == frame.performer_present
    assert decoded.taken_up == frame.taken_up
    assert (decoded.contacts == frame.contacts).all()
    assert np.abs(decoded.pose.hips - frame.pose.hips).max() <= 0.0005 + 1e-9
    assert degrees_between(decoded.pose.rotations, frame.pose.rotations).max() < 0.01
    assert np.abs(decoded.emotion - frame.emotion).max() <= 0.005 + 1e-9


def test_numbers_beyond_the_range_are_held_at_it() -> None:
    far = FrameMessage(
        2**32 + 5, 0.0, Pose(np.array([99.0, -99.0, 0.0]), Pose.rest().rotations), *_still()
    )
    decoded = decode_frame(encode_frame(far), JOINTS)
    assert decoded.sequence == 5
    assert decoded.pose.hips.tolist() == [32.767, -32.767, 0.0]


@given(
    arrays(np.float64, (COUNT, 3), elements=floats(-5, 5)),
    arrays(np.float64, COUNT, elements=floats(0, 1)),
    floats(0, 1e9),
)
def test_landmarks_come_back(positions: np.ndarray, visibility: np.ndarray, time: float) -> None:
    message = LandmarksMessage(7, Landmarks(time, positions, visibility))
    data = encode_landmarks(message)
    seen = decode_landmarks(data).landmarks
    assert len(data) == 247
    assert seen.time == time
    assert seen.positions is not None
    assert np.abs(seen.positions - positions).max() <= 0.0005 + 1e-9
    assert np.abs(seen.visibility - visibility).max() <= 0.5 / 255 + 1e-9
    assert encode_landmarks(LandmarksMessage(7, seen)) == data


def test_nobody_is_sixteen_bytes() -> None:
    data = encode_landmarks(LandmarksMessage(3, Landmarks.nobody(2.5)))
    decoded = decode_landmarks(data)
    assert len(data) == 16
    assert (decoded.sequence, decoded.landmarks.time) == (3, 2.5)
    assert decoded.landmarks.positions is None


@given(st.binary(max_size=300))
def test_any_bytes_decode_or_are_refused(data: bytes) -> None:
    assert refused(decode_landmarks, data) in (None, "malformed_frame")
    assert refused(lambda data: decode_frame(data, JOINTS), data) in (None, "malformed_frame")


@pytest.mark.parametrize("cut", [0, 1, 15, 16, 100, 246])
def test_landmarks_that_are_cut_off_are_refused(cut: int) -> None:
    data = (GOLDEN / "landmarks-person.bin").read_bytes()
    with pytest.raises(Refusal, match=r"malformed_frame: expected .* bytes, got"):
        decode_landmarks(data[:cut])


@pytest.mark.parametrize("header", [b"\x02\x02", b"\x01\x01", b"\x00\x00"])
def test_another_version_or_type_is_refused(header: bytes) -> None:
    data = header + (GOLDEN / "landmarks-person.bin").read_bytes()[2:]
    with pytest.raises(Refusal, match="expected version 1, type 2, got version"):
        decode_landmarks(data)


@pytest.mark.parametrize("time", [np.nan, np.inf])
def test_a_capture_time_that_is_not_finite_is_refused(time: float) -> None:
    with pytest.raises(Refusal, match="expected a finite capture time"):
        decode_landmarks(encode_landmarks(LandmarksMessage(0, Landmarks.nobody(time))))


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("frame-*.bin")), ids=lambda path: path.stem)
def test_golden_frames(path: Path) -> None:
    data = path.read_bytes()
    expected = json.loads(path.with_suffix(".json").read_text())
    frame = decode_frame(data, expected["joints"])
    assert frame.sequence == expected["sequence"]
    assert frame.time == expected["time"]
    assert frame.performer_present == expected["performer_present"]
    assert frame.taken_up == expected["taken_up"]
    assert frame.contacts.tolist() == expected["contacts"]
    np.testing.assert_allclose(frame.pose.hips, expected["hips"], atol=1e-12)
    np.testing.assert_allclose(frame.pose.rotations, expected["rotations"], atol=1e-12)
    np.testing.assert_allclose(frame.emotion, expected["emotion"], atol=1e-12)


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("landmarks-*.bin")), ids=lambda path: path.stem)
def test_golden_landmarks(path: Path) -> None:
    data = path.read_bytes()
    expected = json.loads(path.with_suffix(".json").read_text())
    message = decode_landmarks(data)
    seen = message.landmarks
    assert (message.sequence, seen.time) == (expected["sequence"], expected["time"])
    assert (seen.positions is None) == (expected["positions"] is None)
    if seen.positions is not None:
        np.testing.assert_allclose(seen.positions, expected["positions"], atol=1e-12)
        np.testing.assert_allclose(seen.visibility, expected["visibility"], atol=1e-12)
    assert encode_landmarks(message) == data


def test_the_offsets_are_those_of_the_document() -> None:
    data = bytearray(encode_frame(FrameMessage(0, 0.0, Pose.rest(), *_still())))
    data[2], data[3] = 0b10, 0b1000
    data[4:8] = (77).to_bytes(4, "little")
    data[16:18] = (-1500).to_bytes(2, "little", signed=True)
    data[-1] = 150
    frame = decode_frame(bytes(data), JOINTS)
    assert (frame.performer_present, frame.taken_up) == (False, True)
    assert frame.contacts.tolist() == [False, False, False, True]
    assert frame.sequence == 77
    assert frame.pose.hips[0] == -1.5
    assert frame.emotion.tolist() == [1.5]


def _still() -> tuple[np.ndarray, np.ndarray]:
    return np.zeros(4, bool), np.array([1.0])
