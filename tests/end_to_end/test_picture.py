"""The stage page's picture as `bhava picture` takes it."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Queue

import numpy as np
import uvicorn
from playwright.sync_api import Playwright

from server.listen import bind, configured
from server.picture.outlet import Size
from server.picture.player import Player
from server.picture.whip import WhipReceiver, create_whip_app
from tests.end_to_end.conftest import FLAGS, program
from tests.end_to_end.running_server import PATIENCE, run_server

SIZE = Size(320, 180)
NO_MULTICAST = "--disable-features=WebRtcHideLocalIpsWithMdns"


class Screen:
    """An outlet that keeps what it is shown."""

    title = "a screen"

    def __init__(self) -> None:
        self.pictures = Queue[np.ndarray]()

    def show(self, picture: np.ndarray) -> None:
        self.pictures.put(picture)

    def close(self) -> None:
        """There is nothing to close."""


@contextmanager
def receiving(screen: Screen, told: Queue[str]) -> Iterator[int]:
    """Take pictures in a thread; gives the port."""
    player = Player(lambda: screen, SIZE)
    player.start()
    receiver = WhipReceiver(player, "secret", time.monotonic, told.put)
    server = uvicorn.Server(configured(create_whip_app(receiver, [])))
    with bind("127.0.0.1", 0) as listener:
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        try:
            yield int(listener.getsockname()[1])
        finally:
            server.should_exit = True
            thread.join()
            player.close()


def test_the_page_sends_comes_back_and_ends(playwright: Playwright) -> None:
    screen, told = Screen(), Queue[str]()
    flags = [*FLAGS, NO_MULTICAST]
    with (
        run_server("demo") as server,
        playwright.chromium.launch(executable_path=program("chromium"), args=flags) as browser,
        receiving(screen, told) as port,
    ):
        page = browser.new_page(viewport={"width": 640, "height": 360})
        address = f"{server.address}/?kiosk&quality=low&whip=http://127.0.0.1:{port}/whip"
        page.goto(f"{address}#whip=wrong")
        page.wait_for_selector("#notice:has-text('does not accept the token')")
        page.goto("about:blank")
        page.goto(f"{address}#whip=secret")
        assert told.get(timeout=PATIENCE).startswith("a picture of ")
        page.reload()
        assert told.get(timeout=PATIENCE) == "the picture from 127.0.0.1 ended"
        assert told.get(timeout=PATIENCE).startswith("a picture of ")
        for _ in range(5):
            screen.pictures.get(timeout=PATIENCE)
        picture = screen.pictures.get(timeout=PATIENCE)
        assert picture.shape == (180, 320, 4)
        assert picture[:, :, :3].std() > 5  # a dancer on a stage, and no blank picture
        page.goto("about:blank")
        assert told.get(timeout=PATIENCE) == "the picture from 127.0.0.1 ended"
