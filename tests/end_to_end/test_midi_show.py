"""Timecode by MIDI and by sound, and MIDI Show Control run the cue list of a stage."""

import json
from pathlib import Path

from playwright.sync_api import Browser, Playwright

from tests.end_to_end.console_page import operate
from tests.end_to_end.running_server import run_server
from tests.end_to_end.test_console import FAKE_MIDI
from tests.end_to_end.test_sound import hearing
from tests.peers.encode_ltc import CAPTURES


def test_timecode_and_go_run_the_cues(browser: Browser, tmp_path: Path) -> None:
    with (
        run_server("demo", 0, "--cues", str(tmp_path)) as server,
        operate(browser, server.address, script=FAKE_MIDI) as console,
    ):
        page = console.page
        console.open("cues")
        for name in ("Dawn", "Storm"):
            page.fill("#new-cue [name=name]", name)
            page.click("#new-cue [value=cues]")
            page.wait_for_selector(f"#cue-list strong:text-is('{name}')")
        storm = page.locator("#cue-list li", has_text="Storm")
        storm.locator("summary").click()
        storm.get_by_label("Timecode").fill("1:00:00")
        storm.get_by_label("Timecode").press("Enter")
        page.wait_for_selector("#cue-list small:has-text('1:00:00')")
        console.open("keys")
        page.click("#midi-show")
        page.wait_for_selector("#midi-state:has-text('Pads')")
        page.evaluate("midi(0xf0, 0x7f, 0x7f, 2, 0x7f, 1, 0x31, 0xf7)")  # GO 1
        console.open("cues")
        console.await_cue("Dawn")
        page.evaluate("midi(0xf0, 0x7f, 0x7f, 1, 1, 0x21, 0, 0, 1, 0xf7)")  # an hour and a frame
        console.await_cue("Storm")
        console.picture("timecode")
        page.evaluate("midi(0xf0, 0x7f, 0x7f, 2, 0x7f, 1, 0x39, 0xf7)")  # GO 9
        page.wait_for_selector("#notice:has-text('cue 9')")


def test_timecode_at_a_sound_input_runs_the_cues(playwright: Playwright, tmp_path: Path) -> None:
    cue = {"id": "a", "name": "Midnight", "set": {"energy": 1.75}, "at": 86398.9}
    (tmp_path / "cues").mkdir()
    (tmp_path / "cues" / "default.json").write_text(json.dumps({"cues": [cue], "presets": []}))
    with (
        run_server("demo", 0, "--cues", str(tmp_path / "cues")) as server,
        hearing(playwright, CAPTURES / "ltc-25-libltc.wav") as browser,
        operate(browser, server.address) as console,
    ):
        console.open("keys")
        console.page.click("#ltc")
        console.page.wait_for_selector("#ltc-state:has-text('23:59:5')")
        console.picture("ltc")
        console.open("cues")
        console.await_cue("Midnight")
        assert server.state()["controls"]["energy"] == 1.75
        console.open("keys")
        console.page.click("#ltc[aria-pressed=true]")
        console.page.wait_for_selector("#ltc[aria-pressed=false]")
