"""Relays over a NATS server, whose parts are killed and come back while somebody watches.

Needs the Debian package `nats-server`. Everything listens on this machine alone.
"""

import json
import math
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import psutil
import pytest
from websockets.sync.client import ClientConnection, connect

from server.bench import relays
from tests.peers.namespaces import wait_for

ROOT = Path(__file__).parents[2]
PASSWORDS = {"BHAVA_NATS_ORIGIN": "a", "BHAVA_NATS_RELAY": "b"}
MADE = ("hall", "cellar")
"""Stages beside the default one."""

TAKEN_OVER = 5.0
"""Seconds within which another node shows the stages of one that was killed."""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


class Part:
    """A process that can be killed and started again."""

    def __init__(self, *command: str) -> None:
        self._command = command
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(self._command, env={**os.environ, **PASSWORDS})

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


class Show:
    """A broker, an origin and a relay."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.broker_port, self.origin_port, self.relay_port = (free_port() for _ in range(3))
        configured = (ROOT / "docs/nats.conf").read_text()
        here = configured.replace("0.0.0.0:4222", f"127.0.0.1:{self.broker_port}")
        (folder / "nats.conf").write_text(here)
        self.broker = Part("nats-server", "--config", str(folder / "nats.conf"))
        self.origin = self.bhava("origin", "serve", self.origin_port, "--source", "demo")
        self.relay = self.bhava("relay", "relay", self.relay_port)
        wait_for(self.relay_is_ready, "a relay with frames")

    def bhava(self, user: str, command: str, port: int, *more: str) -> Part:
        password = PASSWORDS[f"BHAVA_NATS_{user.upper()}"]
        url = f"nats://{user}:{password}@127.0.0.1:{self.broker_port}"
        arguments = [command, "--nats", url, "--port", str(port), *more]
        return Part(sys.executable, "-m", "bhava", *arguments)

    def relay_is_ready(self) -> bool:
        try:
            with urlopen(f"http://127.0.0.1:{self.relay_port}/readyz") as answer:
                return bool(json.load(answer)["ready"])
        except (URLError, ConnectionError):
            return False

    def close(self) -> None:
        for part in (self.relay, self.origin, self.broker):
            part.kill()


@pytest.fixture(scope="module")
def show(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Show]:
    if shutil.which("nats-server") is None:
        pytest.fail("expected nats-server, got none: `apt-get install nats-server`", pytrace=False)
    show = Show(tmp_path_factory.mktemp("nats"))
    yield show
    show.close()


@pytest.fixture
def viewer(show: Show) -> Iterator[ClientConnection]:
    with joined(show) as viewer:
        yield viewer


@contextmanager
def joined(
    show: Show, port: int | None = None, stage: str = "default"
) -> Iterator[ClientConnection]:
    with connect(f"ws://127.0.0.1:{port or show.relay_port}/ws", max_queue=None) as viewer:
        hello = {"type": "hello", "version": 2, "role": "viewer", "stage": stage}
        viewer.send(json.dumps(hello))
        yield viewer


def frame_times(viewer: ClientConnection, seconds: float) -> list[tuple[float, float]]:
    """When frames came and how old they were, for some seconds."""
    seen, end = [], time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        try:
            message = viewer.recv(left)
        except TimeoutError:
            break
        if isinstance(message, bytes):
            now = time.monotonic()
            seen.append((now, now - struct.unpack_from("<d", message, 8)[0]))
    return seen


def first_after(viewer: ClientConnection, since: float) -> float:
    """Seconds until the next frame; it must be a new one, and those after it as well."""
    seen = frame_times(viewer, 30.0 if since < 0 else 10.0)
    assert seen, "expected frames after the return, got none"
    assert max(age for _, age in seen) < 1.0
    return seen[0][0] - abs(since)


def test_frames_come_at_their_rate_and_are_young(viewer: ClientConnection) -> None:
    seen = frame_times(viewer, 3.0)
    assert len(seen) > 45
    assert sorted(age for _, age in seen)[len(seen) // 2] < 0.25


def test_the_broker_is_killed_and_comes_back(show: Show, viewer: ClientConnection) -> None:
    frame_times(viewer, 1.0)
    show.broker.kill()
    assert len(frame_times(viewer, 2.0)) < 10
    show.broker.start()
    back = time.monotonic()
    wait_for(lambda: socket_opens(show.broker_port), "a broker")
    waited = first_after(viewer, back)
    print(f"frames {waited:.2f} s after the broker's start")


def test_a_frozen_broker_brings_nothing_stale(show: Show, viewer: ClientConnection) -> None:
    frame_times(viewer, 1.0)
    show.broker.process.send_signal(signal.SIGSTOP)
    frame_times(viewer, 5.0)
    show.broker.process.send_signal(signal.SIGCONT)
    first_after(viewer, time.monotonic())


def test_the_origin_is_killed_and_comes_back(show: Show, viewer: ClientConnection) -> None:
    frame_times(viewer, 1.0)
    show.origin.kill()
    frame_times(viewer, 3.0)
    show.origin.start()
    wait_for(lambda: socket_opens(show.origin_port), "an origin")
    back = time.monotonic()
    waited = first_after(viewer, back)
    print(f"frames {waited:.2f} s after the origin listens")


def test_the_relay_is_killed_and_comes_back(show: Show) -> None:
    show.relay.kill()
    show.relay.start()
    wait_for(lambda: socket_opens(show.relay_port), "a relay")
    back = time.monotonic()
    wait_for(show.relay_is_ready, "frames at the relay")
    print(f"frames {time.monotonic() - back:.2f} s after the relay listens")
    with joined(show) as viewer:
        assert isinstance(viewer.recv(5.0), str)
        assert len(frame_times(viewer, 1.0)) > 10


@pytest.mark.parametrize(
    ("user", "subject"),
    [("relay", "bhava.2.from.evil.frames"), ("origin", "bhava.2.viewers")],
)
def test_nobody_says_what_the_others_say(show: Show, user: str, subject: str) -> None:
    with ExitStack() as stack:
        link = stack.enter_context(socket.create_connection(("127.0.0.1", show.broker_port)))
        lines = stack.enter_context(link.makefile("rb"))
        assert lines.readline().startswith(b"INFO")
        password = PASSWORDS[f"BHAVA_NATS_{user.upper()}"]
        options = json.dumps({"user": user, "pass": password, "verbose": False})
        link.sendall(f"CONNECT {options}\r\nPUB {subject} 1\r\nx\r\nPING\r\n".encode())
        refusal = f"-ERR 'Permissions Violation for Publish to \"{subject}\"'"
        assert lines.readline().decode().strip() == refusal


def socket_opens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


def test_a_node_takes_over_all_stages_of_one_that_is_killed(show: Show) -> None:
    """Two nodes and two relays: viewers of three stages go on, with the controls set last."""
    node_port, relay_port = free_port(), free_port()
    with ExitStack() as stack:
        second = show.bhava("origin", "serve", node_port, "--source", "demo", "--take-over")
        stack.callback(second.kill)
        stack.callback(show.bhava("relay", "relay", relay_port).kill)
        wait_for(lambda: socket_opens(node_port) and socket_opens(relay_port), "both")
        for number, name in enumerate(MADE):
            wait_for(lambda name=name: made(show.origin_port, name), "room for a stage")
            wish = {"energy": 1.5 + number / 10}
            asked(show.origin_port, f"stages/{name}/controls", "PATCH", wish)
        refused = "expected a name that no other server shows, got default"
        wait_for(lambda: refused in why_refused(node_port), "a refusal")
        for port in (show.relay_port, relay_port):
            wait_for(lambda port=port: set(MADE) < set(stages_at(port)), "the stages at the relay")
        watching = {
            (stage, port): stack.enter_context(joined(show, port, stage))
            for port in (show.relay_port, relay_port)
            for stage in ("default", *MADE)
        }
        for viewer in watching.values():
            assert len(frame_times(viewer, 1.0)) > 5
        show.origin.kill()
        killed = time.monotonic()
        for (stage, _), viewer in watching.items():
            made_at = [at - age for at, age in frame_times(viewer, TAKEN_OVER)]
            first = min((at for at in made_at if at > killed + 1.0), default=math.inf) - killed
            print(f"{stage}: frames {first:.2f} s after the death of its node")
            assert first < TAKEN_OVER
        for number, name in enumerate(MADE):
            assert asked(node_port, f"stages/{name}")["controls"]["energy"] == 1.5 + number / 10
        show.origin.start()
        wait_for(lambda: socket_opens(show.origin_port), "the first node")
        wait_for(lambda: refused in why_refused(show.origin_port), "one")


def stages_at(relay_port: int) -> list[str]:
    with suppress(HTTPError), urlopen(f"http://127.0.0.1:{relay_port}/readyz") as answer:
        return [stage["name"] for stage in json.load(answer)["stages"]]
    return []


def made(port: int, name: str) -> bool:
    """Whether a stage was made; a machine that is busy may have no room for it."""
    with suppress(HTTPError):
        asked(port, "stages", "POST", {"name": name, "source": "demo"})
    return name in [stage["name"] for stage in asked(port, "stages")]


def why_refused(port: int) -> str:
    """Why a node does not show the stage that is always there; empty if it does."""
    refused = asked(port, "stages/default")["refused"]
    return "" if refused is None else str(refused["text"])


def asked(port: int, path: str, method: str = "GET", body: object = None) -> Any:
    """What a server answers over HTTP."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"}
    request = Request(f"http://127.0.0.1:{port}/api/{path}", data, headers, method=method)
    with urlopen(request) as answer:
        return json.load(answer)


def test_the_bench_measures_relays(monkeypatch: pytest.MonkeyPatch) -> None:
    if len(psutil.Process().cpu_affinity()) < 2:
        pytest.skip("there is only one core")
    monkeypatch.setattr(relays, "ROUNDS", 1)
    monkeypatch.setattr(relays, "VIEWERS", (2,))
    monkeypatch.setattr(relays, "RELAYS", (1,))
    cost, age, share = relays.relay_rows()
    assert [row.unit for row in (cost, age, share)] == ["µs", "ms", "%"]
    assert cost.median is not None
    assert cost.median > 0
    assert share.median is not None
    assert share.median >= 0
