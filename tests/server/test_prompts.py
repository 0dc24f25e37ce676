"""Prompts from the wire to the model."""

import numpy as np

from motion.model.engine import Conditions, Noise, States
from motion.model.text import TOKENS, tokens_of
from server.stages.assemble import first_controls
from server.stages.scheduler import Rules
from server.wire.messages import Set
from server.wire.outbox import Outbox
from tests.server.doubles import CONTRACT, ScriptedSource, SwayingEngine
from tests.server.test_stage import Show, waiting
from tests.server.theatre import house_of

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


class Reading(Show):
    """A stage whose model takes text."""

    def __init__(self) -> None:
        self.now, self.source, self.engine = 10.0, ScriptedSource(), Listener(SPEAKING)
        self.house = house_of(lambda _: self.engine, (CONTRACT.name,), lambda: self.now, Rules())
        controls = first_controls(self.house, CONTRACT.name, 0)
        self.stage = self.house.make("default", self.source, controls, "refuse")


def say(show: Show, operator: Outbox, text: str) -> None:
    show.stage.receive(operator, Set(text=text), show.now)
    show.tick(5)


async def test_a_prompt_reaches_the_model_and_is_taken_back():
    show = Reading()
    operator = show.join("operator")
    assert (await waiting(operator, "hello"))["texts"] == ["walk", "a person waves"]
    show.tick(5)
    assert not show.engine.told.any()
    say(show, operator, "somebody strolls")
    np.testing.assert_array_equal(show.engine.told[0], tokens_of("somebody strolls", SPEAKING))
    say(show, operator, "")
    assert not show.engine.told.any()


def test_prompts_and_emotions_combine():
    show = Reading()
    operator = show.join("operator")
    show.stage.receive(operator, Set(text="walk", emotion={"happy": 0.5}), show.now)
    show.tick(5)
    assert show.engine.told.any()
    assert show.stage.controls.emotion == {"happy": 0.5}


def test_what_is_no_prompt_is_refused_by_name_and_the_show_goes_on():
    show = Reading()
    operator = show.join("operator")
    for text in ("   ", "er läuft", "..."):
        assert show.refusal(operator, Set(text=text)) == "invalid_message"
    show.tick(5)
    assert show.stage.controls.text == ""


async def test_a_model_without_text_offers_none_and_refuses_prompts():
    show = Show()
    operator = show.join("operator")
    assert (await waiting(operator, "hello"))["texts"] == []
    assert show.refusal(operator, Set(text="walk")) == "invalid_message"
    show.stage.receive(operator, Set(text=""), show.now)
