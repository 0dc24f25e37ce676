"""Timecode of Art-Net: its bytes, its direction, and the cue list that it runs."""

import json
import struct
from pathlib import Path

import pytest

from motion.errors import SetupError
from server.links import art_net
from server.links.kinds import LinkSpec
from server.links.lights_in import LightsPort
from server.links.timecode_run import SILENCE, TimecodeRun
from tests.server.instrument import Instrument, state
from tests.server.live_server import LiveServer, soon


def encode(hours: int, minutes: int, seconds: int, frames: int, kind: int = 1) -> bytes:
    """A packet as the table `ArtTimeCode` of the specification has it."""
    head = b"Art-Net\0" + struct.pack("<H", 0x9700) + bytes([0, 14, 0, 0])
    return head + bytes([frames, seconds, minutes, hours, kind])


@pytest.mark.parametrize(("kind", "rate"), [(0, 24), (1, 25), (2, 30), (3, 30)])
def test_a_time_is_read_at_its_rate(kind: int, rate: int) -> None:
    told = art_net.decode_packet(encode(1, 2, 3, 12, kind))
    assert told == art_net.ArtTimeCode(3723 + 12 / rate)
    with pytest.raises(ValueError, match=f"expected a time of the day .* got 1:2:3:{rate}"):
        art_net.decode_packet(encode(1, 2, 3, rate, kind))


@pytest.mark.parametrize(
    "data", [encode(24, 0, 0, 0), encode(0, 0, 0, 0, 4), encode(1, 1, 1, 1)[:-1]]
)
def test_what_is_no_time_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"expected .*, got"):
        art_net.decode_packet(data)


def test_direction_is_that_of_the_frames_and_jumps_leave_it() -> None:
    run = TimecodeRun()
    assert run.hear(10.0, 0.0) == 0.0
    assert run.hear(10.04, 0.04) == 1.0
    assert run.hear(5.0, 0.08) == 1.0
    assert run.hear(4.96, 0.12) == -1.0
    assert run.stands(0.12 + SILENCE) is None
    assert run.stands(0.13 + SILENCE) == 4.96
    assert run.stands(0.14 + SILENCE) is None
    assert run.hear(4.92, 1.0) == 0.0


def test_only_art_net_may_run_the_cues() -> None:
    assert LightsPort.art_net("h?may=panic,timecode").timecode
    with pytest.raises(SetupError, match="expected may to name panic, got timecode"):
        LightsPort.sacn("h?may=timecode")


@pytest.mark.parametrize("may", ["timecode", "panic"])
async def test_cues_go_where_it_is_allowed_and_no_further_than_it_ran(
    may: str, tmp_path: Path, instrument: Instrument
) -> None:
    cues = [
        {"id": "a", "name": "Dawn", "set": {"energy": 1.5}, "at": 60.0},
        {"id": "b", "name": "Storm", "set": {"energy": 1.9}, "at": 61.0},
    ]
    (tmp_path / "default.json").write_text(json.dumps({"cues": cues, "presets": []}))
    links = [LinkSpec(kind="artnet-in", address=f"127.0.0.1:0?may={may}")]
    async with LiveServer().open(cues=tmp_path, links=links) as server:
        port = int((await state(server))["name"].rpartition(":")[2])
        for number, packet in enumerate((encode(0, 0, 59, 24), encode(0, 1, 0, 0)), 1):
            instrument.send(packet, port)
            while (await soon(state(server)))["received"] < number:
                pass
            await server.time.run(1)
        await server.time.run(90)
        told = await state(server)
        if may == "panic":
            assert server.stage.controls.energy == 1.0
            assert told["refusal"]["text"] == "expected `may=timecode` of this link, got none"
        else:
            assert server.stage.controls.energy == 1.5  # it stood before the second cue
            assert told["newest"]["text"] == "timecode at 60.00 s from 127.0.0.1"
