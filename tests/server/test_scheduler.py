"""Many stages, stepped together."""

from pathlib import Path

import numpy as np
import pytest

from motion.errors import HouseFullError, StageError
from server.capture.landmarks import Sighting
from server.stages.assemble import first_controls
from server.stages.scheduler import Scheduler, ServerSettings
from server.stages.stage import Stage
from server.stages.tick_times import TOGETHER
from server.wire.messages import Hello, Set
from server.wire.outbox import Outbox
from server.wire.protocol import Refusal
from server.wire.session import Join
from tests.server.dance_harness import Camera, dancer, engine
from tests.server.doubles import ScriptedSource, SwayingEngine
from tests.server.live_server import scheduler_of


class Stages:
    """Stages whose clock the test moves."""

    def __init__(
        self, motion: object | None = None, settings: ServerSettings | None = None
    ) -> None:
        self.now = 20.0
        self.engine = motion or SwayingEngine()
        self.scheduler: Scheduler = scheduler_of(
            lambda _: self.engine,
            ("default",),
            lambda: self.now,
            settings or ServerSettings(),
            Path("none"),
        )
        self.sources: dict[str, ScriptedSource] = {}

    def make(self, name: str, **wishes: object) -> Stage:
        self.sources[name] = ScriptedSource()
        controls = first_controls(self.scheduler, "default", 0).model_copy(update=wishes)
        return self.scheduler.make(name, self.sources[name], controls, "refuse")

    def tick(self, times: int = 1) -> list[dict[str, bytes]]:
        """Return the bytes of each stage, tick by tick."""
        ticks = []
        for _ in range(times):
            for number, source in enumerate(self.sources.values()):
                person = Camera().see(dancer(number % 2)(self.now))
                source.waiting = source.waiting or Sighting(self.now, (person,))
            given = self.scheduler.tick(self.now, list(self.scheduler.stages.values()))
            ticks.append({stage.name: encoded for stage, _, encoded, _ in given})
            for stage, frame, encoded, report in given:
                stage.publish(frame, encoded, report)
            self.now += 1 / 30
        return ticks

    def turned(self, name: str) -> np.ndarray:
        """How the partner of a stage stands."""
        newest = self.scheduler.stage(name).newest
        assert newest is not None
        return newest.figures[0].pose.rotations


def test_all_stages_think_in_one_call_of_the_model() -> None:
    sway = SwayingEngine()
    stages = Stages(sway)
    for number in range(8):
        stages.make(str(number), mode="solo", seed=number)
    stages.tick(10)
    sway.batches.clear()
    stages.tick(12)
    assert len(sway.batches) == 12
    assert set(sway.batches) == {4}  # two of eight think in a tick, filled to a whole register


WISHES = [
    {"mode": "solo", "seed": 3},
    {"mode": "mirror", "seed": 3, "emotion": {"sad": 1.0}},
    {"mode": "duet", "energy": 1.5},
    {"mode": "answer", "temperature": 0.5},
    {"mode": "continue", "seed": 9},
    {"mode": "solo", "seed": 4, "temperature": 1.5},
    {"mode": "duet", "influence": 1.0, "emotion": {"happy": 1.5}},
    {"mode": "continue", "seed": 3, "dancers": "each"},
]


def test_a_stage_gives_the_same_bits_alone_and_beside_seven_others() -> None:
    together, alone = Stages(engine()), Stages(engine())
    for number, wishes in enumerate(WISHES):
        together.make(str(number), **wishes)
    alone.make("2", **WISHES[2])
    many, one = together.tick(90), alone.tick(90)
    assert [tick["2"] for tick in many] == [tick["2"] for tick in one]
    last = [tick.values() for tick in many][-1]
    assert len({encoded[25:] for encoded in last}) == len(WISHES)


def test_a_stage_too_many_is_refused_with_the_reason() -> None:
    stages = Stages(settings=ServerSettings(most_stages=2))
    stages.make("one")
    stages.make("two")
    with pytest.raises(HouseFullError, match="at most 2 stages"):
        stages.make("three")


def test_a_stage_that_the_machine_has_no_time_for_is_refused() -> None:
    slow = SwayingEngine()
    stages = Stages(slow)

    def take_time() -> None:
        stages.now += 0.021

    slow.before = take_time
    stages.make("one")
    stages.tick(30)
    with pytest.raises(HouseFullError, match=r"a tick of at most 23\.3 ms, got 25\.\d ms with 2"):
        stages.make("two")
    assert stages.scheduler.refusal(measured=False) is None


def test_stages_made_at_once_are_counted_before_they_cost_anything() -> None:
    slow = SwayingEngine()
    stages = Stages(slow)

    def take_time() -> None:
        stages.now += 0.008

    slow.before = take_time
    stages.make("one")
    stages.tick(30)
    made = 1
    with pytest.raises(HouseFullError, match="a tick of at most 23"):  # noqa: PT012 - one of them is
        while True:
            stages.make(f"stage {made}")
            made += 1
    assert made == 10  # a tick of one stage takes 8 ms, and each further one a fifth of that


