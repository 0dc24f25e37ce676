"""Prompts from the wire to the model."""

import numpy as np

from motion.model.engine import Conditions, Noise, States
from motion.model.text import TOKENS, tokens_of
from server.stages.assemble import first_controls
from server.stages.scheduler import ServerSettings
from server.wire.messages import Set
from server.wire.outbox import Outbox
from tests.server.doubles import CONTRACT, ScriptedSource, SwayingEngine
from tests.server.live_server import scheduler_of
from tests.server.test_stage import StageHarness, waiting

SPEAKING = CONTRACT.model_copy(
    update={
        "text_width": TOKENS * 256 + 1,
        "text_encoder": "words",
        "energy_by_text": {"walk": 0.8, "a person waves": 0.3},
    }
)


class Listener(SwayingEngine):
    """A model that remembers what it was told last."""

    def step(self, frames: np.ndarray, conditions: Conditions, states: States, noise: Noise):
        self.told = conditions.text
        return super().step(frames, conditions, states, noise)


class Reading(StageHarness):
    """A stage whose model takes text."""

    def __init__(self) -> None:
        self.now, self.source, self.engine = 10.0, ScriptedSource(), Listener(SPEAKING)
        self.scheduler = scheduler_of(
            lambda _: self.engine, (CONTRACT.name,), lambda: self.now, ServerSettings()
        )
        controls = first_controls(self.scheduler, CONTRACT.name, 0)
        self.stage = self.scheduler.make("default", self.source, controls, "refuse")


def say(harness: StageHarness, operator: Outbox, text: str) -> None:
    harness.stage.receive(operator, Set(text=text), harness.now)
    harness.tick(5)


async def test_a_prompt_reaches_the_model_and_is_taken_back():
    harness = Reading()
    operator = harness.join("operator")
    assert (await waiting(operator, "hello"))["texts"] == ["walk", "a person waves"]
    harness.tick(5)
    assert not harness.engine.told.any()
    say(harness, operator, "somebody strolls")
    np.testing.assert_array_equal(harness.engine.told[0], tokens_of("somebody strolls", SPEAKING))
    say(harness, operator, "")
    assert not harness.engine.told.any()


def test_prompts_and_emotions_combine():
    harness = Reading()
    operator = harness.join("operator")
    harness.stage.receive(operator, Set(text="walk", emotion={"happy": 0.5}), harness.now)
    harness.tick(5)
    assert harness.engine.told.any()
    assert harness.stage.controls.emotion == {"happy": 0.5}


def test_what_is_no_prompt_is_refused_by_name_and_the_show_goes_on():
    harness = Reading()
    operator = harness.join("operator")
    for text in ("   ", "er läuft", "..."):
        assert harness.refusal(operator, Set(text=text)) == "invalid_message"
    harness.tick(5)
    assert harness.stage.controls.text == ""


async def test_a_model_without_text_offers_none_and_refuses_prompts():
    harness = StageHarness()
    operator = harness.join("operator")
    assert (await waiting(operator, "hello"))["texts"] == []
    assert harness.refusal(operator, Set(text="walk")) == "invalid_message"
    harness.stage.receive(operator, Set(text=""), harness.now)
