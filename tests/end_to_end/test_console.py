"""The operator's console in a real browser against a real server."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from motion.formats.clip_files import read_clip
from server.access.wrong_keys import FIRST
from tests.end_to_end.console_page import ConsolePage, operate
from tests.end_to_end.running_server import RunningServer, performing, run_server
from tests.end_to_end.stage_page import PATIENCE

LAPTOP, TABLET, PHONE = (1440, 900), (1024, 768), (390, 844)
HAPPY = (0.858, 0.451)
"""Where it lies on the pad, in shares of its width and height."""

FELT = "document.querySelector('#pad .felt')"
HEIGHT = f"Number({FELT}.getAttribute('transform')?.match(/ (.*)[)]/)[1])"
"""How far down the pad the feeling is shown: `angry` is at -77, `tired` at 78."""

WATCH_HEIGHTS = f"""() => {{
  window.heights = [];
  new MutationObserver(() => heights.push({HEIGHT})).observe({FELT}, {{ attributes: true }});
}}"""

EXPORT_PATIENCE = 300_000
"""Milliseconds: an export gives way to all else that the machine does."""


Pair = tuple[ConsolePage, ConsolePage]


@pytest.fixture(scope="module")
def pair(browser: Browser, demo: RunningServer) -> Iterator[Pair]:
    """Two operators of the same stage."""
    with operate(browser, demo.address) as one, operate(browser, demo.address) as other:
        yield one, other


def test_two_consoles_and_the_server_are_in_step(pair: Pair, demo: RunningServer) -> None:
    one, other = pair
    one.page.click("[data-emotion=sad]")
    other.await_fader("share:sad", "100 %")
    other.press("2")
    one.await_fader("share:happy", "100 %")
    one.page.focus("[data-control=energy]")
    for _ in range(3):
        one.press("ArrowRight")
    other.await_fader("energy", "103 %")
    other.page.check("[name=mode][value=mirror]")
    one.page.wait_for_selector("[name=mode][value=mirror]:checked", state="attached")
    other.page.check("[name=content][value=walk]")
    one.page.wait_for_selector("[name=content][value=walk]:checked", state="attached")
    controls = demo.state()["controls"]
    assert (controls["emotion"], controls["mode"]) == ({"happy": 1.0}, "mirror")
    assert controls["content"] == {"walk": 1.0}
    assert controls["energy"] == pytest.approx(1.03)


def test_cues_go_by_keyboard_with_their_fades(pair: Pair) -> None:
    one, other = pair
    for name, emotion in (("Storm", "angry"), ("Calm", "tired")):
        one.page.click(f"[data-emotion={emotion}]")
        for console in pair:  # a cue keeps what the server has confirmed
            console.await_fader(f"share:{emotion}", "100 %")
        one.page.fill("#new-cue [name=name]", name)
        one.page.fill("#new-cue [name=fade]", "2")
        one.page.click("text='Add cue'")
        other.page.wait_for_selector(f"#cue-list strong:text-is('{name}')")
    other.page.click("#cues h2")
    other.press("Space")
    one.await_cue("Storm")
    one.await_fader("share:angry", "100 %")
    one.page.reload()
    one.await_cue("Storm")
    one.page.wait_for_function(f"{HEIGHT} < -75")
    one.page.evaluate(WATCH_HEIGHTS)
    other.press("PageDown")
    one.await_cue("Calm")
    one.page.wait_for_function(f"{HEIGHT} > 75")
    assert any(-60 < height < 60 for height in one.page.evaluate("heights"))
    other.press("ArrowLeft")
    one.await_cue("Storm")
    one.picture("cues")
    for left in (1, 0):
        one.page.click("[data-cue] summary")
        for _ in range(2):
            one.page.click("[data-cue] [open] button:last-child")
        expect(other.page.locator("[data-cue]")).to_have_count(left)


def test_the_show_stops_at_once_and_goes_on(pair: Pair, demo: RunningServer) -> None:
    one, other = pair
    one.page.focus("#new-cue [name=name]")
    one.press("Escape")
    one.press("Escape")
    other.await_pressed("freeze")
    assert demo.state()["controls"]["panic"] == "freeze"
    other.page.click("#dark")
    one.await_pressed("dark")
    one.await_pressed("freeze", False)
    one.page.click("#dark")
    other.await_pressed("dark", False)
    mode = demo.state()["controls"]["mode"]
    one.page.click("#solo")
    other.await_pressed("solo")
    other.page.click("#solo")
    one.await_pressed("solo", False)
    controls = demo.state()["controls"]
    assert (controls["panic"], controls["mode"]) == ("none", mode)


@pytest.mark.parametrize("size", [TABLET, PHONE])
def test_fingers_find_everything(
    browser: Browser, demo: RunningServer, size: tuple[int, int]
) -> None:
    with operate(browser, demo.address, size, has_touch=True) as console:
        pad = console.page.locator("#pad svg").bounding_box()
        assert pad is not None
        console.page.touchscreen.tap(
            pad["x"] + HAPPY[0] * pad["width"], pad["y"] + HAPPY[1] * pad["height"]
        )
        console.await_fader("share:happy", "100 %")
        for panel in console.page.locator("nav button:visible").all():
            panel.click()
            assert console.too_small() == []
            for button in ("#freeze", "#dark", "#solo"):
                console.page.click(button, trial=True)
        console.picture(f"{size[0]}")


def test_a_take_is_recorded_replayed_and_exported(
    browser: Browser, demo: RunningServer, tmp_path: Path
) -> None:
    with operate(browser, demo.address) as console:
        console.page.click("#record")
        console.await_pressed("record")
        console.page.wait_for_timeout(3000)  # so long is the take
        console.page.click("#record")
        console.await_pressed("record", False)
        console.open("takes")
        console.page.wait_for_selector("#takes li[data-take]:not(:has-text('still recording'))")
        console.page.click("#takes li summary")
        with console.page.expect_download(timeout=EXPORT_PATIENCE) as download:
            console.page.click("#takes >> text='Export'")
        download.value.save_as(tmp_path / "take.bvh")
        assert read_clip(tmp_path / "take.bvh").seconds > 1.0
        console.page.click("text='Replay'")
        stage = console.page.get_attribute("#takes >> text='Watch ↗'", "href") or ""
        assert "stage=replay-default" in stage
        _leave_when_over(browser, f"{demo.address}/{stage}&quality=low")
        console.page.wait_for_selector("#takes >> text='Replay'")


def _leave_when_over(browser: Browser, address: str) -> None:
    """Watches a stage until it says that the show is over, and takes the way on."""
    with browser.new_page(viewport={"width": 640, "height": 480}) as page:
        page.set_default_timeout(PATIENCE)
        page.goto(address)
        page.click("#notice >> text='Go to the main stage'")
        page.wait_for_selector("html[data-connection=live]", state="attached")
        assert "stage=" not in page.url


FAKE_MIDI = """
navigator.requestMIDIAccess = async () => {
  const input = { name: "Pads" };
  window.midi = (...data) =>
    input.onmidimessage({ data: Uint8Array.from(data), timeStamp: performance.now() });
  return { inputs: new Map([["1", input]]) };
};"""


def test_knobs_and_pads_run_the_show(browser: Browser, demo: RunningServer) -> None:
    with operate(browser, demo.address, script=FAKE_MIDI) as console:
        page = console.page
        console.open("keys")
        page.click("#midi-open")
        page.wait_for_selector("#midi-state:has-text('Pads')")
        page.click("#midi-learn")
        page.click("[data-control=energy]")
        page.evaluate("midi(0xb0, 21, 64)")
        page.wait_for_selector("#midi-map :text('control 21, channel 1 → Energy')")
        page.click("#freeze")
        page.evaluate("midi(0x99, 36, 90)")
        page.wait_for_selector("#midi-map :text('note 36, channel 10 → Freeze')")
        page.click("#midi-learn")
        page.evaluate("midi(0xb0, 21, 127)")
        console.await_fader("energy", "200 %")
        page.evaluate("midi(0x99, 36, 0); midi(0x99, 36, 90)")
        console.await_pressed("freeze")
        controls = demo.state()["controls"]
        assert (controls["energy"], controls["panic"]) == (2.0, "freeze")
        page.reload()
        expect(page.locator("#midi-map li")).to_have_count(2)
        page.click("#freeze")
        console.await_pressed("freeze", False)


@pytest.mark.parametrize("size", [LAPTOP, PHONE])
def test_everybody_can_read_it(
    browser: Browser, demo: RunningServer, size: tuple[int, int]
) -> None:
    with operate(browser, demo.address, size) as console:
        for tab in console.page.locator("nav button:visible").all():
            tab.click()
            found = Axe().run(console.page)
            assert found.violations_count == 0, found.generate_report()


def test_an_operator_ends_a_performers_turn(browser: Browser) -> None:
    with run_server("browser") as server, operate(browser, server.address) as console:
        button = console.page.locator("#free-seat")
        expect(button).to_be_hidden()
        with performing(server) as out:
            expect(button).to_be_visible()
            button.click()
            expect(button).to_have_text("Sure?")
            assert not out.is_set()
            button.click()
            assert out.wait(PATIENCE / 1000)
        expect(button).to_be_hidden()


def test_the_key_is_asked_for_once(browser: Browser, tmp_path: Path) -> None:
    options = ("--operator-key", "Öffne dich, 舞台", "--cues", str(tmp_path))
    with (
        run_server("demo", 0, *options) as server,
        operate(browser, server.address) as console,
    ):
        page = console.page
        for key in ("open", "Öffne dich, 舞台"):
            page.fill("#key:visible [name=key]", key)
            page.click("text='Operate' >> visible=true")
            if key == "open":
                expect(page.locator("#key p")).to_have_text("That key is wrong.")
                page.wait_for_timeout(1000 * FIRST)  # no key is looked at before
        page.wait_for_selector("html[data-role=operator]", state="attached")
        page.reload()
        page.wait_for_selector("html[data-role=operator]", state="attached")
        page.click("[data-emotion=sad]")
        server.await_control(emotion={"sad": 1.0})
        expect(page.locator("#health")).to_contain_text("1 in the last 10 minutes")
