from itertools import islice

import numpy as np
import pytest
from typer.testing import CliRunner

from bhava import app
from motion.errors import ConditionError
from motion.text import tokens_of
from server.generate import frames, parse_cue
from tests.server.doubles import EMOTIONS
from tests.server.test_prompts import SPEAKING, Listener


def test_a_prompt_goes_with_every_frame_and_an_emotion():
    engine = Listener(SPEAKING)
    cues = [parse_cue("0:happy", EMOTIONS)]
    dance = frames(engine, cues, 2.0, seed=1, text="walk")
    for _ in islice(dance, 30):
        np.testing.assert_array_equal(engine.told[0], tokens_of("walk", SPEAKING))


@pytest.mark.parametrize("text", ["a person turns and bows", ""])
def test_a_model_without_text_refuses_a_prompt(text, tmp_path):
    arguments = ["generate", "--text", text, "--out", str(tmp_path / "out.bvh")]
    result = CliRunner().invoke(app, arguments)
    assert isinstance(result.exception, ConditionError)
    assert "expected a model that takes text, got default, which takes none" in str(
        result.exception
    )
    assert not list(tmp_path.iterdir())
