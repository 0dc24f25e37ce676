"""The audience's page in an installation: alone on a wall, for weeks, on a bad network."""

import gzip
import re
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, WebSocketRoute, expect

from tests.end_to_end.running_server import ROOT, RunningServer, run_server
from tests.end_to_end.shaped_link import Shape, run_shaped_link
from tests.end_to_end.stage_page import PATIENCE, StagePage
from tests.end_to_end.stage_page import visit as visit_page

visit = partial(visit_page, bypass_csp=True)  # what waits for a function evaluates text

TINY = {"width": 64, "height": 48}
"""Of pages whose picture is not looked at: without a GPU it takes the processor from all else."""
LARGEST_BUNDLE = 1.5e6
"""Bytes of all that the pages load but MediaPipe, compressed."""
GROWTH = 1.1
"""That code which is compiled while the page runs may make of its memory."""
FIRST_PAINT = 1.5
"""Seconds from the address to something on the screen."""


def test_the_pages_are_small() -> None:
    assets = [path for path in (ROOT / "web/dist").rglob("*") if _is_loaded(path)]
    size = sum(len(gzip.compress(path.read_bytes())) for path in assets)
    assert 0 < size <= LARGEST_BUNDLE


def _is_loaded(path: Path) -> bool:
    return path.is_file() and "mediapipe" not in path.parts


def test_a_kiosk_shows_the_picture_alone_and_invites_people(browser: Browser) -> None:
    with (
        run_server("browser") as server,
        visit(browser, server.address, "?kiosk&quality=low&attract=1&lang=de", (240, 180)) as stage,
    ):
        page = stage.page
        page.wait_for_selector("html[data-idle]", state="attached")
        expect(page.locator("#invitation")).to_have_text(
            "Treten Sie näher, und ich tanze mit Ihnen"
        )
        assert page.locator("header:visible, #controls:visible, #notice:visible").count() == 0
        assert page.evaluate("getComputedStyle(document.body).cursor") == "none"
        stage.await_dancing(0)


def test_a_wall_shows_stages_side_by_side_and_says_which_is_not_there(
    browser: Browser, demo: RunningServer
) -> None:
    with browser.new_page(viewport={"width": 640, "height": 240}) as page:
        page.set_default_timeout(PATIENCE)
        page.goto(f"{demo.address}/?wall=default,nowhere&quality=low")
        page.wait_for_selector(".tile[data-connection=live][data-room]")
        missing = page.locator(".tile[data-refusal]")
        expect(missing).to_have_attribute("data-refusal", re.compile("no such stage"))
        boxes = [tile.bounding_box() for tile in page.locator(".tile canvas").all()]
        assert [box and (box["x"], box["width"]) for box in boxes] == [(0, 320), (320, 320)]
        assert page.locator("#controls").count() == 0


def test_a_picture_lies_between_its_corners_and_mirrored(
    browser: Browser, demo: RunningServer
) -> None:
    corners = "0.1,0,1,0.2,1,1,0,0.9"
    with visit(browser, demo.address, f"?mirror&quality=low&keystone={corners}") as stage:
        page = stage.page
        box = page.locator("#stage").bounding_box()
        assert box is not None
        assert (box["x"], box["width"]) == pytest.approx((0, 640), abs=1)
        page.keyboard.press("k")
        page.focus("[aria-label='Top left corner']")
        page.keyboard.press("Shift+ArrowRight")
        page.click("text=Done")
        assert "keystone=0.11,0,1,0.2,1,1,0,0.9" in page.url
        expect(page.locator("#keystone")).to_have_count(0)


def test_the_night_is_dark_and_a_wrong_address_is_told(
    browser: Browser, demo: RunningServer
) -> None:
    query = "?kiosk&quality=low&night=00:00-23:59&look=dragon"
    with visit(browser, demo.address, query) as stage:
        expect(stage.page.locator("#notice")).to_contain_text("look=dragon")
        stage.page.wait_for_function(
            "getComputedStyle(document.querySelector('#picture')).opacity == 0"
        )
        assert stage.picture("night")[300:].max() < 40


def test_a_video_mixer_gets_the_dancer_alone(browser: Browser, demo: RunningServer) -> None:
    with visit(browser, demo.address, "?transparent&quality=low") as stage:
        stage.record(0.5, "hips")
        stage.page.evaluate("document.documentElement.style.background = 'rgb(0, 255, 0)'")
        picture = stage.picture("transparent")
        green = (picture == (0, 255, 0)).all(axis=-1)
        assert green[:50].mean() > 0.9
        assert 0.02 < 1 - green.mean() < 0.4


def test_a_stuck_page_reloads_itself(browser: Browser, demo: RunningServer) -> None:
    with browser.new_page(viewport=TINY, bypass_csp=True) as page:
        stage = StagePage(page)
        page.clock.install()
        page.goto(f"{demo.address}/?kiosk&quality=low")
        stage.await_connection("live")
        page.evaluate("window.requestAnimationFrame = () => 0")
        with page.expect_navigation():
            page.clock.run_for(40_000)
        stage.await_connection("live")


