"""The console's panel of links, with an instrument on this machine."""

import socket
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from server.links.osc import encode_message
from tests.end_to_end.console_page import ConsolePage, operate
from tests.end_to_end.running_server import RunningServer, run_server

LAPTOP, PHONE = (1280, 800), (390, 844)
SWEPT = {"en": "arms up and down", "de": "Arme auf und ab"}
IN_USE = {"en": "another program uses it", "de": "ein anderes Programm benutzt ihn"}


def add(console: ConsolePage, kind: str, address: str) -> None:
    console.page.select_option("#links > form [name=kind]", kind)
    console.page.fill("#links > form [name=address]", address)
    console.page.click("#links > form [type=submit]")


def wait_for_row(console: ConsolePage, words: str, lamp: str) -> str:
    """Wait for a link by its words and its lamp; return the selector of its row."""
    row = f"#links li[data-lamp={lamp}]:has(span:has-text('{words}'))"
    console.page.wait_for_selector(row)
    return f"#links li:has(span:has-text('{words}'))"


@pytest.mark.parametrize(("size", "language"), [(LAPTOP, "en"), (PHONE, "de")])
def test_links_are_added_watched_tested_and_removed(
    browser: Browser, demo: RunningServer, size: tuple[int, int], language: str
) -> None:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as instrument,
        operate(browser, demo.address, size, path=f"console?lang={language}") as console,
    ):
        instrument.bind(("127.0.0.1", 0))
        here = f"127.0.0.1:{instrument.getsockname()[1]}"
        console.open("links")
        add(console, "vmc-out", here)
        wait_for_row(console, here, "moving")
        assert b"/VMC/Ext/Root/Pos" in instrument.recv(4096)
        add(console, "osc-in", "0")
        osc = wait_for_row(console, "OSC", "quiet")
        add(console, "osc-in", here.partition(":")[2])
        wait_for_row(console, IN_USE[language], "failed")
        add(console, "vmc-out", "nowhere")
        console.page.wait_for_selector("#notice:has-text('[HOST:]PORT')")
        console.page.click("#notice .dismiss")
        console.page.click("#links [data-lamp=moving] button:nth-of-type(2)")
        wait_for_row(console, SWEPT[language], "moving")
        console.picture(f"links-{size[0]}")
        assert console.too_small() == []
        console.page.click(f"{osc}[data-lamp=quiet] button")
        wait_for_row(console, "OSC", "off")
        for _ in range(3):
            console.page.click("#links li summary")
            remove = console.page.locator("#links details[open] button").last
            remove.click()
            remove.click()
            console.page.wait_for_selector("#links details[open]", state="detached")
        assert console.page.locator("#links li").count() == 0


def test_a_refused_message_is_told_and_links_outlive_the_server(
    browser: Browser, tmp_path: Path
) -> None:
    options = ("--links", str(tmp_path / "links.json"))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with run_server("demo", 0, *options) as server, operate(browser, server.address) as console:
        console.open("links")
        add(console, "osc-in", str(port))
        wait_for_row(console, str(port), "quiet")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as instrument:
            instrument.sendto(encode_message("/bhava/energy", 9.0), ("127.0.0.1", port))
        console.page.wait_for_selector("#links .refusal:has-text('expected 0.5 to 2, got 9')")
    with run_server("demo", 0, *options) as server, operate(browser, server.address) as console:
        console.open("links")
        wait_for_row(console, str(port), "quiet")


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_window_sends_the_picture_and_says_why_it_cannot(
    browser: Browser, demo: RunningServer, language: str
) -> None:
    nobody = "http://127.0.0.1:9/whip"
    with operate(browser, demo.address, path=f"console?lang={language}") as console:
        console.open("links")
        console.page.fill("#whip [name=address]", "nowhere")
        console.page.click("#whip button")
        console.page.wait_for_selector("#notice:has-text('nowhere')")
        console.page.click("#notice .dismiss")
        console.page.fill("#whip [name=address]", nobody)
        console.page.fill("#whip [name=token]", "secret")
        with console.page.expect_popup() as popup:
            console.page.click("#whip button")
        console.page.wait_for_selector(f"#whip [role=status]:has-text('{nobody}')")
        assert popup.value.url.endswith("#whip=secret")
        console.picture(f"whip-{language}")
        assert console.too_small() == []
        console.page.click("#whip button")
        console.page.wait_for_selector("#whip button[aria-pressed=false]")
        assert popup.value.is_closed()
