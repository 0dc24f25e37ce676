"""The stage page's picture as aiortc receives it by WHIP.

Needs Chromium, the built pages, and what `make peers` installs into `build/peers/venv`.
"""

import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, sync_playwright

from tests.end_to_end.conftest import FLAGS, program
from tests.end_to_end.running_server import RunningServer, run_server

HERE = Path(__file__).parent
PYTHON = HERE.parents[1] / "build" / "peers" / "venv" / "bin" / "python"
TOKEN = "secret"


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def browsing() -> Iterator[tuple[RunningServer, Browser]]:
    """Run a server and a browser."""
    with (
        run_server("demo", 0) as server,
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=program("chromium"), args=FLAGS) as browser,
    ):
        yield server, browser


@contextmanager
def receiving(port: int, folder: Path) -> Iterator[Callable[[str], None]]:
    """Run the peer; gives a function that waits until it says something."""
    command = [PYTHON, HERE / "receive_whip.py", str(port), folder, TOKEN]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as peer:
        output = peer.stdout
        assert output is not None

        def wait_for(words: str) -> None:
            said = next((line for line in output if line.startswith(words)), None)
            assert said is not None, f"expected {words!r} of the peer, got its end"

        try:
            yield wait_for
        finally:
            peer.terminate()


def test_the_console_sends_the_picture_and_ends_it(tmp_path: Path) -> None:
    port = free_port()
    with browsing() as (server, browser), receiving(port, tmp_path) as wait_for:
        page = browser.new_page()
        page.goto(f"{server.address}/console")
        page.click("[data-panel=links]")
        page.fill("#whip [name=address]", f"http://127.0.0.1:{port}/whip")
        page.fill("#whip [name=token]", TOKEN)
        page.click("#whip button")
        page.wait_for_selector("#whip [role=status]:has-text('goes out')")
        wait_for("kept")
        page.click("#whip button")
        wait_for("ended")


def test_the_picture_arrives_comes_back_and_ends(tmp_path: Path) -> None:
    port = free_port()
    with browsing() as (server, browser):
        page = browser.new_page(viewport={"width": 640, "height": 360})
        address = f"{server.address}/?kiosk&quality=low&whip=http://127.0.0.1:{port}/whip"
        page.goto(f"{address}#whip=wrong")
        page.wait_for_selector("#notice:has-text('nothing answers there')")
        with receiving(port, tmp_path) as wait_for:
            wait_for("refused")
            page.wait_for_selector("#notice:has-text('does not accept the token')")
            page.goto("about:blank")
            page.goto(f"{address}#whip={TOKEN}")
            wait_for("kept")
            page.wait_for_selector("#notice", state="hidden")
        picture = np.load(tmp_path / "picture.npy")
        assert picture.shape[2] == 3
        assert picture.std() > 5  # a dancer on a stage, and no blank picture
        page.wait_for_selector("#notice:not([hidden])")  # lost, then out of reach
        with receiving(port, tmp_path) as wait_for:
            wait_for("kept")
            page.goto("about:blank")
            wait_for("ended")
