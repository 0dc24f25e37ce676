"""Pages from another machine without https: browsers keep camera, microphone and MIDI from them."""

import pytest
from playwright.sync_api import Playwright, expect

from tests.end_to_end.conftest import FLAGS, program
from tests.end_to_end.running_server import ROOT, run_server

SENTENCES = {"en-GB": "bhava serve --tls” and open", "de-DE": "bhava serve --tls“ und öffnen"}


@pytest.mark.parametrize("language", SENTENCES)
def test_pages_say_in_one_sentence_why_and_how_to_mend_it(
    playwright: Playwright, language: str
) -> None:
    elsewhere = [*FLAGS, "--host-resolver-rules=MAP show.example 127.0.0.1"]
    with (
        run_server("demo", 0, "--allow-host", "show.example") as server,
        playwright.chromium.launch(executable_path=program("chromium"), args=elsewhere) as browser,
    ):
        page = browser.new_page(locale=language, viewport={"width": 900, "height": 640})
        for path, where in (("dance", "#trouble p"), ("console", "#notice p")):
            page.goto(f"http://show.example:{server.port}/{path}")
            expect(page.locator(where)).to_contain_text(SENTENCES[language])
            expect(page.locator(where)).to_be_visible()
            page.screenshot(path=ROOT / f"build/screenshots/without-https-{path}-{language}.png")
            page.goto(f"{server.address}/{path}")
            expect(page.locator("#welcome, #pad")).to_be_visible()
            expect(page.locator(where)).to_be_hidden()
