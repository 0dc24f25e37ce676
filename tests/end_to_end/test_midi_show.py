"""Timecode and MIDI Show Control of a device run the cue list of a stage."""

from pathlib import Path

from playwright.sync_api import Browser

from tests.end_to_end.console_page import operate
from tests.end_to_end.running_server import run_server
from tests.end_to_end.test_console import FAKE_MIDI


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
