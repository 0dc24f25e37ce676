"""The performer's page, with real and missing cameras."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from playwright.sync_api import Browser, Page, Playwright, expect

from tests.end_to_end.conftest import FLAGS, program
from tests.end_to_end.running_server import RunningServer, performing, run_server
from tests.end_to_end.stage_page import PATIENCE, StagePage, visit

WATCH = """() => {
  window.states = [];
  new MutationObserver(() => {
    const state = document.documentElement.dataset.dance;
    if (state !== window.states.at(-1)) window.states.push(state);
  }).observe(document.documentElement, { attributeFilter: ["data-dance"] });
}"""

BEGIN_AT_FIRST_SIGHT = """new MutationObserver((_, watch) => {
  const begin = document.querySelector("#begin");
  if (!begin?.textContent) return;
  watch.disconnect();
  begin.click();
}).observe(document, { childList: true, subtree: true });"""

PHONE = (320, 480)
"""So small, because the picture is drawn by the processor that also looks for people."""
visit_dance = partial(visit, query="dance?quality=low", size=PHONE)

PRESSED = ("aria-pressed", "true")

MOVING = 0.05
"""Metres a second above which wrists count as moving; breathing stays below."""


def test_a_dancer_is_placed_counted_in_and_gets_a_partner(browser_with_webcam: Browser) -> None:
    with (
        run_server("browser") as server,
        visit_dance(browser_with_webcam, server.address) as stage,
    ):
        page = stage.page
        page.evaluate(WATCH)
        page.click("#welcome [data-emotion=happy]")
        expect(page.locator("#welcome [data-emotion=happy]")).to_have_attribute(*PRESSED)
        page.click("text=Begin")
        # Without a GPU, looking for people takes seconds a picture on a busy machine.
        page.set_default_timeout(3 * PATIENCE)
        page.wait_for_selector("html[data-dance=dancing]", state="attached")
        assert page.evaluate("states") == ["opening", "framing", "countdown", "dancing"]
        server.await_status(performer="present", source_state="delivering")
        expect(page.locator("[data-mode=mirror]")).to_have_attribute(*PRESSED)
        chosen = server.state()["controls"]
        assert (chosen["mode"], chosen["emotion"]) == ("mirror", {"happy": 1.0})
        stage.await_dancing(MOVING, 2.0)
        stage.picture("dance-duet")
        page.click("#dancing [data-emotion=sad]")
        expect(page.locator("#dancing [data-emotion=sad]")).to_have_attribute(*PRESSED)
        # It comes half a minute after the dance began.
        page.click("text=Yes, let it")
        expect(page.locator("[data-mode=continue]")).to_have_attribute(*PRESSED)
        page.click("text=Copy me again")
        expect(page.locator("[data-mode=mirror]")).to_have_attribute(*PRESSED)
        assert server.state()["controls"]["emotion"] == {"sad": 1.0}
        page.click("text=Stop")
        page.wait_for_selector("#mirror", state="hidden")
        server.await_status(performer="absent")


def test_a_performer_is_shown_what_operators_reserve(browser_with_webcam: Browser) -> None:
    with (
        run_server("browser", 0, "--reserve-controls") as server,
        visit_dance(browser_with_webcam, server.address) as stage,
    ):
        stage.page.click("text=Begin")
        expect(stage.page.locator("[data-mode=answer]")).to_be_disabled(timeout=3 * PATIENCE)
        expect(stage.page.locator("[data-mode=continue]")).to_have_attribute(*PRESSED)
        assert server.state()["controls"]["mode"] == "continue"


def test_who_begins_at_first_sight_begins(browser: Browser) -> None:
    width, height = PHONE
    viewport = {"width": width, "height": height}
    with run_server("browser") as server, browser.new_page(viewport=viewport) as page:
        page.add_init_script(BEGIN_AT_FIRST_SIGHT)
        page.goto(f"{server.address}/dance?quality=low")
        # This browser has no camera: that it is missed shows that the turn has come.
        expect(page.locator("#trouble")).to_contain_text("No camera")


def test_a_seat_that_is_taken_is_waited_for(browser: Browser) -> None:
    with (
        run_server("browser") as server,
        visit_dance(browser, server.address) as stage,
    ):
        page = stage.page
        with performing(server):
            page.click("text=Begin")
            expect(page.locator("#trouble")).to_contain_text("Somebody else is dancing")
            page.click("text=Wait for my turn")
            expect(page.locator("#advice")).to_contain_text("Waiting for your turn")
        # This browser has no camera: that it is missed shows that the turn has come.
        expect(page.locator("#trouble")).to_contain_text("No camera")


def test_a_camera_that_is_missing_or_forbidden_is_told(
    browser: Browser, playwright: Playwright
) -> None:
    with run_server("browser") as server:
        with visit_dance(browser, server.address) as stage:
            stage.page.click("text=Begin")
            expect(stage.page.locator("#trouble")).to_contain_text("No camera was found")
            expect(stage.page.get_by_role("button", name="Try again")).to_be_visible()
            stage.page.click("#trouble >> text=Just watch")
            stage.await_connection("live")
            assert stage.page.url.rstrip("/").endswith("?quality=low")
        devices = ["--use-fake-device-for-media-stream", "--deny-permission-prompts"]
        with (
            _chromium(playwright, devices) as strict,
            visit_dance(strict, server.address) as stage,
        ):
            stage.page.click("text=Begin")
            expect(stage.page.locator("#trouble")).to_contain_text("not allowed to use")


def test_a_dark_room_and_a_slow_camera_are_told(playwright: Playwright, tmp_path: Path) -> None:
    black = "-f lavfi -i color=c=0x060606:s=320x240:r=5 -t 8 -pix_fmt yuv420p"
    camera = _camera(tmp_path / "dark.y4m", black)
    with _begun(playwright, camera) as (server, stage):
        expect(stage.page.locator("#advice")).to_contain_text("too dark")
        expect(stage.page.locator("#notice")).to_contain_text("frames per second")
        server.process.kill()
        expect(stage.page.locator("#notice")).to_contain_text("does not answer")


def test_two_before_one_webcam_are_both_found(
    playwright: Playwright, shared_video: Path, tmp_path: Path
) -> None:
    beside = "[0]scale=-2:480[a];[1]scale=-2:480,hflip[b];[a][b]hstack"
    video = f"-i {shared_video} -ss 1.3 -i {shared_video} -t 4 -filter_complex {beside} -q:v 4"
    camera = _camera(tmp_path / "two.mjpeg", video)
    with _begun(playwright, camera) as (server, stage):
        stage.page.set_default_timeout(3 * PATIENCE)
        stage.page.wait_for_selector("html[data-dance=dancing]", state="attached")
        server.await_status(people=2)
        stage.picture("dance-two-performers")


def _camera(footage: Path, made: str) -> list[str]:
    """Returns the flags of a webcam that shows what ffmpeg makes."""
    subprocess.run([program("ffmpeg"), "-v", "error", *made.split(), footage], check=True)
    return [
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={footage}",
    ]


@contextmanager
def _begun(playwright: Playwright, camera: list[str]) -> Iterator[tuple[RunningServer, StagePage]]:
    """Yields a server, and its page for performers whose camera is wanted."""
    with (
        run_server("browser") as server,
        _chromium(playwright, camera) as browser,
        visit_dance(browser, server.address) as stage,
    ):
        stage.page.click("text=Begin")
        yield server, stage


@contextmanager
def _chromium(playwright: Playwright, flags: list[str]) -> Iterator[Browser]:
    with playwright.chromium.launch(
        executable_path=program("chromium"), args=FLAGS + flags
    ) as started:
        yield started


def test_a_server_with_its_own_camera_says_so(browser: Browser, shared_video: Path) -> None:
    with (
        run_server(f"video:{shared_video}") as server,
        visit_dance(browser, server.address) as stage,
    ):
        stage.page.click("text=Begin")
        expect(stage.page.locator("#trouble")).to_contain_text("follows another performer")
        _expect_only_way(stage.page, "Just watch")


def _expect_only_way(page: Page, name: str) -> None:
    expect(page.locator("#trouble .ways > :visible")).to_have_text([name])
