import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import onnxruntime
import pytest
from typer.testing import CliRunner
from websockets.asyncio.client import connect

import bhava
from motion.skeleton import CANONICAL
from server.wire.protocol import decode_frame

ROOT = Path(__file__).parents[2]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A process of `bhava serve`, and its address without the scheme; its home stays empty."""
    home = tmp_path / "home"
    home.mkdir()
    environment = os.environ | {"HOME": str(home)}
    environment.pop("ORT_DISABLE_TELEMETRY", None)
    command = [sys.executable, "-m", "bhava", "serve", "--port", "0", "--source", "demo"]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environment,
    )
    with process:
        assert process.stdout is not None
        first_line = process.stdout.readline()
        address = re.fullmatch(r"Bhava dances at http://(127\.0\.0\.1:\d+) \(demo\)\n", first_line)
        try:
            assert address, first_line + process.stdout.read()
            yield process, address[1]
        finally:
            process.kill()
    assert list(home.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_it_dances_until_it_is_told_to_end(
    server: tuple[subprocess.Popen[str], str], number: signal.Signals
) -> None:
    process, address = server
    async with connect(f"ws://{address}/ws") as viewer:
        await viewer.send('{"type":"hello","version":2,"role":"viewer"}')
        hello = json.loads(await viewer.recv())
        assert hello["model"] == "dance"
        assert "neutral" in hello["emotions"]
        frames = []
        while len(frames) < 20:
            message = await viewer.recv()
            if isinstance(message, bytes):
                frames.append(decode_frame(message, len(CANONICAL.joints)))
        assert len({frame.figures[0].pose.rotations.tobytes() for frame in frames}) > 10
        process.send_signal(number)
        await viewer.wait_closed()
        assert viewer.close_code == 1001
    assert process.wait(timeout=20.0) == 0
    assert process.stdout is not None
    logged = process.stdout.read().splitlines()
    assert [line for line in logged if " info stage made " not in line] == []


def refused(*arguments: str) -> str:
    """The one line that `bhava serve` ends with."""
    result = CliRunner().invoke(bhava.app, ["serve", "--port", "0", *arguments])
    assert result.exit_code == 1
    [line] = result.stderr.splitlines()
    assert "Traceback" not in result.output
    return line


def test_a_taken_port_is_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        line = refused("--port", port)
    assert re.match(rf"bhava: expected to listen on 127.0.0.1:{port}, got: .*in use", line)


@pytest.mark.parametrize("host", ["192.0.2.1", "no-such-host.invalid", 99 * "a"])
def test_an_address_that_is_not_ours_is_one_line(host: str) -> None:
    assert refused("--host", host).startswith(f"bhava: expected to listen on {host}:0, got: ")


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--trust-proxy", "caddy"),
        ("--vmc-out", "a\x1b[31m:39539"),
        ("--source", "http://me:secret@cam/"),
    ],
)
def test_an_address_that_is_none_is_one_line(option: str, value: str) -> None:
    line = refused("--source", "demo", option, value)
    assert line.startswith("bhava: expected ")
    assert line.isprintable()
    assert "secret" not in line


def test_a_certificate_that_is_none_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "none.pem").write_text("no certificate")
    line = refused(
        "--tls-cert", str(tmp_path / "none.pem"), "--tls-key", str(tmp_path / "none.pem")
    )
    assert line.startswith("bhava: expected a certificate and its key in PEM, got: ")


def test_a_model_that_is_not_there_is_one_line() -> None:
    assert "no-such-model" in refused("--model", "no-such-model")


@pytest.mark.parametrize("source", ["telepathy", "camera:left", "video:/no/such/file.mp4"])
def test_a_source_that_cannot_be_is_one_line(source: str) -> None:
    assert re.match("bhava: .*expected .*, got", refused("--source", source))


@pytest.mark.skipif(
    "CUDAExecutionProvider" in onnxruntime.get_available_providers(), reason="there is a GPU build"
)
def test_a_gpu_that_is_not_there_is_one_line() -> None:
    assert re.match("bhava: device: expected cuda, got", refused("--device", "cuda"))


@pytest.mark.parametrize("arguments", [["--port", "70000"], ["--seed", "-1"], ["--device", "tpu"]])
def test_options_out_of_range_are_a_matter_of_usage(arguments: list[str]) -> None:
    assert CliRunner().invoke(bhava.app, ["serve", *arguments]).exit_code == 2


def test_a_client_written_from_the_protocol_alone_reads_the_frames(
    server: tuple[subprocess.Popen[str], str],
) -> None:
    command = [sys.executable, ROOT / "docs/client.py", f"ws://{server[1]}/ws", "--frames", "12"]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (run.returncode, run.stderr) == (0, "")
    frames = [json.loads(line) for line in run.stdout.splitlines()]
    assert len(frames) == 12
    sequences = [frame["sequence"] for frame in frames]
    assert sequences == sorted(set(sequences))
    partner = frames[-1]["figures"][0]
    assert partner["kind"] == "partner"
    assert list(partner["rotations"]) == list(CANONICAL.joints)
    assert 0.3 < partner["hips"][1] < 1.3


HANGING = """
import os, threading
os.fsync = lambda _: threading.Event().wait()
import server.cues.cue_book
server.cues.cue_book.CueBook.save = lambda *_: threading.Event().wait()
import bhava
bhava.app()
"""
"""The server on a disk that hangs."""


def test_a_disk_that_hangs_does_not_keep_the_process_alive(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HANGING, "serve", "--port", "0", "--source", "demo"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, text=True, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        address = process.stdout.readline().split()[3]
        stage = f"{address}/api/stages/default"
        httpx.patch(f"{stage}/controls", json={"recording": True}).raise_for_status()
        with pytest.raises(httpx.TimeoutException):
            httpx.put(f"{stage}/cues", json={"revision": 0}, timeout=0.5)
        process.terminate()
        try:
            assert process.wait(timeout=20.0) == 0
        finally:
            process.kill()
