"""Nothing leaves the machine: a run writes nothing into the home folder, and calls nobody."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

WATCHED = """
import sys
calls = []
def hear(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname"):
        calls.append(f"{event} {arguments}")
sys.addaudithook(hear)
import bhava
bhava.app(sys.argv[1:], standalone_mode=False)
assert calls == [], calls
"""
"""Runs a command of Bhava; fails if its Python code looks up a name or connects."""


def run_in(home: Path, *prefix: str) -> None:
    """Generate motion with an empty home folder, and nothing said about telemetry."""
    home.mkdir()
    silent = {"HOME": str(home), "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    out = str(home.parent / "dance.npz")
    command = [*prefix, sys.executable, "-c", WATCHED]
    wish = ["generate", "--emotion", "happy", "--seconds", "1", "--out", out]
    subprocess.run([*command, *wish], cwd=home.parent, env=silent, check=True, timeout=120)
    assert Path(out).exists()


def test_a_run_leaves_the_home_folder_as_it_is_and_calls_nobody(tmp_path: Path) -> None:
    run_in(tmp_path / "home")
    assert list((tmp_path / "home").iterdir()) == []


@pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace to see native code")
def test_no_library_opens_a_connection(tmp_path: Path) -> None:
    log = tmp_path / "calls"
    tracer = ["strace", "-f", "-qq", "-e", "trace=connect,sendto,sendmsg", "-o", str(log)]
    run_in(tmp_path / "home", *tracer)
    assert re.findall(r".*AF_INET.*", log.read_text()) == []


@pytest.mark.parametrize("room", ["motion", "server", "training"])
def test_whatever_is_imported_first_telemetry_is_off(room: str) -> None:
    code = f"import {room}, os; assert os.environ['ORT_DISABLE_TELEMETRY'] == '1'"
    told = os.environ | {"ORT_DISABLE_TELEMETRY": "0"}
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=told, check=True)
