"""The lamps and the desk of the Open Lighting Architecture, by Art-Net and sACN, both ways.

Needs root for the network namespaces, and the Debian packages `ola` and `curl`.
"""

import json
import shutil
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from motion.emotion_colours import accent
from server.links.dmx import SHOW_SLOTS
from tests.peers.namespaces import (
    HOSTS,
    NETWORK,
    PEER,
    SHOW,
    ask,
    cable,
    inside,
    run,
    running,
    wait_for,
)

BHAVA, OLA = "http://127.0.0.1:8000/api", "http://127.0.0.1:9090"
ART_NET, SACN = "1", "2"
"""OLA's devices, in the order in which it finds them with all others switched off."""

PLUGINS = "dummy espnet ftdidmx gpio karate kinet milinst nanoleaf opendmx openpixelcontrol osc"
MORE_PLUGINS = "pathport renard sandnet shownet spi stageprofi uartdmx usbdmx usbpro usbserial"


@pytest.fixture(scope="module", autouse=True)
def _ola(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    if shutil.which("olad") is None:
        pytest.fail("expected olad, got none: `apt-get install ola curl`", pytrace=False)
    folder = tmp_path_factory.mktemp("ola")
    for path in (folder, *folder.parents[:2]):
        path.chmod(0o755)
    for name in (*PLUGINS.split(), *MORE_PLUGINS.split()):
        (folder / f"ola-{name}.conf").write_text("enabled = false\n")
    for name in ("artnet", "e131"):
        (folder / f"ola-{name}.conf").write_text(f"enabled = true\nip = {HOSTS[PEER]}\n")
    for path in (folder, *folder.iterdir()):
        path.chmod(0o777)
    # It refuses to run as root.
    as_nobody = ("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups")
    with ExitStack() as stack:
        stack.enter_context(cable())
        command = ("env", f"HOME={folder}", "olad", "--config-dir", str(folder), "--log-level", "0")
        stack.enter_context(running(PEER, *as_nobody, *command))
        wait_for(lambda: ask(PEER, f"{OLA}/json/server_stats") is not None, "OLA")
        patch("--device", ART_NET, "--universe", "1", "--input")
        patch("--device", ART_NET, "--universe", "2")
        patch("--device", SACN, "--universe", "3", "--input")
        patch("--device", SACN, "--universe", "4")
        stack.enter_context(running(SHOW, *serve(folder)))
        wait_for(lambda: ask(SHOW, f"{BHAVA}/links") is not None, "Bhava")
        yield


def patch(*where: str) -> None:
    run(*inside(PEER, "ola_patch", "--port", "0", *where))


def serve(folder: Path) -> list[str]:
    """Return a server whose lamps and desk OLA is."""
    ola, senders = HOSTS[PEER], f"from={NETWORK}"
    options = {
        "--source": "demo",
        "--links": str(folder / "links.json"),
        "--artnet-out": f"{ola}?universe=1",
        "--sacn-out": f"{ola}?universe=3",
        "--artnet-in": f"0.0.0.0?universe=2&{senders}",
        "--sacn-in": f"multicast?universe=4&{senders}",
    }
    words = [word for option in options.items() for word in option]
    return [sys.executable, "-m", "bhava", "serve", *words]


def set_controls(**controls: Any) -> None:
    typed = ("--header", "Content-Type: application/json")
    body = json.dumps(controls)
    ask(SHOW, f"{BHAVA}/stages/default/controls", "--request", "PATCH", *typed, "--data", body)


def controls() -> dict[str, Any]:
    return dict(ask(SHOW, f"{BHAVA}/stages/default")["controls"])


def link(kind: str) -> dict[str, Any]:
    return next(each for each in ask(SHOW, f"{BHAVA}/links") if each["kind"] == kind)


@pytest.mark.parametrize("universe", ["1", "3"])
def test_olas_lamps_show_the_emotion_and_go_dark(universe: str) -> None:
    def lamps() -> list[int]:
        return list(ask(PEER, f"{OLA}/get_dmx?u={universe}")["dmx"])[:SHOW_SLOTS]

    set_controls(emotion={"angry": 1.0}, energy=2.0, panic="none")
    angry = np.rint(255 * accent("angry") / accent("angry").max())
    wait_for(
        lambda: lamps()[0] == 255 and np.abs(np.array(lamps()[1:4]) - angry).max() <= 1,
        "the colour of anger",
    )
    set_controls(panic="dark")
    wait_for(lambda: not any(lamps()[:18]) and len(lamps()) > 18, "the dark")
    set_controls(panic="none")


@pytest.mark.parametrize(("universe", "kind"), [("2", "artnet-in"), ("4", "sacn-in")])
def test_olas_desk_drives_the_stage(universe: str, kind: str) -> None:
    def fade_to(energy: int) -> None:
        channels = [0] * 16
        channels[8] = energy
        words = ",".join(map(str, channels))
        run(*inside(PEER, "ola_set_dmx", "--universe", universe, "--dmx", words))

    def is_heard() -> bool:
        # OLA polls every ten seconds, tells nodes nothing before they answer, and never repeats.
        fade_to(10)
        newest = link(kind)["newest"]
        return newest is not None and newest["key"] == "slots_heard"

    set_controls(energy=1.0)
    wait_for(is_heard, f"OLA's values by {kind}")
    assert controls()["energy"] == 1.0
    fade_to(255)
    wait_for(lambda: controls()["energy"] == 2.0, "the energy of OLA's fader")
    assert link(kind)["refused"] == 0
