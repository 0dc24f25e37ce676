import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import httpx
import numpy as np
import pytest
import typer
from typer.testing import CliRunner, Result

from motion.errors import TakeError
from motion.skeleton import CANONICAL
from server.capture.demo import Camera
from server.capture.landmarks import Sighting
from server.interaction.dance import Opening
from server.interaction.model_registry import ModelRegistry
from server.replay import replay
from server.stages.assemble import first_controls, open_scheduler
from server.stages.replay_show import LONGEST_WAIT, replay_scheduler
from server.stages.scheduler import ServerSettings
from server.takes.playback import Playback
from server.takes.reader import Take
from server.takes.recompute import other_build, recompute, recorded_engines
from server.takes.take import this_build
from server.takes.writer import TakeWriter
from server.telemetry.faults import Faults
from server.wire.messages import Hello, Set
from server.wire.outbox import Outbox
from server.wire.protocol import FrameMessage, Refusal, decode_frame
from server.wire.session import Join
from tests.server.dance_harness import MODELS, dancer
from tests.server.doubles import ScriptedSource
from tests.server.takes import HEADER, ticks, write

ROOT = Path(__file__).parents[2]
FPS = HEADER.fps
RECORDED = list(ticks(30))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    write(tmp_path / "show.take", RECORDED)
    return tmp_path / "show.take"


# --- playing --------------------------------------------------------------------------------


def played(playback: Playback, frames: int, fps: float = FPS) -> list[int]:
    """The numbers of the ticks that are due, at a rate."""
    return [playback.tick_due(7.0 + frame / fps).number for frame in range(frames)]


def test_a_take_plays_at_its_pace_and_stays_at_its_end(path: Path) -> None:
    assert played(Playback(Take(path)), 32) == [*range(30), 29, 29]
    assert played(Playback(Take(path)), 64, 60)[:6] == [0, 1, 1, 2, 2, 3]
    assert played(Playback(Take(path), speed=2.0), 15) == list(range(0, 30, 2))
    assert played(Playback(Take(path), start=0.5), 4) == [15, 16, 17, 18]


def test_a_take_is_over_when_its_last_frame_was_held(path: Path) -> None:
    playback = Playback(Take(path), speed=2.0)
    looped = Playback(Take(path), loop=True)
    for playing in (playback, looped):
        over = [playing.over(now) for now in np.arange(7.0, 10.0, 0.1) if playing.tick_due(now)]
        assert over.index(True) == 25 if playing is playback else not any(over)


def test_a_take_may_play_over_and_over(path: Path) -> None:
    assert played(Playback(Take(path), start=0.9, loop=True), 7) == [27, 28, 29, 27, 28, 29, 27]


def test_where_there_is_nothing_to_play_it_says_so(path: Path, tmp_path: Path) -> None:
    with pytest.raises(TakeError, match=r"expected frames from 5 s on, got one of 1\.0 s"):
        Playback(Take(path), start=5.0)
    write(tmp_path / "empty.take", [])
    with pytest.raises(TakeError, match="expected frames"):
        Playback(Take(tmp_path / "empty.take"))


