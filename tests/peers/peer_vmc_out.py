"""A partner as osc-js reads it, the library of avatar programs in browsers."""

import json
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from server.links.vmc import BONES
from tests.end_to_end.running_server import run_server

HERE = Path(__file__).parent
INSTALLED = HERE.parents[1] / "build" / "peers"
PACKETS = 60
UNCUT = 1472
"""Bytes of a packet that an Ethernet does not cut in pieces."""


@pytest.fixture(scope="module")
def packets() -> Iterator[list[dict[str, Any]]]:
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    command = ["node", HERE / "receive_vmc.mjs", INSTALLED, port]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as peer,
        run_server("demo", 0, "--vmc-out", f"127.0.0.1:{port}"),
    ):
        assert peer.stdout is not None
        yield [json.loads(line) for _, line in zip(range(PACKETS), peer.stdout, strict=False)]
        peer.terminate()


def messages(packets: list[dict[str, Any]], end: str) -> list[dict[str, Any]]:
    found = [message for packet in packets for message in packet["messages"]]
    return [message for message in found if message["address"] == f"/VMC/Ext/{end}"]


def test_a_packet_crosses_a_network_in_one_piece(packets: list[dict[str, Any]]) -> None:
    assert len(packets) == PACKETS
    assert max(packet["bytes"] for packet in packets) <= UNCUT


def test_bones_are_those_of_unity_with_turns_of_length_one(packets: list[dict[str, Any]]) -> None:
    bones = messages(packets, "Bone/Pos")
    assert {bone["args"][0] for bone in bones} == set(BONES)
    assert {bone["types"] for bone in bones} == {",sfffffff"}
    turns = np.array([bone["args"][4:] for bone in bones])
    assert np.abs(np.linalg.norm(turns, axis=1) - 1.0).max() < 1e-6
    heights = [bone["args"][2] for bone in bones if bone["args"][0] == "Hips"]
    assert 0.3 < min(heights) < max(heights) < 2.0


def test_time_and_face_come_as_the_protocol_types_them(packets: list[dict[str, Any]]) -> None:
    times = [message["args"][0] for message in messages(packets, "T")]
    assert times == sorted(times)
    assert {message["types"] for message in messages(packets, "T")} == {",f"}
    assert {message["types"] for message in messages(packets, "OK")} == {",i"}
    assert {message["types"] for message in messages(packets, "Blend/Val")} == {",sf"}
    assert messages(packets, "Blend/Apply")
