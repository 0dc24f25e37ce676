"""The profile `scale` of `docker-compose.yml`: its own commands, a browser, and a lost node.

Needs the Debian packages `nats-server` and `caddy`, Chromium, and the built pages.
"""

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.end_to_end.conftest import FLAGS, program
from tests.end_to_end.stage_page import SCREENSHOTS
from tests.peers.composed import (
    HOUSE,
    Service,
    bridged,
    config,
    inside,
    placed,
)
from tests.peers.namespaces import ask, wait_for
from tests.test_container import doors, published, started, told_command

SETTINGS = {
    "BHAVA_HOST": "show.local",
    "BHAVA_OPERATOR_KEY": "sesame",
    "BHAVA_SOURCE": "demo",
    "BHAVA_NATS_ORIGIN": "o-secret",
    "BHAVA_NATS_RELAY": "r-secret",
    "PORT": "8000",
}
"""As an operator would write them into `.env`."""

HOST = SETTINGS["BHAVA_HOST"]


class Venue:
    """The running profile."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        services = config(SETTINGS, "scale")["services"]
        names = started(services, told_command("scale"), "scale")
        ports = published(services, names)
        self.services = {service.name: service for service in placed(services, names)}
        self.ports = {port: (self.services[name], to) for port, (name, to) in ports.items()}
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.folder = folder
        stack.enter_context(bridged(list(self.services.values())))
        for name, service in self.services.items():
            running = service.running(folder, folder / f"{name}.log")
            self.processes[name] = stack.enter_context(running)

    def ask(self, service: Service, path: str, port: int = 8000) -> Any:
        """What a service answers under its own name."""
        key = ("--header", f"X-Operator-Key: {SETTINGS['BHAVA_OPERATOR_KEY']}")
        way = ("--connect-to", f"{HOST}:{port}:{service.address}:8000")
        return ask(HOUSE, f"http://{HOST}:{port}{path}", *way, *key)

    def ready(self, name: str) -> bool:
        found = self.ask(self.services[name], "/readyz")
        return bool(found and found["ready"])

    @property
    def said(self) -> str:
        """All that the services said, for whoever has to find out why."""
        return "\n".join(f"{p.name}: {p.read_text()}" for p in sorted(self.folder.glob("*.log")))


@pytest.fixture(scope="module")
def venue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Venue]:
    with ExitStack() as stack:
        yield Venue(tmp_path_factory.mktemp("venue"), stack)


@pytest.fixture(scope="module")
def browser(venue: Venue, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Chromium on the machine of the containers, which finds the ports that they publish."""
    rules = [f"MAP {HOST}:{port} {s.address}:{to}" for port, (s, to) in venue.ports.items()]
    wrapper = tmp_path_factory.mktemp("browser") / "chromium"
    words = inside(HOUSE, program("chromium"))
    wrapper.write_text(f'#!/bin/sh\nexec {" ".join(words)} "$@"\n')
    wrapper.chmod(0o755)
    flags = [*FLAGS, f"--host-resolver-rules={','.join(rules)}"]
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=wrapper, args=flags) as browser,
    ):
        yield browser


def dances(page: Page) -> bool:
    """Whether the partner's hand moves in the picture."""
    before = page.evaluate("window.bhava.jointPosition('leftHand')")
    page.wait_for_timeout(500)
    return bool(before and page.evaluate("window.bhava.jointPosition('leftHand')") != before)


def test_all_services_come_up(venue: Venue) -> None:
    for name in ("node-1", "node-2", "relay-1", "relay-2"):
        try:
            wait_for(lambda name=name: venue.ready(name), f"{name} ready")
        except AssertionError as error:
            pytest.fail(f"{error}\n{venue.said}")
    assert {name: each.poll() for name, each in venue.processes.items()} == dict.fromkeys(
        venue.processes
    )


def test_a_browser_dances_through_caddy_and_a_relay(venue: Venue, browser: Browser) -> None:
    page = browser.new_context(ignore_https_errors=True).new_page()
    page.goto(f"https://{HOST}/?quality=low")
    page.wait_for_selector("html[data-connection=live]", state="attached")
    wait_for(lambda: dances(page), "a dancer")
    page.screenshot(path=SCREENSHOTS / "compose-stage.png")
    watching = [venue.ask(venue.services[f"relay-{n}"], "/readyz")["stages"][0] for n in (1, 2)]
    assert sum(stage["viewers"] for stage in watching) == 1
    page.close()


def test_operators_come_from_a_relay_to_the_node_that_shows(venue: Venue, browser: Browser) -> None:
    page = browser.new_context(ignore_https_errors=True).new_page()
    page.goto(f"https://{HOST}/console#key={SETTINGS['BHAVA_OPERATOR_KEY']}")
    page.wait_for_selector("html[data-connection=live]", state="attached")
    shows, port = page.url.partition("/console")[0], page.url.split(":")[2].split("/")[0]
    assert shows == f"https://{HOST}:{port}"
    node = venue.services[doors()[port].partition(":")[0]]
    state = venue.ask(node, "/api/stages/default", int(port))
    assert state["refused"] is None
    page.screenshot(path=SCREENSHOTS / "compose-console.png")
    page.close()


@pytest.mark.usefixtures("venue")
def test_performers_come_from_a_relay_to_a_page_with_cameras(browser: Browser) -> None:
    page = browser.new_context(ignore_https_errors=True).new_page()
    page.goto(f"https://{HOST}/dance")
    page.wait_for_selector("html[data-connection=live]", state="attached")
    assert page.url.startswith((f"https://{HOST}:8000/dance", f"https://{HOST}:8001/dance"))
    assert page.evaluate("navigator.mediaDevices !== undefined")
    page.close()


def test_viewers_go_on_when_a_node_is_lost(venue: Venue, browser: Browser) -> None:
    page = browser.new_context(ignore_https_errors=True).new_page()
    page.goto(f"https://{HOST}/?quality=low")
    page.wait_for_selector("html[data-connection=live]", state="attached")
    withheld = {
        name: venue.ask(venue.services[name], "/api/stages/default")["refused"]
        for name in ("node-1", "node-2")
    }
    shows = next(name for name, refused in withheld.items() if not refused)
    venue.processes[shows].kill()
    page.wait_for_timeout(2000)
    wait_for(lambda: dances(page), "the dance to go on")
    other = {"node-1": "node-2", "node-2": "node-1"}[shows]
    assert venue.ask(venue.services[other], "/api/stages/default")["refused"] is None
    page.close()
