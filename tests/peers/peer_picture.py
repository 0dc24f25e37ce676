"""The stage page's picture as an NDI source, in a network namespace, and without a camera.

Needs root for the network namespaces, Chromium, the built pages, the Debian packages `avahi-daemon`
and `dbus`, and what `make peers` installs into `build/peers/venv`.
"""

import subprocess
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import sync_playwright

from tests.end_to_end.conftest import FLAGS, program
from tests.peers.namespaces import SHOW, ask, cable, inside, program_inside, running, wait_for
from tests.peers.peer_avahi import avahi
from tests.peers.peer_link import VENV, bhava

HERE = Path(__file__).parent
BHAVA, PICTURE = "http://127.0.0.1:8000", "http://127.0.0.1:8088"
CAMERAS = Path("/sys/devices/virtual/video4linux")


def test_a_page_becomes_an_ndi_source(tmp_path: Path) -> None:
    browser = program_inside(SHOW, program("chromium"), tmp_path)
    receive = [str(VENV / "bin" / "python"), str(HERE / "receive_ndi.py"), "(Bhava)", str(tmp_path)]
    links = str(tmp_path / "links.json")
    with ExitStack() as stack:
        stack.enter_context(cable())
        here = stack.enter_context(avahi(SHOW, tmp_path))
        stack.enter_context(running(SHOW, *bhava("serve", "--source", "demo", "--links", links)))
        picture = bhava("picture", "--to", "ndi", "--size", "640x360")
        stack.enter_context(running(SHOW, *here, *picture))
        wait_for(lambda: ask(SHOW, f"{BHAVA}/readyz") is not None, "Bhava")
        playwright = stack.enter_context(sync_playwright())
        chromium = playwright.chromium.launch(executable_path=browser, args=FLAGS)
        stack.callback(chromium.close)
        page = chromium.new_page(viewport={"width": 320, "height": 180})
        page.goto(f"{BHAVA}/?kiosk&quality=low&whip={PICTURE}/whip")
        peer = inside(SHOW, *here, *receive)
        said = subprocess.run(peer, check=True, capture_output=True, text=True, timeout=120).stdout
        print(said)
    assert np.load(tmp_path / "picture.npy").shape == (360, 640, 4)


@pytest.mark.skipif(any(CAMERAS.glob("video*")), reason="there is a virtual camera")
def test_a_machine_without_a_virtual_camera_says_so() -> None:
    said = subprocess.run(bhava("picture", "--to", "camera"), capture_output=True, text=True)
    assert said.returncode == 1
    assert said.stderr.startswith("bhava: expected a virtual camera, got none: ")
    assert said.stderr.count("\n") == 1
    assert "modprobe v4l2loopback" in said.stderr
