"""What the pages say in another language: all of it, and it fits."""

import re
from functools import partial

import pytest
from playwright.sync_api import Browser, Page

from tests.end_to_end.console_page import operate
from tests.end_to_end.running_server import RunningServer
from tests.end_to_end.stage_page import visit as visit_page

visit = partial(visit_page, bypass_csp=True)  # what waits for a function evaluates text

LAPTOP, TABLET, PHONE = (1440, 900), (1024, 768), (390, 844)

PROMPT = "a person walks and waves"
SAME = {
    "Bhava",
    "Esc",
    "Live",
    "MIDI",
    "Name",
    "Neutral",
    "OSC",
    "Ableton Link",
    "OSCQuery",
    "Partner",
    "Performer",
    "Solo",
    "Timecode",
    "Token",
    "dance",
    "default",
    "fps",
    "https://host/whip/show",
    PROMPT,
}
"""Words that German has from elsewhere, names, and what models are told, which is English."""

SAID = """() => [
  ...document.querySelectorAll("title, body :not(strong, #go span)"),
].flatMap((element) => [
  ...[...element.childNodes].filter(({ nodeType }) => nodeType === 3).map((node) => node.data),
  element.ariaLabel, element.title, element.placeholder, element.ariaValueText,
])"""
"""Every text of a page, shown or not; but names that operators gave."""

TOO_NARROW = """() => [...document.querySelectorAll("button, a, legend, fieldset span, dt, h2")]
  .filter((element) => element.checkVisibility() && element.scrollWidth > element.clientWidth + 1)
  .filter((element) => element.clientWidth > 0)
  .map((element) => element.outerHTML)"""


def said(page: Page) -> set[str]:
    """All words of three letters and more that a page says, by their phrases."""
    parts = [part for text in page.evaluate(SAID) for part in re.split(r"\s{2,}| · ", text or "")]
    return {part.strip(" 0123456789:%.") for part in parts if re.search(r"[^\W\d_]{3}", part)}


@pytest.mark.parametrize("path", ["?quality=low&debug&sound", "dance?quality=low&debug"])
def test_a_page_in_german_says_nothing_in_english(
    browser: Browser, demo: RunningServer, path: str
) -> None:
    texts = {}
    for language in ("en", "de"):
        with visit(browser, demo.address, f"{path}&lang={language}") as stage:
            stage.page.wait_for_function("document.querySelector('#debug').textContent")
            texts[language] = said(stage.page)
    _assert_translated(**texts)


def test_the_console_in_german_says_nothing_in_english(
    browser: Browser, demo: RunningServer
) -> None:
    texts = {}
    for language in ("en", "de"):
        with operate(browser, demo.address, path=f"console?lang={language}") as console:
            for panel in ("takes", "stages"):
                console.open(panel)
                console.page.wait_for_selector(f"#{panel} li")
            texts[language] = said(console.page)
    _assert_translated(**texts)


def _assert_translated(en: set[str], de: set[str]) -> None:
    assert len(de) > 10
    assert en & de <= SAME


@pytest.mark.parametrize("size", [LAPTOP, TABLET, PHONE])
def test_german_fits_the_console(
    browser: Browser, demo: RunningServer, size: tuple[int, int]
) -> None:
    with operate(browser, demo.address, size, path="console?lang=de") as console:
        page = console.page
        page.click("#freeze")
        console.await_pressed("freeze")
        page.click("#dark")
        console.await_pressed("dark")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        for tab in page.locator("nav button:visible").all():
            tab.click()
            assert page.evaluate(TOO_NARROW) == []
            console.picture(f"german-{size[0]}-{tab.get_attribute('data-panel')}")
        page.click("#dark")
        console.await_pressed("dark", False)
