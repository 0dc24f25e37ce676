"""What a partner is asked to dance, from the wire to the model; and takes that do not name it."""

from pathlib import Path

import numpy as np
import pytest

from motion.model.engine import Conditions, Engine, Noise, States
from server.interaction.fade import Fade
from server.stages.assemble import first_controls
from server.stages.scheduler import ServerSettings
from server.takes.reader import Take
from server.takes.recompute import recompute
from server.wire.messages import Controls, Set
from server.wire.protocol import decode_frame
from tests.server.doubles import CONTRACT, ScriptedSource, SwayingEngine
from tests.server.live_server import scheduler_of
from tests.server.model_server import MODELS
from tests.server.test_stage import StageHarness, waiting

TELLING = CONTRACT.model_copy(
    update={
        "name": "telling",
        "contents": ("dance", "walk"),
        "energy_by_content": (CONTRACT.energy_by_emotion, (0.6, 0.9, 0.4)),
    }
)

OLD_TAKE = Path(__file__).parent / "old_takes" / "version-1.take"
"""The first seconds of a take of the demo performer, from before contents and rules."""


class Listener(SwayingEngine):
    """A model that remembers what it was asked to dance last."""

    told: np.ndarray | None = None

    def step(self, frames: np.ndarray, conditions: Conditions, states: States, noise: Noise):
        self.told = conditions.content
        return super().step(frames, conditions, states, noise)


class Asking(StageHarness):
    """A stage whose model tells contents apart, beside one that does not."""

    def __init__(self) -> None:
        self.now, self.source = 10.0, ScriptedSource()
        self.engine = Listener(TELLING)
        engines = {"telling": self.engine, "sway": SwayingEngine()}
        self.scheduler = scheduler_of(
            engines.__getitem__, tuple(engines), lambda: self.now, ServerSettings()
        )
        controls = first_controls(self.scheduler, "telling", 0)
        self.stage = self.scheduler.make("default", self.source, controls, "refuse")


async def test_a_content_reaches_the_model_and_the_usual_one_comes_back():
    harness = Asking()
    operator = harness.join("operator")
    assert (await waiting(operator, "hello"))["contents"] == ["dance", "walk"]
    harness.tick(5)
    np.testing.assert_array_equal(harness.engine.told[0], [1, 0])
    harness.stage.receive(operator, Set(content={"walk": 0.75}), harness.now)
    harness.tick(5)
    np.testing.assert_array_equal(harness.engine.told[0], [0, 0.75])
    harness.stage.receive(operator, Set(content={}), harness.now)
    harness.tick(5)
    np.testing.assert_array_equal(harness.engine.told[0], [1, 0])


def test_a_content_that_the_model_lacks_is_refused_and_the_show_goes_on():
    harness = Asking()
    operator = harness.join("operator")
    for content in ({"swim": 1.0}, {"dance": 0.8, "walk": 0.8}):
        assert harness.refusal(operator, Set(content=content)) == "invalid_message"
    harness.tick(5)
    assert harness.stage.controls.content == {}


async def test_a_model_without_contents_offers_none_refuses_them_and_passes_over_old_ones():
    harness = Asking()
    operator = harness.join("operator")
    harness.stage.receive(operator, Set(content={"walk": 1.0}), harness.now)
    harness.stage.receive(operator, Set(model="sway"), harness.now)
    harness.tick(20)
    assert harness.stage.report.model == "sway"
    assert harness.refusal(operator, Set(content={"dance": 1.0})) == "invalid_message"
    harness.stage.receive(operator, Set(energy=1.5), harness.now)
    harness.stage.receive(operator, Set(model="telling"), harness.now)
    harness.tick(20)
    np.testing.assert_array_equal(harness.engine.told[0], [0, 1])


def test_contents_fade():
    fade = Fade(Controls(content={"dance": 1.0}))
    fade = fade.towards(Controls(content={"walk": 1.0}), {"content"}, 2.0, 10.0)
    assert fade.controls_at(11.0).content == pytest.approx({"dance": 0.5, "walk": 0.5})


def test_an_old_take_is_read_and_computes_again():
    take = Take(OLD_TAKE)
    assert (take.header.rules, take.header.controls.content) == (1, {})
    # The graph that danced then; what has changed in its file since computes the same.
    again_danced = recompute(take, lambda name: Engine.load(MODELS / name))
    joints, frames = len(take.header.skeleton.joints), list(again_danced)
    assert [again.tick.number for again in frames] == list(range(101))
    for again in frames:
        was, now = (decode_frame(data, joints) for data in (again.tick.frame, again.frame))
        assert was.sequence == now.sequence
        # Another processor may compute otherwise in the last bits, and a dance lets them grow.
        for one, other in zip(was.figures, now.figures, strict=True):
            np.testing.assert_allclose(one.pose.hips, other.pose.hips, atol=0.02)
