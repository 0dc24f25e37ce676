"""The console as an operator meets it, without the picture, which draws slowly on a CPU."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Page

from tests.end_to_end.stage_page import PATIENCE, SCREENSHOTS

WITHOUT_3D = """
const getContext = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
  return kind === "webgl2" ? null : getContext.call(this, kind, ...rest);
};"""

SMALL = """() => [...document.querySelectorAll("button, select, summary, input, a")]
  .filter((element) => element.checkVisibility() && !element.closest("#pad"))
  .map((element) => [element.outerHTML, element.getBoundingClientRect()])
  .filter(([, { width, height }]) => width < 44 || height < 44)
  .map(([html]) => html)"""


class ConsolePage:
    """One console of a stage."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.errors: list[str] = []
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def open(self, panel: str) -> None:
        """Open a panel that has no place of its own on this screen."""
        self.page.click(f"nav [data-panel={panel}]")

    def press(self, key: str) -> None:
        """Press a key, wherever the focus is."""
        self.page.keyboard.press(key)

    def await_fader(self, control: str, words: str) -> None:
        """Wait until a fader says a value."""
        self.page.wait_for_selector(f"[data-control='{control}'][aria-valuetext='{words}']")

    def await_pressed(self, button: str, pressed: bool = True) -> None:
        """Wait until the server has confirmed what a button asked for."""
        self.page.wait_for_selector(f"#{button}[aria-pressed={str(pressed).lower()}]")

    def await_cue(self, name: str) -> None:
        """Wait until a cue is the one that went last."""
        self.page.wait_for_selector(f"#cue-list [aria-current=step] strong:text-is('{name}')")

    def too_small(self) -> list[str]:
        """What fingers would miss of what is shown: below 44 pixels."""
        return self.page.evaluate(SMALL)

    def picture(self, name: str) -> None:
        """Keep a screenshot."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"console-{name}.png")


@contextmanager
def operate(
    browser: Browser,
    address: str,
    size: tuple[int, int] = (1440, 900),
    path: str = "console",
    script: str = "",
    **settings: Any,
) -> Iterator[ConsolePage]:
    """Open a console, after a script of the test; whatever it throws fails the test."""
    width, height = size
    settings = {"viewport": {"width": width, "height": height}, "bypass_csp": True} | settings
    with browser.new_context(**settings) as context:
        page = context.new_page()
        page.add_init_script(WITHOUT_3D + script)
        console = ConsolePage(page)
        page.goto(f"{address}/{path}")
        page.wait_for_selector("html[data-connection=live]", state="attached")
        yield console
        assert console.errors == []
