import numpy as np
import pytest
from typer.testing import CliRunner

from bhava import app
from motion.model.text import tokens_of
from motion.partner.offline import generate_frames, parse_emotion_change
from tests.server.doubles import EMOTIONS
from tests.server.test_prompts import SPEAKING, Listener


def test_a_prompt_goes_with_an_emotion():
    engine = Listener(SPEAKING)
    cues = [parse_emotion_change("0:happy", EMOTIONS)]
    assert len(list(generate_frames(engine, cues, 1.0, seed=1, text="walk"))) == 30
    np.testing.assert_array_equal(engine.told[0], tokens_of("walk", SPEAKING))


@pytest.mark.parametrize("text", ["a person turns and bows", ""])
def test_a_model_without_text_refuses_a_prompt(text, tmp_path):
    arguments = ["generate", "--text", text, "--out", str(tmp_path / "out.bvh")]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 1
    assert "expected a model that takes text, got dance" in result.stderr
    assert not list(tmp_path.iterdir())
