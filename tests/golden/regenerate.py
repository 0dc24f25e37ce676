"""Writes the golden files anew, from the server's encoder: `python tests/golden/regenerate.py`.

A change of these bytes is a change of the wire: `server/PROTOCOL.md` and its version go with it.
Each `NAME.bin` is a binary message, `NAME.json` beside it what a decoder must make of it.
`messages.json` holds control messages of both directions, and texts that are refused, by name.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
from scipy.spatial.transform import Rotation

from motion.clip import Pose
from motion.skeleton import CANONICAL
from server import messages
from server.landmarks import COUNT, Landmarks
from server.protocol import (
    FrameMessage,
    LandmarksMessage,
    decode_frame,
    decode_landmarks,
    encode_frame,
    encode_landmarks,
)

FOLDER = Path(__file__).parent
JOINTS = len(CANONICAL.joints)


def frames() -> dict[str, bytes]:
    """The rest pose, a pose with every joint turned, and the extremes of every number."""
    rng = np.random.default_rng(1)
    rest = FrameMessage(0, 0.0, Pose.rest(), np.zeros(4, bool), np.array([1.0, 0.0]))
    turned = Pose(np.array([0.25, 0.931, -1.5]), Rotation.random(JOINTS, rng).as_quat())
    dance = FrameMessage(
        1234, 41.125, turned, np.array([1, 0, 0, 1], bool), rng.integers(0, 151, 8) / 100, True
    )
    extreme = FrameMessage(
        2**32 - 1,
        1e9,
        Pose(np.array([-40.0, 32.767, 0.0]), np.tile([[0.5, -0.5, 0.5, -0.5]], (JOINTS, 1))),
        np.ones(4, bool),
        np.full(16, 1.5),
        True,
        True,
    )
    named = {"frame-rest": rest, "frame-dance": dance, "frame-extreme": extreme}
    return {name: encode_frame(frame) for name, frame in named.items()}


def landmarks() -> dict[str, bytes]:
    """A person, and nobody."""
    rng = np.random.default_rng(2)
    seen = Landmarks(7.5, rng.integers(-1000, 1000, (COUNT, 3)) / 1000, rng.uniform(0, 1, COUNT))
    named = {
        "landmarks-person": LandmarksMessage(42, seen),
        "landmarks-nobody": LandmarksMessage(43, Landmarks.nobody(7.533)),
    }
    return {name: encode_landmarks(message) for name, message in named.items()}


def frame_values(data: bytes) -> dict[str, Any]:
    """What a decoder makes of a frame, as JSON."""
    frame = decode_frame(data, JOINTS)
    return {
        "joints": JOINTS,
        "sequence": frame.sequence,
        "time": frame.time,
        "performer_present": frame.performer_present,
        "taken_up": frame.taken_up,
        "contacts": frame.contacts.tolist(),
        "hips": frame.pose.hips.tolist(),
        "rotations": frame.pose.rotations.tolist(),
        "emotion": frame.emotion.tolist(),
    }


def landmarks_values(data: bytes) -> dict[str, Any]:
    """What a decoder makes of landmarks, as JSON."""
    message = decode_landmarks(data)
    seen = message.landmarks
    return {
        "sequence": message.sequence,
        "time": seen.time,
        "positions": None if seen.positions is None else seen.positions.tolist(),
        "visibility": None if seen.positions is None else seen.visibility.tolist(),
    }


def control_messages() -> dict[str, Any]:
    """One of each control message, and what is refused."""
    controls = messages.Controls(emotion={"happy": 0.7, "sad": 0.3}, energy=1.25)
    status = messages.Status(
        source="demo", source_state="delivering", performer="present", viewers=2
    )
    hello = messages.ServerHello(
        model="default",
        fps=30.0,
        stage_radius=2.5,
        skeleton=messages.SkeletonMessage.of(CANONICAL),
        emotions=("neutral", "happy", "sad"),
        controls=controls,
        status=status,
    )
    pong = messages.Pong(client_time=1.5, server_time=41.125)
    refused = messages.Refused(name="malformed_frame", detail="expected 247 bytes, got 12")
    return {
        "client": [
            {"type": "hello", "version": 1, "role": "viewer"},
            {"type": "hello", "version": 1, "role": "performer"},
            {"type": "emotion", "weights": {"happy": 0.7, "sad": 0.3}},
            {"type": "energy", "value": 1.25},
            {"type": "take_up"},
            {"type": "ping", "client_time": 1.5},
            {"type": "played", "sequence": 1234},
        ],
        "server": [m.model_dump(mode="json") for m in (hello, controls, status, pong, refused)],
        "refused": {
            "": "malformed_json",
            '{"type":"hello"': "malformed_json",
            "{}": "unknown_message",
            '{"type":"dance"}': "unknown_message",
            "[]": "invalid_message",
            '{"type":"energy"}': "invalid_message",
            '{"type":"energy","value":"high"}': "invalid_message",
            '{"type":"energy","value":NaN}': "invalid_message",
            '{"type":"take_up","now":true}': "invalid_message",
            '{"type":"hello","version":1,"role":"king"}': "invalid_message",
            '{"type":"hello","version":2,"role":"viewer"}': "unsupported_version",
        },
    }


def golden() -> dict[str, bytes]:
    """All golden files by name."""
    binary = frames() | landmarks()
    values: dict[str, Any] = {"messages": control_messages()}
    for name, data in binary.items():
        values[name] = (frame_values if name.startswith("frame") else landmarks_values)(data)
    files = {f"{name}.bin": data for name, data in binary.items()}
    for name, value in values.items():
        files[f"{name}.json"] = (json.dumps(value, indent=1) + "\n").encode()
    return files


if __name__ == "__main__":
    for name, data in golden().items():
        (FOLDER / name).write_bytes(data)
