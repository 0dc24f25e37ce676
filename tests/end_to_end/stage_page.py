"""The page as a visitor meets it: what it shows, and how the partner in it moves."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import Float, UInt8
from playwright.sync_api import Browser, Page, expect

SCREENSHOTS = Path(__file__).parents[2] / "build/screenshots"
PATIENCE = 90_000
"""Milliseconds within which a page must come to what it should show."""
expect.set_options(timeout=PATIENCE)

WRISTS = ("leftHand", "rightHand")

RECORD = """({ joints, seconds }) => new Promise((resolve) => {
  const start = performance.now();
  const samples = [];
  const record = (now) => {
    const places = joints.map((joint) => window.bhava.jointPosition(joint));
    if (!places.includes(null)) samples.push([now / 1000, places]);
    const enough = samples.length > 8 && now - start > seconds * 1000;
    if (!enough) requestAnimationFrame(record);
    else resolve(samples);
  };
  requestAnimationFrame(record);
})"""


class StagePage:
    """One page on a stage, drawn small, for machines without a GPU."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.errors: list[str] = []
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def await_connection(self, state: str) -> None:
        """Waits until the connection is in a state."""
        self.page.wait_for_selector(f"html[data-connection={state}]", state="attached")

    @property
    def emotions(self) -> list[str]:
        """Labels of the buttons."""
        return self.page.locator("#emotions button").all_inner_texts()

    def choose(self, emotion: str) -> None:
        """Clicks on an emotion and waits until the server has confirmed it."""
        self.page.click(f"[data-emotion={emotion}]")
        self.page.wait_for_selector(f"[data-emotion={emotion}][aria-pressed=true]")

    def record(
        self, seconds: float, *joints: str
    ) -> tuple[Float[np.ndarray, " T"], Float[np.ndarray, "T J 3"]]:
        """Watches the drawn partner for a while.

        Returns:
            Times of the drawings in seconds, and world positions of the joints in metres.
        """
        arguments = {"joints": list(joints), "seconds": seconds}
        samples = self.page.evaluate(RECORD, arguments)
        return np.array([time for time, _ in samples]), np.array([places for _, places in samples])

    def wrist_speed(self, seconds: float) -> float:
        """Mean speed of the wrists relative to the hips, metres a second, over a while."""
        times, places = self.record(seconds, "hips", *WRISTS)
        path = np.linalg.norm(np.diff(places[:, 1:] - places[:, :1], axis=0), axis=-1)
        return float(path.mean(axis=1).sum() / (times[-1] - times[0]))

    def await_dancing(self, speed: float, seconds: float = 1.0) -> None:
        """Waits until the wrists are faster than so many metres a second: a dancer may pause."""
        deadline = time.monotonic() + PATIENCE / 1000
        while (seen := self.wrist_speed(seconds)) <= speed:
            assert time.monotonic() < deadline, f"expected wrists above {speed} m/s, got {seen}"

    def picture(self, name: str) -> UInt8[np.ndarray, "H W 3"]:
        """Returns what is on the screen, and keeps it as a screenshot."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        encoded = self.page.screenshot(path=SCREENSHOTS / f"{name}.png")
        return cv2.imdecode(np.frombuffer(encoded, np.uint8), cv2.IMREAD_COLOR)


@contextmanager
def visit(
    browser: Browser,
    address: str,
    query: str = "",
    size: tuple[int, int] = (640, 480),
    bypass_csp: bool = False,
) -> Iterator[StagePage]:
    """Opens a page on a stage; whatever it throws fails the test."""
    width, height = size
    with browser.new_page(
        viewport={"width": width, "height": height}, bypass_csp=bypass_csp
    ) as page:
        stage = StagePage(page)
        page.goto(f"{address}/{query}")
        stage.await_connection("live")
        yield stage
        assert stage.errors == [], stage.errors
