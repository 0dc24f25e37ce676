"""A sequencer on JACK plays a clock, timecode and GO to the server's MIDI input.

Needs the Debian package `jackd2`, and what `make peers` installs into `build/peers/venv`. A sound
system or ALSA's sequencer is not needed.
"""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.end_to_end.running_server import RunningServer, run_server
from tests.peers.namespaces import wait_for

HERE = Path(__file__).parent
PYTHON = HERE.parents[1] / "build" / "peers" / "venv" / "bin" / "python"
BPM = 126.0
TEMPO = 3.0
"""Beats a minute that may be off: JACK's dummy driver misses blocks on a busy machine, and their
ticks with them. `bhava bench` tells how exact the clock is."""


@contextmanager
def sound_system() -> Iterator[None]:
    jackd = [
        "jackd",
        "--no-realtime",
        "--sync",
        "-n",
        os.environ["JACK_DEFAULT_SERVER"],
        "-d",
        "dummy",
    ]
    with subprocess.Popen([*jackd, "-r", "48000", "-p", "256"], stdout=subprocess.DEVNULL) as jack:
        try:
            waiting = ["jack_wait", "-w", "-t", "20"]
            subprocess.run(waiting, check=True, stdout=subprocess.DEVNULL)
            yield
        finally:
            jack.terminate()


@contextmanager
def sequencer() -> Iterator[None]:
    with subprocess.Popen([PYTHON, HERE / "play_midi.py", str(BPM)]) as peer:
        try:
            yield
        finally:
            peer.terminate()


def api(server: RunningServer, method: str, path: str, **body: Any) -> Any:
    answer = httpx.request(method, f"{server.address}/api/{path}", json=body or None, timeout=20)
    answer.raise_for_status()
    return answer.json()


def test_a_sequencer_sets_the_beat_and_runs_the_cues(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if shutil.which("jackd") is None:
        pytest.fail("expected jackd, got none: `apt-get install jackd2`", pytrace=False)
    monkeypatch.setenv("JACK_DEFAULT_SERVER", "bhava-peer")
    stage = "stages/default"
    options = (
        "--midi-in",
        "Sequencer?system=jack&may=timecode,go&cc7=temperature",
        "--cues",
        str(tmp_path),
    )
    with ExitStack() as stack:
        system = stack.enter_context(ExitStack())
        system.enter_context(sound_system())
        first = stack.enter_context(ExitStack())
        first.enter_context(sequencer())
        server = stack.enter_context(run_server("demo", 0, *options))

        def link() -> dict[str, Any]:
            return dict(api(server, "GET", "links")[0])

        def controls() -> dict[str, Any]:
            return dict(api(server, "GET", stage)["controls"])

        heard = dict[str, Any]()

        def hears_timecode() -> bool:
            newest = link()["newest"] or {"key": "", "values": {}}
            heard.update(newest["values"] if newest["key"] == "timecode_heard" else {})
            return bool(heard)

        def failed() -> str:
            return str((link()["failed"] or {"key": ""})["key"])

        def plays() -> bool:
            before = link()["received"]
            time.sleep(0.5)
            return bool(link()["received"] > before)

        wait_for(hears_timecode, "timecode")
        soon = float(heard["position"]) + 3.0
        cues = [
            {"id": "a", "name": "2", "set": {"energy": 1.5}},
            {"id": "b", "name": "timed", "set": {"influence": 0.25}, "at": soon},
        ]
        api(server, "PUT", f"{stage}/cues", revision=0, cues=cues, presets=[])

        before = link()["refused"]  # GO before there were cues
        wait_for(lambda: controls()["energy"] == 1.5, "the cue that GO names")
        wait_for(lambda: controls()["influence"] == 0.25, "the cue that the timecode passes")
        assert controls()["temperature"] == 2.0  # as its fader stands
        api(server, "PATCH", f"{stage}/controls", tempo="midi")
        wait_for(lambda: abs((controls()["beat"] or {"bpm": 0})["bpm"] - BPM) < TEMPO, "the tempo")
        assert link()["refused"] == before

        first.close()
        wait_for(
            lambda: failed() in ("midi_input", "no_midi_input"), "a word that the input is gone"
        )
        stack.enter_context(sequencer())
        wait_for(lambda: failed() == "", "the input again")
        wait_for(plays, "what it plays")

        system.close()
        wait_for(lambda: failed() == "jack_ended", "a word that the sound system is gone")
        wait_for(lambda: failed() == "jack_missing", "a word that it stays away")
        stack.enter_context(sound_system())
        stack.enter_context(sequencer())
        wait_for(lambda: failed() == "", "the input again")
        wait_for(plays, "what it plays")
