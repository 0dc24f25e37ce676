"""Writes the golden files anew, from the server's encoder: `python -m tests.golden.regenerate`.

A change of these bytes is a change of the wire: `server/wire/PROTOCOL.md` and its version go with
it.
Each `NAME.bin` is a binary message, `NAME.json` beside it what a decoder must make of it.
`messages.json` holds control messages of both directions, and texts that are refused, by name;
`following.json` tells how people are followed from picture to picture, on the server and in a page.
"""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from scipy.spatial.transform import Rotation

from motion.clip import Pose
from motion.skeleton import CANONICAL
from server.capture.landmarks import COLOURS, COUNT, Landmarks, Sighting
from server.wire import messages
from server.wire.protocol import (
    PARTNER,
    PERFORMER,
    Figure,
    FrameMessage,
    LandmarksMessage,
    Refusal,
    decode_frame,
    decode_landmarks,
    encode_frame,
    encode_landmarks,
)
from tests.golden import people_followed

FOLDER = Path(__file__).parent
JOINTS = len(CANONICAL.joints)


def frames() -> dict[str, bytes]:
    """Nobody, the rest pose, a partner beside its performer, and the extremes of every number."""
    rng = np.random.default_rng(1)
    empty = FrameMessage(5, 0.5, None, np.array([]), ())
    still = Figure(PARTNER, 0, Pose.rest(), np.zeros(4, bool))
    rest = FrameMessage(0, 0.0, None, np.array([1.0, 0.0]), (still,))
    emotion = rng.integers(0, 151, 8) / 100
    pair = (_turned(rng, PARTNER, True), _turned(rng, PERFORMER, False))
    dance = FrameMessage(1234, 41.125, 41.0625, emotion, pair, True)
    held = np.tile([[0.5, -0.5, 0.5, -0.5]], (JOINTS, 1))
    far = Figure(PARTNER, 255, Pose(np.array([-40.0, 32.767, 0.0]), held), np.ones(4, bool), True)
    extreme = FrameMessage(2**32 - 1, 1e9, -1e9, np.full(16, 1.5), (far,) * 4, True)
    named = {
        "frame-empty": empty,
        "frame-rest": rest,
        "frame-dance": dance,
        "frame-extreme": extreme,
    }
    return {name: encode_frame(frame) for name, frame in named.items()}


def _turned(rng: np.random.Generator, kind: int, taken_up: bool) -> Figure:
    pose = Pose(np.array([0.25, 0.931, -1.5]), Rotation.random(JOINTS, rng).as_quat())
    return Figure(kind, 3, pose, np.array([1, 0, 0, 1], bool), taken_up)


def landmarks() -> dict[str, bytes]:
    """Two people, the same where one is followed, and nobody."""
    rng = np.random.default_rng(2)
    people = (_person(rng), _person(rng))
    worn = rng.integers(0, 256, COLOURS).astype(np.uint8)
    followed = (replace(people[0], track=7, colours=worn), people[1])
    named = {
        "landmarks-people": LandmarksMessage(42, Sighting(7.5, people)),
        "landmarks-followed": LandmarksMessage(44, Sighting(7.566, followed)),
        "landmarks-nobody": LandmarksMessage(43, Sighting.nobody(7.533)),
    }
    return {name: encode_landmarks(message) for name, message in named.items()}


def _person(rng: np.random.Generator) -> Landmarks:
    positions = rng.integers(-1000, 1000, (COUNT, 3)) / 1000
    return Landmarks(positions, rng.uniform(0, 1, COUNT), rng.uniform(-1, 1, (COUNT, 2)))


def frame_values(data: bytes) -> dict[str, Any]:
    """What a decoder makes of a frame, as JSON."""
    frame = decode_frame(data, JOINTS)
    return {
        "joints": JOINTS,
        "sequence": frame.sequence,
        "time": frame.time,
        "captured": frame.captured,
        "performer_present": frame.performer_present,
        "emotion": frame.emotion.tolist(),
        "figures": [_figure_values(figure) for figure in frame.figures],
    }


def _figure_values(figure: Figure) -> dict[str, Any]:
    return {
        "kind": figure.kind,
        "id": figure.id,
        "taken_up": figure.taken_up,
        "contacts": figure.contacts.tolist(),
        "hips": figure.pose.hips.tolist(),
        "rotations": figure.pose.rotations.tolist(),
    }


def landmarks_values(data: bytes) -> dict[str, Any]:
    """What a decoder makes of landmarks, as JSON."""
    message = decode_landmarks(data)
    people = [
        {
            "positions": person.positions.tolist(),
            "visibility": person.visibility.tolist(),
            "image": person.image.tolist(),
            "track": person.track,
            "colours": None if person.colours is None else person.colours.tolist(),
        }
        for person in message.sighting.people
    ]
    return {"sequence": message.sequence, "time": message.sighting.time, "people": people}