WATCH_LINK = """() => {
  window.states = [];
  new MutationObserver(() => states.push(document.documentElement.dataset.connection))
    .observe(document.documentElement, { attributeFilter: ["data-connection"] });
}"""


def test_a_kiosk_comes_back_to_its_stage(browser: Browser, demo: RunningServer) -> None:
    with browser.new_page(viewport=TINY, bypass_csp=True) as page:
        stage = StagePage(page)
        page.clock.install()
        page.goto(f"{demo.address}/?kiosk&quality=low&stage=later")
        stage.await_connection("refused")
        page.evaluate(WATCH_LINK)
        page.clock.run_for(16_000)
        page.wait_for_function("states.join() === 'connecting,refused'")


def test_a_page_of_another_version_asks_to_reload_once(
    browser: Browser, demo: RunningServer
) -> None:
    with browser.new_page(bypass_csp=True) as page:
        page.set_default_timeout(PATIENCE)
        page.route_web_socket(re.compile("/ws$"), _answer_version)
        page.goto(f"{demo.address}/?quality=low")
        page.get_by_role("button", name="Reload").click()
        expect(page.locator("#notice")).to_contain_text("reloading does not help")
        expect(page.get_by_role("button", name="Reload")).to_have_count(0)


def _answer_version(socket: WebSocketRoute) -> None:
    refused = '{"type":"refused","name":"unsupported_version","detail":"expected 3, got 2"}'
    socket.on_message(lambda _: socket.send(refused))


def test_a_beat_is_tapped_and_shown(browser: Browser, demo: RunningServer) -> None:
    with visit(browser, demo.address, "?sound&quality=low") as stage:
        stage.record(0.5, "hips")
        stage.page.fill("#sound [name=bpm]", "96")
        stage.page.press("#sound [name=bpm]", "Enter")
        stage.page.wait_for_function(
            "document.querySelector('#sound i').getAnimations().length === 1"
        )
        assert demo.state()["controls"]["beat"]["bpm"] == 96
        stage.page.click("#sound [name=off]")
        stage.page.wait_for_function(
            "document.querySelector('#sound i').getAnimations().length === 0"
        )


def test_a_bad_link_is_not_seen(browser: Browser, demo: RunningServer) -> None:
    shape = Shape(latency=0.05, jitter=0.1, loss=0.05)
    watch = partial(visit, browser, query="?kiosk&debug&quality=low", size=(240, 180))
    with run_shaped_link(demo.port, shape) as address:
        # What a busy machine costs is seen without the link as well.
        with watch(demo.address) as beside, watch(address) as stage:
            stage.record(4.0, "hips")
            before, usual = _measured(stage.page), _measured(beside.page)
            times, places = stage.record(10.0, "hips", "leftHand")
            after, usually = _measured(stage.page), _measured(beside.page)
        of_machine = usually["underruns"] - usual["underruns"]
        assert after["underruns"] - before["underruns"] - of_machine < 0.01 * 10 * 30
        assert 1000 * shape.latency < after["latency"] < 1000
        speeds = np.linalg.norm(np.diff(places, axis=0), axis=-1) / np.diff(times)[:, None]
        assert speeds.max() < 12


def _measured(page: Page) -> dict[str, float]:
    page.wait_for_function("/latency +\\d/.test(document.querySelector('#debug').textContent)")
    text = page.inner_text("#debug")
    return {
        name: float(value) for name, value in re.findall(r"^(\w[\w ]*?) {2,}([\d.]+)", text, re.M)
    }


def test_the_page_paints_at_once_and_does_not_grow(browser: Browser, demo: RunningServer) -> None:
    with visit(browser, demo.address, "?kiosk&quality=low", (240, 180)) as stage:
        paint = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
        assert stage.page.evaluate(paint) < 1000 * FIRST_PAINT
        stage.record(10.0, "hips")
        before = _heap(stage.page)
        stage.record(20.0, "hips")
        assert _heap(stage.page) < GROWTH * before


def _heap(page: Page) -> float:
    """Bytes of JavaScript that are still in use after a collection."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    return session.send("Runtime.getHeapUsage")["usedSize"]


@pytest.mark.parametrize("path", ["", "dance", "?sound&lang=de", "?look=ink"])
def test_the_pages_are_for_everybody(browser: Browser, demo: RunningServer, path: str) -> None:
    with browser.new_page(bypass_csp=True) as page:
        stage = StagePage(page)
        page.goto(f"{demo.address}/{path}")
        stage.await_connection("live")
        page.wait_for_selector("#controls button, #begin")
        # What still fades in is paler than it will be.
        page.wait_for_function("!document.getAnimations().some((a) => a instanceof CSSTransition)")
        results = Axe().run(page)
        assert results.violations_count == 0, results.generate_report()
