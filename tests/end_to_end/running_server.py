"""A server as a process of its own, as a visitor's browser meets it."""

import json
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from server.capture.landmarks import Sighting
from server.wire.protocol import LandmarksMessage, encode_landmarks

ROOT = Path(__file__).parents[2]
PATIENCE = 90.0
"""Seconds within which a server must come to what is awaited; browsers draw slowly on a CPU."""


@dataclass(frozen=True)
class RunningServer:
    """A running `bhava serve`."""

    process: subprocess.Popen[str]
    address: str

    @property
    def port(self) -> int:
        return int(self.address.rsplit(":", 1)[1])

    def state(self) -> dict[str, Any]:
        """What it says about its stage."""
        return self.request("GET", "").raise_for_status().json()

    def set(self, **controls: Any) -> None:
        """Change controls of the stage."""
        self.request("PATCH", "/controls", json=controls).raise_for_status()

    def request(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Ask something of the stage, by a path below its own."""
        url = f"{self.address}/api/stages/default{path}"
        return httpx.request(method, url, timeout=PATIENCE, **more)

    def await_control(self, **wanted: Any) -> None:
        """Waits until controls of the stage have these values."""
        deadline = time.monotonic() + PATIENCE
        while not wanted.items() <= (controls := self.state()["controls"]).items():
            assert time.monotonic() < deadline, f"expected {wanted}, got {controls}"
            time.sleep(0.1)

    def await_status(self, **wanted: str | int) -> None:
        """Watches like a viewer until members of the status have these values."""
        deadline = time.monotonic() + PATIENCE
        with connect(f"{self.address.replace('http', 'ws')}/ws") as viewer:
            viewer.send('{"type":"hello","version":2,"role":"viewer"}')
            for status in _statuses(viewer):
                if wanted.items() <= status.items():
                    return
                assert time.monotonic() < deadline, f"expected {wanted}, got {status}"


def _statuses(viewer: ClientConnection) -> Iterator[dict[str, Any]]:
    """Yields the newest status with every message, about 30 times a second."""
    status: dict[str, Any] = {}
    for message in viewer:
        if isinstance(message, str):
            content = json.loads(message)
            status = content["status"] if content["type"] == "hello" else status | content
        yield status


@contextmanager
def performing(server: RunningServer) -> Iterator[threading.Event]:
    """Somebody who keeps the seat by telling again and again that they see nobody.

    Yields:
        Is set once they are shown out.
    """
    done, out = threading.Event(), threading.Event()
    with connect(f"{server.address.replace('http', 'ws')}/ws") as socket:
        socket.send('{"type":"hello","version":2,"role":"performer"}')

        def keep() -> None:
            sequence = 0
            try:
                while not done.wait(0.2):
                    socket.send(encode_landmarks(LandmarksMessage(sequence, Sighting.nobody(0.0))))
                    sequence += 1
            except ConnectionClosed:
                out.set()

        keeper = threading.Thread(target=keep)
        keeper.start()
        try:
            yield out
        finally:
            done.set()
            keeper.join()


@contextmanager
def run_server(source: str, port: int = 0, *more: str) -> Iterator[RunningServer]:
    """Starts a server, waits until it is ready, and ends it."""
    options = ["--source", source, "--seed", "1", "--port", str(port), *more]
    with subprocess.Popen(
        [sys.executable, "-m", "bhava", "serve", *options],
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            address = re.search(r"http://[\d.]+:\d+", line)
            assert address, line + process.stdout.read()
            _await_ready(address[0])
            yield RunningServer(process, address[0])
        finally:
            process.kill()


def _await_ready(address: str) -> None:
    deadline = time.monotonic() + PATIENCE
    with httpx.Client(base_url=address, timeout=PATIENCE) as client:
        while (answer := client.get("/readyz")).status_code != 200:
            assert time.monotonic() < deadline, f"expected a ready server, got {answer.text}"
            time.sleep(0.05)  # it needs the processor itself
