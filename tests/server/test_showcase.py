"""The demo's own show: goes from emotion to emotion until somebody else directs."""

from server.stages.showcase import EACH, Showcase
from server.wire.messages import Set
from tests.server.doubles import EMOTIONS
from tests.server.test_stage import StageHarness


class DemoHarness(StageHarness):
    """A stage that a showcase directs."""

    def __init__(self) -> None:
        super().__init__()
        self.showcase = Showcase(self.stage, lambda: self.now)

    def shown_after(self, seconds: float) -> str:
        """The emotion after a while."""
        self.now += seconds
        self.showcase.before_tick()
        [emotion] = self.stage.controls.emotion
        return emotion


def test_a_newcomer_sees_a_duet_in_two_emotions_within_ten_seconds() -> None:
    assert EACH < 10
    harness = DemoHarness()
    shown = [harness.shown_after(EACH / 2 + 0.01) for _ in range(6)]
    assert shown == ["happy", "happy", "sad", "sad", "happy", "happy"]
    assert set(shown) == set(EMOTIONS) - {"neutral"}
    controls = harness.stage.controls
    assert (controls.mode, controls.placement) == ("duet", "beside")


def test_whoever_changes_something_keeps_it() -> None:
    harness = DemoHarness()
    harness.shown_after(0.0)
    harness.stage.set(Set(energy=1.5), harness.now)
    assert [harness.shown_after(EACH) for _ in range(3)] == ["happy"] * 3
    assert harness.stage.controls.energy == 1.5


def test_a_stage_that_was_changed_before_is_left_alone() -> None:
    harness = DemoHarness()
    harness.stage.set(Set(mode="answer"), harness.now)
    assert harness.shown_after(EACH) == "neutral"
    assert harness.stage.controls.mode == "answer"
