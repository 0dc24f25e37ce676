from dataclasses import replace

import numpy as np
import pytest

from motion.model.text import TOKENS, encoder
from tests.server.doubles import CONTRACT, SwayingEngine
from tests.training import fakes
from training.corpus.texts import CONTENT_TEXTS
from training.evaluation import retrieval
from training.evaluation.retrieval import IN_OTHER_WORDS, TextRegression, nearest, retrieve
from training.evaluation.scores import Estimate

TEXTS = {"sad": "bow", "excited": "dance"}
SPEAKING = CONTRACT.model_copy(
    update={
        "name": "sway",
        "text_width": TOKENS * 256 + 1,
        "text_encoder": "words",
        "energy_by_text": {"bow": 0.3, "dance": 1.0},
    }
)


@pytest.fixture(scope="module")
def clips():
    """Dances of two emotions, each of which a text stands for; the last of each is held out."""
    told = [
        replace(clip, labels=clip.labels | {"text": TEXTS[clip.labels["emotion"]]})
        for clip in fakes.corpus(4, 6.0)
    ]
    held_out = [clip for clip in told if clip.name.endswith("3")]
    return [clip for clip in told if clip not in held_out], held_out


def test_the_regression_tells_which_text_an_unseen_motion_shows(clips):
    taught, held_out = clips
    regression = TextRegression.fit(taught, encoder("words"))
    texts = [["bow"], ["dance"]]
    np.testing.assert_array_equal(regression.ranks(held_out, [0, 1], texts), [0, 0])
    np.testing.assert_array_equal(regression.ranks(held_out, [1, 0], texts), [1, 1])


def test_the_nearest_text_is_found_by_its_meaning(clips):
    taught, _ = clips
    assert nearest("somebody dances", taught, encoder("words")).labels["text"] == "dance"


def test_prompts_in_other_words_are_in_no_text():
    known = {text for _, texts in CONTENT_TEXTS.items() for text in texts}
    prompts = [prompt for prompts in IN_OTHER_WORDS.values() for prompt in prompts]
    assert set(IN_OTHER_WORDS) <= known
    assert not known & set(prompts)


def test_a_model_stands_beside_chance_real_motion_and_the_nearest_text(clips, monkeypatch):
    monkeypatch.setattr(retrieval, "SHOWN_SECONDS", 1.0)
    monkeypatch.setattr(retrieval, "SETTLE_SECONDS", 0.5)
    taught, held_out = clips
    danced = []
    found = retrieve(SwayingEngine(SPEAKING), taught, held_out, danced.append)
    at = {one.name: one.at_ranks for one in found}
    assert sum(danced) == retrieval.danced_frames(SwayingEngine(SPEAKING), held_out)
    assert at["chance"][0].value == 0.5
    assert at["held-out clips"][0].value == at["nearest text, own words"][0].value == 1.0
    assert at["nearest text, other words"][0].value == 1.0
    assert isinstance(at["sway, own words"][0], Estimate)
