"""The beat, as the operator's console takes it up: heard, tapped or typed, and waited for."""

import wave
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Playwright

from tests.end_to_end.conftest import FLAGS, program
from tests.end_to_end.console_page import operate
from tests.end_to_end.running_server import RunningServer

TEMPO = 120
RATE = 48_000


@pytest.fixture
def browser_with_music(playwright: Playwright, tmp_path: Path) -> Iterator[Browser]:
    """Chromium whose microphone hears clicks, over and over."""
    music = tmp_path / "clicks.wav"
    _write_clicks(music, beats=8)
    with hearing(playwright, music) as started:
        yield started


@contextmanager
def hearing(playwright: Playwright, sound: Path) -> Iterator[Browser]:
    """Start Chromium with a microphone that plays a WAV file in a loop."""
    microphone = [
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-audio-capture={sound}",
    ]
    with playwright.chromium.launch(
        executable_path=program("chromium"), args=FLAGS + microphone
    ) as started:
        yield started


def _write_clicks(path: Path, beats: int) -> None:
    """Writes short tones that fade, one a beat, in whole beats: the file is played in a loop."""
    times = np.arange(60 * RATE // TEMPO) / RATE
    click = 0.8 * np.sin(2 * np.pi * 1000 * times) * np.exp(-60 * times)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((32767 * np.tile(click, beats)).astype("<i2").tobytes())


def test_the_microphone_finds_the_tempo(browser_with_music: Browser, demo: RunningServer) -> None:
    with operate(browser_with_music, demo.address) as console:
        console.open("beat")
        console.page.click("#sound [name=listen]")
        console.page.wait_for_function(
            f"Math.abs(document.querySelector('#sound input').valueAsNumber - {TEMPO}) < 1"
        )
        assert demo.state()["controls"]["beat"]["bpm"] == pytest.approx(TEMPO, abs=1)
        console.page.click("#sound [name=listen][aria-pressed=true]")
        console.page.wait_for_selector("#sound [name=listen][aria-pressed=false]")


def test_a_tapped_beat_is_shown_to_all(browser: Browser, demo: RunningServer) -> None:
    with operate(browser, demo.address) as one, operate(browser, demo.address) as other:
        other.open("beat")
        for _ in range(3):
            one.press("t")
        other.page.wait_for_function("document.querySelector('#sound input').value > 20")
        other.page.click("#sound [name=off]")
        one.page.wait_for_function("document.querySelector('#sound input').value === ''")
        assert demo.state()["controls"]["beat"] is None


def test_an_emotion_waits_for_the_bar(browser: Browser, demo: RunningServer) -> None:
    with operate(browser, demo.address) as console:
        page = console.page
        page.click("[data-emotion=sad]")
        console.await_fader("share:sad", "100 %")
        console.open("beat")
        page.click("#sound [name=bar]")
        page.fill("#sound input", "40")
        page.press("#sound input", "Enter")
        page.wait_for_function("document.querySelector('#sound i').getAnimations().length === 1")
        page.click("[data-emotion=happy]")
        page.wait_for_selector("#sound [name=bar][aria-busy=true]")
        assert demo.state()["controls"]["emotion"] == {"sad": 1.0}
        page.wait_for_selector("#sound [name=bar][aria-busy=false]")
        console.await_fader("share:happy", "100 %")
        page.click("#sound [name=off]")
        page.wait_for_function("document.querySelector('#sound input').value === ''")
        assert demo.state()["controls"]["emotion"] == {"happy": 1.0}


CLOCK = """
const input = { name: "Drum machine" };
navigator.requestMIDIAccess = async () => ({ inputs: new Map([["1", input]]) });
window.tickAt = (bpm) => {
  const began = performance.now();
  input.onmidimessage({ data: new Uint8Array([0xfa]), timeStamp: began });
  for (let tick = 0; tick < 97; tick++) {
    const jitter = 2.7 * Math.sin(7 * tick);
    const timeStamp = began + (tick * 60_000) / bpm / 24 + jitter;
    input.onmidimessage({ data: new Uint8Array([0xf8]), timeStamp });
  }
};
"""
"""A MIDI device that sends four beats of a clock, whose ticks come unevenly."""


def test_a_midi_clock_keeps_the_time_once_it_is_chosen(
    browser: Browser, demo: RunningServer
) -> None:
    with operate(browser, demo.address, script=CLOCK) as console:
        page = console.page
        console.open("beat")
        page.select_option("#sound [name=tempo]", "midi")
        page.wait_for_selector("#midi-state:has-text('Drum machine')", state="attached")
        page.evaluate("tickAt(132)")
        page.wait_for_function(
            "Math.abs(document.querySelector('#sound input').valueAsNumber - 132) < 0.3"
        )
        beat = demo.state()["controls"]["beat"]
        assert beat["by"] == "midi"
        for _ in range(3):
            page.click("#sound [name=tap]")
        page.wait_for_function("document.querySelector('#sound select').value === 'hand'")
        assert demo.state()["controls"]["beat"]["by"] == "hand"
        page.click("#sound [name=off]")
        page.select_option("#sound [name=tempo]", "any")
