"""Cues that a timecode lets go: passed, jumped over, in reverse, and with jitter."""

from hypothesis import given
from hypothesis import strategies as st

from server.cues.cue_sheet import Cue, merged
from server.cues.timecode import FREEWHEEL, SLIP, TimecodeChase
from server.wire.messages import Set

TICK = 1 / 30


def cue(name: str, at: float | None, **changes: object) -> Cue:
    return Cue(id=name, name=name, at=at, set=Set.model_validate(changes))


CUES = [cue("second", 20.0), cue("by hand", None), cue("first", 10.0), cue("third", 30.0)]


class Show:
    """A chase, and the clock by which it is asked at every tick."""

    def __init__(self) -> None:
        self.chase, self.now = TimecodeChase(), 100.0

    def run(self, seconds: float) -> list[str]:
        """Return the names of the cues that went, as the ticks passed."""
        went = []
        for _ in range(round(seconds / TICK)):
            self.now += TICK
            went += [each.name for each in self.chase.due(CUES, self.now)]
        return went

    def play(self, start: float, seconds: float, speed: float = 1.0) -> list[str]:
        """Tell the timecode ten times a second, as a running machine does."""
        went = []
        for step in range(round(10 * seconds)):
            self.chase.tell(start + speed * step / 10, speed, self.now)
            went += self.run(0.1)
        return went

    def locate(self, position: float) -> list[str]:
        self.chase.tell(position, 0.0, self.now)
        return self.run(TICK)


def test_a_cue_goes_once_when_its_time_is_passed() -> None:
    show = Show()
    assert show.play(9.0, 15.0) == ["first", "second"]
    assert show.run(60.0) == []  # nobody tells it any more


def test_a_cue_goes_although_its_exact_time_is_never_told() -> None:
    show = Show()
    assert show.locate(9.99) == []
    assert show.locate(10.01) == ["first"]


def test_a_jump_forward_lets_all_go_that_it_passes() -> None:
    show = Show()
    assert show.locate(0.0) == []
    assert show.locate(25.0) == ["first", "second"]
    assert show.locate(25.0) == []


def test_who_starts_within_the_show_finds_it_as_it_would_be_there() -> None:
    assert Show().locate(25.0) == ["first", "second"]


def test_a_jump_back_restores_what_held_there() -> None:
    show = Show()
    show.locate(35.0)
    assert show.locate(22.0) == ["first", "second"]
    assert show.locate(21.0) == []
    assert show.locate(5.0) == []
    assert show.locate(10.0) == ["first"]


def test_in_reverse_the_cue_before_goes_again() -> None:
    show = Show()
    show.locate(31.0)
    assert show.play(31.0, 12.5, speed=-1.0) == ["first", "second", "first"]


def test_a_timecode_that_jitters_lets_no_cue_go_twice() -> None:
    show, went = Show(), []
    for step in range(300):
        jitter = 0.9 * SLIP * (-1) ** step / 2
        show.chase.tell(5.04 + step / 10 + jitter, 1.0, show.now)
        went += show.run(0.1)
    assert went == ["first", "second", "third"]


def test_it_runs_on_for_a_while_when_nobody_tells_it() -> None:
    show = Show()
    show.chase.tell(10.0 - FREEWHEEL / 2, 1.0, show.now)
    assert show.run(10.0) == ["first"]


@given(st.lists(st.tuples(st.floats(0, 40), st.sampled_from([-1.0, 0.0, 1.0])), max_size=12))
def test_the_last_that_goes_is_always_the_one_that_holds(told: list[tuple[float, float]]) -> None:
    chase, now = TimecodeChase(), 0.0
    timed = sorted((each for each in CUES if each.at is not None), key=lambda each: each.at or 0)
    holds = None
    for position, speed in told:
        now += 1.0
        chase.tell(position, speed, now)
        went = chase.due(CUES, now)
        before, reached = holds, chase.reached
        assert reached is not None
        holds = next((each for each in reversed(timed) if (each.at or 0) <= reached), None)
        assert (not went) == (holds is before or holds is None)
        assert not went or went[-1] is holds


def test_several_cues_at_once_are_one_change_in_which_the_later_counts() -> None:
    first = cue("first", 1.0, energy=1.5, mode="solo", fade=2.0)
    second = cue("second", 2.0, energy=0.75, fade=1.0)
    wish = merged([first, second])
    assert (wish.changes, wish.fade) == ({"energy": 0.75, "mode": "solo"}, 1.0)