def control_messages() -> dict[str, Any]:
    """One of each control message, and what is refused."""
    controls = messages.Controls(
        emotion={"happy": 0.7, "sad": 0.3},
        content={"dance": 0.8, "walk": 0.2},
        energy=1.25,
        mode="duet",
        model="default",
        beat=messages.Beat(bpm=120, at=40.5),
    )
    status = messages.Status(
        source="demo",
        source_state="delivering",
        performer="present",
        people=1,
        viewers=2,
        late=0.01,
    )
    hello = messages.ServerHello(
        stage="default",
        session="lotus",
        role="operator",
        model="default",
        models=("default", "small"),
        fps=30.0,
        stage_radius=2.5,
        skeleton=messages.SkeletonMessage.from_skeleton(CANONICAL),
        emotions=("neutral", "happy", "sad"),
        contents=("dance", "walk"),
        texts=("walk", "a person waves"),
        controls=controls,
        status=status,
    )
    cues = messages.Cues()
    pong = messages.Pong(client_time=1.5, server_time=41.125)
    said = Refusal("malformed_frame", "expected 379 bytes, got 12")
    refused = messages.Refused.from_refusal(said)
    return {
        "client": [
            {"type": "hello", "version": 2, "role": "viewer", "stage": "default"},
            {"type": "hello", "version": 2, "role": "performer", "stage": "left", "session": "x"},
            {"type": "hello", "version": 2, "role": "operator", "stage": "left", "key": "sesame"},
            {"type": "set", "emotion": {"happy": 0.7, "sad": 0.3}, "fade": 2.5},
            {"type": "set", "energy": 1.25, "temperature": 0.8, "influence": 1.0},
            {"type": "set", "text": "a person turns and bows"},
            {"type": "set", "content": {"walk": 0.5}, "fade": 1.0},
            {"type": "set", "mode": "mirror", "model": "small", "seed": 7, "dancers": "each"},
            {"type": "set", "panic": "freeze", "look": "ink", "placement": "facing"},
            {"type": "set", "stage_radius": 3.0, "beat": {"bpm": 96.0, "at": 12.5}},
            {"type": "set", "beat": None, "recording": True},
            {"type": "set", "voting": "invited", "audience_share": 0.5},
            {"type": "set", "tempo": "midi", "beat": {"bpm": 120.0, "at": 8.0, "by": "midi"}},
            {"type": "take_up"},
            {"type": "ping", "client_time": 1.5},
            {"type": "played", "sequence": 1234},
        ],
        "server": [
            message.model_dump(mode="json")
            for message in (hello, controls, status, cues, pong, refused)
        ],
        "refused": {
            "": "malformed_json",
            '{"type":"hello"': "malformed_json",
            "{}": "unknown_message",
            '{"type":"dance"}': "unknown_message",
            "[]": "malformed_json",
            '{"type":"set","energy":"high"}': "invalid_message",
            '{"type":"set","energy":NaN}': "invalid_message",
            '{"type":"set","energy":2.01}': "invalid_message",
            '{"type":"set","energy":null}': "invalid_message",
            '{"type":"set","emotion":{"happy":-0.1}}': "invalid_message",
            '{"type":"set","content":{"walk":1.1}}': "invalid_message",
            '{"type":"set","content":"walk"}': "invalid_message",
            '{"type":"set","mode":"sleep"}': "invalid_message",
            json.dumps({"type": "set", "text": "walk " * 41}): "invalid_message",
            '{"type":"set","seed":1.5}': "invalid_message",
            '{"type":"set","beat":{"bpm":0,"at":1}}': "invalid_message",
            '{"type":"set","fade":-1}': "invalid_message",
            '{"type":"set","tempo":1}': "invalid_message",
            '{"type":"take_up","now":true}': "invalid_message",
            '{"type":"hello","version":2,"role":"king"}': "invalid_message",
            '{"type":"hello","version":1,"role":"viewer"}': "unsupported_version",
        },
    }


def golden() -> dict[str, bytes]:
    """All golden files by name."""
    binary = frames() | landmarks()
    values: dict[str, Any] = {"messages": control_messages()}
    for name, data in binary.items():
        values[name] = (frame_values if name.startswith("frame") else landmarks_values)(data)
    files = {f"{name}.bin": data for name, data in binary.items()}
    followed = json.dumps(people_followed.values(), separators=(",", ":"))
    files["following.json"] = followed.encode() + b"\n"
    for name, value in values.items():
        files[f"{name}.json"] = (json.dumps(value, indent=1) + "\n").encode()
    return files


if __name__ == "__main__":
    for name, data in golden().items():
        (FOLDER / name).write_bytes(data)
