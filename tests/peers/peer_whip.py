"""The stage page's picture as aiortc receives it by WHIP, in a network namespace.

Needs root for the network namespaces, Chromium, the built pages, the Debian package `curl`, and
what `make peers` installs into `build/peers/venv`. Chromium tells its address by multicast.
"""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, sync_playwright

from tests.end_to_end.conftest import FLAGS, program
from tests.peers.namespaces import SHOW, ask, cable, inside, program_inside, running, wait_for
from tests.peers.peer_link import VENV, bhava

HERE = Path(__file__).parent
BHAVA, PORT = "http://127.0.0.1:8000", 8089
WHIP = f"http://127.0.0.1:{PORT}/whip"
TOKEN = "secret"


@contextmanager
def browsing(folder: Path) -> Iterator[Browser]:
    """Run a server and a browser that reach nobody else."""
    serve = bhava("serve", "--source", "demo", "--links", str(folder / "links.json"))
    chromium = program_inside(SHOW, program("chromium"), folder)
    with (
        cable(),
        running(SHOW, *serve),
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=chromium, args=FLAGS) as browser,
    ):
        wait_for(lambda: ask(SHOW, f"{BHAVA}/readyz") is not None, "Bhava")
        yield browser


@contextmanager
def receiving(folder: Path) -> Iterator[Callable[[str], None]]:
    """Run the peer; gives a function that waits until it says something."""
    python, receive = str(VENV / "bin" / "python"), str(HERE / "receive_whip.py")
    command = [python, receive, str(PORT), str(folder), TOKEN]
    with subprocess.Popen(inside(SHOW, *command), stdout=subprocess.PIPE, text=True) as peer:
        output = peer.stdout
        assert output is not None

        def heard(words: str) -> None:
            said = next((line for line in output if line.startswith(words)), None)
            assert said is not None, f"expected {words!r} of the peer, got its end"

        try:
            yield heard
        finally:
            peer.terminate()


def test_the_console_sends_the_picture_and_ends_it(tmp_path: Path) -> None:
    with browsing(tmp_path) as browser, receiving(tmp_path) as heard:
        page = browser.new_page()
        page.goto(f"{BHAVA}/console")
        page.click("[data-panel=links]")
        page.fill("#whip [name=address]", WHIP)
        page.fill("#whip [name=token]", TOKEN)
        page.click("#whip button")
        page.wait_for_selector("#whip [role=status]:has-text('goes out')")
        heard("kept")
        page.click("#whip button")
        heard("ended")


def test_the_picture_arrives_comes_back_and_ends(tmp_path: Path) -> None:
    with browsing(tmp_path) as browser:
        page = browser.new_page(viewport={"width": 640, "height": 360})
        address = f"{BHAVA}/?kiosk&quality=low&whip={WHIP}"
        page.goto(f"{address}#whip=wrong")
        page.wait_for_selector("#notice:has-text('nothing answers there')")
        with receiving(tmp_path) as heard:
            heard("refused")
            page.wait_for_selector("#notice:has-text('does not accept the token')")
            page.goto("about:blank")
            page.goto(f"{address}#whip={TOKEN}")
            heard("kept")
            page.wait_for_selector("#notice", state="hidden")
        picture = np.load(tmp_path / "picture.npy")
        assert picture.shape[2] == 3
        assert picture.std() > 5  # a dancer on a stage, and no blank picture
        page.wait_for_selector("#notice:not([hidden])")  # lost, then out of reach
        with receiving(tmp_path) as heard:
            heard("kept")
            page.goto("about:blank")
            heard("ended")
