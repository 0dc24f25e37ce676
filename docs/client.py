"""Watch a stage of Bhava from a program: all that is needed is server/wire/PROTOCOL.md.

Run:
    pip install websockets
    python docs/client.py ws://localhost:8000/ws --frames 30
"""

import argparse
import asyncio
import json
import math
import struct

from websockets.asyncio.client import connect

VERSION = 2
FRAME = 1
HEAD = struct.Struct("<BBBBIddB")
FIGURE = struct.Struct("<BBBB3h")
ROTATION = struct.Struct("<3H")
KINDS = {0: "partner", 1: "performer"}


def unpack_rotation(words):
    """Return a unit quaternion (x, y, z, w) from the three words that it is packed into."""
    dropped = (words[0] >> 15) << 1 | words[1] >> 15
    kept = [((word & 0x7FFF) / 32767 * 2 - 1) / math.sqrt(2) for word in words]
    kept.insert(dropped, math.sqrt(max(0.0, 1 - sum(value * value for value in kept))))
    norm = math.sqrt(sum(value * value for value in kept))
    return [value / norm for value in kept]


def read_frame(data, joints, labels):
    """Return what a binary message of the server shows."""
    version, kind, flags, figures, sequence, time, _, emotions = HEAD.unpack_from(data)
    if (version, kind) != (VERSION, FRAME):
        raise ValueError(f"expected a frame of version {VERSION}, got type {kind} of {version}")
    at = HEAD.size
    weights = {label: data[at + i] / 100 for i, label in enumerate(labels)}
    at += emotions
    shown = []
    for _ in range(figures):
        kind, number, _, contacts, *hips = FIGURE.unpack_from(data, at)
        at += FIGURE.size
        rotations = {}
        for joint in joints:
            rotations[joint] = unpack_rotation(ROTATION.unpack_from(data, at))
            at += ROTATION.size
        shown.append(
            {
                "kind": KINDS.get(kind, kind),
                "id": number,
                "contacts": contacts,
                "hips": [value / 1000 for value in hips],
                "rotations": rotations,
            }
        )
    return {
        "sequence": sequence,
        "time": time,
        "performer": bool(flags & 1),
        "emotion": weights,
        "figures": shown,
    }


async def watch(address, stage, frames):
    """Print so many frames of a stage, a line of JSON each."""
    async with connect(address) as link:
        hello = {"type": "hello", "version": VERSION, "role": "viewer", "stage": stage}
        await link.send(json.dumps(hello))
        joints, labels = [], []
        async for message in link:
            if isinstance(message, bytes):
                print(json.dumps(read_frame(message, joints, labels)))
                frames -= 1
                if frames == 0:
                    return
                continue
            said = json.loads(message)
            if said["type"] == "hello":
                joints, labels = said["skeleton"]["joints"], said["emotions"]
            if said["type"] == "refused":
                raise SystemExit(f"{said['name']}: {said['detail']}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Print frames of a stage of Bhava.")
    parser.add_argument("address", nargs="?", default="ws://localhost:8000/ws")
    parser.add_argument("--stage", default="default")
    parser.add_argument("--frames", type=int, default=30)
    options = parser.parse_args()
    asyncio.run(watch(options.address, options.stage, options.frames))
