"""From the performer to the picture: the page in a real browser against a real server."""

import numpy as np
import pytest
from jaxtyping import UInt8
from playwright.sync_api import Browser, expect

from motion.model.contract import Contract
from server.cli import DEFAULT_MODEL, MODELS
from tests.end_to_end.running_server import RunningServer, run_server
from tests.end_to_end.stage_page import visit

MOVING = 0.05
"""Metres a second above which wrists count as moving; breathing stays below."""


def test_the_partner_dances_and_answers_an_emotion(browser: Browser, demo: RunningServer) -> None:
    contract = Contract.load(MODELS / DEFAULT_MODEL)
    with visit(browser, demo.address, "?quality=low") as stage:
        assert [label.lower() for label in stage.emotions] == list(contract.emotions)
        stage.await_dancing(MOVING, 2.0)
        assert _contrast(stage.picture("dance")) > 10

        # By itself: with a performer it would take up their energy, whatever it feels.
        demo.set(mode="solo")
        by_energy = np.argsort(contract.energy_by_emotion)
        calmest, liveliest = (contract.emotions[i] for i in by_energy[[0, -1]])
        stage.choose(calmest)
        stage.record(1.5, "hips")
        # Phrases rise and fall by themselves; within 15 s the livelier emotion is the faster one.
        calm = stage.wrist_speed(15.0)
        stage.choose(liveliest)
        assert demo.state()["controls"]["emotion"] == {liveliest: 1.0}
        stage.record(1.5, "hips")
        lively = stage.wrist_speed(15.0)
        stage.picture(f"dance-{liveliest}")
        assert lively > calm
        demo.set(mode="continue")


def test_a_newcomer_is_told_what_the_partner_feels_and_sees_it_change(browser: Browser) -> None:
    with (
        run_server("demo") as server,
        visit(browser, server.address, "?quality=low", (640, 640)) as stage,
    ):
        felt = stage.page.locator("#caption strong")
        first = felt.inner_text()
        assert first in stage.emotions
        expect(felt).not_to_have_text(first)
        stage.picture("demo-duet")
        server.set(placement="alone")
        expect(felt).to_be_hidden()


def test_a_browser_without_3d_is_told_so(browser: Browser, demo: RunningServer) -> None:
    with browser.new_page() as page:
        page.add_init_script("HTMLCanvasElement.prototype.getContext = () => null")
        page.goto(demo.address)
        page.wait_for_selector("#notice:visible")  # said once the page is painted
        assert "WebGL 2 is missing" in page.inner_text("#notice")
        assert page.locator("#controls").count() == 0


def test_a_page_comes_back_after_its_server(browser: Browser) -> None:
    with (
        run_server("demo") as first,
        visit(browser, first.address, "?quality=low", (320, 240)) as stage,
    ):
        first.process.kill()
        stage.await_connection("waiting")
        with run_server("demo", first.port):
            stage.await_connection("live")
            stage.await_dancing(MOVING)


def _contrast(picture: UInt8[np.ndarray, "H W 3"]) -> float:
    """Standard deviation of brightness where the partner stands."""
    height, width = picture.shape[:2]
    return float(picture[: height // 2, width // 4 : -width // 4].std())


@pytest.mark.parametrize("path", ["", "console", "dance"])
def test_no_page_does_what_its_policy_forbids(
    browser: Browser, demo: RunningServer, path: str
) -> None:
    with browser.new_page() as page:
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.goto(f"{demo.address}/{path}")
        page.wait_for_selector("html[data-connection=live], html[data-dance]", state="attached")
        page.wait_for_timeout(1000)
        assert [text for text in said if "Content Security Policy" in text] == []
