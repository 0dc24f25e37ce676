import pytest

from server.capture.source_selector import SPAN, SourceSelector
from server.capture.sources import BrowserSource
from server.telemetry.faults import Faults
from tests.server.doubles import ScriptedSource, seen


class Room:
    """SourceSelector on a scripted source and a browser, with a clock that the test moves."""

    def __init__(self) -> None:
        self.now = 100.0
        self.source = ScriptedSource()
        self.browser = BrowserSource(lambda: self.now)
        self.faults = Faults()
        self.selector = SourceSelector(self.source, self.browser, self.faults)


def test_a_browser_takes_the_place_of_the_source_while_it_sends() -> None:
    room = Room()
    for _ in range(30):
        own, sent = seen(room.now), seen(room.now - 0.02)
        room.source.waiting = own
        room.browser.receive(sent)
        latest = room.selector.latest(room.now)
        assert latest is not None
        assert latest.time == sent.time
        assert room.source.waiting is None  # still asked: it may restart itself when it is
        room.now += 1 / 30
    assert room.selector.source is room.browser
    room.now += BrowserSource.SILENCE + 1.0
    room.source.waiting = own = seen(room.now)
    latest = room.selector.latest(room.now)
    assert latest is not None
    assert latest.time == own.time
    assert room.selector.source is room.source


def test_a_failing_source_costs_its_pictures_only() -> None:
    room = Room()
    for _ in range(3):
        room.source.waiting = OSError("unplugged")
        assert room.selector.latest(room.now) is None
    room.source.waiting = seen(room.now)
    assert room.selector.latest(room.now) is not None
    assert room.faults.counts == {"source: OSError": 3}


@pytest.mark.parametrize(("told", "taken"), [(1e9, 0.0), (-1e9, -SPAN), (-0.25, -0.25)])
def test_clocks_of_browsers_are_taken_with_a_pinch_of_salt(told: float, taken: float) -> None:
    room = Room()
    room.browser.receive(seen(room.now + told))
    latest = room.selector.latest(room.now)
    assert latest is not None
    assert latest.time == pytest.approx(room.now + taken)
