"""A session of Ableton Link with aalink, in two network namespaces.

Needs root for the network namespaces, the Debian package `curl`, and what `make peers` installs
into `build/peers/venv`.
"""

import json
import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.peers.namespaces import PEER, SHOW, ask, cable, inside, running, wait_for

HERE = Path(__file__).parent
VENV = HERE.parents[1] / "build" / "peers" / "venv"
BHAVA = "http://127.0.0.1:8000/api/stages/default"
BPM = 126.5


def bhava(*words: str) -> list[str]:
    """Return a command of Bhava's that finds the libraries of the peers' environment."""
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    paths = (HERE.parents[1], VENV / "lib" / version / "site-packages")
    environment = f"PYTHONPATH={os.pathsep.join(map(str, paths))}"
    return ["env", environment, sys.executable, "-m", "bhava", *words]


def set_tempo(tempo: str) -> None:
    typed = ("--request", "PATCH", "--header", "Content-Type: application/json")
    ask(SHOW, f"{BHAVA}/controls", *typed, "--data", json.dumps({"tempo": tempo}))


def beat() -> dict[str, Any] | None:
    found = ask(SHOW, BHAVA)
    return None if found is None else found["controls"]["beat"]


def test_the_stage_goes_by_the_bars_of_the_session(tmp_path: Path) -> None:
    command = inside(PEER, str(VENV / "bin" / "python"), str(HERE / "play_link.py"), str(BPM))
    with ExitStack() as stack:
        stack.enter_context(cable())
        peer = stack.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
        stack.callback(peer.terminate)
        assert peer.stdout is not None
        links = ("--links", str(tmp_path / "links.json"), "--ableton-link", "default")
        stack.enter_context(running(SHOW, *bhava("serve", "--source", "demo", *links)))
        wait_for(lambda: ask(SHOW, BHAVA) is not None, "Bhava")
        others = next(line for line in peer.stdout if line.startswith("1 "))
        assert others
        assert beat() is None  # nobody has chosen Link
        set_tempo("link")
        wait_for(lambda: beat() is not None, "the beat of the session")
        told = beat()
        assert told is not None
        assert told["by"] == "link"
        assert told["bpm"] == pytest.approx(BPM, abs=0.01)
        # Of many readings of the peer, of which a busy machine delays some.
        bar = 4 * 60 / BPM
        apart = []
        for _, line in zip(range(20), peer.stdout, strict=False):
            began = float(line.split()[2])
            apart.append(abs((began - told["at"] + bar / 2) % bar - bar / 2))
        print(f"bars are {1000 * min(apart):.3f} ms apart")
        assert min(apart) < 0.001


def test_the_bench_measures_beats_of_link() -> None:
    rows = "from server.bench.link_session import link_session_rows as rows; print(*rows())"
    environment = bhava()[:2]
    said = subprocess.run(
        [*environment, sys.executable, "-c", rows], capture_output=True, text=True
    )
    assert "median=0." in said.stdout, said
