"""A vote as people meet it: a phone, the stage page, and the operator's console."""

import re
import time
from collections.abc import Iterator

import cv2
import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.end_to_end.console_page import operate
from tests.end_to_end.running_server import RunningServer, run_server
from tests.end_to_end.stage_page import PATIENCE, SCREENSHOTS, visit

PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def venue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server whose operator has told it an address; phones of this machine reach another."""
    folder = tmp_path_factory.mktemp("venue")
    options = ("--public-url", "http://venue.example", "--keys", str(folder / "keys"))
    nobody = ("--twitch", "bhava", "--twitch-url", "ws://127.0.0.1:9")
    with run_server("demo", 0, *options, *nobody, "--takes", str(folder / "takes")) as server:
        yield server


def code_of(page: Page) -> str:
    """What a phone reads off the stage page."""
    picture = SCREENSHOTS / "vote-code.png"
    page.locator("#vote img").screenshot(path=picture)
    image = cv2.imread(str(picture))
    assert image is not None
    # OpenCV misses a code at some sizes that it reads at others.
    larger = [cv2.resize(image, None, fx=factor, fy=factor) for factor in (2, 3, 4, 5, 6)]
    read = [cv2.QRCodeDetector().detectAndDecode(picture)[0] for picture in larger]
    address = next(filter(None, read), "")
    assert address.startswith("http://venue.example/v/default#"), address
    return address.partition("#")[2]


def ballots(venue: RunningServer, code: str, count: int) -> list[str]:
    answers = [venue.request("POST", "/ballots", json={"code": code}) for _ in range(count)]
    return [answer.raise_for_status().json()["ballot"] for answer in answers]


def cast(venue: RunningServer, ballot: str, emotion: str, number: int) -> int:
    return venue.request(
        "POST",
        "/votes",
        json={"emotion": emotion, "number": number},
        headers={"Authorization": f"Bearer {ballot}"},
    ).status_code


def shown_weight(venue: RunningServer, emotion: str) -> float:
    weights = venue.state()["controls"]["audience_emotion"]
    return float(weights.get(emotion, 0.0))


def warmth(picture: np.ndarray) -> float:
    """How much more red than blue the lower half of a picture has."""
    floor = picture[picture.shape[0] // 2 :].astype(float)
    return float((floor[..., 2] - floor[..., 0]).mean())


def test_a_phone_votes_by_the_code_on_the_stage_and_the_stage_shows_it(
    browser: Browser, venue: RunningServer
) -> None:
    venue.set(voting="invited", audience_share=0.5, emotion={"neutral": 1.0})
    with visit(browser, venue.address, "?kiosk&quality=low&camera=still", (1280, 720)) as stage:
        expect(stage.page.locator("#vote")).to_be_visible()
        stage.page.wait_for_function("document.querySelector('#vote img').naturalWidth > 0")
        code = code_of(stage.page)
        before = stage.picture("vote-stage-before")
        others = ballots(venue, code, 6)
        with browser.new_page(viewport=PHONE, locale="en-GB") as phone:
            phone.set_default_timeout(PATIENCE)
            phone.goto(f"{venue.address}/v/default#{code}")
            tile = phone.locator("[data-emotion=happy]")
            expect(tile).to_be_enabled()
            tile.click()
            expect(tile).to_have_attribute("aria-pressed", "true")
            expect(phone.locator("#word")).to_contain_text("Your vote counts")
            for number, ballot in enumerate(others):
                assert cast(venue, ballot, "happy" if number < 4 else "sad", 1) == 200
            # Five of seven, of which the phone's own is older and weighs a little less.
            expect(phone.locator("[data-emotion=happy] output")).to_have_text(
                re.compile(r"^(6[7-9]|7[01]) %$")
            )
            expect(phone.locator("#voters")).to_have_text("7 votes")
            assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
            phone.wait_for_timeout(1000)  # until the tiles are filled
            phone.screenshot(path=SCREENSHOTS / "vote-phone-en.png")
            deadline = time.monotonic() + PATIENCE / 1000
            while shown_weight(venue, "happy") < 0.5 and time.monotonic() < deadline:
                for number, ballot in enumerate(others):
                    cast(
                        venue,
                        ballot,
                        "happy" if number < 4 else "sad",
                        int(1000 * time.monotonic()),
                    )
                time.sleep(0.5)
            assert shown_weight(venue, "happy") > 0.5
            lit, after = warmth(before) + 0.2, stage.picture("vote-stage-ring")
            deadline = time.monotonic() + PATIENCE / 1000
            while warmth(after) <= lit and time.monotonic() < deadline:
                after = stage.picture("vote-stage-ring")
        assert warmth(after) > lit
        venue.set(voting="open")
        expect(stage.page.locator("#vote")).to_be_hidden()


def test_a_phone_is_told_in_german_why_it_may_not_vote(
    browser: Browser, venue: RunningServer
) -> None:
    venue.set(voting="open")
    with browser.new_page(viewport=PHONE, locale="de-DE") as phone:
        phone.set_default_timeout(PATIENCE)
        phone.goto(f"{venue.address}/v/default#guess")
        expect(phone.locator("#word")).to_have_text(
            "Scannen Sie den Code auf der Bühne, um abzustimmen."
        )
        expect(phone.locator("[data-emotion=happy]")).to_be_disabled()
        assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
        phone.screenshot(path=SCREENSHOTS / "vote-phone-de.png")
        venue.set(voting="closed")
        expect(phone.locator("#word")).to_contain_text("Gerade wird nicht abgestimmt")
        assert "#" not in phone.url


def test_the_operator_opens_the_vote_sees_it_and_takes_over(
    browser: Browser, venue: RunningServer
) -> None:
    venue.set(voting="closed", audience_share=0.4)
    with operate(browser, venue.address, (1440, 900)) as console:
        page = console.page
        console.open("crowd")
        page.check("[data-choice=voting] [value=invited]", force=True)
        expect(page.locator("#crowd-address")).to_contain_text("http://venue.example")
        with visit(browser, venue.address, "?kiosk&quality=low", (1280, 720)) as stage:
            expect(stage.page.locator("#vote")).to_be_visible()
            stage.page.wait_for_function("document.querySelector('#vote img').naturalWidth > 0")
            for number, ballot in enumerate(ballots(venue, code_of(stage.page), 4)):
                assert cast(venue, ballot, "sad" if number else "angry", 1) == 200
                assert cast(venue, ballot, "sad", 1) == 409
        expect(page.locator("#turnout")).to_contain_text("4 votes")
        expect(page.locator("#tally")).to_contain_text(re.compile("Sad7[4-9] %"))
        expect(page.locator("#crowd-refused")).to_contain_text("a vote that was counted before")
        expect(page.locator("#crowd-chats")).to_contain_text("twitch bhava: no connection")
        console.picture("vote-console")
        page.click("#take-over")
        expect(page.locator("#take-over")).to_be_disabled()
        assert venue.state()["controls"]["audience_share"] == 0
        page.check("[data-choice=voting] [value=closed]", force=True)


def test_the_page_of_a_vote_is_small(venue: RunningServer, browser: Browser) -> None:
    sizes = []
    with browser.new_page(viewport=PHONE) as phone:
        phone.on("response", lambda answer: sizes.append(len(answer.body())))
        phone.goto(f"{venue.address}/v/default")
        phone.wait_for_selector("#emotions button")
    assert sum(sizes) < 100_000


def test_without_an_address_the_operator_is_told_how_to_name_one(
    browser: Browser, demo: RunningServer
) -> None:
    with operate(browser, demo.address, (1440, 900)) as console:
        console.open("crowd")
        expect(console.page.locator("#crowd-address")).to_contain_text("--public-url")