def test_a_replay_has_the_door_of_a_show(path: Path, tmp_path: Path) -> None:
    options = ["--port", "0", "--loop", "--operator-key", "sesame", "--guests", "nobody"]
    options += ["--trust-proxy", "127.0.0.1"]
    command = [sys.executable, "-m", "bhava", "replay", str(path), *options, "--keys", tmp_path]
    with subprocess.Popen(command, cwd=ROOT, text=True, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            address = process.stdout.readline().split()[-1]
            assert httpx.get(address, headers={"Host": "evil.example"}).status_code == 421
            state = f"{address}/api/stages/default"
            assert httpx.get(state).status_code == 401
            for _ in range(6):  # each of them that a slow machine lets in doubles the wait
                wrong = httpx.get(state, headers={"X-Operator-Key": "open"}).status_code
                assert wrong in (401, 429)
            assert httpx.get(state, headers={"X-Operator-Key": "sesame"}).status_code == 429
            behind = {"X-Operator-Key": "sesame", "X-Forwarded-For": "203.0.113.5"}
            assert httpx.get(state, headers=behind).status_code == 200
        finally:
            process.kill()


class ReplayHarness:
    """The scheduler of a replay, whose time the test moves."""

    def __init__(self, path: Path) -> None:
        self.now = 500.0
        self.scheduler = replay_scheduler(Playback(Take(path)), lambda: self.now)
        self.stage = self.scheduler.stage("default")
        self.viewer = Outbox()
        hello = Hello(version=2, role="operator")
        self.stage.receive(self.viewer, Join(hello), self.now)

    def frame(self) -> FrameMessage:
        (given,) = self.scheduler.tick(self.now, [self.stage])
        self.stage.publish(given.frame, given.encoded, given.report)
        self.now += 1 / FPS
        return decode_frame(given.encoded, len(CANONICAL.joints))


def test_viewers_see_the_recorded_frames_as_of_now(path: Path) -> None:
    harness = ReplayHarness(path)
    for tick in RECORDED:
        now, frame = harness.now, harness.frame()
        recorded = decode_frame(tick.frame, len(CANONICAL.joints))
        assert (frame.sequence, frame.time) == (tick.number, now)
        for was, shown in zip(recorded.figures, frame.figures, strict=True):
            assert np.array_equal(was.pose.hips, shown.pose.hips)
            assert np.allclose(was.pose.rotations, shown.pose.rotations, atol=1e-4)
        assert harness.stage.controls == tick.moment.controls
    assert harness.scheduler.services.faults.counts == {}


def test_a_take_waits_for_somebody_who_watches_but_not_for_ever(path: Path) -> None:
    harness = ReplayHarness(path)
    harness.stage.audience.leave(harness.viewer, lost=True)

    def fade() -> set[float]:
        shown = set()
        for _ in range(9):
            harness.frame()
            shown.add(harness.stage.controls.emotion["happy"])
        return shown

    assert fade() == {0.0}
    harness.now += LONGEST_WAIT
    assert fade() == {0.0, 0.001, 0.002}


def test_the_command_ends_with_its_take(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.takes.playback.HELD", 0.0)
    monkeypatch.setattr("server.stages.replay_show.LONGEST_WAIT", 0.0)
    result = run(path, "--port", 0, "--speed", 20)
    assert result.exit_code == 0
    assert "plays at http://" in result.output


def test_only_how_it_looks_may_be_chosen(path: Path) -> None:
    harness = ReplayHarness(path)
    harness.stage.receive(harness.viewer, Set(look="robot"), harness.now)
    harness.frame()
    assert harness.stage.controls.look == "robot"
    with pytest.raises(Refusal, match="got energy, recording"):
        harness.stage.receive(
            harness.viewer, Set(energy=1.5, look="x", recording=True), harness.now
        )
    with pytest.raises(Refusal, match="performer_absent"):
        harness.stage.take_up()
    harness.frame()
    assert harness.stage.controls.look == "robot"


def test_where_a_take_plays_nobody_dances(path: Path) -> None:
    scheduler = ReplayHarness(path).scheduler
    with pytest.raises(TakeError, match="expected a server that dances, got one that plays a take"):
        scheduler.make("live", ScriptedSource(), HEADER.controls, "refuse")
    assert list(scheduler.stages) == ["default"]


# --- computing again ------------------------------------------------------------------------

WISHES = {
    20: Set(recording=True),
    40: Set(mode="duet", influence=0.7),
    60: Set(emotion={"angry": 1.0}, fade=1.0),
    80: Set(mode="mirror", dancers="each"),
    100: Set(mode="continue", seed=77),
}


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A take of one of two stages, begun amid a show in which much changes."""
    folder = tmp_path_factory.mktemp("takes")
    models = ModelRegistry.from_folder(MODELS, "cpu", Faults())
    scheduler = open_scheduler(MODELS, models, folder, ServerSettings(), lambda: 0.0)
    takes: list[TakeWriter] = []

    def open_take(stage: str, opening: Opening) -> TakeWriter:
        takes.append(services.open_take(stage, opening))
        return takes[0]

    services, scheduler.services = (
        scheduler.services,
        replace(scheduler.services, open_take=open_take),
    )
    sources = [ScriptedSource(), ScriptedSource()]
    stages = [
        scheduler.make(name, source, first_controls(scheduler, "default", 5), "closed")
        for name, source in zip(("main", "other"), sources, strict=True)
    ]
    for number in range(150):
        now = 100.0 + number / FPS
        for seed, source in enumerate(sources):
            source.waiting = Sighting(now - 0.05, (Camera().see(dancer(seed)(now)),))
        if number in WISHES:
            stages[0].set(WISHES[number], now)
        assert len(scheduler.tick(now, stages)) == 2
    stages[0].show.end()
    assert takes[0].join(timeout=10)
    return takes[0].path


def run(*arguments: object) -> Result:
    app = typer.Typer()
    app.command()(replay)
    return CliRunner().invoke(app, list(map(str, arguments)))


def test_a_take_comes_out_again_bit_for_bit(recorded: Path) -> None:
    take = Take(recorded)
    assert take.history is not None
    assert take.header.sequence == 20
    assert len(list(take.ticks())) == 130
    assert run(recorded, "--recompute").output.endswith("130 frames come out bit for bit\n")


def test_where_it_comes_out_otherwise_is_told(recorded: Path, tmp_path: Path) -> None:
    take, changed = Take(recorded), tmp_path / "changed.take"
    altered = [
        tick._replace(moment=tick.moment._replace(sighting=None)) if tick.number >= 50 else tick
        for tick in take.ticks()
    ]
    write(changed, altered, history=take.history, header=take.header)
    error = run(changed, "--recompute").exception
    assert isinstance(error, TakeError)
    found = re.search(r"frame (\d+), .* s: expected", str(error))
    assert found
    assert 50 <= int(found[1]) <= 53
    same = [again.same for again in recompute(Take(changed), recorded_engines(take, MODELS, "cpu"))]
    assert all(same[: int(found[1])])
    assert not same[int(found[1])]


def test_another_model_is_told(recorded: Path, tmp_path: Path) -> None:
    take = Take(recorded)
    models = {"default": take.header.models["default"].model_copy(update={"graph": "0" * 64})}
    header = take.header.model_copy(update={"models": models})
    write(tmp_path / "other.take", list(take.ticks()), history=take.history, header=header)
    error = run(tmp_path / "other.take", "--recompute").exception
    assert "model default: expected graph 000000000000" in str(error)


def test_a_model_is_played_as_it_was_promised_at_the_time(recorded: Path) -> None:
    take = Take(recorded)
    then = take.header.models["default"]
    then = then.model_copy(update={"contract": then.contract.model_copy(update={"swell": 0.3})})
    take.header = take.header.model_copy(update={"models": {"default": then}})
    engine_of = recorded_engines(take, MODELS, "cpu")
    assert engine_of("default").contract.swell == 0.3
    assert not all(again.same for again in recompute(take, engine_of))


def test_another_build_is_told(path: Path) -> None:
    take = Take(path)
    build = this_build()
    take.header = take.header.model_copy(update={"build": build})
    assert other_build(take) == ""
    take.header = take.header.model_copy(update={"build": {**build, "numpy": "0.1"}})
    assert other_build(take) == f"numpy: expected 0.1, got {np.__version__}"


def test_a_take_is_exported(recorded: Path, tmp_path: Path) -> None:
    out = tmp_path / "show.bvh"
    assert run(recorded, "--export", out, "--end", 1).exit_code == 0
    assert "Frames: 31\n" in out.read_text()