def test_a_place_that_is_kept_counts_and_its_name_is_given_once() -> None:
    stages = Stages(settings=ServerSettings(most_stages=2))
    stages.make("one")
    with stages.scheduler.place("two"):
        with (
            pytest.raises(StageError, match="got two, which is taken"),
            stages.scheduler.place("two"),
        ):
            pass
        with (
            pytest.raises(HouseFullError, match="at most 2 stages"),
            stages.scheduler.place("three"),
        ):
            pass
        stages.make("two")
    with pytest.raises(StageError), stages.scheduler.place("one"):
        pass
    stages.scheduler.end("two")
    with stages.scheduler.place("two"):
        pass


def test_stages_may_come_and_go_while_somebody_goes_through_them() -> None:
    stages = Stages()
    stages.make("one")
    for name in stages.scheduler.stages:
        stages.make(f"{name} more")
        stages.scheduler.end(name)
    assert list(stages.scheduler.stages) == ["one more"]


@pytest.mark.parametrize("where", ["frame_inputs", "requests", "compose"])
def test_a_stage_that_raises_never_disturbs_another(
    where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    disturbed, calm = Stages(engine()), Stages(engine())
    for stages in (disturbed, calm):
        stages.make("good", mode="duet")
        stages.make("bad", mode="mirror")
    before = disturbed.tick(20) == calm.tick(20)
    bad = disturbed.scheduler.stage("bad")

    def fails(*_: object) -> None:
        raise RuntimeError("no")

    monkeypatch.setattr(bad.show, where, fails)
    during, expected = disturbed.tick(20), calm.tick(20)
    assert before
    assert all("bad" not in tick for tick in during)
    assert [tick["good"] for tick in during] == [tick["good"] for tick in expected]
    monkeypatch.undo()
    after, expected = disturbed.tick(10), calm.tick(10)
    assert [tick["good"] for tick in after] == [tick["good"] for tick in expected]
    assert all(len(tick) == 2 for tick in after)


async def test_a_stage_that_ends_tells_its_clients_and_frees_its_place() -> None:
    sway = SwayingEngine()
    stages = Stages(sway)
    stages.make("stays", mode="solo")
    goes = stages.make("goes", mode="solo")
    viewer = Outbox()
    goes.receive(viewer, Join(Hello(version=2, role="viewer")), stages.now)
    stages.tick(4)
    stages.scheduler.end("goes")
    while not isinstance(code := await viewer.next(), int):
        pass
    assert code == 4410
    sway.batches.clear()
    assert all(list(tick) == ["stays"] for tick in stages.tick(8))
    assert len(stages.scheduler.services.pool) == 1
    with pytest.raises(Refusal, match="expected a stage of stays, got 'goes'"):
        stages.scheduler.stage("goes")


def test_seeds_and_temperatures_are_each_stages_own() -> None:
    stages = Stages(engine())
    for name, seed, temperature in (("a", 1, 1.0), ("b", 1, 1.0), ("c", 2, 1.0), ("d", 1, 0.2)):
        stages.make(name, mode="solo", seed=seed, temperature=temperature)
    stages.tick(40)
    a, b, c, d = (stages.turned(name) for name in "abcd")
    assert (a == b).all()
    assert (a != c).any()
    assert (a != d).any()
    stages.scheduler.stage("b").set(Set(seed=7), stages.now)
    stages.tick(40)
    assert (stages.turned("a") != stages.turned("b")).any()


def test_some_partners_think_in_a_tick_together_and_then_the_next_some() -> None:
    stages, length = Stages(), 8
    seeds = []
    for number in range(2 * TOGETHER + 1):
        seeds.append(stages.scheduler.draw_seed())
        stages.make(str(number))
    turns = [seed % length for seed in seeds]
    assert turns == [1] * TOGETHER + [2] * TOGETHER + [3]
    assert len(set(seeds)) == len(seeds)


async def test_partners_think_when_the_frames_of_a_tick_were_handed_on() -> None:
    sway = SwayingEngine()
    stages, happened = Stages(sway), []
    stages.make("one", mode="solo", seed=1)

    class Noting:
        def before_tick(self) -> None:
            happened.append("tick")

        def after_tick(self, shown: object) -> None:  # noqa: ARG002 - as attendants have it
            happened.append("frames")

    async def pass_time(seconds: float) -> None:
        stages.now += seconds
        if len(happened) > 60:
            raise TimeoutError

    sway.before = lambda: happened.append("thinks")
    stages.scheduler.attendants.append(Noting())
    with pytest.raises(TimeoutError):
        await stages.scheduler.run(pass_time)
    steady = " ".join(happened[10:])
    assert "frames thinks tick" in steady
    assert "tick thinks" not in steady


def test_one_model_that_fails_leaves_the_stages_standing_and_dancing_on() -> None:
    sway = SwayingEngine()
    stages = Stages(sway)
    stages.make("one", mode="solo")
    stages.tick(20)

    def fails() -> None:
        sway.before = lambda: None
        raise RuntimeError("no")

    sway.before = fails
    frames = stages.tick(60)
    assert all("one" in tick for tick in frames)
    assert stages.scheduler.services.faults.counts == {"model default: RuntimeError": 1}
    assert len({tick["one"][25:] for tick in frames}) > 40
    assert np.isfinite(stages.turned("one")).all()
