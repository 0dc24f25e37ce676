"""All looks on the real stage, in a dance that is the same every time; served by Vite."""

import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import cv2
import httpx
import numpy as np
from jaxtyping import UInt8
from playwright.sync_api import Browser, Page

from tests.end_to_end.running_server import ROOT
from tests.end_to_end.stage_page import PATIENCE, SCREENSHOTS

PAGE = "tests/gallery/index.html"


class GalleryPage:
    """A page that draws what it is asked for."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.errors: list[str] = []
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda message: self._read(message.type, message.text))

    @property
    def looks(self) -> list[str]:
        """Names of all looks."""
        return self.page.evaluate("gallery.looks")

    def exhibit(
        self, *looks: str, emotion: str = "neutral", quality: str = "low", time: float = 5.0
    ) -> UInt8[np.ndarray, "H W 3"]:
        """Shows a figure of each look after some seconds of dance.

        Returns:
            The picture, which is also kept as a screenshot.
        """
        self.page.evaluate(
            "([looks, ...rest]) => gallery.exhibit(looks, ...rest)",
            [list(looks), emotion, quality, time],
        )
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        encoded = self.page.screenshot(path=picture_path(SCREENSHOTS, looks, emotion))
        return cv2.imdecode(np.frombuffer(encoded, np.uint8), cv2.IMREAD_COLOR)

    def skip(self, frames: int) -> None:
        """Let the figures dance on without being drawn."""
        self.page.evaluate("(frames) => gallery.skip(frames)", frames)

    def dance(self, frames: int) -> float:
        """Lets the figures dance on; returns the median JavaScript of a frame, milliseconds."""
        return self.page.evaluate("(frames) => gallery.dance(frames)", frames)

    def heap(self) -> float:
        """Bytes of JavaScript that are still in use after a collection."""
        session = self.page.context.new_cdp_session(self.page)
        session.send("HeapProfiler.collectGarbage")
        used = session.send("Runtime.getHeapUsage")["usedSize"]
        session.detach()
        return used

    def _read(self, kind: str, text: str) -> None:
        if kind == "error" and "404" not in text:
            self.errors.append(text)


def picture_path(folder: Path, looks: Sequence[str], emotion: str) -> Path:
    """Where a picture of figures in an emotion is kept."""
    return folder / f"look-{'+'.join(looks)}-{emotion}.png"


@contextmanager
def run_gallery() -> Iterator[str]:
    """Serves the gallery; yields its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    vite = ROOT / "web/node_modules/.bin/vite"
    options = ["--host", "127.0.0.1", "--port", str(port), "--strictPort"]
    with subprocess.Popen([vite, *options], cwd=ROOT / "web", stdout=subprocess.DEVNULL) as process:
        try:
            address = f"http://127.0.0.1:{port}/{PAGE}"
            transport = httpx.HTTPTransport(retries=8)
            with httpx.Client(transport=transport, timeout=PATIENCE / 1000) as client:
                client.get(address).raise_for_status()
            yield address
        finally:
            process.terminate()


@contextmanager
def visit_gallery(
    browser: Browser, address: str, width: int = 320, height: int = 200
) -> Iterator[GalleryPage]:
    """Opens the gallery; whatever it complains of fails the test."""
    with browser.new_page(viewport={"width": width, "height": height}) as page:
        gallery = GalleryPage(page)
        page.goto(address)
        page.wait_for_function("!!window.gallery")
        yield gallery
        assert gallery.errors == []
