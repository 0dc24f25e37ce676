"""A real server and a real browser; what the machine lacks fails a test with how to install it."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.end_to_end.running_server import ROOT, RunningServer, run_server

FLAGS = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
]


def program(name: str) -> str:
    """Returns the path of a program that the system must have."""
    found = shutil.which(name)
    if found is None:
        pytest.fail(f"expected {name}, got none: `apt-get install chromium ffmpeg`", pytrace=False)
    return found


@pytest.fixture(scope="session", autouse=True)
def _built_pages() -> None:
    if not (ROOT / "web/dist/index.html").exists():
        pytest.fail("expected web/dist: run `npm ci && npm run build` in web", pytrace=False)


@pytest.fixture(scope="package")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server whose partner dances with the demo performer; tests leave each other's traces."""
    folder = tmp_path_factory.mktemp("show")
    places = {name: str(folder / name) for name in ("takes", "cues", "links")}
    options = [word for name, place in places.items() for word in (f"--{name}", place)]
    with run_server("demo", 0, *options) as server:
        yield server


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    """Its event loop runs as long as this does, and no other can meanwhile: not a whole session."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="package")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Chromium without a camera."""
    with playwright.chromium.launch(executable_path=program("chromium"), args=FLAGS) as started:
        yield started


@pytest.fixture
def browser_with_webcam(
    playwright: Playwright, shared_video: Path, tmp_path: Path
) -> Iterator[Browser]:
    """Chromium whose webcam shows a real dancer."""
    footage = tmp_path / "webcam.mjpeg"
    convert = f"-v error -i {shared_video} -t 8 -vf scale=-2:480,pad=640:480:(ow-iw)/2 -q:v 4"
    subprocess.run([program("ffmpeg"), *convert.split(), footage], check=True)
    webcam = [
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={footage}",
    ]
    with playwright.chromium.launch(
        executable_path=program("chromium"), args=FLAGS + webcam
    ) as started:
        yield started
