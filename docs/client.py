"""A client of a stage: all that it needs to know is in server/wire/PROTOCOL.md.

It watches, acknowledges, sets controls, sends landmarks, and comes back when its link is lost.

Run:
    pip install websockets
    python docs/client.py ws://localhost:8000/ws --frames 30
    python docs/client.py --role operator --key KEY --set '{"energy": 1.5}'
    python docs/client.py --role performer --landmarks pictures.jsonl

A line of `pictures.jsonl` is a JSON list of up to four people in a picture. Each is a list of
33 landmarks [x, y, z, visibility, place x, place y]: metres, a share, and picture heights.
"""

import argparse
import asyncio
import json
import math
import struct
import sys
import time
from contextlib import aclosing, suppress

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

VERSION = 2
FRAME, LANDMARKS = 1, 2
FRAME_HEAD = struct.Struct("<BBBBIddB")
FIGURE = struct.Struct("<BBBB3h")
ROTATION = struct.Struct("<3H")
LANDMARKS_HEAD = struct.Struct("<BBBBId")
LANDMARK = struct.Struct("<3hB2h")
KINDS = {0: "partner", 1: "performer"}
ENDED = range(4000, 5000)
"""Close codes after which the same hello would be refused again."""
REPLACED = 1000
"""Close code of a link whose session goes on over another one."""
ACKNOWLEDGE_EVERY, PICTURES_PER_SECOND = 1.0, 30


def unpack_rotation(words):
    """Return a unit quaternion (x, y, z, w) from the three words that it is packed into."""
    dropped = (words[0] >> 15) << 1 | words[1] >> 15
    kept = [((word & 0x7FFF) / 32767 * 2 - 1) / math.sqrt(2) for word in words]
    kept.insert(dropped, math.sqrt(max(0.0, 1 - sum(value * value for value in kept))))
    norm = math.sqrt(sum(value * value for value in kept))
    return [value / norm for value in kept]


def read_frame(data, joints, labels):
    """Return the content of a frame; joints and labels are those of the newest hello."""
    version, kind, flags, figures, sequence, clock, _, emotions = FRAME_HEAD.unpack_from(data)
    if (version, kind) != (VERSION, FRAME):
        raise ValueError(f"expected a frame of version {VERSION}, got type {kind} of {version}")
    at = FRAME_HEAD.size
    weights = dict(zip(labels, (byte / 100 for byte in data[at : at + emotions]), strict=True))
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
        "time": clock,
        "performer": bool(flags & 1),
        "emotion": weights,
        "figures": shown,
    }


def pack_landmarks(sequence, clock, people):
    """Return the message with the people of a picture, taken at a time of the server's clock."""
    head = LANDMARKS_HEAD.pack(VERSION, LANDMARKS, 0, len(people), sequence % 2**32, clock)
    return head + b"".join(pack_landmark(*landmark) for person in people for landmark in person)


def pack_landmark(x, y, z, visibility, place_x, place_y):
    """Return 11 bytes: millimetres, 255ths, and 4096ths of the picture's height."""
    numbers = (1000 * x, 1000 * y, 1000 * z, 255 * visibility, 4096 * place_x, 4096 * place_y)
    return LANDMARK.pack(*map(round, numbers))


class Client:
    """One session with a stage, over one link after the other."""

    def __init__(self, address, stage="default", role="viewer", key=None):
        self.address = address
        self.wishes = {"stage": stage, "role": role}
        if key:
            self.wishes["key"] = key
        self.link = None
        self.hello = None
        self.ahead = None  # seconds from this machine's clock to the server's

    async def say(self, kind, **members):
        """Send a control message."""
        await self.send(json.dumps({"type": kind, **members}))

    async def send(self, data):
        """Send text or bytes; while there is no link, they are lost."""
        if self.link:
            with suppress(ConnectionClosed):
                await self.link.send(data)

    async def messages(self):
        """Yield all that comes, control messages and frames, until the stage shows the client out.

        `connect` waits longer and longer between its attempts, and tries again after status 503.
        """
        async for link in connect(self.address, compression=None):
            self.link = link
            session = {"session": self.hello["session"]} if self.hello else {}
            try:
                await self.say("hello", version=VERSION, **self.wishes, **session)
                async for message in self._received(link):
                    yield message
            except ConnectionClosed:
                pass  # and say hello over the next link
            self.link = None
            if link.close_code == REPLACED or link.close_code in ENDED:
                return

    async def _received(self, link):
        acknowledged = time.monotonic()
        async for data in link:
            if isinstance(data, str):
                message = json.loads(data)
                await self._heed(message)
                yield message
                continue
            frame = read_frame(data, self.hello["skeleton"]["joints"], self.hello["emotions"])
            yield {"type": "frame", **frame}
            if time.monotonic() - acknowledged > ACKNOWLEDGE_EVERY:
                acknowledged = time.monotonic()
                await self.say("played", sequence=frame["sequence"])

    async def _heed(self, message):
        if message["type"] == "hello":
            self.hello = message
            await self.say("ping", client_time=time.monotonic())
        if message["type"] == "pong":
            now = time.monotonic()
            self.ahead = message["server_time"] - (message["client_time"] + now) / 2

    async def perform(self, pictures):
        """Send the people of each picture, as a camera would see them."""
        for sequence, people in enumerate(pictures):
            if self.ahead is not None:
                clock = time.monotonic() + self.ahead
                await self.send(pack_landmarks(sequence, clock, people))
            await asyncio.sleep(1 / PICTURES_PER_SECOND)


async def run(options):
    """Print frames, a line of JSON each; set and perform as the options say."""
    client = Client(options.address, options.stage, options.role, options.key)
    wishes, performance, left = options.set, None, options.frames
    async with aclosing(client.messages()) as messages:
        async for message in messages:
            kind = message.pop("type")
            if kind == "refused":
                print(f"{message['name']}: {message['detail']}", file=sys.stderr)
            if kind == "hello" and wishes:
                await client.say("set", **wishes)
                wishes = None  # it says hello again after a lost link, and for another model
            if kind == "hello" and options.landmarks and not performance:
                pictures = map(json.loads, options.landmarks)
                performance = asyncio.create_task(client.perform(pictures))
            if kind == "frame":
                print(json.dumps(message))
                left -= 1
                if left == 0:
                    break
    return 1 if left else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Print frames of a stage of Bhava.")
    parser.add_argument("address", nargs="?", default="ws://localhost:8000/ws")
    parser.add_argument("--stage", default="default")
    parser.add_argument("--role", default="viewer", choices=("viewer", "performer", "operator"))
    parser.add_argument("--key", help="key or token of an operator")
    parser.add_argument("--set", type=json.loads, help="controls to set, as a JSON object")
    parser.add_argument("--landmarks", type=argparse.FileType(), help="pictures of a performer")
    parser.add_argument("--frames", type=int, default=30)
    raise SystemExit(asyncio.run(run(parser.parse_args())))
